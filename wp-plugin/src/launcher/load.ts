// Loads what the chat needs, once a page, and nothing that the page has already.

type TrustedPolicy = { createScriptURL: (url: string) => string };
type Page = Window & { wp?: Record<string, unknown>; trustedTypes?: { createPolicy: (name: string, rules: TrustedPolicy) => TrustedPolicy } };

const page: Page = window;
const loaded = new Map<string, Promise<void>>();
const vendors: Record<string, string> = { react: 'React', 'react-dom': 'ReactDOM', 'react-jsx-runtime': 'ReactJSXRuntime' };
const policy = makePolicy();

/** Fetched side by side, run in order: each needs the ones before it. */
export async function loadScripts(dependencies: string[], chat: string): Promise<void> {
  await Promise.all([...dependencies.filter((url) => !isPresent(url)), ...(window.aiguyChat ? [] : [chat])].map(loadScript));
}

export async function loadStyle(root: ShadowRoot, url: string): Promise<void> {
  if (root.querySelector('link')) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = url;
  await attach(link, root);
}

export function loadScript(url: string): Promise<void> {
  const known = loaded.get(url);
  if (known) return known;
  const script = document.createElement('script');
  script.async = false;
  script.src = policy.createScriptURL(url);
  const loading = attach(script, document.head).catch((error: unknown) => {
    loaded.delete(url);
    throw error;
  });
  loaded.set(url, loading);
  return loading;
}

/** A second React on a page would break what already runs on the first: …/dist/escape-html.min.js is there when wp.escapeHtml is. */
function isPresent(url: string): boolean {
  const name = /([\w-]+?)(?:\.min)?\.js(?:\?|$)/.exec(url)?.[1] ?? '';
  const vendor = vendors[name];
  return vendor ? vendor in window : page.wp?.[name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())] !== undefined;
}

function attach(element: HTMLScriptElement | HTMLLinkElement, parent: Node): Promise<void> {
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new Error('not loaded'));
    };
    parent.appendChild(element);
  });
}

/** For sites that enforce Trusted Types: the addresses are those that the site itself rendered. */
function makePolicy(): TrustedPolicy {
  const rules = { createScriptURL: (url: string) => url };
  try {
    return page.trustedTypes?.createPolicy('aiguy', rules) ?? rules;
  } catch {
    return rules;
  }
}

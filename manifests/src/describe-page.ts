// Describes a page by what stands on it: landmarks, headings, controls and messages, by role and name. What is typed into it is never read.
// The same for a browser's document and for one that a server has parsed.
import type { PageSnapshot } from '../generated/http.ts';

type Item = { nodeType: number; textContent: string | null };
/** What is needed of a DOM element. */
export type PageElement = Item & {
  tagName: string;
  childNodes: Iterable<unknown>;
  getAttribute(name: string): string | null;
  closest(selector: string): PageElement | null;
  querySelector(selector: string): PageElement | null;
};
export type PageDocument = {
  title: string;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getElementById(id: string): PageElement | null;
};
export type Where = {
  /** Without query and fragment: they may hold secrets. */
  url: string;
  isShown: (element: PageElement) => boolean;
};

type Kind = PageSnapshot['controls'][number]['kind'];

export const pageBytesMax = 48 * 1024;
const most = { landmarks: 40, headings: 120, controls: 400, messages: 20, name: 120, message: 300, title: 200, depth: 40 };

const landmarkRoles: Record<string, string> = { MAIN: 'main', NAV: 'navigation', HEADER: 'banner', FOOTER: 'contentinfo', ASIDE: 'complementary' };
const roles = 'banner complementary contentinfo form main navigation region search';
const landmarks = `main, nav, aside, header, footer, form[aria-label], ${roles.replace(/(\w+) ?/g, '[role=$1], ').slice(0, -2)}`;
const headings = 'h1, h2, h3, h4, h5, h6, [role=heading]';
const controls = 'a[href], button, input, select, textarea, summary, [role=button], [role=link], [role=tab], [role=menuitem], [role=checkbox]';
const messages =
  '[role=alert], [role=status], [aria-invalid=true], .woocommerce-error, .woocommerce-message, .woocommerce-info, .wc-block-components-notice-banner, .notice';
/** Whose text is what a visitor has typed or chosen, or no text at all. */
const unread = /^(?:INPUT|TEXTAREA|SELECT|OPTION|OUTPUT|SCRIPT|STYLE|TEMPLATE|NOSCRIPT|SVG|IFRAME)$/i;
const ourOwn = '.aiguy-chat, [hidden], [aria-hidden=true], [contenteditable=true], #wpadminbar';

export function describePage(page: PageDocument, { url, isShown }: Where): PageSnapshot {
  const named = shownOf(page, landmarks, isShown).map((element) => ({ role: landmarkRole(element), name: labelOf(page, element) }));
  const said = new Set(shownOf(page, messages, isShown).map((element) => messageOf(page, element)));
  return fitted({
    url,
    title: cut(page.title, most.title),
    landmarks: named.slice(0, most.landmarks),
    headings: shownOf(page, headings, isShown)
      .map((element) => ({ level: Number(/\d/.exec(element.tagName)?.[0] ?? element.getAttribute('aria-level')) || 2, text: textOf(element) }))
      .filter(({ level, text }) => text !== '' && level <= 6)
      .slice(0, most.headings),
    controls: unique(controlsOf(page, isShown).map(({ control }) => control)).slice(0, most.controls),
    messages: [...said].filter((text) => text !== '').slice(0, most.messages),
  });
}

/** The controls with their names, in the order of the page. */
export function controlsOf(page: PageDocument, isShown: Where['isShown']): { control: PageSnapshot['controls'][number]; element: PageElement }[] {
  return shownOf(page, controls, isShown).flatMap((element) => controlOf(page, element).map((control) => ({ control, element })));
}

function shownOf(page: PageDocument, selector: string, isShown: Where['isShown']): PageElement[] {
  return [...page.querySelectorAll(selector)].filter((element) => !element.closest(ourOwn) && isShown(element));
}

function landmarkRole(element: PageElement): string {
  return cut(element.getAttribute('role') ?? landmarkRoles[element.tagName.toUpperCase()] ?? 'form', 20).toLowerCase();
}

function controlOf(page: PageDocument, element: PageElement): PageSnapshot['controls'] {
  const kind = kindOf(element);
  if (!kind) return [];
  const name = kind === 'field' || kind === 'choice' ? fieldName(page, element) : labelOf(page, element) || textOf(element) || imageName(element);
  return name === '' ? [] : [{ kind, name }];
}

function kindOf(element: PageElement): Kind | undefined {
  const role = element.getAttribute('role');
  const tag = element.tagName.toUpperCase();
  if (tag === 'A' && role !== 'button') return 'link';
  if (tag === 'TEXTAREA') return 'field';
  if (tag === 'SELECT' || role === 'checkbox') return 'choice';
  if (tag !== 'INPUT') return role === 'link' ? 'link' : 'button';
  const type = (element.getAttribute('type') ?? 'text').toLowerCase();
  if (type === 'hidden') return undefined;
  if (/^(?:submit|button|reset|image)$/.test(type)) return 'button';
  return /^(?:checkbox|radio)$/.test(type) ? 'choice' : 'field';
}

/** A field's label; a button that is an input has its name as its value, which its author wrote. */
function fieldName(page: PageDocument, element: PageElement): string {
  const id = element.getAttribute('id');
  const label = id && /^[\w-]+$/.test(id) ? [...page.querySelectorAll(`label[for="${id}"]`)][0] : undefined;
  const around = label ?? element.closest('label');
  return (
    labelOf(page, element) ||
    (around ? textOf(around) : '') ||
    cut(element.getAttribute('placeholder') ?? element.getAttribute('title') ?? '', most.name)
  );
}

function labelOf(page: PageDocument, element: PageElement): string {
  const pointed = namesOf(page, element.getAttribute('aria-labelledby'));
  const isButton = /^INPUT$/i.test(element.tagName) && kindOf(element) === 'button';
  return (
    pointed ||
    cut(element.getAttribute('aria-label') ?? (isButton ? (element.getAttribute('value') ?? element.getAttribute('alt')) : '') ?? '', most.name)
  );
}

function namesOf(page: PageDocument, ids: string | null): string {
  const parts = (ids ?? '').split(/\s+/).slice(0, 4);
  return cut(parts.map((id) => (id === '' ? '' : textOf(page.getElementById(id)))).join(' '), most.name);
}

function imageName(element: PageElement): string {
  return cut(element.querySelector('img[alt]')?.getAttribute('alt') ?? element.getAttribute('title') ?? '', most.name);
}

/** Of a field that is marked as wrong, what is said about it. */
function messageOf(page: PageDocument, element: PageElement): string {
  if (element.getAttribute('aria-invalid') !== 'true') return textOf(element, most.message);
  const said = namesOf(page, element.getAttribute('aria-errormessage') ?? element.getAttribute('aria-describedby'));
  const name = fieldName(page, element);
  return said === '' ? '' : `${name}: ${said}`;
}

function textOf(element: PageElement | null, length = most.name): string {
  const parts: string[] = [];
  let left = length * 4;
  const walk = (node: unknown, depth: number): void => {
    const item = node as PageElement;
    if (left <= 0 || depth > most.depth) return;
    if (item.nodeType === 3) {
      parts.push((item.textContent ?? '').slice(0, left));
      left -= (item.textContent ?? '').length;
    }
    if (item.nodeType !== 1 || unread.test(item.tagName) || item.closest('[contenteditable=true]')) return;
    for (const child of item.childNodes) walk(child, depth + 1);
    parts.push(' ');
  };
  if (element) walk(element, 0);
  return cut(parts.join(''), length);
}

/** One line of whole characters. */
function cut(text: string, length: number): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return Array.from(line.slice(0, length * 2))
    .slice(0, length)
    .join('')
    .trim();
}

function unique(list: PageSnapshot['controls']): PageSnapshot['controls'] {
  return [...new Map(list.map((control) => [`${control.kind} ${control.name}`, control])).values()];
}

/** The last controls go first, then headings, until all of it is small enough. */
function fitted(page: PageSnapshot): PageSnapshot {
  let fit = page;
  while (new TextEncoder().encode(JSON.stringify(fit)).length > pageBytesMax) {
    const half = <T>(items: T[]) => items.slice(0, Math.floor(items.length / 2));
    fit =
      fit.controls.length > 20
        ? { ...fit, controls: half(fit.controls) }
        : { ...fit, headings: half(fit.headings), landmarks: half(fit.landmarks), messages: half(fit.messages) };
  }
  return fit;
}

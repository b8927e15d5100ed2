// What stands on the page before the chat is loaded, in a shadow root, so that no theme changes it.
import type { ChatOptions, LauncherStrings } from '../options.ts';
import { floatingHostCss, inlineHostCss, launcherCss } from './launcher-css.ts';

export type Phase = 'closed' | 'loading' | 'open' | 'failed';

export type View = {
  root: ShadowRoot;
  button: HTMLButtonElement;
  /** Where the chat is rendered. */
  panel: HTMLElement;
  show: (phase: Phase) => void;
  isOpen: () => boolean;
};

const english: LauncherStrings = {
  open: 'Open the chat',
  start: 'Start chat',
  loading: 'Loading…',
  failed: 'The chat could not be loaded. Please try again.',
};

export function createView(element: HTMLElement, options: ChatOptions): View {
  const words = { ...english, ...options.strings };
  // A policy without style-src-attr lets no attribute count, but scripts set the same.
  if (element.style.length === 0) element.style.cssText = element.getAttribute('style') ?? '';
  const root = element.attachShadow({ mode: 'open' });
  adoptStyle(root, launcherCss + (options.position === 'inline' ? inlineHostCss : floatingHostCss));
  const panel = make('div', 'panel');
  panel.id = 'aiguy-panel';
  const status = make('p', 'status');
  status.setAttribute('role', 'status');
  const button = make('button', 'launch');
  button.type = 'button';
  button.setAttribute('aria-controls', panel.id);
  const isInline = options.position === 'inline';
  button.append(...icons(), make('span', 'label', isInline ? words.start : words.open));
  const frame = make('div', `frame ${options.position}`);
  frame.dir = options.rtl ? 'rtl' : 'ltr';
  frame.lang = options.locale.replace('_', '-');
  frame.dataset.theme = options.theme;
  const card = make('div', 'card');
  card.append(...(isInline ? [make('p', 'title', options.title), make('p', 'greeting', options.greeting)] : []), status, button);
  frame.append(panel, card);
  root.append(frame);

  let phase: Phase = 'closed';
  function show(next: Phase): void {
    phase = next;
    frame.dataset.phase = next;
    button.setAttribute('aria-expanded', String(next === 'open'));
    button.setAttribute('aria-busy', String(next === 'loading'));
    status.textContent = next === 'loading' ? words.loading : next === 'failed' ? words.failed : '';
  }
  show('closed');
  return { root, button, panel, show, isOpen: () => phase === 'open' };
}

function adoptStyle(root: ShadowRoot, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
}

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** A speech bubble while closed, an arrow down while open. */
function icons(): SVGSVGElement[] {
  const shapes = {
    'to-open': 'M7.5 4h9A4.5 4.5 0 0 1 21 8.5v4a4.5 4.5 0 0 1-4.5 4.5H12l-4.5 4v-4A4.5 4.5 0 0 1 3 12.5v-4A4.5 4.5 0 0 1 7.5 4Z',
    'to-close': 'm5 9 7 7 7-7',
  };
  return Object.entries(shapes).map(([name, shape]) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', name);
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', shape);
    svg.append(path);
    return svg;
  });
}

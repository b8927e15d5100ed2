// The question before a chat that needs consent: the WP Consent API's own answer counts where a plugin manages consent; otherwise a button here.
import { __ } from '@wordpress/i18n';
import type { ChatOptions } from '../options.ts';

type ConsentApi = {
  wp_has_consent?: (category: string) => boolean;
  wp_set_consent?: (category: string, value: 'allow') => void;
  /** Set by a banner; the other by the API itself, empty where no banner has told it. */
  wp_consent_type?: string | false;
  wp_fallback_consent_type?: string | false;
};

/** A chat is there because the visitor opens it; it stores no more than it needs to work. */
const category = 'functional';
const storageKey = 'aiguy:consent';
const page: Window & ConsentApi = window;

window.aiguyConsent = { ask };

/** @returns undefined where the visitor has agreed already */
function ask(element: HTMLElement, options: ChatOptions, onClose: () => void): Promise<void> | undefined {
  const { text = '', always = true } = options.consent ?? {};
  if (isManaged() ? page.wp_has_consent?.(category) : !always || remembered(text)) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      document.removeEventListener('wp_listen_for_consent_change', changed);
      section.remove();
      resolve();
    };
    // Given in the banner while the question stands here.
    const changed = () => {
      if (isManaged() && page.wp_has_consent?.(category)) done();
    };
    const onAgree = () => {
      agree(text);
      done();
    };
    const section = draw(options, { text, onClose, onAgree });
    document.addEventListener('wp_listen_for_consent_change', changed);
    element.append(section);
    section.querySelector<HTMLElement>('.card-go')?.focus();
  });
}

/** Without a type of consent the API says yes to everything, because there is no banner that would ask. */
function isManaged(): boolean {
  const { wp_has_consent: hasConsent, wp_fallback_consent_type: fallback, wp_consent_type: type = fallback } = page;
  return hasConsent !== undefined && type !== '' && type !== false;
}

function agree(text: string): void {
  page.wp_set_consent?.(category, 'allow');
  try {
    localStorage.setItem(storageKey, text);
  } catch {
    // Without storage it is asked again on the next page.
  }
}

/** What was agreed to is the text: another text is another question. */
function remembered(text: string): boolean {
  try {
    return localStorage.getItem(storageKey) === text;
  } catch {
    return false;
  }
}

function draw(options: ChatOptions, { text, onAgree, onClose }: { text: string; onAgree: () => void; onClose: () => void }): HTMLElement {
  const isFloating = options.position === 'floating';
  const section = make('section', `chat ${options.position}`);
  section.setAttribute('role', isFloating ? 'dialog' : 'region');
  section.setAttribute('aria-label', options.title);
  section.dir = options.rtl ? 'rtl' : 'ltr';
  section.dataset.theme = options.theme;
  const title = make('h2', 'title', options.title);
  const body = make('div', 'content');
  body.style.padding = '1.25em';
  const paragraph = make('p', '', text);
  paragraph.dir = 'auto';
  const buttons = make('div', 'card-buttons');
  buttons.append(button('card-go', __('Agree and start the chat', 'aiguy'), onAgree), button('card-no', __('Not now', 'aiguy'), onClose));
  body.append(paragraph, ...(options.privacyUrl ? [link(options.privacyUrl)] : []), buttons);
  const header = make('header', 'header');
  header.append(title);
  section.append(header, body);
  section.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && isFloating) onClose();
  });
  return section;
}

function link(url: string): HTMLElement {
  const anchor = make('a', '', __('Privacy policy', 'aiguy'));
  anchor.href = url;
  anchor.target = '_blank';
  anchor.rel = 'noopener';
  return anchor;
}

function button(className: string, text: string, onClick: () => void): HTMLElement {
  const element = make('button', className, text);
  element.type = 'button';
  element.addEventListener('click', onClick);
  return element;
}

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

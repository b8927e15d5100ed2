// The launcher: a button, and on its first use everything else. Before that no request, no storage, no cookie; no dependency ever.
import type { ChatOptions, MountedChat, Words } from '../options.ts';
import { loadScript, loadScripts, loadStyle } from './load.ts';
import { createView, type View } from './view.ts';

/** Which chat of the page was open, so that a reload keeps it open. Nothing else is stored, and nothing before the visitor opens it. */
const openFlag = 'aiguy:open';
const loadTimeoutMs = 30_000;

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', startAll);
else startAll();

function startAll(): void {
  let hasFloating = false;
  document.querySelectorAll<HTMLElement>('.aiguy-chat[data-aiguy]').forEach((element, index) => {
    const options = readOptions(element);
    const isSecondFloating = hasFloating && options?.position === 'floating';
    if (!options || element.shadowRoot || isSecondFloating) return;
    hasFloating ||= options.position === 'floating';
    start(element, options, String(index));
  });
}

function readOptions(element: HTMLElement): ChatOptions | undefined {
  try {
    return JSON.parse(element.dataset.aiguy ?? '') as ChatOptions;
  } catch {
    return undefined;
  }
}

function start(element: HTMLElement, options: ChatOptions, name: string): void {
  const view = createView(element, options);
  let loading: Promise<MountedChat> | undefined;

  async function open(takesFocus: boolean): Promise<void> {
    view.show('loading');
    try {
      loading ??= load(view, options, close);
      const chat = await loading;
      view.show('open');
      chat.show({ isOpen: true, takesFocus });
      remember(name);
    } catch {
      loading = undefined;
      view.show('failed');
    }
  }

  function close(): void {
    view.show('closed');
    void loading?.then((chat) => chat.show({ isOpen: false, takesFocus: false }));
    remember(undefined);
    view.button.focus();
  }

  view.button.addEventListener('click', () => (view.isOpen() ? close() : void open(true)));
  if (remembered() === name) void open(false);
}

async function load(view: View, options: ChatOptions, onClose: () => void): Promise<MountedChat> {
  const timeout = new Promise<never>((_resolve, reject) => setTimeout(reject, loadTimeoutMs));
  const files = Promise.all([loadStyle(view.root, options.style), loadScripts(options.deps, options.chat)]);
  const words = loadWords(options.translations);
  await Promise.race([files, timeout]);
  if (!window.aiguyChat) throw new Error('the chat did not start');
  const translations = await Promise.race([words, timeout]);
  return await window.aiguyChat.mount(view.panel, { ...options, translations }, { onClose, loadScript });
}

/** Without them the chat speaks English. */
async function loadWords(words: ChatOptions['translations']): Promise<Words | null> {
  if (typeof words !== 'string') return words;
  try {
    return (await (await fetch(words)).json()).locale_data.messages;
  } catch {
    return null;
  }
}

function remembered(): string | undefined {
  try {
    // Who comes with a link from his other device wants it open.
    return location.hash.startsWith('#aiguy-') ? '0' : (sessionStorage.getItem(openFlag) ?? undefined);
  } catch {
    return undefined;
  }
}

function remember(name: string | undefined): void {
  try {
    if (name === undefined) sessionStorage.removeItem(openFlag);
    else sessionStorage.setItem(openFlag, name);
  } catch {
    // Without storage the chat simply starts closed after a reload.
  }
}

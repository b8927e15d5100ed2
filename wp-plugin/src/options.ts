// What the page says about a chat (the attribute data-aiguy, the same for every guest), and what launcher and chat are to each other.

import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { VisitorSession } from './chat/session.ts';
import type { Extras } from './widget/extras-slots.ts';

export type ChatOptions = {
  /** Base of the site's routes; ends in aiguy/v1/. Holds a «?» where permalinks are plain. */
  rest: string;
  /** Another base of the same routes, for where something keeps visitors out of the first; holds a «?». Empty for none. */
  door: string;
  chat: string;
  /** Loaded when a tool asks which page the visitor is on. */
  page: string;
  /** What an open chat offers beside writing and reading, and its style; loaded after the first view. */
  extras: string;
  extrasStyle: string;
  style: string;
  /** Addresses of WordPress' own scripts that the chat needs, in the order in which they must run. */
  deps: string[];
  locale: string;
  rtl: boolean;
  position: 'floating' | 'inline';
  title: string;
  greeting: string;
  placeholder: string;
  /** Own: the page gives --aiguy-surface or --aiguy-text. */
  theme: 'auto' | 'light' | 'dark' | 'own';
  /** Id of the agent that answers; empty for the site's default one. */
  agent?: string;
  /** Whether articles are offered for what is being typed. */
  suggestArticles: boolean;
  /** The text domain's entries as in WordPress' JSON files (locale_data.messages), the address of such a file, or null for English. */
  translations: Words | string | null;
  /** The launcher's words; it carries no translation library. */
  strings?: Partial<LauncherStrings>;
  /** Questions to begin with, at most three are shown. */
  suggestedQuestions?: string[];
};

export type Words = Record<string, string[]>;

export type LauncherStrings = { open: string; start: string; loading: string; failed: string };

export type OpenState = {
  isOpen: boolean;
  /** Whether the visitor has just asked for it; after a reload the focus stays where it is. */
  takesFocus: boolean;
};

export type MountedChat = { show: (state: OpenState) => void };

export type ChatGlobal = {
  /** Renders the chat into `element`, in whose root chat.css stands already. */
  mount: (element: HTMLElement, options: ChatOptions & { translations: Words | null }, host: ChatHost) => MountedChat;
};

export type ChatHost = {
  /** The visitor wants it closed. */
  onClose: () => void;
  /** Once a page. */
  loadScript: (url: string) => Promise<void>;
};

/** Gives the extras as soon as their style stands in the chat's root; once a page. */
export type ExtrasGlobal = (ports: {
  root: ShadowRoot;
  style: string;
  options: ChatOptions;
  session: VisitorSession;
  /** Through whichever door is open. */
  fetch: typeof fetch;
  /** What a visitor reads for an error's code. */
  explain: (code: string) => string;
}) => Promise<Extras>;

export type PageGlobal = {
  describe: () => PageSnapshot;
  /** Shows the control that an answer names. */
  show: (answer: string) => void;
};

declare global {
  interface Window {
    aiguyChat?: ChatGlobal;
    aiguyPage?: PageGlobal;
    aiguyExtras?: ExtrasGlobal;
  }
}

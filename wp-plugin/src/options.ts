// What the page says about a chat (the attribute data-aiguy, the same for every guest), and what launcher and chat are to each other.

import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { PersonState } from './chat/events.ts';
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
  /** Loaded when somebody talks to a person, or is offered to. */
  person: string;
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
  /** Address of a picture; empty for none. */
  avatar?: string;
  /** At most four, to begin with. */
  suggestedQuestions?: string[];
  /** That a machine answers; empty where the owner wants no such sentence. */
  disclosure?: string;
  privacyUrl?: string;
  /** What has to be agreed to first; `always`: also where no plugin manages consent. */
  consent?: ConsentOptions | null;
};

export type Words = Record<string, string[]>;

export type LauncherStrings = { open: string; start: string; loading: string; failed: string };

export type ConsentOptions = { script: string; text: string; always: boolean };

export type OpenState = {
  isOpen: boolean;
  /** Whether the visitor has just asked for it; after a reload the focus stays where it is. */
  takesFocus: boolean;
};

export type MountedChat = { show: (state: OpenState) => void };

export type ChatGlobal = {
  /** Renders the chat into `element`, in whose root chat.css stands already. */
  mount: (element: HTMLElement, options: ChatOptions & { translations: Words | null }, host: ChatHost) => Promise<MountedChat>;
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

export type ConsentGlobal = {
  /** Asks in `element`; resolves when the visitor agrees. Undefined where he has agreed already. */
  ask: (element: HTMLElement, options: ChatOptions, onClose: () => void) => Promise<void> | undefined;
};

export type PersonGlobal = {
  /** Shows in `place` who is spoken to or waited for; nothing when there is nobody. */
  show: (place: HTMLElement, person: PersonState | undefined, actions: PersonActions) => void;
};

/** ask: for a person, or with words for a ticket. */
export type PersonActions = { locale: string; ask: (leftMessage?: string) => void };

declare global {
  interface Window {
    aiguyConsent?: ConsentGlobal;
    aiguyPerson?: PersonGlobal;
    aiguyChat?: ChatGlobal;
    aiguyPage?: PageGlobal;
    aiguyExtras?: ExtrasGlobal;
  }
}

// What the page says about a chat (the attribute data-aiguy, the same for every guest), and what launcher and chat are to each other.

import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { PersonState } from './chat/events.ts';

export type ChatOptions = {
  /** Base of the site's routes; ends in aiguy/v1/. Holds a «?» where permalinks are plain. */
  rest: string;
  chat: string;
  /** Loaded when a tool asks which page the visitor is on. */
  page: string;
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
  theme: 'auto' | 'light' | 'dark';
  /** Whether articles are offered for what is being typed. */
  suggestArticles: boolean;
  /** The text domain's entries as in WordPress' JSON files (locale_data.messages), or null for English. */
  translations: Record<string, string[]> | null;
  /** The launcher's words; it carries no translation library. */
  strings?: Partial<LauncherStrings>;
  /** Questions to begin with, at most three are shown. */
  suggestions?: string[];
};

export type LauncherStrings = { open: string; start: string; loading: string; failed: string };

export type OpenState = {
  isOpen: boolean;
  /** Whether the visitor has just asked for it; after a reload the focus stays where it is. */
  takesFocus: boolean;
};

export type MountedChat = { show: (state: OpenState) => void };

export type ChatGlobal = {
  /** Renders the chat into `element`, in whose root chat.css stands already. */
  mount: (element: HTMLElement, options: ChatOptions, host: ChatHost) => MountedChat;
};

export type ChatHost = {
  /** The visitor wants it closed. */
  onClose: () => void;
  /** Once a page. */
  loadScript: (url: string) => Promise<void>;
};

export type PageGlobal = {
  describe: () => PageSnapshot;
  /** Shows the control that an answer names. */
  show: (answer: string) => void;
};

export type PersonGlobal = {
  /** Shows in `place` who is spoken to or waited for; nothing when there is nobody. */
  show: (place: HTMLElement, person: PersonState | undefined, actions: PersonActions) => void;
};

/** ask: for a person, or with words for a ticket. */
export type PersonActions = { locale: string; ask: (leftMessage?: string) => void };

declare global {
  interface Window {
    aiguyPerson?: PersonGlobal;
    aiguyChat?: ChatGlobal;
    aiguyPage?: PageGlobal;
  }
}

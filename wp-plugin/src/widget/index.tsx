// The chat, loaded by the launcher on first use: wires session, transport and conversation, and renders into the launcher's shadow root.
import apiFetch from '@wordpress/api-fetch';
import { createRoot } from '@wordpress/element';
import { setLocaleData } from '@wordpress/i18n';
import { type ArticleSuggestions, createArticleSuggestions } from '../chat/article-suggestions.ts';
import { type Conversation, createConversation } from '../chat/conversation.ts';
import { LogTransport } from '../chat/log-transport.ts';
import { createSession, type SendJson, type VisitorSession } from '../chat/session.ts';
import type { ReceivedEvent } from '../chat/transport.ts';
import { waitMs } from '../chat/wait.ts';
import { createWays, type WayMemory } from '../chat/ways.ts';
import type { ChatHost, ChatOptions, MountedChat } from '../options.ts';
import { ChatPanel } from './chat-panel.tsx';
import { followPage } from './follow-page.ts';
import './styles/frame.css';
import './styles/messages.css';
import './styles/cards.css';
import './styles/controls.css';
import './styles/conditions.css';

window.aiguyChat = { mount };

function mount(element: HTMLElement, options: ChatOptions, { onClose, loadScript }: ChatHost): MountedChat {
  if (options.translations) setLocaleData(options.translations, 'aiguy');
  const { rest } = options;
  const session = createSession({ rest, send, now: Date.now });
  const conversation = converse(rest, session, async () => await loadScript(options.page));
  const suggestions = options.suggestArticles ? suggest(rest, session) : undefined;
  const root = createRoot(element);
  const loadPerson = async () => await loadScript(options.person);
  const show: MountedChat['show'] = (openState) =>
    root.render(<ChatPanel {...{ options, conversation, suggestions, openState, onClose, loadPerson }} />);
  void conversation.load();
  return { show };
}

/** The handler itself, without middlewares: those are the page's, and may add a nonce that is older than it may be. */
const send: SendJson = async (request) => await apiFetch.defaultFetchHandler({ ...request, credentials: 'same-origin', cache: 'no-store' });

function converse(rest: string, session: VisitorSession, loadPage: () => Promise<void>): Conversation {
  return createConversation({
    now: Date.now,
    newId: () => crypto.getRandomValues(new Uint32Array(4)).reduce((id, part) => id + part.toString(36).padStart(7, '0'), ''),
    connect: (sink) => {
      const follow = followPage(loadPage, (requestId, page) => transport.tellPage(requestId, page));
      const onEvents = (events: ReceivedEvent[]) => {
        follow(events);
        sink.onEvents(events);
      };
      const ports = { rest, session, fetch: window.fetch.bind(window), ...sink, onEvents };
      const ways = createWays({ ...ports, clock: () => performance.now(), memory, connect: (url, protocols) => new WebSocket(url, protocols) });
      const transport: LogTransport = new LogTransport({
        ...ports,
        ways,
        network: { isOnline: () => navigator.onLine, events: window },
        random: Math.random,
      });
      return transport;
    },
  });
}

const wayKey = 'aiguy:way';

/** For the tab, so that each of its pages does not find out anew. */
const memory: WayMemory = {
  read: () => {
    try {
      return sessionStorage.getItem(wayKey);
    } catch {
      return null;
    }
  },
  write: (name) => {
    try {
      sessionStorage.setItem(wayKey, name);
    } catch {
      // Without storage the next page tries again.
    }
  },
};

function suggest(rest: string, session: VisitorSession): ArticleSuggestions {
  return createArticleSuggestions({ rest, session, base: document.baseURI, fetch: window.fetch.bind(window), wait: waitMs });
}

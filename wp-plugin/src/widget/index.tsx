// The chat, loaded by the launcher on first use: wires session, transport and conversation, and renders into the launcher's shadow root.
import apiFetch from '@wordpress/api-fetch';
import { createRoot } from '@wordpress/element';
import { __, setLocaleData } from '@wordpress/i18n';
import { type Conversation, createConversation } from '../chat/conversation.ts';
import { createDoor } from '../chat/door.ts';
import { errorText } from '../chat/error-text.ts';
import { LogTransport } from '../chat/log-transport.ts';
import { createSession, type SendJson, type VisitorSession } from '../chat/session.ts';
import type { ReceivedEvent } from '../chat/transport.ts';
import { createWays, type WayMemory } from '../chat/ways.ts';
import type { ChatGlobal, ChatOptions, MountedChat, OpenState } from '../options.ts';
import { ChatPanel } from './chat-panel.tsx';
import { followPage } from './follow-page.ts';
import './styles/frame.css';
import './styles/own-colours.css';
import './styles/messages.css';
import './styles/cards.css';
import './styles/controls.css';
import './styles/conditions.css';

/** Loaded by the first chat that may. */
type Talk = { conversation: Conversation; site: Site; load: () => void };

window.aiguyChat = { mount: createMount() };

function createMount(): ChatGlobal['mount'] {
  /** What leads to the same agent is one conversation, in whichever chat of the page the visitor writes. */
  const talks = new Map<string, Talk>();
  return async (element, options, { onClose, loadScript }) => {
    if (options.translations) setLocaleData(options.translations, 'aiguy');
    if (options.consent) await loadScript(options.consent.script);
    const key = `${options.rest} ${options.agent ?? ''}`;
    const talk = talks.get(key) ?? begin(options, async () => await loadScript(options.page));
    talks.set(key, talk);
    const loadExtras = async () => {
      await loadScript(options.extras);
      const root = element.getRootNode() as ShadowRoot;
      return await window.aiguyExtras?.({ root, style: options.extrasStyle, options, ...talk.site, explain: (code) => errorText(code, __) });
    };
    const loadPerson = async () => await loadScript(options.person);
    const root = createRoot(element);
    const { conversation } = talk;
    const draw: MountedChat['show'] = (openState) =>
      root.render(<ChatPanel {...{ options, conversation, openState, onClose, loadExtras, loadPerson }} />);
    // Before the visitor has agreed there is no session, and so no cookie.
    const agreed = options.consent ? window.aiguyConsent?.ask(element, options, onClose) : undefined;
    return agreed ? showOnce(agreed, draw, talk) : showAtOnce(draw, talk);
  };
}

function showAtOnce(draw: MountedChat['show'], talk: Talk): MountedChat {
  talk.load();
  return { show: draw };
}

function showOnce(agreed: Promise<void>, draw: MountedChat['show'], talk: Talk): MountedChat {
  let last: OpenState | undefined;
  let isAgreed = false;
  void agreed.then(() => {
    isAgreed = true;
    if (last) draw(last);
    talk.load();
  });
  return {
    show: (openState) => {
      last = openState;
      if (isAgreed) draw(openState);
    },
  };
}

function begin({ rest, door, agent, locale }: ChatOptions, loadPage: () => Promise<void>): Talk {
  const way = createDoor({ rest, door, send, memory: doorMemory });
  const site: Site = {
    rest,
    session: createSession({ rest, agent, locale, send: way.send, now: Date.now }),
    fetch: (url, init) => fetch(way.through(String(url)), init),
  };
  const conversation = converse(site, loadPage);
  let hasLoaded = false;
  return {
    conversation,
    site,
    load: () => {
      if (!hasLoaded) void conversation.load();
      hasLoaded = true;
    },
  };
}

/** The handler itself, without middlewares: those are the page's, and may add a nonce that is older than it may be. */
const send: SendJson = async (request) => await apiFetch.defaultFetchHandler({ ...request, credentials: 'same-origin', cache: 'no-store' });

type Site = { rest: string; session: VisitorSession; fetch: typeof fetch };

function converse(site: Site, loadPage: () => Promise<void>): Conversation {
  return createConversation({
    now: Date.now,
    changeSession: site.session.change,
    newId: () => crypto.getRandomValues(new Uint32Array(4)).reduce((id, part) => id + part.toString(36).padStart(7, '0'), ''),
    connect: (sink) => {
      const follow = followPage(loadPage, (requestId, page) => transport.tellPage(requestId, page));
      const onEvents = (events: ReceivedEvent[]) => {
        follow(events);
        sink.onEvents(events);
      };
      const ports = { ...site, ...sink, onEvents };
      const ways = createWays({
        ...ports,
        clock: () => performance.now(),
        memory: wayMemory,
        connect: (url, protocols) => new WebSocket(url, protocols),
      });
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

const wayMemory: WayMemory = remember('aiguy:way');
const doorMemory = remember('aiguy:door');

/** For the tab, so that each of its pages does not find out anew. */
function remember(key: string): { read: () => string | null; write: (value: string) => void } {
  return {
    read: () => {
      try {
        return sessionStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write: (value) => {
      try {
        sessionStorage.setItem(key, value);
      } catch {
        // Without storage the next page tries again.
      }
    },
  };
}

// The chat, loaded by the launcher on first use: wires session, transport and conversation, and renders into the launcher's shadow root.
import apiFetch from '@wordpress/api-fetch';
import { createRoot } from '@wordpress/element';
import { setLocaleData } from '@wordpress/i18n';
import { type Conversation, createConversation } from '../chat/conversation.ts';
import { createSession, type SendJson } from '../chat/session.ts';
import { createRelayTransport } from '../chat/transport.ts';
import type { ChatOptions, MountedChat } from '../options.ts';
import { ChatPanel } from './chat-panel.tsx';
import './styles/frame.css';
import './styles/messages.css';
import './styles/controls.css';
import './styles/conditions.css';

window.aiguyChat = { mount };

function mount(element: HTMLElement, options: ChatOptions, onClose: () => void): MountedChat {
  if (options.translations) setLocaleData(options.translations, 'aiguy');
  const conversation = converse(options.rest);
  const root = createRoot(element);
  const show: MountedChat['show'] = (openState) =>
    root.render(<ChatPanel options={options} conversation={conversation} openState={openState} onClose={onClose} />);
  void conversation.load();
  return { show };
}

/** The handler itself, without middlewares: those are the page's, and may add a nonce that is older than it may be. */
const send: SendJson = async (request) => await apiFetch.defaultFetchHandler({ ...request, credentials: 'same-origin', cache: 'no-store' });

function converse(rest: string): Conversation {
  return createConversation({
    now: Date.now,
    newId: () => crypto.getRandomValues(new Uint32Array(4)).reduce((id, part) => id + part.toString(36).padStart(7, '0'), ''),
    connect: (sink) =>
      createRelayTransport({
        rest,
        session: createSession({ rest, send, now: Date.now }),
        fetch: window.fetch.bind(window),
        network: { isOnline: () => navigator.onLine, events: window },
        random: Math.random,
        ...sink,
      }),
  });
}

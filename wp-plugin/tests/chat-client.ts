/// <reference lib="dom" />
// The chat's own code without its looks, over real HTTP: what a browser's fetch and cookies do, done by node:http.
import { Readable } from 'node:stream';
import { open } from '../../scripts/wordpress/http.ts';
import { createDoor } from '../src/chat/door.ts';
import { LogTransport } from '../src/chat/log-transport.ts';
import { createSession, type SendJson } from '../src/chat/session.ts';
import type { ReceivedEvent } from '../src/chat/transport.ts';
import { createWays } from '../src/chat/ways.ts';
import { Browser } from './host-scenario.ts';

export type ChatClient = {
  transport: LogTransport;
  browser: Browser;
  events: ReceivedEvent[];
  /** Settles when more events have come. */
  news: () => Promise<void>;
  /** Requests as they went out, such as «POST …/chat» and what it wanted. */
  requests: { method: string; url: string; accept: string }[];
  /** What the tab remembers. */
  remembered: Record<string, string>;
};

/** @param remembered what the tab knows from an earlier page */
export async function openChat(pageUrl: string, remembered: Record<string, string> = {}): Promise<ChatClient> {
  return startChat(await Browser.visit(pageUrl), remembered);
}

export function startChat(browser: Browser, remembered: Record<string, string> = {}): ChatClient {
  let more = Promise.withResolvers<void>();
  const client: Omit<ChatClient, 'transport'> = { browser, events: [], requests: [], remembered, news: async () => await more.promise };
  const fetchIt = (url: unknown, init?: RequestInit) => fetchAs(client, String(url), init);
  const memory = (key: string) => ({
    read: () => remembered[key] ?? null,
    write: (value: string) => {
      remembered[key] = value;
    },
  });
  const send: SendJson = async ({ url, data, ...request }) => {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json', ...request.headers };
    const response = await fetchIt(url, { ...request, headers, body: JSON.stringify(data) });
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    return response.ok && body ? body : Promise.reject(body ?? { code: 'invalid_json' });
  };
  const door = createDoor({ ...browser.options, send, memory: memory('door') });
  const session = createSession({ rest: browser.options.rest, send: door.send, now: Date.now });
  const ports = {
    rest: browser.options.rest,
    session,
    fetch: ((url: unknown, init?: RequestInit) => fetchIt(door.through(String(url)), init)) as typeof fetch,
    isExpecting: () => false,
    network: { isOnline: () => true, events: new EventTarget() },
    random: Math.random,
    onTaken: () => undefined,
    onEvents: (events: ReceivedEvent[]) => {
      client.events.push(...events);
      more.resolve();
      more = Promise.withResolvers<void>();
    },
    onConnection: () => undefined,
    onRestart: () => undefined,
  };
  const connect = () => {
    throw new Error('no WebSocket here');
  };
  const ways = createWays({ ...ports, clock: () => performance.now(), memory: memory('way'), connect });
  return { ...client, transport: new LogTransport({ ...ports, ways }) };
}

async function fetchAs({ browser, requests }: Omit<ChatClient, 'transport'>, url: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET', signal, body } = init;
  const headers = (init.headers ?? {}) as Record<string, string>;
  requests.push({ method, url, accept: headers.Accept ?? '' });
  const sent = { method, headers, ...(typeof body === 'string' ? { body } : {}), ...(signal ? { signal } : {}) };
  const response = await open(url, browser.request(sent));
  browser.keepCookies(response);
  const stream = Readable.toWeb(browser.unpacked(response)) as ReadableStream<Uint8Array>;
  const answered = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  return new Response([204, 304].includes(response.statusCode ?? 0) ? null : stream, { status: response.statusCode ?? 0, headers: answered });
}

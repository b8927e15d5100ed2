// A site as the transport's tests see it: each request gets the next scripted answer; streams are written by hand, chunk by chunk.
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { SiteSession } from '@aiguy/manifests/generated/http';
import { LogTransport } from './log-transport.ts';
import type { VisitorSession } from './session.ts';
import type { Command, Connection, ReceivedEvent } from './transport.ts';
import { createWays } from './ways.ts';

export type SentRequest = { method: string; path: string; body: unknown; headers: Record<string, string>; signal: AbortSignal };
export type Answer = (request: SentRequest) => Response | Promise<Response>;

export const rest = 'https://shop.example/wp-json/aiguy/v1/';

export function frame(id: number, event: object): string {
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}

export const started = (id: number) =>
  frame(id, { type: 'RUN_STARTED', runId: 'r', input: { messages: [{ id: 'message-01', role: 'user', content: 'Hi' }] } });
export const finished = (id: number) => frame(id, { type: 'RUN_FINISHED', outcome: { type: 'success' } });
export const step = (id: number) => frame(id, { type: 'STEP_STARTED', stepName: 'plan' });

/** A stream with these chunks, then its end, an error, or nothing more. */
export function stream(chunks: string[], ending: 'end' | 'break' | 'hang' = 'end'): Answer {
  return ({ signal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        if (ending === 'end') controller.close();
        signal.addEventListener('abort', () => ending === 'hang' && controller.error(signal.reason));
      },
      pull(controller) {
        if (ending === 'break') controller.error(new TypeError('network error'));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
  };
}

/** A stream whose chunks are sent by the test, whenever it wants. */
export function openStream(): { answer: Answer; push: (chunk: string) => void } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return {
    answer: ({ signal }) => {
      signal.addEventListener('abort', () => controller?.error(signal.reason));
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    push: (chunk) => controller?.enqueue(new TextEncoder().encode(chunk)),
  };
}

/** What a site answers that only hands a command over. */
export function taken(isTaken: boolean): Answer {
  return () => Response.json({ taken: isTaken }, { status: 202, headers: { 'retry-after': '2' } });
}

export function refusal(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return () => Response.json({ code, message: '', requestId: 'r' }, { status, headers });
}

export const unreachable: Answer = () => {
  throw new TypeError('Failed to fetch');
};

type SiteOptions = {
  rest?: string;
  sessions?: string[];
  isExpecting?: boolean;
  /** The way that this tab took before. */
  remembered?: string;
  WebSocket?: typeof WebSocket;
  /** Where browsers reach the orchestrator, when the site allows it. */
  directUrl?: string;
};

/** A network that lets no WebSocket through. */
class NoSocket {
  constructor() {
    throw new TypeError('no WebSocket here');
  }
}

function fakeSession({ sessions = ['session-a'], directUrl }: SiteOptions) {
  let renewals = 0;
  const current = async () =>
    ({
      sessionId: sessions[Math.min(renewals, sessions.length - 1)],
      assertion: `assertion-${renewals}`,
      transport: directUrl ? 'direct' : 'relay',
      orchestratorUrl: directUrl ?? null,
    }) as SiteSession;
  const session: VisitorSession = {
    ensure: current,
    renew: async () => {
      renewals += 1;
      return await current();
    },
    change: async () => {
      renewals += 1;
      return await current();
    },
    headers: () => ({ 'X-WP-Nonce': `nonce-${renewals}` }),
  };
  return { session, renewals: () => renewals };
}

function rememberWay(way: string | null) {
  const memory = {
    way,
    read: () => memory.way,
    write: (name: string) => {
      memory.way = name;
    },
  };
  return memory;
}

export function fakeSite(answers: Answer[], options: SiteOptions = {}) {
  const requests: SentRequest[] = [];
  const received: ReceivedEvent[] = [];
  const connections: Connection[] = [];
  const restarts: number[] = [];
  const { session, renewals } = fakeSession(options);
  const network = { online: true, isOnline: () => network.online, events: new EventTarget() };
  const fakeFetch = async (url: unknown, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const path = String(url).replace(rest, '');
    const request = { method: init.method ?? 'GET', path, body, headers: init.headers as Record<string, string>, signal: init.signal as AbortSignal };
    requests.push(request);
    const answer = answers.shift();
    assert.ok(answer, `no answer left for ${request.method} ${path}`);
    return await answer(request);
  };
  const taken: Command[] = [];
  const clock = { ms: 0 };
  const memory = rememberWay(options.remembered ?? null);
  const ports = { rest: options.rest ?? rest, session, fetch: fakeFetch as typeof fetch, isExpecting: () => options.isExpecting ?? false };
  const ways = createWays({
    ...ports,
    memory,
    clock: () => clock.ms,
    connect: (url, protocols) => new (options.WebSocket ?? (NoSocket as unknown as typeof WebSocket))(url, protocols),
  });
  const transport = new LogTransport({
    ...ports,
    ways,
    network,
    random: () => 0,
    onTaken: (command) => taken.push(command),
    onEvents: (events) => received.push(...events),
    onConnection: (connection) => connections.at(-1) !== connection && connections.push(connection),
    onRestart: () => restarts.push(received.length),
  });
  const sent = () => requests.map(({ method, path }) => `${method} ${path}`);
  const ids = () => received.map(({ id }) => id);
  return { transport, requests, sent, ids, taken, clock, memory, connections, restarts, network, renewals };
}

const realSetImmediate = setImmediate;

/** Lets everything happen that needs no time, then passes time until the promise is settled. */
export async function settle<T>(promise: Promise<T>, stepMs = 1000): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => undefined);
  for (let turns = 0; turns < 5000 && !isSettled; turns += 1) {
    await idle();
    if (!isSettled) mock.timers.tick(stepMs);
  }
  return await settled;
}

export async function idle(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => realSetImmediate(resolve));
}

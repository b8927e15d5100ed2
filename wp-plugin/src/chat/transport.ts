// How a message leaves and how events come back. The relay through WordPress is the one that works on every site.
import { EventStreamParser, type StreamFrame } from './event-stream.ts';
import { type ChatEvent, isTerminal, parseEvent } from './events.ts';
import { ChatError, type VisitorSession } from './session.ts';
import { backoffMs, type Network, waitMs, whenOnline } from './wait.ts';

/**
 * Contract: events are handed over in order, each once; a stream that breaks is continued from the last one. `send` and `resume` settle when
 * nothing is running any more, and reject with a ChatError when they give up; the run itself goes on without them. One of them at a time:
 * a new call ends the one before. A message is repeated only with its messageId, which the server takes once.
 */
export type Transport = {
  send(message: string, messageId: string): Promise<void>;
  resume(after: number): Promise<void>;
  cancel(): Promise<void>;
  close(): void;
};

export type Connection = 'connected' | 'reconnecting' | 'offline';

export type TransportPorts = {
  rest: string;
  session: VisitorSession;
  fetch: typeof fetch;
  network: Network;
  random: () => number;
} & TransportSink;

export type ReceivedEvent = { id: number; event: ChatEvent | undefined };

export type TransportSink = {
  /** What arrived together, in order. */
  onEvents: (events: ReceivedEvent[]) => void;
  onConnection: (connection: Connection) => void;
  /** The session is another one than before: the visitor has signed in or out, or the old one has ended. */
  onRestart: () => void;
};

/** The orchestrator sends a heartbeat every ten seconds; three missed ones mean that the connection is dead. */
const idleTimeoutMs = 30_000;
/** Failures in a row, without a new event between them. */
const attemptsMax = 6;
const offlineMaxMs = 600_000;
const cancelTimeoutMs = 10_000;

const sessionRefused = new Set(['session_required', 'invalid_token', 'rest_cookie_invalid_nonce', 'rest_forbidden']);
const worthRepeating = new Set([408, 429, 500, 502, 503, 504]);

/** A conversation over one or more requests: the first sends a message, or all follow. */
type Following = { message: { message: string; messageId: string } | undefined; signal: AbortSignal; mayRenew: boolean };

export function createRelayTransport(ports: TransportPorts): Transport {
  return new RelayTransport(ports);
}

class RelayTransport implements Transport {
  readonly #ports: TransportPorts;
  #cursor = 0;
  #isRunning = false;
  #sessionId: string | undefined;
  #current: AbortController | undefined;

  constructor(ports: TransportPorts) {
    this.#ports = ports;
  }

  async send(message: string, messageId: string): Promise<void> {
    await this.#follow({ message, messageId });
  }

  async resume(after: number): Promise<void> {
    this.#cursor = after;
    this.#isRunning = false;
    await this.#follow(undefined);
  }

  async cancel(): Promise<void> {
    await this.#request({ method: 'DELETE', signal: AbortSignal.timeout(cancelTimeoutMs) });
  }

  close(): void {
    this.#current?.abort();
  }

  async #follow(message: Following['message']): Promise<void> {
    this.close();
    const controller = new AbortController();
    this.#current = controller;
    const following: Following = { message, signal: controller.signal, mayRenew: true };
    let attempt = 0;
    while (!controller.signal.aborted) {
      const before = this.#cursor;
      const ending = await this.#attempt(following);
      if (ending.isOver || controller.signal.aborted) break;
      attempt = this.#cursor > before ? 0 : attempt + 1;
      if (attempt > attemptsMax) throw ending.error ?? new ChatError('connection_lost');
      await this.#pause(attempt, ending, controller.signal);
    }
    if (!controller.signal.aborted) this.#ports.onConnection('connected');
  }

  async #pause(attempt: number, ending: Ending, signal: AbortSignal): Promise<void> {
    const { network, onConnection, random } = this.#ports;
    if (ending.isGap) return;
    onConnection(network.isOnline() ? 'reconnecting' : 'offline');
    if (!(await whenOnline(network, offlineMaxMs, signal))) throw new ChatError('offline');
    await waitMs(ending.error?.retryAfterMs ?? backoffMs(attempt, random), signal);
  }

  async #attempt(following: Following): Promise<Ending> {
    const idle = new IdleTimer(idleTimeoutMs);
    try {
      const response = await this.#open(following, AbortSignal.any([following.signal, idle.signal]));
      return response ? await this.#read(response, following, idle) : { isOver: true };
    } catch (error) {
      if (following.signal.aborted) return { isOver: true };
      if (error instanceof HttpError && (following.message || !worthRepeating.has(error.status))) throw error;
      return { isOver: false, ...(error instanceof ChatError ? { error } : {}) };
    } finally {
      idle.stop();
    }
  }

  /** @returns undefined when there is nothing to follow */
  async #open(following: Following, signal: AbortSignal): Promise<Response | undefined> {
    try {
      this.#enter(await this.#ports.session.ensure());
      return await this.#request({ method: following.message ? 'POST' : 'GET', body: following.message, signal });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (sessionRefused.has(error.code) && following.mayRenew) {
        following.mayRenew = false;
        this.#enter(await this.#ports.session.renew());
        return await this.#open(following, signal);
      }
      // The orchestrator hears of a session with its first message.
      if (error.code === 'not_found' && !following.message && this.#cursor === 0) return undefined;
      throw error;
    }
  }

  #enter({ sessionId }: { sessionId: string }): void {
    if (this.#sessionId !== undefined && this.#sessionId !== sessionId) {
      this.#cursor = 0;
      this.#isRunning = false;
      this.#ports.onRestart();
    }
    this.#sessionId = sessionId;
  }

  async #request(request: { method: string; body?: object | undefined; signal: AbortSignal }): Promise<Response> {
    const { rest, session } = this.#ports;
    const query = request.method === 'GET' ? `${rest.includes('?') ? '&' : '?'}after=${this.#cursor}` : '';
    const accept = request.method === 'DELETE' ? 'application/json' : 'text/event-stream';
    const response = await this.#ports.fetch(`${rest}chat${query}`, {
      method: request.method,
      headers: { Accept: accept, ...(request.body ? { 'Content-Type': 'application/json' } : {}), ...session.headers() },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: request.signal,
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    });
    if (response.ok && (response.headers.get('content-type') ?? '').startsWith(accept)) return response;
    throw await readError(response);
  }

  async #read(response: Response, following: Following, idle: IdleTimer): Promise<Ending> {
    const reader = response.body?.getReader();
    if (!reader) return { isOver: false };
    const parser = new EventStreamParser();
    const isAnswer = following.message !== undefined;
    for (;;) {
      const { done, value } = await reader.read();
      // A relay may end an answer that it may not carry for longer; then it is continued.
      if (done) return { isOver: !(isAnswer || this.#isRunning) };
      idle.restart();
      this.#ports.onConnection('connected');
      const frames = parser.push(value);
      // Its first event proves that the message was taken; from here on it is followed, not sent again.
      if (frames.length > 0) following.message = undefined;
      const ending = this.#take(frames, isAnswer);
      if (ending) return ending;
    }
  }

  /** @returns how the reading ends with these frames, or undefined when it goes on */
  #take(frames: StreamFrame[], isAnswer: boolean): Ending | undefined {
    const events: ReceivedEvent[] = [];
    let ending: Ending | undefined;
    for (const frame of frames) {
      const id = Number(frame.id);
      if (!Number.isSafeInteger(id) || id <= this.#cursor) continue;
      // What was said elsewhere in between (another tab) is fetched before what comes after it.
      ending =
        isAnswer && id !== this.#cursor + 1 ? { isOver: false, isGap: true } : this.#accept(events, { id, event: parseEvent(frame.data) }, isAnswer);
      if (ending) break;
    }
    if (events.length > 0) this.#ports.onEvents(events);
    return ending;
  }

  #accept(events: ReceivedEvent[], received: ReceivedEvent, isAnswer: boolean): Ending | undefined {
    events.push(received);
    this.#cursor = received.id;
    if (received.event?.type === 'RUN_STARTED') this.#isRunning = true;
    if (!isTerminal(received.event)) return undefined;
    this.#isRunning = false;
    return isAnswer ? { isOver: true } : undefined;
  }
}

type Ending = { isOver: boolean; isGap?: boolean; error?: ChatError };

class HttpError extends ChatError {
  readonly status: number;

  constructor(status: number, code: string, retryAfterMs: number | undefined) {
    super(code, retryAfterMs);
    this.status = status;
  }
}

/** Whatever stands before the site may answer with anything; only a body with a code of ours is believed. */
async function readError(response: Response): Promise<HttpError> {
  const body = (await response.json().catch(() => undefined)) as { code?: unknown } | undefined;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = seconds >= 0 && seconds <= 60 ? seconds * 1000 : undefined;
  const unknown = response.status >= 500 ? 'orchestrator_unavailable' : 'blocked';
  return new HttpError(response.status, typeof body?.code === 'string' ? body.code : unknown, retryAfterMs);
}

/** Aborts when it was not restarted for so long; ends the request in any case when it is stopped. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

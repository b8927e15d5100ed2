// Follows the session's log over whatever way works: one cursor, several commands, breaks and sessions that end.
import type { PageSnapshot, SiteSession } from '@aiguy/manifests/generated/http';
import { type ChatEvent, isTerminal } from './events.ts';
import { IdleTimer } from './idle-timer.ts';
import { expectAnswer, HttpError } from './refusal.ts';
import { ChatError, toChatError, type VisitorSession } from './session.ts';
import type { Command, ReceivedEvent, Transport, TransportSink } from './transport.ts';
import { backoffMs, type Network, waitMs, whenOnline } from './wait.ts';
import type { Batch, Way, WayRequest } from './way.ts';
import type { Ways } from './ways.ts';

export type LogTransportPorts = {
  rest: string;
  session: VisitorSession;
  fetch: typeof fetch;
  network: Network;
  random: () => number;
  ways: Ways;
} & TransportSink;

/** The orchestrator sends a heartbeat every ten seconds; three missed ones mean that the connection is dead. */
const idleTimeoutMs = 30_000;
/** Failures in a row, without a new event between them. */
const attemptsMax = 6;
const offlineMaxMs = 600_000;
const requestTimeoutMs = 10_000;
/** Between two attempts to watch: after something has happened, and after nothing or a failure, for whose end nobody waits. */
const newsPauseMs = 1_000;
const quietPauseMs = 25_000;

const sessionRefused = new Set(['session_required', 'invalid_token', 'rest_cookie_invalid_nonce', 'rest_forbidden']);
const worthRepeating = new Set([408, 429, 500, 502, 503, 504]);

/** A part of the conversation over one or more requests: the first sends a command, or all follow. */
type Following = { command: Command | undefined; signal: AbortSignal; takeOver: () => void; mayRenew: boolean; wasSent: boolean };
type Ending = { isOver: boolean; isGap?: boolean; isOtherWay?: boolean; error?: ChatError };

export class LogTransport implements Transport {
  readonly #ports: LogTransportPorts;
  readonly #readers = new Set<AbortController>();
  /** Messages that the server has taken and not yet begun to answer. */
  readonly #waiting = new Set<string>();
  #cursor = 0;
  #isRunning = false;
  #sessionId: string | undefined;

  constructor(ports: LogTransportPorts) {
    this.#ports = ports;
  }

  async send(message: string, messageId: string): Promise<void> {
    await this.#follow({ type: 'message', message, messageId });
  }

  async submit(command: Command): Promise<void> {
    await this.#follow(command);
  }

  async resume(after: number): Promise<void> {
    this.#stopReaders();
    this.#cursor = after;
    this.#isRunning = false;
    this.#waiting.clear();
    await this.#follow(undefined);
  }

  async watch(after: number, signal: AbortSignal): Promise<void> {
    this.#stopReaders();
    this.#cursor = after;
    const { controller, following } = this.#begin(undefined);
    signal.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
    while (!controller.signal.aborted) {
      const before = this.#cursor;
      if (await this.#watchOnce(following)) await this.#untilOver({ ...following, mayRenew: true }).catch(() => undefined);
      await waitMs(this.#cursor > before ? newsPauseMs : quietPauseMs, controller.signal);
    }
    this.#readers.delete(controller);
  }

  async cancel(): Promise<void> {
    await this.#ask('chat', 'DELETE');
  }

  async receipt(number: number): Promise<Blob> {
    return await (await this.#ask(this.#path(`chat/receipt?number=${number}`), 'GET')).blob();
  }

  async file(fileId: string): Promise<Blob> {
    return await (await this.#ask(this.#path(`chat/file?id=${fileId}`), 'GET', { type: 'application/pdf' })).blob();
  }

  async call(path: string, body?: object): Promise<unknown> {
    await this.#ports.session.ensure();
    return await (await this.#ask(this.#path(`chat/${path}`), body ? 'POST' : 'GET', body ? { body: JSON.stringify(body) } : {})).json();
  }

  async askPerson(leaveMessage?: { messageId: string; text: string }): Promise<void> {
    this.#enter(await this.#ports.session.ensure());
    await this.#ask('chat/handoff', 'POST', { body: JSON.stringify({ leaveMessage }) });
  }

  /** Says which page the visitor is on, as a tool has asked. */
  async tellPage(requestId: string, page: PageSnapshot): Promise<void> {
    await this.call('page', { requestId, page });
  }

  close(): void {
    this.#stopReaders();
    this.#ports.ways.close();
  }

  /** Sites without pretty addresses have a query already. */
  #path(path: string): string {
    return this.#ports.rest.includes('?') ? path.replace('?', '&') : path;
  }

  async #ask(path: string, method: string, { type = 'application/json', body }: { type?: string; body?: string } = {}): Promise<Response> {
    const { fetch, rest, session } = this.#ports;
    const headers = { Accept: type, ...(body ? { 'Content-Type': 'application/json' } : {}), ...session.headers() };
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const init = { method, headers, credentials: 'same-origin', cache: 'no-store', signal, ...(body ? { body } : {}) } as const;
    return await expectAnswer(await fetch(rest + path, init), type);
  }

  #stopReaders(kept?: AbortController): void {
    for (const reader of this.#readers) if (reader !== kept) reader.abort();
  }

  #begin(command: Command | undefined): { controller: AbortController; following: Following } {
    const controller = new AbortController();
    this.#readers.add(controller);
    const takeOver = () => this.#stopReaders(controller);
    return { controller, following: { command, signal: controller.signal, takeOver, mayRenew: true, wasSent: false } };
  }

  async #follow(command: Command | undefined): Promise<void> {
    const { controller, following } = this.#begin(command);
    try {
      await this.#untilOver(following);
    } finally {
      this.#readers.delete(controller);
    }
    if (!controller.signal.aborted) this.#ports.onConnection('connected');
  }

  async #untilOver(following: Following): Promise<void> {
    const { signal } = following;
    let attempt = 0;
    while (!signal.aborted) {
      const before = this.#cursor;
      const ending = await this.#attempt(following);
      if (ending.isOver || signal.aborted) return;
      if (ending.isGap || ending.isOtherWay) continue;
      attempt = this.#cursor > before ? 0 : attempt + 1;
      if (attempt > attemptsMax) throw ending.error ?? new ChatError('connection_lost');
      await this.#pause(attempt, ending, signal);
    }
  }

  async #pause(attempt: number, ending: Ending, signal: AbortSignal): Promise<void> {
    const { network, random } = this.#ports;
    this.#ports.onConnection(network.isOnline() ? 'reconnecting' : 'offline');
    if (!(await whenOnline(network, offlineMaxMs, signal))) throw new ChatError('offline');
    await waitMs(ending.error?.retryAfterMs ?? backoffMs(attempt, random), signal);
  }

  async #attempt(following: Following): Promise<Ending> {
    const idle = new IdleTimer(idleTimeoutMs);
    let way: Way | undefined;
    try {
      const session = this.#enter(await this.#ports.session.ensure());
      way = this.#ports.ways.current(session);
      return await this.#read(
        way.open(this.#request(session, following.command, AbortSignal.any([following.signal, idle.signal]))),
        following,
        () => {
          idle.restart();
          this.#ports.ways.proved(way as Way);
        },
      );
    } catch (error) {
      return await this.#recover(error, following, way);
    } finally {
      idle.stop();
    }
  }

  async #recover(error: unknown, following: Following, way: Way | undefined): Promise<Ending> {
    if (following.signal.aborted) return { isOver: true };
    if (way && this.#ports.network.isOnline() && this.#ports.ways.giveUp(way, error)) return { isOver: false, isOtherWay: true };
    if (error instanceof ChatError) return await this.#recoverRefused(error, following);
    following.wasSent ||= following.command !== undefined;
    return { isOver: false };
  }

  async #recoverRefused(error: ChatError, following: Following): Promise<Ending> {
    if (sessionRefused.has(error.code) && following.mayRenew) return await this.#renew(following);
    // The orchestrator hears of a session with its first message.
    if (error.code === 'not_found' && !following.command && this.#cursor === 0) return { isOver: true };
    // Deleted after a long pause: the same session begins a new conversation.
    if (error.code === 'session_expired' && this.#cursor > 0) {
      this.#beginAnew();
      return { isOver: false, isGap: true };
    }
    if (isTakenBefore(error, following)) {
      this.#taken(following);
      return { isOver: false, isGap: true };
    }
    if (error instanceof HttpError && (following.command || !worthRepeating.has(error.status))) throw error;
    return { isOver: false, error };
  }

  async #renew(following: Following): Promise<Ending> {
    following.mayRenew = false;
    try {
      this.#enter(await this.#ports.session.renew());
      return { isOver: false, isOtherWay: true };
    } catch (error) {
      return { isOver: false, error: toChatError(error) };
    }
  }

  #enter(session: SiteSession): SiteSession {
    if (this.#sessionId !== undefined && this.#sessionId !== session.sessionId) this.#beginAnew();
    this.#sessionId = session.sessionId;
    return session;
  }

  #beginAnew(): void {
    this.#cursor = 0;
    this.#isRunning = false;
    this.#waiting.clear();
    this.#ports.onRestart();
  }

  async #read(batches: AsyncIterable<Batch>, following: Following, onAlive: () => void): Promise<Ending> {
    const isAnswer = following.command !== undefined;
    for await (const batch of batches) {
      if (following.signal.aborted) return { isOver: true };
      onAlive();
      const ending = this.#accept(batch, following, isAnswer);
      if (ending) return ending;
    }
    following.wasSent ||= isAnswer;
    // A relay may end an answer that it may not carry for longer; then it is continued.
    const isOver = !isAnswer && !this.#isRunning;
    if (isOver) this.#waiting.clear();
    return { isOver };
  }

  /** @returns how the reading ends with this batch, or undefined when it goes on */
  #accept(batch: Batch, following: Following, isAnswer: boolean): Ending | undefined {
    this.#ports.onConnection('connected');
    if (batch.isTaken || proves(batch, following.command)) this.#taken(following);
    // What was said elsewhere in between (another tab) is fetched before what comes after it.
    if (isAnswer && hasGap(batch.events, this.#cursor)) return { isOver: false, isGap: true };
    const hasEnded = this.#take(batch.events);
    return hasEnded && isAnswer && !following.command ? { isOver: true } : undefined;
  }

  /** From here on the command is followed, not sent again, and this reader alone has the log. */
  #taken(following: Following): void {
    const { command } = following;
    following.command = undefined;
    if (!command) return;
    following.takeOver();
    this.#ports.onTaken(command);
  }

  /** @returns whether the watch ended because something happens; false for a failure, which the next attempt or the next message finds again */
  async #watchOnce({ signal }: Following): Promise<boolean> {
    try {
      const session = this.#enter(await this.#ports.session.ensure());
      const way = this.#ports.ways.current(session);
      for await (const { events } of way.watch(this.#request(session, undefined, signal))) {
        if (signal.aborted) return false;
        this.#take(events);
      }
      return true;
    } catch {
      return false;
    }
  }

  #request(session: SiteSession, command: Command | undefined, signal: AbortSignal): WayRequest {
    return { session, command, signal, after: () => this.#cursor, isRunning: () => this.#isRunning };
  }

  /** @returns whether a run has ended with these events, whoever of several readers was first to hand them over, and none is running or waiting */
  #take(received: ReceivedEvent[]): boolean {
    const events = received.filter(({ id }) => id > this.#cursor);
    for (const { id, event } of events) {
      this.#cursor = id;
      if (event) this.#note(event);
    }
    if (events.length > 0) this.#ports.onEvents(events);
    return received.some(({ event }) => isTerminal(event)) && !this.#isRunning && this.#waiting.size === 0;
  }

  #note(event: ChatEvent): void {
    if (event.type === 'queued') this.#waiting.add(event.messageId);
    if (isTerminal(event)) this.#isRunning = false;
    if (event.type !== 'RUN_STARTED') return;
    this.#isRunning = true;
    for (const { id } of event.messages) this.#waiting.delete(id);
  }
}

function hasGap(events: ReceivedEvent[], cursor: number): boolean {
  const first = events.find(({ id }) => id > cursor);
  return first !== undefined && first.id !== cursor + 1;
}

/** Whether the log itself says that the command was taken. */
function proves({ events }: Batch, command: Command | undefined): boolean {
  return events.some(({ event }) => {
    switch (command?.type) {
      case 'message':
        return (
          (event?.type === 'queued' && event.messageId === command.messageId) ||
          (event?.type === 'RUN_STARTED' && event.messages.some(({ id }) => id === command.messageId))
        );
      case 'decision':
      case 'input':
        return event?.type === 'interrupt_settled' && event.interruptId === command.interruptId;
      default:
        return false;
    }
  });
}

/** A click whose answer was lost on the way and that is refused when it is repeated was taken the first time. */
function isTakenBefore(error: ChatError, { command, wasSent }: Following): boolean {
  return error.code === 'interrupt_decided' && wasSent && command !== undefined && command.type !== 'message';
}

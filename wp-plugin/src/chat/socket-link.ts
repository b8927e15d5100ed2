// One WebSocket to the orchestrator, read frame by frame by whoever listens; what comes while nobody does is kept for the next one.
import { readEvent } from './events.ts';
import { type Fields, fields, number } from './json.ts';
import type { ReceivedEvent } from './transport.ts';
import { WayBlocked } from './way.ts';

export type SocketMessage = { frame: Fields; received: ReceivedEvent | undefined };
export type SocketListener = {
  /** What has come since, at least one frame. Rejects when the connection or the signal ends. */ next(): Promise<SocketMessage[]>;
};

/** More than this is not kept for a listener that does not come. */
const keptMax = 500;

export class SocketLink {
  readonly sessionId: string;
  /** The last event that the server had when the connection was ready. */
  lastEventId = 0;
  readonly #socket: WebSocket;
  readonly #listeners = new Set<{ queue: SocketMessage[]; wake: () => void }>();
  #kept: SocketMessage[] = [];
  #isClosed = false;

  constructor(socket: WebSocket, sessionId: string) {
    this.#socket = socket;
    this.sessionId = sessionId;
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('close', () => this.close());
    socket.addEventListener('error', () => this.close());
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /**
   * Asks for all after the cursor, and waits until the server has understood.
   * @throws WayBlocked when it does not before the signal
   */
  async ready(after: number, signal: AbortSignal): Promise<void> {
    const listener = this.listen(signal);
    this.#socket.addEventListener('open', () => this.send({ type: 'resume', after }));
    try {
      for (;;) {
        const messages = await listener.next();
        const ready = messages.find(({ frame }) => frame.type === 'ready');
        this.#kept.push(...messages.filter(({ received }) => received));
        if (ready) {
          this.lastEventId = number(ready.frame.lastEventId) ?? 0;
          return;
        }
        if (messages.some(({ frame }) => frame.type === 'error')) throw new WayBlocked('not let in');
      }
    } catch {
      throw new WayBlocked('no socket');
    } finally {
      listener.end();
    }
  }

  send(frame: Fields): void {
    if (this.#isClosed) throw new TypeError('the connection is closed');
    this.#socket.send(JSON.stringify(frame));
  }

  listen(signal: AbortSignal): SocketListener & { end: () => void } {
    const listener = { queue: this.#kept, wake: (): void => undefined };
    this.#kept = [];
    this.#listeners.add(listener);
    const end = () => {
      this.#listeners.delete(listener);
      // The next listener gets what this one has not read.
      if (this.#listeners.size === 0) this.#kept.push(...listener.queue);
      listener.queue = [];
      listener.wake();
    };
    signal.addEventListener('abort', end);
    const next = async () => {
      while (listener.queue.length === 0) {
        if (signal.aborted || this.#isClosed) throw new TypeError('the connection ended');
        await new Promise<void>((resolve) => {
          listener.wake = resolve;
        });
      }
      return listener.queue.splice(0);
    };
    return { next, end };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    for (const { wake } of this.#listeners) wake();
  }

  #receive(data: unknown): void {
    const frame = readFrame(data);
    if (!frame) return;
    const seq = number(frame.seq);
    const received = frame.type === 'event' && seq !== undefined ? { id: seq, event: readEvent(frame.event) } : undefined;
    const message = { frame, received };
    if (this.#listeners.size === 0) this.#keep(message);
    for (const listener of this.#listeners) {
      listener.queue.push(message);
      listener.wake();
    }
  }

  #keep(message: SocketMessage): void {
    this.#kept.push(message);
    if (this.#kept.length > keptMax) this.close();
  }
}

function readFrame(data: unknown): Fields | undefined {
  try {
    return fields(JSON.parse(String(data)));
  } catch {
    return undefined;
  }
}

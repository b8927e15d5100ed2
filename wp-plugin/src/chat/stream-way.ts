// Server-Sent Events over fetch: through the site's relay, or straight from the orchestrator.
import { EventStreamParser, type StreamFrame } from './event-stream.ts';
import { parseEvent } from './events.ts';
import { readTaken } from './page-way.ts';
import type { Requester } from './site-request.ts';
import type { ReceivedEvent } from './transport.ts';
import { type Batch, type Way, WayBlocked, WayBusy, type WayName, type WayRequest } from './way.ts';

const accept = 'text/event-stream';
/** A command is answered at once, an idle stream by a heartbeat every ten seconds: one that gives no byte for longer is being held back. */
const firstByteTimeoutMs = { command: 6_000, events: 12_000 };
/** A run that took so long, and came in less than that, was held back as a whole. */
const heldBackMs = { run: 2_000, arrival: 200 };

export type StreamPorts = {
  name: WayName;
  requester: Requester;
  /** Milliseconds that only grow. */
  clock: () => number;
  /** Streams arrive only when they are over. */
  onHeldBack: () => void;
  watch: Way['watch'];
};

export function createStreamWay(ports: StreamPorts): Way {
  return { name: ports.name, open: (request) => readStream(ports, request, ''), watch: ports.watch, close: () => undefined };
}

/** Follows for ever: nothing is held by it but a connection. */
export function followForEver(ports: Omit<StreamPorts, 'watch'>): Way['watch'] {
  return (request) => readStream({ ...ports, watch: followForEver(ports) }, request, '&follow=1');
}

async function* readStream(ports: StreamPorts, request: WayRequest, query: string): AsyncGenerator<Batch> {
  const { command, after, session } = request;
  const end = new AbortController();
  const context = { session, signal: AbortSignal.any([request.signal, end.signal]) };
  const pace = new Pace(ports.clock);
  const open = async () =>
    command ? await ports.requester.post(command, accept, context) : await ports.requester.get(`after=${after()}${query}`, accept, context);
  const limitMs = command ? firstByteTimeoutMs.command : firstByteTimeoutMs.events;
  try {
    const response = await within(limitMs, open());
    if (response.status === 202) {
      yield { events: [], isTaken: await readTaken(response) };
      throw new WayBusy();
    }
    const reader = response.body?.getReader();
    if (!reader) return;
    const parser = new EventStreamParser();
    for (let isFirst = true; ; isFirst = false) {
      const { done, value } = await (isFirst ? within(limitMs, reader.read()) : reader.read());
      if (done) return;
      const frames = parser.push(value);
      const events = frames.flatMap(toEvent);
      if (pace.isHeldBack(events)) ports.onHeldBack();
      yield { events, isTaken: frames.length > 0 };
    }
  } finally {
    // Nothing is left open that holds a worker of the site.
    end.abort();
  }
}

function toEvent(frame: StreamFrame): ReceivedEvent[] {
  const id = Number(frame.id);
  return Number.isSafeInteger(id) && id > 0 ? [{ id, event: parseEvent(frame.data) }] : [];
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new WayBlocked('no byte')), timeoutMs);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Compares how long a run took with how long its events took to arrive, and with how long they were waited for: a replayed run comes at once. */
class Pace {
  readonly #clock: () => number;
  readonly #askedAt: number;
  #started: { at: number; arrivedAt: number } | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#askedAt = clock();
  }

  isHeldBack(events: ReceivedEvent[]): boolean {
    return events.some(({ event }) => {
      if (event?.type === 'RUN_STARTED' && event.at !== undefined) this.#started ??= { at: event.at, arrivedAt: this.#clock() };
      return (event?.type === 'RUN_FINISHED' || event?.type === 'RUN_ERROR') && this.#wasHeldBack(event.at);
    });
  }

  #wasHeldBack(endedAt: number | undefined): boolean {
    if (!this.#started || endedAt === undefined) return false;
    const runMs = endedAt - this.#started.at;
    const { arrivedAt } = this.#started;
    return runMs >= heldBackMs.run && this.#clock() - arrivedAt < heldBackMs.arrival && arrivedAt - this.#askedAt >= runMs / 2;
  }
}

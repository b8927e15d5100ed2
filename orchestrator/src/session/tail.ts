// Follows a session's log from a cursor: first the rows, then what is appended; contiguous, with one buffer limit for slow readers.
import type { EventLog, LoggedEvent } from './event-log.ts';
import type { Runs } from './runs.ts';

export type TailOptions = {
  /** Events after this sequence number. */
  after: number;
  /** End with this run's terminal event. */
  untilRunEnds?: string;
  /** Stay when nothing is running. */
  follow?: boolean;
  signal: AbortSignal;
  /** How often rows are looked up while a run may belong to another process, ms. */
  pollMs?: number;
};

/** Events that may wait for a slow reader; beyond it they are read again from the log. */
const bufferedEventsMax = 500;
const pageEvents = 500;

const terminal = new Set<string>(['RUN_FINISHED', 'RUN_ERROR']);

type Session = { id: string } & TailOptions;

/** Yields batches of events in order, without holes; ends on the signal, at the run's end, or when nothing is running. */
export async function* tail(log: EventLog, runs: Runs, session: Session): AsyncGenerator<LoggedEvent[]> {
  const inbox = new Inbox();
  const unsubscribe = log.subscribe(session.id, (events) => inbox.put(events));
  session.signal.addEventListener('abort', () => inbox.wake());
  let cursor = session.after;
  try {
    while (!session.signal.aborted) {
      const batch = await nextBatch(log, inbox, { sessionId: session.id, cursor });
      const last = batch.at(-1);
      if (last) {
        cursor = last.seq;
        yield batch;
        if (batch.some((event) => event.runId === session.untilRunEnds && terminal.has(event.event.type))) return;
      } else if (await isOver(runs, inbox, session)) return;
      else if (await isBehind({ log, inbox }, { id: session.id, cursor, pollMs: session.pollMs ?? 2000 })) inbox.readRowsNext = true;
    }
  } finally {
    unsubscribe();
  }
}

async function isOver(runs: Runs, inbox: Inbox, session: Session): Promise<boolean> {
  if (session.untilRunEnds || session.follow) return false;
  const running = await runs.isRunning(session.id);
  // A run that ended while this was asked has already put its events into the inbox.
  return !running && inbox.isEmpty();
}

/** Waits for the inbox; in vain, it is asked how far the log has come, because the run may be another process'. */
async function isBehind({ log, inbox }: { log: EventLog; inbox: Inbox }, session: { id: string; cursor: number; pollMs: number }): Promise<boolean> {
  await inbox.waitMs(session.pollMs);
  if (!inbox.isEmpty()) return false;
  return (await log.look(session.id)) > session.cursor;
}

/** From the inbox while it is contiguous with the cursor, otherwise from the rows. */
async function nextBatch(log: EventLog, inbox: Inbox, position: { sessionId: string; cursor: number }): Promise<LoggedEvent[]> {
  if (!inbox.readRowsNext) {
    const events = inbox.take().filter((event) => event.seq > position.cursor);
    if (events.length === 0 || events[0]?.seq === position.cursor + 1) return events;
  }
  // Rows that are appended while these are read are put into the inbox too; the cursor leaves out what both bring.
  const rows = await log.read(position.sessionId, position.cursor, pageEvents);
  inbox.readRowsNext = rows.length === pageEvents;
  return rows;
}

class Inbox {
  #events: LoggedEvent[] = [];
  #wake: (() => void) | undefined;
  /** The next batch comes from the rows: at the start, after an overflow, and after waiting in vain. */
  readRowsNext = true;

  put(events: LoggedEvent[]): void {
    this.#events.push(...events);
    if (this.#events.length > bufferedEventsMax) {
      this.#events = [];
      this.readRowsNext = true;
    }
    this.wake();
  }

  take(): LoggedEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  isEmpty(): boolean {
    return this.#events.length === 0;
  }

  wake(): void {
    this.#wake?.();
  }

  async waitMs(timeoutMs: number): Promise<void> {
    if (this.#events.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

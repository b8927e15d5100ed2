// Long polling: pages of the log, for networks and servers that let no stream through, and for watching a site whose workers a stream would hold.
import type { LogPage } from '@aiguy/manifests/generated/http';
import { readEvent } from './events.ts';
import { fields, list, number } from './json.ts';
import { HttpError, readPauseMs } from './refusal.ts';
import { ChatError } from './session.ts';
import type { Requester } from './site-request.ts';
import type { ReceivedEvent } from './transport.ts';
import { waitMs } from './wait.ts';
import type { Batch, Way, WayRequest } from './way.ts';

/** How long the server may wait for an event; less than a relay lets a request be silent. */
const waitSeconds = 20;
/** How often an idle conversation is looked at, when nothing is expected. */
const idlePauseMs = 25_000;
/** Between two pages of a run, so that what comes in quick succession comes together. */
const burstPauseMs = 300;

type Page = Pick<LogPage, 'running'> & { events: ReceivedEvent[]; pauseMs: number | undefined };

export function createPageWay(requester: Requester, isExpecting: () => boolean): Way {
  return {
    name: 'poll',
    open: (request) => followPages(requester, request),
    watch: (request) => watchPages(requester, request, isExpecting),
    close: () => undefined,
  };
}

/** @throws ChatError as the server refuses */
async function* followPages(requester: Requester, request: WayRequest): AsyncGenerator<Batch> {
  const { command, session, signal, after } = request;
  if (command) {
    const isTaken = await readTaken(await requester.post(command, 'application/json', { session, signal }));
    yield { events: [], isTaken };
    if (!isTaken) return;
  }
  for (;;) {
    const page = await readPage(requester, request, waitSeconds);
    yield { events: page?.events ?? [], isTaken: false };
    if (!page?.running && after() >= (page?.events.at(-1)?.id ?? 0)) return;
    await waitMs(page?.pauseMs ?? burstPauseMs, signal);
  }
}

/** Whether the server knows that a command is taken; otherwise it may be all the same. */
export async function readTaken(response: Response): Promise<boolean> {
  return response.status !== 202 || fields(await response.json()).taken === true;
}

/** @param isExpecting whether a request may wait for the next event; otherwise nothing is held open between two looks */
export async function* watchPages(requester: Requester, request: WayRequest, isExpecting: () => boolean): AsyncGenerator<Batch> {
  while (!request.signal.aborted) {
    const isLong = isExpecting();
    if (!isLong) await waitMs(idlePauseMs, request.signal);
    if (request.signal.aborted) return;
    const page = await readPage(requester, request, isLong ? waitSeconds : 0);
    yield { events: page?.events ?? [], isTaken: false };
    if (page?.running) return;
    if (page?.pauseMs) await waitMs(page.pauseMs, request.signal);
  }
}

/** @returns undefined for a session that the orchestrator has not heard of */
async function readPage(requester: Requester, { session, signal, after }: WayRequest, seconds: number): Promise<Page | undefined> {
  try {
    const response = await requester.get(`after=${after()}&wait=${seconds}`, 'application/json', { session, signal });
    return { ...toPage(await response.json()), pauseMs: readPauseMs(response) };
  } catch (error) {
    if (error instanceof HttpError && error.code === 'not_found' && after() === 0) return undefined;
    throw error;
  }
}

function toPage(value: unknown): Omit<Page, 'pauseMs'> {
  const { events, running } = fields(value);
  if (!Array.isArray(events)) throw new ChatError('blocked');
  const received = list(events).flatMap((item) => {
    const { seq, event } = fields(item);
    const id = number(seq) ?? 0;
    return id > 0 ? [{ id, event: readEvent(event) }] : [];
  });
  return { events: received, running: running === true };
}

// What a turn knows of the session before it begins, and what is kept of it behind its end, on nobody's time.
import type { Notes } from '../model/port.ts';
import type { Preferences, SessionMemory } from '../session/memory.ts';
import type { Run } from '../session/run.ts';
import { notesFor } from './notes.ts';
import { noteEvents } from './scratchpad.ts';
import { billed } from './spend.ts';
import { foldByModel, foldByRule, timeoutMs as foldTimeoutMs } from './summary.ts';
import { charactersOf, charactersOfNotes, type Exchange, exchangesOf, newestExchanges } from './transcript.ts';
import { modelOf, type Turn, type TurnPorts } from './turn.ts';

/** Runs of the session that are looked at for history, and what of them, with the notes, may be told to the model. */
const historyRunsMax = 8;
export const historyCharactersMax = 2400;
/** Before runs fall out of sight their exchanges are folded. */
const exchangesMax = historyRunsMax - 2;
/** Behind a fold so much of the room is still taken, so that not every turn folds. */
const keptShare = 0.5;
/** Events that are read at once when the notes lag behind the log. */
const eventsAtOnce = 1000;
const preferencesTtlMs = 3_600_000;
const preferencesTimeoutMs = 4000;

const emptyPast = { exchanges: [], notes: undefined, isFirst: true } as const;

/** @returns the exchanges that no summary stands for, and what is kept of the rest */
export async function recollect(
  ports: TurnPorts,
  run: Run,
  question: string,
): Promise<{ exchanges: readonly Exchange[]; notes: Notes | undefined; isFirst: boolean }> {
  if (run.firstSeq === 1) return emptyPast;
  const { sessionId } = run;
  const events = (await ports.log.readRuns(sessionId, historyRunsMax)).filter((event) => event.seq < run.firstSeq && event.runId !== run.id);
  const memory = await upToDate(ports, sessionId, run.firstSeq - 1);
  const told = events.filter(({ seq }) => seq > Math.max(memory.summarySeq, memory.forgottenSeq));
  const exchanges = exchangesOf(told);
  const changes = await ports.memories.changes(sessionId, memory.carriedChanges);
  return { exchanges, notes: notesFor(question, { memory, changes, exchanges }), isFirst: exchangesOf(events).length === 0 };
}

/** The memory with everything noted up to `untilSeq`, whatever failed behind an earlier turn. */
export async function upToDate(ports: Pick<TurnPorts, 'log' | 'memories'>, sessionId: string, untilSeq: number): Promise<SessionMemory> {
  let memory = await ports.memories.read(sessionId);
  while (memory.notedSeq < untilSeq) {
    const events = await ports.log.read(sessionId, memory.notedSeq, eventsAtOnce);
    const before = events.filter(({ seq }) => seq <= untilSeq);
    const { scratchpad, preferences } = noteEvents(memory.scratchpad, before);
    const notedSeq = before.length < eventsAtOnce ? untilSeq : (before.at(-1)?.seq ?? untilSeq);
    memory = { ...memory, scratchpad, preferences: preferences ?? memory.preferences, notedSeq };
    if (preferences) await ports.memories.prefer(sessionId, preferences, preferencesTtlMs);
  }
  return memory;
}

/** Begins what is kept of a turn that has ended; the visitor's next turn does not wait for it. */
export function remember(turn: Turn): void {
  turn.ports.afterwards.start(async (signal) => {
    const { ports, message } = turn;
    const { sessionId } = message.run;
    const untilSeq = await ports.log.lastSeqOf(message.run);
    const memory = await upToDate(ports, sessionId, untilSeq);
    await ports.memories.note(sessionId, memory);
    await fold(turn, { memory, untilSeq, signal });
    if (memory.preferencesDue) await lookUpPreferences(turn, signal);
  });
}

async function fold(turn: Turn, { memory, untilSeq, signal }: { memory: SessionMemory; untilSeq: number; signal: AbortSignal }): Promise<void> {
  const { ports, message } = turn;
  const after = Math.max(memory.summarySeq, memory.forgottenSeq);
  if (!mayBeFull(turn)) return;
  const exchanges = exchangesOf((await ports.log.read(message.run.sessionId, after, eventsAtOnce)).filter(({ seq }) => seq <= untilSeq));
  const room = historyCharactersMax - charactersOfNotes(notesOf(turn));
  if (charactersOf(exchanges) <= room && exchanges.length <= exchangesMax) return;
  const kept = newestExchanges(exchanges, room * keptShare).slice(-exchangesMax / 2);
  const folded = exchanges.slice(0, exchanges.length - kept.length);
  const last = folded.at(-1);
  if (!last) return;
  const folding = { summary: memory.summary, exchanges: folded, signedIn: turn.message.visitor.sub.startsWith('wp:'), nowMs: ports.nowMs() };
  const model = modelOf(turn);
  const summary = model.isExtractive
    ? foldByRule(folding)
    : await foldByModel(billed({ ports, model, message }, foldTimeoutMs), folding, { signal, onUsage: (usage) => ports.metrics.tokens(usage) });
  ports.metrics.summary(summary === undefined ? 'failed' : 'written');
  if (summary === undefined) return;
  const summarySeq = (exchanges[folded.length]?.seq ?? untilSeq + 1) - 1;
  await ports.memories.summarise(message.run.sessionId, { summary, summarySeq });
}

/** By what the turn itself was told and said: most turns need not read the log for it. */
function mayBeFull(turn: Turn): boolean {
  const characters = turn.messages.reduce((sum, message) => sum + (message.role === 'tool' ? 0 : message.text.length), 0);
  const exchanges = turn.messages.filter(({ role }) => role === 'user').length;
  return characters + charactersOfNotes(notesOf(turn)) > historyCharactersMax * 0.8 || exchanges > exchangesMax;
}

function notesOf({ messages }: Turn): Notes | undefined {
  const last = messages.findLast(({ role }) => role === 'user');
  return last?.role === 'user' ? last.notes : undefined;
}

/** Behind a turn, at most once an hour: a look-up before it would cost its visitor time and a tool call. */
async function lookUpPreferences(turn: Turn, signal: AbortSignal): Promise<void> {
  const { ports, message, tools } = turn;
  const tool = ports.catalogue.get('get_profile');
  if (!(tool && tools.allowed.some(({ name }) => name === 'get_profile')) || message.visitor.sub.startsWith('anon:')) return;
  const { visitor, assertion } = message;
  const outcome = await ports.tools.call(
    tool,
    {},
    { visitor, assertion, signal: AbortSignal.any([signal, AbortSignal.timeout(preferencesTimeoutMs)]) },
  );
  if (outcome.ok) await ports.memories.prefer(message.run.sessionId, outcome.output.preferences as Preferences, preferencesTtlMs);
}

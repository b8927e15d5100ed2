// Performs the machine's commands for one run, from the first model call, or from where another process left it, to the one terminal event.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import { inSpan } from '@aiguy/manifests/telemetry';
import { wordsFor } from '@aiguy/manifests/words';
import { openLedger } from '../budget/ledger.ts';
import { LeaseLostError } from '../session/event-log.ts';
import type { Assignment } from '../session/run.ts';
import { runError } from '../session/run-events.ts';
import { leaseMs } from '../session/runs.ts';
import { toldCard } from '../session/told.ts';
import { toolsFor } from '../tools/catalogue.ts';
import { admit, calledIn, leftOf } from './at-cap.ts';
import { callModel } from './call-model.ts';
import { callTools, gatherPassages, observe } from './call-tools.ts';
import { carryOut } from './carry-out.ts';
import { type Checkpoint, checkpointOf, ledgerOf, readCheckpoint, resetEvents } from './checkpoint.ts';
import { judgeHelp, offerPerson } from './judge-help.ts';
import { callsForTicket } from './leave-ticket.ts';
import { advance, type Command, type Input, initialState, type Outcome, type Step } from './machine.ts';
import { promptFor } from './prompt.ts';
import { keepAnswer, recallAnswer } from './recall-answer.ts';
import { Recorder } from './recorder.ts';
import { historyCharactersMax, recollect, remember } from './remember.ts';
import { reopenCard } from './reopen-card.ts';
import { sayDone } from './say-done.ts';
import { suggestActions } from './suggest-actions.ts';
import { transcriptOf } from './transcript.ts';
import { isSignedIn, type Turn, type TurnPorts } from './turn.ts';

/**
 * Contract: never rejects. The run ends with exactly one terminal event, unless the database can't be written, the lease is lost or the process
 * ends; then nothing more is written, and whoever takes the run over goes on from its last checkpoint.
 * @returns the run that waited behind this one
 */
export async function runTurn(ports: TurnPorts, assignment: Assignment, controller: AbortController): Promise<Assignment | undefined> {
  const { run } = assignment;
  const renewal = setInterval(() => void renewLease(ports, assignment, controller), leaseMs / 3);
  try {
    return await inSpan('turn', {}, async (span) => {
      const { turn, first } = await openTurn(ports, assignment, controller.signal);
      const { step, outcome } = await performAll(turn, first);
      if (outcome.kind === 'cancelled' && turn.signal.reason !== 'cancelled') return await leave(turn);
      span.setAttribute('aiguy.outcome', outcome.kind);
      const next = await finish(turn, step, outcome);
      ports.metrics.turnEnded(run.id, outcome);
      remember(turn);
      if (outcome.kind === 'success') await keepAnswer(turn);
      return next;
    });
  } catch (error) {
    ports.metrics.turnLost(run.id, error instanceof LeaseLostError ? 'lease_lost' : 'database');
    return undefined;
  } finally {
    clearInterval(renewal);
  }
}

async function openTurn(ports: TurnPorts, assignment: Assignment, signal: AbortSignal): Promise<{ turn: Turn; first: Step }> {
  const recorder = new Recorder(ports.log, assignment.run);
  if (assignment.isTakenOver) await takeBack(ports, assignment, recorder);
  const { visitor, assertion } = assignment;
  const catalogue = new Map([...ports.catalogue, ...(await ports.siteTools({ visitor, assertion, signal }))]);
  const base = baseOf({ ports: { ...ports, catalogue }, assignment, recorder, signal });
  const kept = readCheckpoint(assignment.checkpoint);
  return kept ? goOn(base, kept) : await beginAnew(base);
}

type Base = Omit<Turn, 'isFirst' | 'messages' | 'ledger'>;

function baseOf({ ports, assignment, recorder, signal }: Pick<Turn, 'ports' | 'recorder' | 'signal'> & { assignment: Assignment }): Base {
  const { run, visitor, assertion, input } = assignment;
  const { agent } = visitor;
  return {
    ports: input.kind === 'message' && input.ticket ? { ...ports, model: callsForTicket(ports.model, run.id) } : ports,
    message: {
      run,
      visitor,
      assertion,
      text: input.kind === 'message' ? input.text : '',
      viewing: input.kind === 'message' ? input.product : undefined,
    },
    turnId: run.id,
    recorder,
    words: wordsFor(visitor),
    system: promptFor(agent),
    model: ports.agentModels.find((model) => model === agent?.model),
    tools: toolsFor(ports.catalogue, visitor.scopes, { isSignedIn: isSignedIn({ message: { visitor } }), agent }),
    said: [],
    isComplete: false,
    passages: new Map(),
    waiting: undefined,
    pendingCall: undefined,
    undoing: input.kind === 'undo' ? input.effectKey : undefined,
    reopened: [],
    done: undefined,
    isCompacted: false,
    attempts: 0,
    isAdmitted: input.kind !== 'message',
    degraded: undefined,
    signal,
  };
}

async function beginAnew(base: Base): Promise<{ turn: Turn; first: Step }> {
  const { ports, message } = base;
  const { exchanges, notes: remembered, isFirst } = await recollect(ports, message.run, message.text);
  const notes = message.viewing ? { ...remembered, viewing: message.viewing } : remembered;
  const messages = transcriptOf({ exchanges, notes, text: message.text }, historyCharactersMax);
  const turn = { ...base, isFirst, messages, ledger: openLedger(ports.limits, ports.nowMs()) };
  return { turn, first: advance(initialState, { type: base.undoing === undefined ? 'accepted' : 'decided' }) };
}

/** From the visitor's answer on, a new slice of time and attempts begins; a run that was taken over has what was left of its own. */
function goOn(base: Base, kept: Checkpoint): { turn: Turn; first: Step } {
  const { ports, message } = base;
  const isDecided = kept.step.state.at === 'CONFIRM';
  const turn: Turn = {
    ...base,
    message: { ...message, text: kept.text },
    turnId: kept.turnId,
    isFirst: kept.isFirst,
    said: kept.said,
    messages: kept.messages,
    pendingCall: kept.waiting,
    done: kept.done,
    ...(kept.degraded ? { degraded: kept.degraded, tools: leftOf(base.tools, calledIn(kept.messages)) } : {}),
    attempts: isDecided ? 0 : kept.attempts,
    ledger: ledgerOf(kept, ports.limits, { nowMs: ports.nowMs(), isNewSlice: isDecided }),
  };
  gatherPassages(turn);
  return { turn, first: isDecided ? advance(kept.step.state, { type: 'decided' }) : kept.step };
}

/** The step that was under way is begun again: what was shown of it no longer counts. */
async function takeBack(ports: TurnPorts, { run, checkpointSeq }: Assignment, recorder: Recorder): Promise<void> {
  const unfinished = await ports.log.readRun(run, checkpointSeq);
  for (const event of resetEvents(unfinished.map(({ event }) => event))) recorder.emit(event);
  await recorder.settle();
  ports.metrics.turnTakenOver();
}

async function performAll(turn: Turn, first: Step): Promise<{ step: Step; outcome: Outcome }> {
  let step = first;
  let before = step;
  while (step.command.type !== 'finish') {
    const input: Input = turn.signal.aborted ? { type: 'cancelled' } : await perform(turn, step.command);
    before = step;
    step = advance(step.state, input);
    if (step.command.type === 'execute_tools' || step.command.type === 'call_model') await keep(turn, step);
  }
  return { step: before, outcome: step.command.outcome };
}

/** A step that is kept is never done again. */
async function keep(turn: Turn, step: Step): Promise<void> {
  turn.recorder.step(undefined);
  await turn.recorder.settle();
  await turn.ports.runs.keep(turn.message.run, checkpointOf(turn, step));
}

async function perform(turn: Turn, command: Exclude<Command, { type: 'finish' }>): Promise<Input> {
  switch (command.type) {
    case 'call_model':
      if (await reopenCard(turn)) return { type: 'reopened' };
      return (await admit(turn)) ?? (await answerWithModel(turn, command.purpose));
    case 'execute_tools':
      return await callTools(turn, command.calls);
    case 'ask':
      return { type: 'asked' };
    case 'carry_out':
      return await carryOut(turn);
    case 'observe':
      return await observe(turn, command.malformed);
    case 'release_answer':
      await turn.recorder.settle();
      return { type: 'released' };
  }
}

async function answerWithModel(turn: Turn, purpose: 'plan' | 'answer'): Promise<Input> {
  return (await recallAnswer(turn)) ? { type: 'answered' } : await callModel(turn, purpose);
}

async function finish(turn: Turn, step: Step, outcome: Outcome): Promise<Assignment | undefined> {
  const final = outcome.kind === 'error' && sayDone(turn) ? ({ kind: 'success' } as const) : outcome;
  turn.recorder.step(undefined);
  await turn.recorder.settle();
  const asks = final.kind === 'interrupt' && turn.waiting ? { interrupts: [turn.waiting.interrupt], checkpoint: checkpointOf(turn, step) } : {};
  const next = final.kind === 'success' ? suggestActions(turn) : [];
  const help = judgeHelp(turn, final);
  const events = [...next, ...(await offerPerson(turn, help)), terminalEvent(turn, final)];
  return await turn.ports.runs.finish(turn.message.run, { status: final.kind, events, ...help, ...asks });
}

function terminalEvent(turn: Turn, outcome: Outcome): AGUIEvent {
  if (outcome.kind === 'error') return runError(outcome.code, turn.words);
  const { sessionId, id } = turn.message.run;
  const cards = (turn.waiting ? [turn.waiting.interrupt.card] : turn.reopened).map((card) => toldCard(turn.words, card));
  const ending = outcome.kind === 'interrupt' ? { type: outcome.kind, interrupts: cards } : { type: outcome.kind };
  return { type: EventType.RUN_FINISHED, timestamp: Date.now(), threadId: sessionId, runId: id, outcome: ending };
}

/** The process ends or has lost the run: unfinished work is left to the next one. */
async function leave(turn: Turn): Promise<undefined> {
  await turn.recorder.settle().catch(() => undefined);
  if (turn.signal.reason === 'shutdown') await turn.ports.runs.release(turn.message.run);
  turn.ports.metrics.turnLost(turn.message.run.id, turn.signal.reason === 'shutdown' ? 'shutdown' : 'lease_lost');
}

async function renewLease(ports: TurnPorts, { run }: Assignment, controller: AbortController): Promise<void> {
  // A database that can't be asked now is asked again at the next tick; the lease outlives two of them.
  const lease = await ports.runs.renew(run).catch(() => ({ held: true, cancelRequested: false }));
  if (!lease.held) controller.abort('lease_lost');
  else if (lease.cancelRequested) controller.abort('cancelled');
}

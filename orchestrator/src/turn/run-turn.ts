// Performs the machine's commands for one accepted message, from the first model call to the one terminal event.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import { inSpan } from '@aiguy/manifests/telemetry';
import { openLedger } from '../budget/ledger.ts';
import { LeaseLostError } from '../session/event-log.ts';
import { leaseMs, runError } from '../session/runs.ts';
import { toolsFor } from '../tools/catalogue.ts';
import { callModel } from './call-model.ts';
import { callTools, observe } from './call-tools.ts';
import { advance, type Command, type Input, initialState, type Outcome } from './machine.ts';
import { keepAnswer, recallAnswer } from './recall-answer.ts';
import { Recorder } from './recorder.ts';
import { exchangesOf, historyMessages } from './transcript.ts';
import type { AcceptedMessage, Turn, TurnPorts } from './turn.ts';

/** Runs of the session that are looked at for history, and what of them may be told to the model. */
const historyRunsMax = 8;
const historyCharactersMax = 2400;

/**
 * Contract: never rejects. The run ends with exactly one terminal event, unless the database can't be written or the lease is lost;
 * then nothing more is written, and whoever finds the lease run out ends it.
 */
export async function runTurn(ports: TurnPorts, message: AcceptedMessage, controller: AbortController): Promise<void> {
  const renewal = setInterval(() => void renewLease(ports, message, controller), leaseMs / 3);
  try {
    await inSpan('turn', {}, async (span) => {
      const turn = await openTurn(ports, message, controller.signal);
      const outcome = await performAll(turn);
      span.setAttribute('aiguy.outcome', outcome.kind);
      await finish(turn, outcome);
      ports.metrics.turnEnded(message.run.id, outcome);
      if (outcome.kind === 'success') await keepAnswer(turn);
    });
  } catch (error) {
    ports.metrics.turnLost(message.run.id, error instanceof LeaseLostError ? 'lease_lost' : 'database');
  } finally {
    clearInterval(renewal);
  }
}

async function openTurn(ports: TurnPorts, message: AcceptedMessage, signal: AbortSignal): Promise<Turn> {
  const earlier = message.run.firstSeq === 1 ? [] : await ports.log.readRuns(message.run.sessionId, historyRunsMax);
  const history = exchangesOf(earlier.filter((event) => event.seq < message.run.firstSeq));
  return {
    ports,
    message,
    recorder: new Recorder(ports.log, message.run),
    tools: toolsFor(ports.catalogue, message.visitor.scopes),
    isFirst: history.length === 0,
    said: [],
    isComplete: false,
    messages: [...historyMessages(history, historyCharactersMax), { role: 'user', text: message.text }],
    passages: new Map(),
    ledger: openLedger(ports.limits, ports.nowMs()),
    attempts: 0,
    signal,
  };
}

async function performAll(turn: Turn): Promise<Outcome> {
  let step = advance(initialState, { type: 'accepted' });
  while (step.command.type !== 'finish') {
    const input: Input = turn.signal.aborted ? { type: 'cancelled' } : await perform(turn, step.command);
    step = advance(step.state, input);
  }
  return step.command.outcome;
}

async function perform(turn: Turn, command: Exclude<Command, { type: 'finish' }>): Promise<Input> {
  switch (command.type) {
    case 'call_model':
      return (await recallAnswer(turn)) ? { type: 'answered' } : await callModel(turn, command.purpose);
    case 'execute_tools':
      return await callTools(turn, command.calls);
    case 'observe':
      return await observe(turn, command.malformed);
    case 'release_answer':
      await turn.recorder.settle();
      return { type: 'released' };
  }
}

async function finish(turn: Turn, outcome: Outcome): Promise<void> {
  turn.recorder.step(undefined);
  await turn.recorder.settle();
  const interrupted = outcome.kind === 'cancelled' && turn.signal.reason !== 'cancelled';
  const final = interrupted ? ({ kind: 'error', code: 'run_interrupted' } as const) : outcome;
  await turn.ports.runs.finish(turn.message.run, { status: final.kind, events: [terminalEvent(turn, final)] });
}

function terminalEvent(turn: Turn, outcome: Outcome): AGUIEvent {
  if (outcome.kind === 'error') return runError(outcome.code);
  const { sessionId, id } = turn.message.run;
  return { type: EventType.RUN_FINISHED, timestamp: Date.now(), threadId: sessionId, runId: id, outcome: { type: outcome.kind } };
}

async function renewLease(ports: TurnPorts, message: AcceptedMessage, controller: AbortController): Promise<void> {
  // A database that can't be asked now is asked again at the next tick; the lease outlives two of them.
  const lease = await ports.runs.renew(message.run).catch(() => ({ held: true, cancelRequested: false }));
  if (!lease.held) controller.abort('lease_lost');
  else if (lease.cancelRequested) controller.abort('cancelled');
}

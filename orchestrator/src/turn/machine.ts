// The turn as a state machine. Pure: state × input → state and the command to perform next; run-turn.ts performs the commands.
//
// State         what holds in it                          enters from              leaves to
// RECEIVE       the message is in the log, nothing done   the start                PLAN, EXECUTE_TOOL for an undo, END
// PLAN          a model call that may call tools is open  RECEIVE, OBSERVE         EXECUTE_TOOL, RESPOND, END
// EXECUTE_TOOL  the calls of one model step are running   RECEIVE, PLAN, CONFIRM   OBSERVE, CONFIRM, RESPOND, END
// CONFIRM       one call waits for the visitor's click    EXECUTE_TOOL             END of this run, EXECUTE_TOOL in the next
// OBSERVE       every call has its outcome                EXECUTE_TOOL             PLAN, RESPOND, END
// RESPOND       the answer is written or released         PLAN, OBSERVE, an undo   END
// END           the one terminal event is decided         every state              –
//
// Each command has one answering input, so a turn can neither stall nor fork. An impossible pair is a programmer's error.

import type { ErrorCode } from '@aiguy/manifests/errors';
import type { ToolCall } from '../model/port.ts';

/** interrupt: the visitor is asked; a run of its own goes on from the answer, beginning in CONFIRM. */
export type Outcome = { kind: 'success' } | { kind: 'interrupt' } | { kind: 'cancelled' } | { kind: 'error'; code: ErrorCode };

export type State =
  | { at: 'RECEIVE' }
  | { at: 'PLAN'; repairs: number }
  | { at: 'EXECUTE_TOOL'; repairs: number }
  | { at: 'CONFIRM'; repairs: number }
  | { at: 'OBSERVE'; repairs: number }
  | { at: 'RESPOND' }
  | { at: 'END'; outcome: Outcome };

export type Input =
  | { type: 'accepted' }
  /** The model wrote an answer and called nothing, or an undo needs none to be told. */
  | { type: 'answered' }
  | { type: 'called_tools'; calls: ToolCall[] }
  /** The visitor typed an answer to a card, which is none; the card is shown again. */
  | { type: 'reopened' }
  /** malformed: at least one call could not be run as written. waiting: one waits for the visitor. */
  | { type: 'tools_finished'; malformed: boolean; waiting: boolean }
  /** The card is made ready; it is shown by the run's end. */
  | { type: 'asked' }
  /** The visitor's click: on a card, or on the undo of a receipt. */
  | { type: 'decided' }
  | { type: 'observed'; malformed: boolean; toolsLeft: number }
  | { type: 'released' }
  | { type: 'failed'; code: ErrorCode }
  | { type: 'cancelled' };

export type Command =
  | { type: 'call_model'; purpose: 'plan' | 'answer' }
  | { type: 'execute_tools'; calls: ToolCall[] }
  | { type: 'ask' }
  | { type: 'carry_out' }
  | { type: 'observe'; malformed: boolean }
  | { type: 'release_answer' }
  | { type: 'finish'; outcome: Outcome };

export type Step = { state: State; command: Command };

/** Malformed calls that the model may correct before it has to ask the visitor instead. */
export const repairsMax = 2;

export const initialState: State = { at: 'RECEIVE' };

/** @throws Error when the input does not belong to the state */
export function advance(state: State, input: Input): Step {
  if (state.at === 'END') throw new Error(`turn has ended; ${input.type} came after`);
  if (input.type === 'failed') return end({ kind: 'error', code: input.code });
  if (input.type === 'cancelled') return end({ kind: 'cancelled' });
  const step = transitions[state.at](state as never, input);
  if (!step) throw new Error(`${input.type} does not belong to ${state.at}`);
  return step;
}

type Working = Exclude<State['at'], 'END'>;
type At<S extends Working> = Extract<State, { at: S }>;

const transitions: { [S in Working]: (state: At<S>, input: Input) => Step | undefined } = {
  RECEIVE: (_state, input) => {
    if (input.type === 'decided') return { state: { at: 'EXECUTE_TOOL', repairs: 0 }, command: { type: 'carry_out' } };
    return input.type === 'accepted' ? plan(0) : undefined;
  },
  PLAN: (state, input) => {
    if (input.type === 'answered') return { state: { at: 'RESPOND' }, command: { type: 'release_answer' } };
    if (input.type === 'reopened') return end({ kind: 'interrupt' });
    if (input.type !== 'called_tools') return undefined;
    return { state: { at: 'EXECUTE_TOOL', repairs: state.repairs }, command: { type: 'execute_tools', calls: input.calls } };
  },
  EXECUTE_TOOL: ({ repairs }, input) => {
    if (input.type === 'answered') return { state: { at: 'RESPOND' }, command: { type: 'release_answer' } };
    if (input.type !== 'tools_finished') return undefined;
    if (input.waiting) return { state: { at: 'CONFIRM', repairs }, command: { type: 'ask' } };
    return { state: { at: 'OBSERVE', repairs }, command: { type: 'observe', malformed: input.malformed } };
  },
  CONFIRM: ({ repairs }, input) => {
    if (input.type === 'asked') return end({ kind: 'interrupt' });
    return input.type === 'decided' ? { state: { at: 'EXECUTE_TOOL', repairs }, command: { type: 'carry_out' } } : undefined;
  },
  OBSERVE: (state, input) => {
    if (input.type !== 'observed') return undefined;
    const repairs = input.malformed ? state.repairs + 1 : 0;
    return input.toolsLeft > 0 && repairs <= repairsMax
      ? plan(repairs)
      : { state: { at: 'RESPOND' }, command: { type: 'call_model', purpose: 'answer' } };
  },
  RESPOND: (_state, input) => {
    if (input.type === 'answered') return { state: { at: 'RESPOND' }, command: { type: 'release_answer' } };
    return input.type === 'released' ? end({ kind: 'success' }) : undefined;
  },
};

function plan(repairs: number): Step {
  return { state: { at: 'PLAN', repairs }, command: { type: 'call_model', purpose: 'plan' } };
}

function end(outcome: Outcome): Step {
  return { state: { at: 'END', outcome }, command: { type: 'finish', outcome } };
}

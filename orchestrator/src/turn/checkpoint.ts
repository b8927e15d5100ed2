// Where a turn stands between two steps, as it is kept with its run: enough for any process to go on from there.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { DegradedValue, StepResetValue } from '@aiguy/manifests/generated/events';
import { type Ledger, type Limits, openLedger } from '../budget/ledger.ts';
import type { ToolCall, TranscriptMessage } from '../model/port.ts';
import type { Step } from './machine.ts';
import type { ReleasedAnswer } from './release-answer.ts';
import type { Turn } from './turn.ts';

const version = 1;

export type Checkpoint = {
  version: typeof version;
  step: Step;
  text: string;
  turnId: string;
  isFirst: boolean;
  messages: TranscriptMessage[];
  said: ReleasedAnswer[];
  attempts: number;
  spent: { tokens: number; tools: number; wallMs: number };
  /** The call that waits for the visitor. */
  waiting: ToolCall | undefined;
  done: string | undefined;
  /** Left out when no cap is reached. */
  degraded?: DegradedValue;
};

export function checkpointOf(turn: Turn, step: Step): Checkpoint {
  const { ledger, ports } = turn;
  return {
    version,
    step,
    text: turn.message.text,
    turnId: turn.turnId,
    isFirst: turn.isFirst,
    messages: turn.messages,
    said: turn.said,
    attempts: turn.attempts,
    spent: { tokens: ledger.tokensSpent, tools: ledger.toolsSpent, wallMs: ports.nowMs() - ledger.startedAtMs - ledger.pausedMs },
    waiting: turn.waiting?.call,
    done: turn.done,
    ...(turn.degraded ? { degraded: turn.degraded } : {}),
  };
}

/** @returns undefined for none, and for one that another version of this program wrote: the turn begins anew then */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  return value instanceof Object && 'version' in value && value.version === version ? (value as Checkpoint) : undefined;
}

/** What was spent stays spent. Time that nobody worked is not counted; after a human's answer a new slice of it begins. */
export function ledgerOf({ spent }: Checkpoint, limits: Limits, clock: { nowMs: number; isNewSlice: boolean }): Ledger {
  const ledger = openLedger(limits, clock.isNewSlice ? clock.nowMs : clock.nowMs - spent.wallMs);
  return { ...ledger, tokensSpent: spent.tokens, toolsSpent: spent.tools };
}

/**
 * What a process sends that begins a step again: it closes what the one before left open, and takes back what it had sent of the step.
 * @param events the run's events since its checkpoint, oldest first
 * @returns nothing when nothing of the step was sent
 */
export function resetEvents(events: readonly AGUIEvent[]): AGUIEvent[] {
  const value: StepResetValue = {
    messageIds: idsOf(events, (event) => event.type === EventType.TEXT_MESSAGE_START && event.messageId),
    toolCallIds: idsOf(events, (event) => event.type === EventType.TOOL_CALL_START && event.toolCallId),
    resultIds: idsOf(events, (event) => event.type === EventType.TOOL_CALL_RESULT && event.toolCallId),
  };
  const ended = {
    messages: idsOf(events, (event) => event.type === EventType.TEXT_MESSAGE_END && event.messageId),
    calls: idsOf(events, (event) => event.type === EventType.TOOL_CALL_END && event.toolCallId),
  };
  const lastStep = events.findLast((event) => event.type === EventType.STEP_STARTED || event.type === EventType.STEP_FINISHED);
  const closing: AGUIEvent[] = [
    ...value.messageIds.filter((id) => !ended.messages.includes(id)).map((messageId) => ({ type: EventType.TEXT_MESSAGE_END as const, messageId })),
    ...value.toolCallIds.filter((id) => !ended.calls.includes(id)).map((toolCallId) => ({ type: EventType.TOOL_CALL_END as const, toolCallId })),
    ...(lastStep?.type === EventType.STEP_STARTED ? [{ type: EventType.STEP_FINISHED as const, stepName: lastStep.stepName }] : []),
  ];
  const isAnythingShown = value.messageIds.length + value.toolCallIds.length + value.resultIds.length > 0;
  return isAnythingShown ? [...closing, { type: EventType.CUSTOM, name: 'aiguy.step_reset', value }] : closing;
}

function idsOf(events: readonly AGUIEvent[], idOf: (event: AGUIEvent) => string | false): string[] {
  return events.map(idOf).filter((id) => id !== false);
}

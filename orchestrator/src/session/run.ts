// What a run is, in this process and in its table.
import type { AGUIEvent } from '@ag-ui/core';
import type { ViewedProduct } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { NewInterrupt } from './interrupt-rows.ts';

export type Run = { sessionId: string; id: string; epoch: number; firstSeq: number };
export type RunStatus = 'queued' | 'running' | 'success' | 'interrupt' | 'cancelled' | 'error';
/**
 * undo: a click on a receipt; effectKey names the planned effect that takes the other one back. notice: nobody asked; something that was under way
 * has ended. person: somebody of the site says it.
 */
export type RunInput =
  | { kind: 'message'; messageId: string; text: string; ticket?: true; product?: ViewedProduct }
  | { kind: 'resume'; interruptId: string; parentRunId: string }
  | { kind: 'undo'; effectKey: string; parentRunId: string }
  | { kind: 'person'; messageId: string; text: string; name: string }
  | { kind: 'notice' };
export type NewMessage = {
  visitor: VisitorAssertion;
  assertion: string;
  text: string;
  messageId: string;
  runId: string;
  /** It asks for the card of a ticket, not for an answer. */
  ticket?: true;
  product?: ViewedProduct | undefined;
};

/** A run that this process holds the lease of, with everything that working on it needs. */
export type Assignment = {
  run: Run;
  visitor: VisitorAssertion;
  assertion: string;
  input: RunInput;
  /** Where the turn stands, as turn/checkpoint.ts wrote it; undefined before its first step is done. */
  checkpoint: unknown;
  /** Events of the run beyond it belong to a step that is not finished. */
  checkpointSeq: number;
  /** Another process, or this one before it lost its database, has worked on it. */
  isTakenOver: boolean;
};
/** assignment: undefined when the run waits for its turn, or when the message was taken before. */
export type Started = { run: Run; assignment: Assignment | undefined };
export type NewRun = {
  visitor: VisitorAssertion;
  assertion: string;
  runId: string;
  key: string;
  keyDigest: string;
  input: RunInput;
  checkpoint?: unknown;
};
/** unhelped: nothing in the answer helped; toolFailed: a tool could not be used. */
export type Ending = {
  status: RunStatus;
  events: AGUIEvent[];
  interrupts?: NewInterrupt[];
  checkpoint?: unknown;
  unhelped?: boolean;
  toolFailed?: boolean;
};

/** A run as its table has it. */
export type RunRow = {
  id: string;
  status: RunStatus;
  epoch: number;
  first_seq: number;
  message_digest: string;
  input: RunInput;
  visitor: VisitorAssertion;
  assertion: string;
  checkpoint: unknown;
  checkpoint_seq: number;
  tries: number;
};

/** For a process that takes the run over. */
export function toAssignment(sessionId: string, row: RunRow): Assignment {
  const { visitor, assertion, input } = row;
  const run = { sessionId, id: row.id, epoch: row.epoch, firstSeq: row.first_seq };
  return { run, visitor, assertion, input, checkpoint: row.checkpoint ?? undefined, checkpointSeq: row.checkpoint_seq, isTakenOver: true };
}

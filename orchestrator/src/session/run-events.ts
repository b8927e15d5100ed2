// The events that stand at the borders of a run: queued, started, asked, failed.
import { randomUUID } from 'node:crypto';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import { AiguyError, type ErrorCode } from '@aiguy/manifests/errors';
import type {
  AuthorValue,
  FileValue,
  InterruptSettledValue,
  PageWantedValue,
  PersonValue,
  QueuedValue,
  RatedValue,
  ReceiptValue,
  TaskValue,
} from '@aiguy/manifests/generated/events';
import type { TaskReference } from '@aiguy/manifests/generated/http';
import { type Words, wordsIn } from '@aiguy/manifests/words';
import type { RunInput } from './run.ts';

export function runStarted(sessionId: string, runId: string, input: RunInput): AGUIEvent {
  const parent = 'parentRunId' in input ? { parentRunId: input.parentRunId } : {};
  return {
    type: EventType.RUN_STARTED,
    timestamp: Date.now(),
    threadId: sessionId,
    runId,
    ...parent,
    input: {
      threadId: sessionId,
      runId,
      ...parent,
      messages: input.kind === 'message' ? [{ id: input.messageId, role: 'user', content: input.text }] : [],
      tools: [],
      context: [],
      ...(input.kind === 'resume' ? { resume: [{ interruptId: input.interruptId, status: 'resolved' as const }] } : {}),
    },
  };
}

export function runCancelled(sessionId: string, runId: string): AGUIEvent {
  return { type: EventType.RUN_FINISHED, timestamp: Date.now(), threadId: sessionId, runId, outcome: { type: 'cancelled' } } as AGUIEvent;
}

/** A message that waits is shown at once; a run that goes on from a card has nothing to show. */
export function queuedEvent(runId: string, input: RunInput, position: number): AGUIEvent[] {
  if (input.kind !== 'message') return [];
  const value: QueuedValue = { runId, messageId: input.messageId, text: input.text, position };
  return [{ type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.queued', value }];
}

export function interruptSettled(value: InterruptSettledValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.interrupt_settled', value };
}

/** A client keys it by the receipt's number: a step that is begun again sends it again. */
export function receiptIssued(value: ReceiptValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.receipt', value };
}

/** A client keys it by the call: a call that is made again has another file. */
export function fileMade(value: FileValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.file', value };
}

export function pageWanted(value: PageWantedValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.page_wanted', value };
}

/** The newest word counts; what the visitor wrote with it is in no event. */
export function rated(value: RatedValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.rated', value };
}

export function taskChanged(value: TaskValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.task', value };
}

export function personChanged(value: PersonValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.person', value };
}

export function authorNamed(value: AuthorValue): AGUIEvent {
  return { type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.author', value };
}

/** What stands in the log before anything is known but its name. */
export function taskOpened({ task }: { task: TaskReference }): AGUIEvent {
  return taskChanged({ taskId: task.id, title: task.title, state: 'queued' });
}

export function runFinished(sessionId: string, runId: string): AGUIEvent {
  return { type: EventType.RUN_FINISHED, timestamp: Date.now(), threadId: sessionId, runId, outcome: { type: 'success' } };
}

/** One whole message. */
export function textMessage(text: string, messageId: string = randomUUID()): AGUIEvent[] {
  return [
    { type: EventType.TEXT_MESSAGE_START, timestamp: Date.now(), messageId, role: 'assistant' },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: text },
    { type: EventType.TEXT_MESSAGE_END, messageId },
  ];
}

export function runError(code: ErrorCode, words: Words = wordsIn(undefined)): AGUIEvent {
  return { type: EventType.RUN_ERROR, timestamp: Date.now(), message: words.text(new AiguyError(code).message), code };
}

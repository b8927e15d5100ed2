// The AG-UI events that the chat shows, read once from what came over the wire; everything else is undefined and left alone.
import type { PersonValue, TaskValue } from '@aiguy/manifests/generated/events';
import type { Citation } from '@aiguy/manifests/generated/http';
import { type Interrupt, type InterruptOutcome, readInterrupt, readOutcome } from './interrupts.ts';
import { type Fields, fields, list, moment, number, text, texts } from './json.ts';

export type { Citation };

/** What may be said, or opened, by one click. */
export type SuggestedAction = { label: string; message: string; url: string };

export type TaskState = TaskValue['state'];
/** until: milliseconds since the epoch; hours: in words, from when people are there. */
export type PersonState = { status: PersonValue['status']; name: string; until: number; present: boolean; hours: string };

export type ChatEvent =
  | { type: 'RUN_STARTED'; runId: string; at: number | undefined; messages: { id: string; text: string }[] }
  | { type: 'RUN_FINISHED'; outcome: 'success' | 'cancelled' | 'interrupt'; at: number | undefined; interrupts: Interrupt[] }
  | { type: 'RUN_ERROR'; code: string; at: number | undefined }
  | { type: 'STEP_STARTED'; step: string }
  | { type: 'TEXT_MESSAGE_START'; messageId: string; at: number | undefined }
  | { type: 'TEXT_MESSAGE_CONTENT'; messageId: string; delta: string }
  | { type: 'TEXT_MESSAGE_END'; messageId: string }
  | { type: 'TOOL_CALL_START'; toolCallId: string }
  | { type: 'TOOL_CALL_RESULT'; toolCallId: string; isOk: boolean }
  | { type: 'MESSAGES_SNAPSHOT'; messages: { id: string; role: 'user' | 'assistant'; text: string }[] }
  | { type: 'citations'; messageId: string; citations: Citation[] }
  | { type: 'tool_title'; toolCallId: string; title: string }
  | { type: 'notice'; code: string; message: string }
  | { type: 'step_reset'; messageIds: string[]; toolCallIds: string[]; resultIds: string[] }
  | { type: 'queued'; messageId: string; text: string; position: number }
  | { type: 'interrupt_settled'; interruptId: string; outcome: InterruptOutcome }
  | { type: 'receipt'; effectId: string; number: number; summary: string; undoUntil: number | undefined; undoes: string | undefined }
  | { type: 'file'; toolCallId: string; fileId: string; name: string; until: number }
  | { type: 'rated'; runId: string; score: number; reason: string }
  | { type: 'suggested'; actions: SuggestedAction[] }
  | { type: 'page_wanted'; requestId: string; at: number }
  | ({ type: 'person' } & PersonState)
  | { type: 'author'; messageId: string; name: string }
  | { type: 'task'; taskId: string; title: string; state: TaskState; progress: number | undefined; message: string };

/** @returns undefined for what is no JSON object or no event that the chat shows */
export function parseEvent(data: string): ChatEvent | undefined {
  return readEvent(readJson(data));
}

/** The same for an event that is parsed already. */
export function readEvent(value: unknown): ChatEvent | undefined {
  const event = fields(value);
  const read = Object.hasOwn(readers, text(event.type)) ? readers[text(event.type)] : undefined;
  return read?.(event);
}

function readJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

export function isTerminal(event: ChatEvent | undefined): boolean {
  return event?.type === 'RUN_FINISHED' || event?.type === 'RUN_ERROR';
}

const readers: Record<string, (event: Fields) => ChatEvent | undefined> = {
  RUN_STARTED: (event) => ({ type: 'RUN_STARTED', runId: text(event.runId), at: time(event), messages: userMessages(fields(event.input).messages) }),
  RUN_FINISHED: readFinish,
  RUN_ERROR: (event) => ({ type: 'RUN_ERROR', code: text(event.code) || 'internal_error', at: time(event) }),
  STEP_STARTED: (event) => ({ type: 'STEP_STARTED', step: text(event.stepName) }),
  TEXT_MESSAGE_START: (event) => ({ type: 'TEXT_MESSAGE_START', messageId: text(event.messageId), at: time(event) }),
  TEXT_MESSAGE_CONTENT: (event) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: text(event.messageId), delta: text(event.delta) }),
  TEXT_MESSAGE_END: (event) => ({ type: 'TEXT_MESSAGE_END', messageId: text(event.messageId) }),
  TOOL_CALL_START: (event) => ({ type: 'TOOL_CALL_START', toolCallId: text(event.toolCallId) }),
  TOOL_CALL_RESULT: (event) => ({ type: 'TOOL_CALL_RESULT', toolCallId: text(event.toolCallId), isOk: isOk(event.content) }),
  MESSAGES_SNAPSHOT: (event) => ({ type: 'MESSAGES_SNAPSHOT', messages: list(event.messages).flatMap(snapshotMessage) }),
  CUSTOM: readCustom,
};

function readFinish(event: Fields): ChatEvent {
  const { type, interrupts } = fields(event.outcome);
  const outcome = type === 'cancelled' || type === 'interrupt' ? type : 'success';
  return { type: 'RUN_FINISHED', outcome, at: time(event), interrupts: outcome === 'interrupt' ? list(interrupts).flatMap(readInterrupt) : [] };
}

/** Whether a tool's result says that it worked. */
function isOk(content: unknown): boolean {
  return fields(readJson(text(content))).ok === true;
}

function readCustom(event: Fields): ChatEvent | undefined {
  const value = fields(event.value);
  switch (event.name) {
    case 'aiguy.citations':
      return { type: 'citations', messageId: text(value.messageId), citations: list(value.citations).flatMap(citation) };
    case 'aiguy.tool_title':
      return { type: 'tool_title', toolCallId: text(value.toolCallId), title: text(value.title) };
    case 'aiguy.notice':
      return { type: 'notice', code: text(value.code), message: text(value.message) };
    case 'aiguy.degraded':
      return { type: 'notice', code: `at_cap_${value.reason === 'site_cost_month' ? 'month_' : ''}${text(value.action)}`, message: '' };
    case 'aiguy.step_reset':
      return { type: 'step_reset', messageIds: texts(value.messageIds), toolCallIds: texts(value.toolCallIds), resultIds: texts(value.resultIds) };
    case 'aiguy.queued':
      return { type: 'queued', messageId: text(value.messageId), text: text(value.text), position: number(value.position) ?? 1 };
    default:
      return event.name === 'aiguy.page_wanted'
        ? { type: 'page_wanted', requestId: text(value.requestId), at: time(event) ?? 0 }
        : readChange(event.name, value);
  }
}

/** What became of something that was asked or begun. */
function readChange(name: unknown, value: Fields): ChatEvent | undefined {
  switch (name) {
    case 'aiguy.interrupt_settled': {
      const outcome = readOutcome(value.outcome);
      return outcome && { type: 'interrupt_settled', interruptId: text(value.interruptId), outcome };
    }
    case 'aiguy.receipt':
      return {
        type: 'receipt',
        effectId: text(value.effectId),
        number: number(value.number) ?? 0,
        summary: text(value.summary),
        undoUntil: moment(value.undoUntil),
        undoes: text(value.undoes) || undefined,
      };
    case 'aiguy.file': {
      const { id, name, expires_at: until } = fields(value.file);
      return { type: 'file', toolCallId: text(value.toolCallId), fileId: text(id), name: text(name), until: moment(until) ?? 0 };
    }
    case 'aiguy.task':
      return readTask(value);
    case 'aiguy.rated':
      return { type: 'rated', runId: text(value.runId), score: number(value.score) ?? 0, reason: text(value.reason) };
    case 'aiguy.suggested_actions':
      return {
        type: 'suggested',
        actions: list(value.actions)
          .map(fields)
          .map(({ label, message, url }) => ({ label: text(label), message: text(message), url: text(url) })),
      };
    case 'aiguy.author':
      return { type: 'author', messageId: text(value.messageId), name: text(value.name) };
    case 'aiguy.person':
      return readPerson(value);
    default:
      return undefined;
  }
}

const taskStates: readonly TaskState[] = ['queued', 'running', 'done', 'failed'];

function readTask(value: Fields): ChatEvent | undefined {
  const state = taskStates.find((one) => one === value.state);
  return (
    state && {
      type: 'task',
      taskId: text(value.taskId),
      title: text(value.title),
      state,
      progress: number(value.progress),
      message: text(value.message),
    }
  );
}

function readPerson({ status, name, until, present, hours }: Fields): ChatEvent {
  return {
    type: 'person',
    status: text(status) as PersonState['status'],
    name: text(name),
    until: moment(until) ?? 0,
    present: present === true,
    hours: text(hours),
  };
}

function citation(value: unknown): Citation[] {
  const { number: place, passageId, title, heading, url, quote } = fields(value);
  if (!Number.isSafeInteger(place) || Number(place) < 1) return [];
  return [{ number: Number(place), passageId: text(passageId), title: text(title), heading: text(heading), url: text(url), quote: text(quote) }];
}

function userMessages(value: unknown): { id: string; text: string }[] {
  return list(value)
    .flatMap(snapshotMessage)
    .filter((message) => message.role === 'user')
    .map(({ id, text }) => ({ id, text }));
}

function snapshotMessage(value: unknown): { id: string; role: 'user' | 'assistant'; text: string }[] {
  const { id, role, content } = fields(value);
  return (role === 'user' || role === 'assistant') && typeof content === 'string' ? [{ id: text(id), role, text: content }] : [];
}

function time(event: Fields): number | undefined {
  return typeof event.timestamp === 'number' ? event.timestamp : undefined;
}

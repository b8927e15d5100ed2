// The AG-UI events that the chat shows, read once from what came over the wire; everything else is undefined and left alone.
import type { Citation } from '@aiguy/manifests/generated/http';

export type { Citation };

export type ChatEvent =
  | { type: 'RUN_STARTED'; runId: string; at: number | undefined; messages: { id: string; text: string }[] }
  | { type: 'RUN_FINISHED'; outcome: 'success' | 'cancelled' }
  | { type: 'RUN_ERROR'; code: string; at: number | undefined }
  | { type: 'STEP_STARTED'; step: string }
  | { type: 'TEXT_MESSAGE_START'; messageId: string; at: number | undefined }
  | { type: 'TEXT_MESSAGE_CONTENT'; messageId: string; delta: string }
  | { type: 'TEXT_MESSAGE_END'; messageId: string }
  | { type: 'TOOL_CALL_START'; toolCallId: string }
  | { type: 'TOOL_CALL_RESULT'; toolCallId: string }
  | { type: 'MESSAGES_SNAPSHOT'; messages: { id: string; role: 'user' | 'assistant'; text: string }[] }
  | { type: 'citations'; messageId: string; citations: Citation[] }
  | { type: 'tool_title'; toolCallId: string; title: string }
  | { type: 'notice'; code: string; message: string };

type Fields = Record<string, unknown>;

/** @returns undefined for what is no JSON object or no event that the chat shows */
export function parseEvent(data: string): ChatEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  const event = fields(value);
  const read = Object.hasOwn(readers, text(event.type)) ? readers[text(event.type)] : undefined;
  return read?.(event);
}

export function isTerminal(event: ChatEvent | undefined): boolean {
  return event?.type === 'RUN_FINISHED' || event?.type === 'RUN_ERROR';
}

const readers: Record<string, (event: Fields) => ChatEvent | undefined> = {
  RUN_STARTED: (event) => ({ type: 'RUN_STARTED', runId: text(event.runId), at: time(event), messages: userMessages(fields(event.input).messages) }),
  RUN_FINISHED: (event) => ({ type: 'RUN_FINISHED', outcome: fields(event.outcome).type === 'cancelled' ? 'cancelled' : 'success' }),
  RUN_ERROR: (event) => ({ type: 'RUN_ERROR', code: text(event.code) || 'internal_error', at: time(event) }),
  STEP_STARTED: (event) => ({ type: 'STEP_STARTED', step: text(event.stepName) }),
  TEXT_MESSAGE_START: (event) => ({ type: 'TEXT_MESSAGE_START', messageId: text(event.messageId), at: time(event) }),
  TEXT_MESSAGE_CONTENT: (event) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: text(event.messageId), delta: text(event.delta) }),
  TEXT_MESSAGE_END: (event) => ({ type: 'TEXT_MESSAGE_END', messageId: text(event.messageId) }),
  TOOL_CALL_START: (event) => ({ type: 'TOOL_CALL_START', toolCallId: text(event.toolCallId) }),
  TOOL_CALL_RESULT: (event) => ({ type: 'TOOL_CALL_RESULT', toolCallId: text(event.toolCallId) }),
  MESSAGES_SNAPSHOT: (event) => ({ type: 'MESSAGES_SNAPSHOT', messages: list(event.messages).flatMap(snapshotMessage) }),
  CUSTOM: readCustom,
};

function readCustom(event: Fields): ChatEvent | undefined {
  const value = fields(event.value);
  switch (event.name) {
    case 'aiguy.citations':
      return { type: 'citations', messageId: text(value.messageId), citations: list(value.citations).flatMap(citation) };
    case 'aiguy.tool_title':
      return { type: 'tool_title', toolCallId: text(value.toolCallId), title: text(value.title) };
    case 'aiguy.notice':
      return { type: 'notice', code: text(value.code), message: text(value.message) };
    default:
      return undefined;
  }
}

function citation(value: unknown): Citation[] {
  const { number, passageId, title, heading, url, quote } = fields(value);
  if (!Number.isSafeInteger(number) || Number(number) < 1) return [];
  return [{ number: Number(number), passageId: text(passageId), title: text(title), heading: text(heading), url: text(url), quote: text(quote) }];
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

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

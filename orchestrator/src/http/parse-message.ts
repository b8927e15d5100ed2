// The two bodies of POST /chat: our own, and the RunAgentInput of any AG-UI client. From both, one new message and nothing else.
import { randomUUID } from 'node:crypto';
import { AiguyError } from '@aiguy/manifests/errors';
import type { ChatMessage, RunAgentInput, ViewedProduct } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import type { LoggedEvent } from '../session/event-log.ts';
import type { Answer } from '../session/interrupts.ts';

type Parsed =
  | { kind: 'message'; text: string; messageId: string; runId: string; product?: ViewedProduct }
  | { kind: 'resume'; interruptId: string; answer: Answer };
export type ParsedMessage = Parsed & {
  /** Ids of messages that the client claims were said before; each must be in the log. Empty for our own body. */
  claimedIds: string[];
  /** The session the body names, if it names one. */
  threadId: string | undefined;
};

const validateChatMessage = validatorOf<ChatMessage>('ChatMessage');
const validateRunAgentInput = validatorOf<RunAgentInput>('RunAgentInput');

/** @throws AiguyError message_empty, message_too_long, history_not_accepted, invalid_request */
export function parseMessage(body: unknown): ParsedMessage {
  if (typeof body === 'object' && body !== null && 'threadId' in body) return parseRunAgentInput(body);
  const message = body instanceof Object && 'message' in body ? body.message : undefined;
  const text = typeof message === 'string' ? checkText(message) : undefined;
  const checked = check(validateChatMessage, body);
  if (!checked.ok || text === undefined) {
    throw new AiguyError(claimsHistory(body) ? 'history_not_accepted' : 'invalid_request', { details: checked.ok ? [] : checked.violations });
  }
  const { messageId = randomUUID(), product } = checked.value;
  return { kind: 'message', text, messageId, runId: randomUUID(), ...(product ? { product } : {}), claimedIds: [], threadId: undefined };
}

function parseRunAgentInput(body: object): ParsedMessage {
  const checked = check(validateRunAgentInput, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  const { threadId, runId, messages, resume = [] } = checked.value;
  if (resume.length > 0) return { ...parseResume(resume), claimedIds: messages.map((message) => message.id), threadId };
  const last = messages.at(-1);
  const content = last?.content;
  if (last?.role !== 'user' || typeof content !== 'string')
    throw new AiguyError('invalid_request', { details: [{ pointer: '/messages', rule: 'must end with a text of the user' }] });
  if (messages.some((message) => message.role === 'system' || message.role === 'developer')) throw new AiguyError('history_not_accepted');
  return {
    kind: 'message',
    text: checkText(content),
    messageId: last.id,
    runId,
    claimedIds: messages.slice(0, -1).map((message) => message.id),
    threadId,
  };
}

/** An AG-UI client answers a confirmation with the payload {approved}, a form with its fields; cancelled is a no to both. */
function parseResume(resume: NonNullable<RunAgentInput['resume']>): Extract<Parsed, { kind: 'resume' }> {
  const [entry, ...more] = resume;
  if (!entry || more.length > 0) throw new AiguyError('invalid_request', { details: [{ pointer: '/resume', rule: 'must answer one interrupt' }] });
  const { interruptId, status, payload } = entry;
  const values = payload instanceof Object ? (payload as Record<string, unknown>) : {};
  if (typeof values.approved === 'boolean' || payload === undefined) {
    const isApproved = status === 'resolved' && values.approved === true;
    return { kind: 'resume', interruptId, answer: { kind: 'confirmation', decision: isApproved ? 'approve' : 'reject' } };
  }
  return { kind: 'resume', interruptId, answer: { kind: 'input', values: status === 'resolved' ? values : undefined } };
}

/** Everything that the client claims was said before must be in the log; what stands in the log counts, not what it sent. */
export function assertKnown(claimedIds: string[], events: LoggedEvent[]): void {
  const known = new Set(events.flatMap(({ event }) => idsOf(event)));
  if (!claimedIds.every((id) => known.has(id))) throw new AiguyError('history_not_accepted');
}

function idsOf(event: LoggedEvent['event']): string[] {
  switch (event.type) {
    case 'RUN_STARTED':
      return event.input?.messages.map((message) => message.id) ?? [];
    case 'MESSAGES_SNAPSHOT':
      return event.messages.map((message) => message.id);
    case 'TEXT_MESSAGE_START':
      return [event.messageId];
    case 'TOOL_CALL_START':
      return [event.toolCallId];
    case 'TOOL_CALL_RESULT':
      return [event.messageId, event.toolCallId];
    default:
      return [];
  }
}

function checkText(message: string): string {
  const text = message.normalize('NFC').trim();
  if (text === '') throw new AiguyError('message_empty');
  if (text.length > 4000) throw new AiguyError('message_too_long');
  if (!text.isWellFormed()) throw new AiguyError('invalid_request', { details: [{ pointer: '/message', rule: 'must be well-formed Unicode' }] });
  return text;
}

function claimsHistory(body: unknown): boolean {
  return body instanceof Object && ['messages', 'system', 'history', 'role', 'model', 'tools'].some((field) => Object.hasOwn(body, field));
}

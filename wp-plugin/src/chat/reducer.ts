// The conversation as a pure function: state × event → state.
import {
  type AssistantMessage,
  type ChatState,
  changeMessage,
  dropMessage,
  emptyChat,
  findMessage,
  isWaiting,
  type Message,
  type NoticeMessage,
  type Run,
  type UserMessage,
  withMessage,
} from './chat-state.ts';
import { applyEffect, applyEffectAction, askVisitor, type EffectAction, markDone } from './effects.ts';
import type { ChatEvent } from './events.ts';

export type ChatAction =
  | { type: 'received'; id: number; event: ChatEvent | undefined; isLive: boolean }
  | { type: 'asked'; messageId: string; text: string; at: number }
  | { type: 'failed'; messageId: string; code: string }
  | { type: 'lost'; code: string }
  /** The session is another one: nothing of the old one may stay, but what is still being sent. */
  | { type: 'restarted' }
  | EffectAction;

const lostId = 'lost';

export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'received':
      if (action.id <= state.lastEventId) return state;
      return { ...(action.event ? applyEvent(dropMessage(state, lostId), action.event, action) : state), lastEventId: action.id };
    case 'asked':
      return withMessage(dropMessage(state, errorId(action.messageId)), {
        kind: 'user',
        id: action.messageId,
        text: action.text,
        at: action.at,
        delivery: 'sending',
      });
    case 'failed':
      return failed(state, action.messageId, action.code);
    case 'lost':
      return withMessage(endRun(state), { kind: 'error', id: lostId, code: action.code, question: undefined });
    case 'restarted':
      return { ...emptyChat, messages: state.messages.filter((message) => message.kind === 'user' && message.delivery === 'sending') };
    default:
      return applyEffectAction(state, action);
  }
}

type Origin = { id: number; isLive: boolean };

function applyEvent(state: ChatState, event: ChatEvent, origin: Origin): ChatState {
  switch (event.type) {
    case 'RUN_STARTED':
      return startRun(state, event);
    case 'RUN_FINISHED':
      return finishRun(endRun(state), event, origin);
    case 'RUN_ERROR':
      return withMessage(endRun(state), { kind: 'error', id: `error-${origin.id}`, code: event.code, question: lastQuestion(state) });
    case 'MESSAGES_SNAPSHOT':
      return { ...state, messages: event.messages.map(fromSnapshot) };
    case 'notice':
      return showNotice(state, event, origin);
    case 'queued':
      return withMessage(state, { ...questionOf(state, event, undefined), delivery: 'queued' });
    case 'step_reset':
      return resetStep(state, event);
    case 'page_wanted':
      return state;
    case 'rated':
      return { ...state, ratings: { ...state.ratings, [event.runId]: event } };
    case 'suggested':
      return { ...state, actions: event.actions };
    case 'person':
      return changePerson(state, event, origin);
    case 'author':
      return withMessage(state, { ...answerOf(state, event.messageId), author: event.name });
    case 'interrupt_settled':
    case 'receipt':
    case 'task':
    case 'file':
      return applyEffect(state, event);
    case 'TOOL_CALL_RESULT':
      return markDone({ ...state, run: state.run && followTools(state.run, event) }, event.toolCallId, event.isOk);
    case 'STEP_STARTED':
    case 'TOOL_CALL_START':
    case 'tool_title':
      return { ...state, run: state.run && followTools(state.run, event) };
    default:
      return applyText(state, event, origin);
  }
}

/** That a cap is reached is said once, where it was so last. */
function showNotice(state: ChatState, { code, message }: Extract<ChatEvent, { type: 'notice' }>, { id }: Origin): ChatState {
  const notice: NoticeMessage = { kind: 'notice', id: code.startsWith('at_cap') ? 'at-cap' : `notice-${id}`, code, text: message };
  return withMessage(dropMessage(state, notice.id), notice);
}

type TextEvent = Extract<ChatEvent, { type: 'TEXT_MESSAGE_START' | 'TEXT_MESSAGE_CONTENT' | 'TEXT_MESSAGE_END' | 'citations' }>;

function applyText(state: ChatState, event: TextEvent, { isLive }: Origin): ChatState {
  switch (event.type) {
    case 'TEXT_MESSAGE_START':
      return {
        ...withMessage(state, { ...answerOf(state, event.messageId), at: event.at, isLive, runId: state.run?.id }),
        run: state.run && { ...state.run, isWriting: true, tools: [] },
      };
    case 'TEXT_MESSAGE_CONTENT':
      return changeAnswer(state, event.messageId, (answer) => ({ ...answer, text: answer.text + event.delta, isLive: answer.isLive || isLive }));
    case 'TEXT_MESSAGE_END':
      return {
        ...changeAnswer(state, event.messageId, (answer) => ({ ...answer, isStreaming: false })),
        run: state.run && { ...state.run, isWriting: false },
      };
    case 'citations':
      return withMessage(state, { ...answerOf(state, event.messageId), citations: event.citations });
  }
}

function startRun(state: ChatState, event: Extract<ChatEvent, { type: 'RUN_STARTED' }>): ChatState {
  // Who writes on has read what was offered.
  const isPast = event.messages.length > 0 && (state.person?.status === 'offered' || state.person?.status === 'away');
  const person = isPast ? undefined : state.person;
  const started: ChatState = { ...state, person, actions: [], run: { id: event.runId, tools: [], isWriting: false } };
  return event.messages.reduce((before, message) => {
    const question: UserMessage = { ...questionOf(before, { messageId: message.id, text: message.text }, event.at), delivery: 'sent' };
    const known = findMessage(before, 'user', message.id);
    // What has waited is answered from here on: it stands behind all that was said meanwhile.
    const rest = dropMessage(known && isWaiting(known) ? dropMessage(before, message.id) : before, errorId(message.id));
    return withMessage(rest, question);
  }, started);
}

function questionOf(state: ChatState, { messageId, text }: { messageId: string; text: string }, at: number | undefined): UserMessage {
  return { kind: 'user', id: messageId, text, at: findMessage(state, 'user', messageId)?.at ?? at, delivery: 'sending' };
}

function finishRun(state: ChatState, event: Extract<ChatEvent, { type: 'RUN_FINISHED' }>, origin: Origin): ChatState {
  // A person who takes over stops the answer as well; that was not the visitor.
  if (event.outcome === 'cancelled' && state.person?.status !== 'joined') return withMessage(state, stopped(origin));
  return askVisitor(state, event.interrupts, origin.isLive);
}

function changePerson(state: ChatState, event: Extract<ChatEvent, { type: 'person' }>, { id }: Origin): ChatState {
  const { status, name } = event;
  if (status === 'left' && state.person?.status !== 'joined') return { ...state, person: undefined };
  const next = { ...state, person: status === 'left' ? undefined : event };
  return status === 'joined' || status === 'left'
    ? withMessage(next, { kind: 'notice', id: `notice-${id}`, code: `person_${status}`, text: name })
    : next;
}

/** A step is begun again: what it had shown so far is taken back. */
function resetStep(state: ChatState, { messageIds, toolCallIds, resultIds }: Extract<ChatEvent, { type: 'step_reset' }>): ChatState {
  const gone = new Set([...messageIds, ...toolCallIds, ...resultIds]);
  const messages = state.messages.filter(({ kind, id }) => !((kind === 'assistant' || kind === 'file') && gone.has(id)));
  const run = state.run && { ...state.run, isWriting: false, tools: state.run.tools.filter((tool) => !toolCallIds.includes(tool.id)) };
  return [...toolCallIds, ...resultIds].reduce((before, id) => markDone(before, id, undefined), { ...state, messages, run });
}

type ToolEvent = Extract<ChatEvent, { type: 'STEP_STARTED' | 'TOOL_CALL_START' | 'TOOL_CALL_RESULT' | 'tool_title' }>;

function followTools(run: Run, event: ToolEvent): Run {
  switch (event.type) {
    case 'STEP_STARTED':
      return event.step === 'tool' ? run : { ...run, tools: [] };
    case 'TOOL_CALL_START':
      return { ...run, tools: [...run.tools, { id: event.toolCallId, title: '' }] };
    case 'tool_title':
      return { ...run, tools: run.tools.map((tool) => (tool.id === event.toolCallId ? { ...tool, title: event.title } : tool)) };
    case 'TOOL_CALL_RESULT':
      return { ...run, tools: run.tools.filter((tool) => tool.id !== event.toolCallId) };
  }
}

function endRun(state: ChatState): ChatState {
  const messages = state.messages.map((message) =>
    message.kind === 'assistant' && message.isStreaming ? { ...message, isStreaming: false } : message,
  );
  return { ...state, messages, run: undefined };
}

function failed(state: ChatState, messageId: string, code: string): ChatState {
  const question = findMessage(state, 'user', messageId);
  const marked: UserMessage | undefined = question && { ...question, delivery: 'failed' };
  return withMessage(marked ? withMessage(state, marked) : state, { kind: 'error', id: errorId(messageId), code, question: marked });
}

function stopped({ id }: Origin): NoticeMessage {
  return { kind: 'notice', id: `notice-${id}`, code: 'cancelled', text: '' };
}

function fromSnapshot(message: { id: string; role: 'user' | 'assistant'; text: string }): Message {
  const { id, text } = message;
  return message.role === 'user'
    ? { kind: 'user', id, text, at: undefined, delivery: 'sent' }
    : { kind: 'assistant', id, text, citations: [], at: undefined, isStreaming: false, isLive: false, runId: undefined };
}

function lastQuestion(state: ChatState): UserMessage | undefined {
  return state.messages.findLast((message): message is UserMessage => message.kind === 'user' && !isWaiting(message));
}

function errorId(messageId: string): string {
  return `error-${messageId}`;
}

/** The answer of that id, or an empty one: citations may come before the text. */
function answerOf(state: ChatState, id: string): AssistantMessage {
  return (
    findMessage(state, 'assistant', id) ?? {
      kind: 'assistant',
      id,
      text: '',
      citations: [],
      at: undefined,
      isStreaming: true,
      isLive: false,
      runId: undefined,
    }
  );
}

function changeAnswer(state: ChatState, id: string, change: (answer: AssistantMessage) => AssistantMessage): ChatState {
  return changeMessage(state, { kind: 'assistant', id }, change);
}

// The conversation as a pure function: state × event → state. Messages keep their identity while they don't change, so that only what changed is drawn again.
import type { ChatEvent, Citation } from './events.ts';

export type UserMessage = { kind: 'user'; id: string; text: string; at: number | undefined; delivery: 'sending' | 'sent' | 'failed' };
export type AssistantMessage = {
  kind: 'assistant';
  id: string;
  text: string;
  citations: Citation[];
  at: number | undefined;
  /** False once no more text can come. */
  isStreaming: boolean;
  /** Whether it was being written while somebody looked; what is replayed is not read out again. */
  isLive: boolean;
};
export type NoticeMessage = { kind: 'notice'; id: string; code: string; text: string };
export type ErrorMessage = { kind: 'error'; id: string; code: string /** The message to send again. */; question: UserMessage | undefined };
export type Message = UserMessage | AssistantMessage | NoticeMessage | ErrorMessage;

export type Run = { id: string; tools: { id: string; title: string }[]; isWriting: boolean };

export type ChatState = {
  /** Sequence number of the last event that is in this state; the place to continue from. */
  lastEventId: number;
  messages: Message[];
  run: Run | undefined;
};

export type ChatAction =
  | { type: 'received'; id: number; event: ChatEvent | undefined; isLive: boolean }
  | { type: 'asked'; messageId: string; text: string; at: number }
  | { type: 'failed'; messageId: string; code: string }
  | { type: 'lost'; code: string }
  /** The session is another one: nothing of the old one may stay, but what is still being sent. */
  | { type: 'restarted' };

const lostId = 'lost';

export const emptyChat: ChatState = { lastEventId: 0, messages: [], run: undefined };

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
  }
}

type Origin = { id: number; isLive: boolean };

function applyEvent(state: ChatState, event: ChatEvent, origin: Origin): ChatState {
  switch (event.type) {
    case 'RUN_STARTED':
      return startRun(state, event);
    case 'RUN_FINISHED':
      return event.outcome === 'cancelled' ? withMessage(endRun(state), stopped(origin)) : endRun(state);
    case 'RUN_ERROR':
      return withMessage(endRun(state), { kind: 'error', id: `error-${origin.id}`, code: event.code, question: lastQuestion(state) });
    case 'MESSAGES_SNAPSHOT':
      return { ...state, messages: event.messages.map(fromSnapshot) };
    case 'notice':
      return withMessage(state, { kind: 'notice', id: `notice-${origin.id}`, code: event.code, text: event.message });
    case 'STEP_STARTED':
    case 'TOOL_CALL_START':
    case 'TOOL_CALL_RESULT':
    case 'tool_title':
      return { ...state, run: state.run && followTools(state.run, event) };
    default:
      return applyText(state, event, origin);
  }
}

type TextEvent = Extract<ChatEvent, { messageId: string }>;

function applyText(state: ChatState, event: TextEvent, { isLive }: Origin): ChatState {
  switch (event.type) {
    case 'TEXT_MESSAGE_START':
      return {
        ...withMessage(state, { ...answerOf(state, event.messageId), at: event.at, isLive }),
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
  const started: ChatState = { ...state, run: { id: event.runId, tools: [], isWriting: false } };
  return event.messages.reduce((before, { id, text }) => {
    const known = before.messages.find((message) => message.kind === 'user' && message.id === id);
    return withMessage(dropMessage(before, errorId(id)), {
      kind: 'user',
      id,
      text,
      at: known?.kind === 'user' ? known.at : event.at,
      delivery: 'sent',
    });
  }, started);
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
  const question = state.messages.find((message) => message.kind === 'user' && message.id === messageId);
  if (question?.kind !== 'user') return withMessage(state, { kind: 'error', id: errorId(messageId), code, question: undefined });
  const marked: UserMessage = { ...question, delivery: 'failed' };
  return withMessage(withMessage(state, marked), { kind: 'error', id: errorId(messageId), code, question: marked });
}

function stopped({ id }: Origin): NoticeMessage {
  return { kind: 'notice', id: `notice-${id}`, code: 'cancelled', text: '' };
}

function fromSnapshot(message: { id: string; role: 'user' | 'assistant'; text: string }): Message {
  const { id, text } = message;
  return message.role === 'user'
    ? { kind: 'user', id, text, at: undefined, delivery: 'sent' }
    : { kind: 'assistant', id, text, citations: [], at: undefined, isStreaming: false, isLive: false };
}

function lastQuestion(state: ChatState): UserMessage | undefined {
  return state.messages.findLast((message) => message.kind === 'user');
}

function errorId(messageId: string): string {
  return `error-${messageId}`;
}

/** Puts a message in the place of the one with its id, or at the end. */
function withMessage(state: ChatState, message: Message): ChatState {
  const index = state.messages.findIndex((one) => one.id === message.id && one.kind === message.kind);
  return { ...state, messages: index === -1 ? [...state.messages, message] : state.messages.with(index, message) };
}

function dropMessage(state: ChatState, id: string): ChatState {
  return state.messages.some((message) => message.id === id) ? { ...state, messages: state.messages.filter((message) => message.id !== id) } : state;
}

function findAnswer(state: ChatState, id: string): AssistantMessage | undefined {
  const answer = state.messages.find((message) => message.kind === 'assistant' && message.id === id);
  return answer?.kind === 'assistant' ? answer : undefined;
}

/** The answer of that id, or an empty one: citations may come before the text. */
function answerOf(state: ChatState, id: string): AssistantMessage {
  return findAnswer(state, id) ?? { kind: 'assistant', id, text: '', citations: [], at: undefined, isStreaming: true, isLive: false };
}

function changeAnswer(state: ChatState, id: string, change: (answer: AssistantMessage) => AssistantMessage): ChatState {
  const answer = findAnswer(state, id);
  return answer ? withMessage(state, change(answer)) : state;
}

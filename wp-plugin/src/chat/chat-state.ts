// What the chat shows, as data, and where in it something new stands. Messages keep their identity while they don't change, so that only what changed is drawn again.
import type { Citation, PersonState, SuggestedAction, TaskState } from './events.ts';
import type { FieldErrors } from './form.ts';
import type { Interrupt, InterruptOutcome } from './interrupts.ts';

/** queued: taken by the server, and waiting for the answer before it. */
export type Delivery = 'sending' | 'queued' | 'sent' | 'failed';
export type UserMessage = { kind: 'user'; id: string; text: string; at: number | undefined; delivery: Delivery };
export type AssistantMessage = {
  kind: 'assistant';
  id: string;
  text: string;
  citations: Citation[];
  /** The person who says it; the agent otherwise. */
  author?: string;
  at: number | undefined;
  /** False once no more text can come. */
  isStreaming: boolean;
  /** Whether it was being written while somebody looked; what is replayed is not read out again. */
  isLive: boolean;
  /** By which it is rated; none for what was said on another device. */
  runId: string | undefined;
};
export type NoticeMessage = { kind: 'notice'; id: string; code: string; text: string };
export type ErrorMessage = { kind: 'error'; id: string; code: string /** The message to send again. */; question: UserMessage | undefined };
/** A card or a form. What is typed into it is never a part of the state. */
export type InterruptMessage = {
  kind: 'interrupt';
  id: string;
  interrupt: Interrupt;
  /** The same in all tabs; undefined while it is open. */
  outcome: InterruptOutcome | undefined;
  /** Whether what was agreed to was done; undefined until its tool has answered. */
  isDone: boolean | undefined;
  /** This tab's answer is on its way. */
  isAnswering: boolean;
  /** Code of what became of this tab's answer, when it was not taken. */
  problem: string | undefined;
  errors: FieldErrors;
  /** Whether it appeared while somebody looked. */
  isLive: boolean;
};
export type ReceiptMessage = {
  kind: 'receipt';
  id: string;
  effectId: string;
  number: number;
  summary: string;
  /** Milliseconds since the epoch. */
  undoUntil: number | undefined;
  isUndoing: boolean;
  problem: string | undefined;
};
export type TaskMessage = { kind: 'task'; id: string; title: string; state: TaskState; progress: number | undefined; text: string };
/** A file that a tool has made; its id is that of the call, so that a call that is made again has one. */
export type FileMessage = { kind: 'file'; id: string; fileId: string; name: string /** Milliseconds since the epoch. */; until: number };
export type Message = UserMessage | AssistantMessage | NoticeMessage | ErrorMessage | InterruptMessage | ReceiptMessage | TaskMessage | FileMessage;

export type Run = { id: string; tools: { id: string; title: string }[]; isWriting: boolean };

export type Rating = { score: number; reason: string };

export type ChatState = {
  /** Sequence number of the last event that is in this state; the place to continue from. */
  lastEventId: number;
  messages: Message[];
  run: Run | undefined;
  /** What the visitor thought, by run; of the whole conversation under ''. */
  ratings: Record<string, Rating>;
  /** What he may say next by one click. */
  actions: SuggestedAction[];
  /** Between the visitor and a person of the site, as far as something is. */
  person?: PersonState | undefined;
};

export const emptyChat: ChatState = { lastEventId: 0, messages: [], run: undefined, ratings: {}, actions: [] };

type Kind<K extends Message['kind']> = Extract<Message, { kind: K }>;

export function findMessage<K extends Message['kind']>(state: ChatState, kind: K, id: string): Kind<K> | undefined {
  return state.messages.find((message): message is Kind<K> => message.kind === kind && message.id === id);
}

/** Puts a message in the place of the one with its id, or at the end; what still waits for its answer stays behind it. */
export function withMessage(state: ChatState, message: Message): ChatState {
  const index = state.messages.findIndex((one) => one.id === message.id && one.kind === message.kind);
  const end = isWaiting(message) ? state.messages.length : state.messages.findLastIndex((one) => !isWaiting(one)) + 1;
  return { ...state, messages: index === -1 ? state.messages.toSpliced(end, 0, message) : state.messages.with(index, message) };
}

export function changeMessage<K extends Message['kind']>(
  state: ChatState,
  { kind, id }: { kind: K; id: string },
  change: (message: Kind<K>) => Message,
): ChatState {
  const message = findMessage(state, kind, id);
  return message ? withMessage(state, change(message)) : state;
}

export function dropMessage(state: ChatState, id: string): ChatState {
  return state.messages.some((message) => message.id === id) ? { ...state, messages: state.messages.filter((message) => message.id !== id) } : state;
}

export function isWaiting(message: Message): message is UserMessage {
  return message.kind === 'user' && (message.delivery === 'sending' || message.delivery === 'queued');
}

export function isOpen(message: Message): message is InterruptMessage & { outcome: undefined } {
  return message.kind === 'interrupt' && message.outcome === undefined;
}

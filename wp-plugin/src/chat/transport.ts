// How what the visitor does leaves, and how events come back: the contract that the conversation knows, whatever way is taken.
import type { InputAnswer } from '@aiguy/manifests/generated/http';
import type { ChatEvent } from './events.ts';

export type Command =
  | { type: 'message'; messageId: string; message: string }
  | { type: 'decision'; interruptId: string; decision: 'approve' | 'reject' }
  | { type: 'input'; interruptId: string; answer: InputAnswer }
  | { type: 'undo'; effectId: string };

/**
 * Contract: events are handed over in order, each once; a stream that breaks is continued from the last one. `send`, `submit` and `resume` settle
 * when nothing is running any more, or when a later call has taken over the log, and reject with a ChatError when they give up; the run itself
 * goes on without them. A command may go out while an answer is being followed: no event of that answer is lost, whatever becomes of the command.
 * A message is repeated only with its messageId, which the server takes once; a click and a form are taken once by their interrupt.
 */
export type Transport = {
  send(message: string, messageId: string): Promise<void>;
  submit(command: Exclude<Command, { type: 'message' }>): Promise<void>;
  resume(after: number): Promise<void>;
  /** Follows what happens while nothing is running, until another call takes over or the signal; never rejects. */
  watch(after: number, signal: AbortSignal): Promise<void>;
  cancel(): Promise<void>;
  /** A signed receipt, as the server wrote it. */
  receipt(number: number): Promise<Blob>;
  /** A file that a tool has made in this conversation. */
  file(fileId: string): Promise<Blob>;
  /**
   * Another route of the site below chat: GET without a body, POST with one.
   * @throws ChatError
   */
  call(path: string, body?: object): Promise<unknown>;
  /** Asks for a person of the site; what becomes of it is in the log. */
  askPerson(leaveMessage?: { messageId: string; text: string }): Promise<void>;
  close(): void;
};

export type Connection = 'connected' | 'reconnecting' | 'offline';

export type ReceivedEvent = { id: number; event: ChatEvent | undefined };

export type TransportSink = {
  /** What arrived together, in order. */
  onEvents: (events: ReceivedEvent[]) => void;
  onConnection: (connection: Connection) => void;
  /** The session is another one than before: the visitor has signed in or out, or the old one has ended. */
  onRestart: () => void;
  /** The command was taken: it is not sent again. */
  onTaken: (command: Command) => void;
  /** Whether something may happen at any moment while nothing is running: a card is open, a task is on its way. */
  isExpecting: () => boolean;
};

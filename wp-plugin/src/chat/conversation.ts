// One visitor's conversation: what the interface shows, and what it can do. Keeps nothing outside this page's memory.
import { type ChatState, type ErrorMessage, emptyChat, reduceChat } from './reducer.ts';
import { ChatError, toChatError } from './session.ts';
import type { Connection, ReceivedEvent, Transport, TransportSink } from './transport.ts';

export type Snapshot = {
  chat: ChatState;
  connection: Connection;
  /** Whether the earlier messages are still being fetched. */
  isLoading: boolean;
  /** A message is on its way or being answered. */
  isBusy: boolean;
  isStopping: boolean;
};

export type Conversation = {
  snapshot(): Snapshot;
  subscribe(listener: () => void): () => void;
  /** Fetches what was said before, and goes on with an answer that is still being written. */
  load(): Promise<void>;
  /** @returns false when nothing was taken, because an answer is under way or there is nothing to send */
  send(text: string): boolean;
  retry(error: ErrorMessage): void;
  stop(): Promise<void>;
  close(): void;
};

export type ConversationPorts = {
  connect: (sink: TransportSink) => Transport;
  now: () => number;
  newId: () => string;
};

export function createConversation(ports: ConversationPorts): Conversation {
  return new LiveConversation(ports);
}

class LiveConversation implements Conversation {
  readonly #ports: ConversationPorts;
  readonly #transport: Transport;
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot = { chat: emptyChat, connection: 'connected', isLoading: false, isBusy: false, isStopping: false };

  constructor(ports: ConversationPorts) {
    this.#ports = ports;
    this.#transport = ports.connect({
      onEvents: (events) => this.#receive(events),
      onConnection: (connection) => {
        if (connection !== this.#snapshot.connection) this.#change({ connection });
      },
      onRestart: () => this.#change({ chat: reduceChat(this.#snapshot.chat, { type: 'restarted' }) }),
    });
  }

  snapshot = (): Snapshot => this.#snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async load(): Promise<void> {
    if (this.#snapshot.isLoading) return;
    this.#change({ isLoading: true });
    await this.#resume();
    this.#change({ isLoading: false });
  }

  send(text: string): boolean {
    const message = text.trim();
    if (message === '' || this.#snapshot.isBusy) return false;
    void this.#send(message, this.#ports.newId());
    return true;
  }

  retry(error: ErrorMessage): void {
    const { question } = error;
    if (this.#snapshot.isBusy) return;
    // A message that was taken has its answer already, a failed one; asking again is a new message.
    if (question) void this.#send(question.text, question.delivery === 'failed' ? question.id : this.#ports.newId());
    else void this.load();
  }

  async stop(): Promise<void> {
    if (!this.#snapshot.chat.run || this.#snapshot.isStopping) return;
    this.#change({ isStopping: true });
    await this.#transport.cancel().catch(() => this.#change({ isStopping: false }));
  }

  close(): void {
    this.#transport.close();
    this.#listeners.clear();
  }

  async #send(text: string, messageId: string): Promise<void> {
    this.#change({ chat: reduceChat(this.#snapshot.chat, { type: 'asked', messageId, text, at: this.#ports.now() }), isLoading: false });
    try {
      await this.#transport.send(text, messageId);
    } catch (error) {
      const { code } = toChatError(error);
      const isTaken = this.#snapshot.chat.messages.some((one) => one.kind === 'user' && one.id === messageId && one.delivery === 'sent');
      this.#change({ chat: reduceChat(this.#snapshot.chat, isTaken ? { type: 'lost', code } : { type: 'failed', messageId, code }) });
      if (code === 'turn_in_progress') await this.#resume();
    }
  }

  #receive(events: ReceivedEvent[]): void {
    const { isLoading, chat } = this.#snapshot;
    const next = events.reduce((before, event) => reduceChat(before, { type: 'received', ...event, isLive: !isLoading }), chat);
    // With a run that is still going the past has been caught up with.
    this.#change({ chat: next, isLoading: isLoading && next.run === undefined });
  }

  async #resume(): Promise<void> {
    try {
      await this.#transport.resume(this.#snapshot.chat.lastEventId);
    } catch (error) {
      const chatError = error instanceof ChatError ? error : toChatError(error);
      this.#change({ chat: reduceChat(this.#snapshot.chat, { type: 'lost', code: chatError.code }) });
    }
  }

  #change(part: Partial<Snapshot>): void {
    const next = { ...this.#snapshot, ...part };
    const isSending = next.chat.messages.some((message) => message.kind === 'user' && message.delivery === 'sending');
    const isBusy = isSending || next.chat.run !== undefined;
    this.#snapshot = { ...next, isBusy, isStopping: next.isStopping && next.chat.run !== undefined };
    for (const listener of this.#listeners) listener();
  }
}

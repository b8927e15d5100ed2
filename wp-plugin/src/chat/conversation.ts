// One visitor's conversation: what the interface shows, and what it can do. Keeps nothing outside this page's memory.
import type { InputAnswer, SiteSession } from '@aiguy/manifests/generated/http';
import { type ChatState, type ErrorMessage, emptyChat, findMessage, isOpen, isWaiting } from './chat-state.ts';
import { readFieldErrors } from './form.ts';
import { type ChatAction, reduceChat } from './reducer.ts';
import { type ChatError, type SessionWish, toChatError } from './session.ts';
import type { Command, Connection, ReceivedEvent, Transport, TransportSink } from './transport.ts';

export type Snapshot = {
  chat: ChatState;
  connection: Connection;
  /** Whether the earlier messages are still being fetched. */
  isLoading: boolean;
  /** A message is on its way or being answered; another one may be sent all the same. */
  isBusy: boolean;
  isStopping: boolean;
};

export type Conversation = {
  snapshot(): Snapshot;
  subscribe(listener: () => void): () => void;
  /** Fetches what was said before, and goes on with an answer that is still being written. */
  load(): Promise<void>;
  /** @returns false when nothing was taken, because there is nothing to send or too much is waiting already */
  send(text: string): boolean;
  retry(error: ErrorMessage): void;
  stop(): Promise<void>;
  /** A click on a card. */
  decide(interruptId: string, decision: 'approve' | 'reject'): void;
  /** What was typed into a form goes out and is not kept. */
  fillIn(interruptId: string, answer: InputAnswer): void;
  undo(effectId: string): void;
  receipt(number: number): Promise<Blob>;
  file(fileId: string): Promise<Blob>;
  /** Whether anybody looks: only then what happens between two answers is followed. Several chats of a page may show one conversation. */
  setVisible(isVisible: boolean, viewer?: object): void;
  /**
   * Another route of the site; see Transport.
   * @throws ChatError
   */
  call(path: string, body?: object): Promise<unknown>;
  /** Fetches what was added to the log by a call, unless it is being followed already. */
  catchUp(): Promise<void>;
  /**
   * Leaves this conversation for another one.
   * @throws ChatError when it can't be had; this one goes on then
   */
  change(wish: SessionWish): Promise<SiteSession>;
  /** Asks for a person of the site; with words, for a ticket instead. */
  askPerson(leftMessage?: string): Promise<void>;
  close(): void;
};

export type ConversationPorts = {
  connect: (sink: TransportSink) => Transport;
  changeSession: (wish: SessionWish) => Promise<SiteSession>;
  now: () => number;
  newId: () => string;
};

/** More than these wait for no answer. */
const waitingMax = 5;
/** What became of it is in the log. */
const settledElsewhere = new Set(['interrupt_decided', 'interrupt_expired']);

export function createConversation(ports: ConversationPorts): Conversation {
  return new LiveConversation(ports);
}

class LiveConversation implements Conversation {
  readonly #ports: ConversationPorts;
  readonly #transport: Transport;
  readonly #listeners = new Set<() => void>();
  readonly #taken = new Map<string, () => void>();
  #snapshot: Snapshot = { chat: emptyChat, connection: 'connected', isLoading: false, isBusy: false, isStopping: false };
  readonly #viewers = new Set<object>();
  #following = 0;
  #watching: AbortController | undefined;
  /** Settles when the message before was taken, so that none overtakes another. */
  #lastSent: Promise<void> | undefined;

  constructor(ports: ConversationPorts) {
    this.#ports = ports;
    this.#transport = ports.connect({
      onEvents: (events) => this.#receive(events),
      onConnection: (connection) => {
        if (connection !== this.#snapshot.connection) this.#change({ connection });
      },
      onRestart: () => this.#reduce({ type: 'restarted' }),
      onTaken: (command) => this.#taken.get(keyOf(command))?.(),
      isExpecting: () =>
        ['waiting', 'joined'].includes(this.#snapshot.chat.person?.status ?? '') ||
        this.#snapshot.chat.messages.some((one) => isOpen(one) || (one.kind === 'task' && (one.state === 'queued' || one.state === 'running'))),
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
    if (message === '' || this.#snapshot.chat.messages.filter(isWaiting).length >= waitingMax) return false;
    void this.#send(message, this.#ports.newId());
    return true;
  }

  retry({ question }: ErrorMessage): void {
    const { chat, isBusy } = this.#snapshot;
    const delivery = question && findMessage(chat, 'user', question.id)?.delivery;
    // A message that was taken has its answer already, a failed one; asking again is a new message.
    if (question && delivery === 'failed') void this.#send(question.text, question.id);
    else if (isBusy) return;
    else if (question) void this.#send(question.text, this.#ports.newId());
    else void this.load();
  }

  decide(interruptId: string, decision: 'approve' | 'reject'): void {
    void this.#answer({ type: 'decision', interruptId, decision });
  }

  fillIn(interruptId: string, answer: InputAnswer): void {
    void this.#answer({ type: 'input', interruptId, answer });
  }

  undo(effectId: string): void {
    const receipt = findMessage(this.#snapshot.chat, 'receipt', effectId);
    if (!receipt || receipt.isUndoing) return;
    this.#reduce({ type: 'undoing', effectId });
    const taken = () => this.#reduce({ type: 'undo_taken', effectId });
    const refused = (error: ChatError) => this.#reduce({ type: 'undo_refused', effectId, code: error.code });
    void this.#submit({ type: 'undo', effectId }, { taken, refused });
  }

  async receipt(number: number): Promise<Blob> {
    return await this.#transport.receipt(number);
  }

  async file(fileId: string): Promise<Blob> {
    return await this.#transport.file(fileId);
  }

  async askPerson(text?: string): Promise<void> {
    try {
      await this.#transport.askPerson(text ? { messageId: this.#ports.newId(), text } : undefined);
    } catch (error) {
      this.#reduce({ type: 'lost', code: toChatError(error).code });
      return;
    }
    if (!this.#snapshot.chat.run) await this.#resume();
  }

  setVisible(isVisible: boolean, viewer: object = this): void {
    const before = this.#viewers.size;
    if (isVisible) this.#viewers.add(viewer);
    else this.#viewers.delete(viewer);
    if (before > 0 === this.#viewers.size > 0) return;
    if (!isVisible) this.#watching?.abort();
    else if (this.#following === 0 && this.#snapshot.chat.lastEventId > 0)
      void this.#follow(this.#transport.resume(this.#snapshot.chat.lastEventId)).catch(() => undefined);
  }

  async call(path: string, body?: object): Promise<unknown> {
    return await this.#transport.call(path, body);
  }

  async catchUp(): Promise<void> {
    if (this.#following === 0) await this.#resume();
  }

  async change(wish: SessionWish): Promise<SiteSession> {
    const session = await this.#ports.changeSession(wish);
    this.#change({ chat: emptyChat, isLoading: false });
    void this.load();
    return session;
  }

  async stop(): Promise<void> {
    if (!this.#snapshot.chat.run || this.#snapshot.isStopping) return;
    this.#change({ isStopping: true });
    await this.#transport.cancel().catch(() => this.#change({ isStopping: false }));
  }

  close(): void {
    this.#watching?.abort();
    this.#transport.close();
    this.#listeners.clear();
  }

  async #send(text: string, messageId: string): Promise<void> {
    this.#change({ chat: reduceChat(this.#snapshot.chat, { type: 'asked', messageId, text, at: this.#ports.now() }), isLoading: false });
    const before = this.#lastSent;
    const taken = new Promise<void>((resolve) => this.#taken.set(messageId, resolve));
    this.#lastSent = taken;
    if (before) await before;
    try {
      await this.#follow(this.#transport.send(text, messageId));
    } catch (error) {
      const { code } = toChatError(error);
      const delivery = findMessage(this.#snapshot.chat, 'user', messageId)?.delivery;
      this.#reduce(delivery === 'sent' || delivery === 'queued' ? { type: 'lost', code } : { type: 'failed', messageId, code });
      if (code === 'turn_in_progress') await this.#resume();
    } finally {
      this.#taken.get(messageId)?.();
      this.#taken.delete(messageId);
      if (this.#lastSent === taken) this.#lastSent = undefined;
    }
  }

  async #answer(command: Extract<Command, { interruptId: string }>): Promise<void> {
    const { interruptId } = command;
    const card = findMessage(this.#snapshot.chat, 'interrupt', interruptId);
    if (!card || !isOpen(card) || card.isAnswering) return;
    this.#reduce({ type: 'answering', interruptId });
    const refused = ({ code, details }: ChatError) =>
      this.#reduce({ type: 'answer_refused', interruptId, code, errors: readFieldErrors(card.interrupt.form, details) });
    await this.#submit(command, { taken: () => undefined, refused });
  }

  async #submit(
    command: Exclude<Command, { type: 'message' }>,
    { taken, refused }: { taken: () => void; refused: (error: ChatError) => void },
  ): Promise<void> {
    const key = keyOf(command);
    let isTaken = false;
    this.#taken.set(key, () => {
      isTaken = true;
      taken();
    });
    try {
      await this.#follow(this.#transport.submit(command));
    } catch (error) {
      const chatError = toChatError(error);
      if (isTaken) this.#reduce({ type: 'lost', code: chatError.code });
      else refused(chatError);
      if (settledElsewhere.has(chatError.code)) await this.#resume();
    } finally {
      this.#taken.delete(key);
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
      await this.#follow(this.#transport.resume(this.#snapshot.chat.lastEventId));
    } catch (error) {
      this.#reduce({ type: 'lost', code: toChatError(error).code });
    }
  }

  /** Counts what is being followed; when nothing is any more, what happens by itself is watched. */
  async #follow(following: Promise<void>): Promise<void> {
    this.#watching?.abort();
    this.#following += 1;
    try {
      await following;
    } finally {
      this.#following -= 1;
      if (this.#following === 0) this.#watch();
    }
  }

  #watch(): void {
    const { lastEventId } = this.#snapshot.chat;
    if (this.#viewers.size === 0 || lastEventId === 0) return;
    this.#watching = new AbortController();
    void this.#transport.watch(lastEventId, this.#watching.signal);
  }

  #reduce(action: ChatAction): void {
    this.#change({ chat: reduceChat(this.#snapshot.chat, action) });
  }

  #change(part: Partial<Snapshot>): void {
    const next = { ...this.#snapshot, ...part };
    const isSending = next.chat.messages.some((message) => message.kind === 'user' && message.delivery === 'sending');
    const isBusy = isSending || next.chat.run !== undefined;
    this.#snapshot = { ...next, isBusy, isStopping: next.isStopping && next.chat.run !== undefined };
    for (const listener of this.#listeners) listener();
  }
}

function keyOf(command: Command): string {
  switch (command.type) {
    case 'message':
      return command.messageId;
    case 'undo':
      return command.effectId;
    default:
      return command.interruptId;
  }
}

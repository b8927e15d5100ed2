// Turns a model's text and citations into the events of one message: numbers the sources, keeps markers at the end of what they support.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { CitationsValue } from '@aiguy/manifests/generated/events';

export type Passage = { id: string; title: string; heading: string; url: string };
type Citation = CitationsValue['citations'][number];

/** Writes one assistant message. Nothing is emitted until there is text; a message once begun must be ended. */
export class AnswerWriter {
  readonly #emit: (event: AGUIEvent) => void;
  readonly #messageId: string;
  readonly #passages: ReadonlyMap<string, Passage>;
  #citations: Citation[] = [];
  #open = false;
  /** Trailing white space waits, so that a marker lands before a line break and not after it. */
  #heldSpace = '';

  constructor(options: { emit: (event: AGUIEvent) => void; messageId: string; passages: ReadonlyMap<string, Passage> }) {
    this.#emit = options.emit;
    this.#messageId = options.messageId;
    this.#passages = options.passages;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  text(delta: string): void {
    const body = (this.#heldSpace + delta).trimEnd();
    const whole = this.#heldSpace + delta;
    this.#heldSpace = whole.slice(body.length);
    if (body === '') {
      if (!this.#open) this.#heldSpace = '';
      return;
    }
    this.#start();
    this.#content(body);
  }

  /** A passage that was not retrieved in this run is no source: the citation is dropped, never invented. */
  cite(passageId: string, quote: string): void {
    const passage = this.#passages.get(passageId);
    if (!(passage && this.#open)) return;
    const known = this.#citations.find((citation) => citation.passageId === passageId);
    if (!known) {
      const { title, heading, url } = passage;
      this.#citations = [...this.#citations, { number: this.#citations.length + 1, passageId, title, heading, url, quote: quote.slice(0, 600) }];
      const value: CitationsValue = { messageId: this.#messageId, citations: this.#citations };
      this.#emit({ type: EventType.CUSTOM, name: 'aiguy.citations', value });
    }
    this.#content(` [${known?.number ?? this.#citations.length}]`);
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#emit({ type: EventType.TEXT_MESSAGE_END, messageId: this.#messageId });
  }

  #start(): void {
    if (this.#open) return;
    this.#open = true;
    this.#emit({ type: EventType.TEXT_MESSAGE_START, timestamp: Date.now(), messageId: this.#messageId, role: 'assistant' });
  }

  #content(delta: string): void {
    this.#emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: this.#messageId, delta });
  }
}

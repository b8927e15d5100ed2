// Turns a model's text and citations into the events of one message: sentence by sentence through the claim gate, with the sources numbered.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { CitationsValue, WithheldValue } from '@aiguy/manifests/generated/events';
import type { Words } from '@aiguy/manifests/words';
import { hasClaims, openClaims, type Support } from './claim-gate.ts';
import type { Claim } from './claims.ts';
import { type Passage, Passages } from './passages.ts';
import { endsSentence, takeSentences, withoutMarkers } from './sentences.ts';

type Citation = CitationsValue['citations'][number];
type Cited = { passage: Passage; quote: string };
/** open: claims that only a passage can support now; without any the sentence may go out. */
type Waiting = { lead: string; body: string; open: Claim[]; verdict: 'release' | 'withhold' | 'wait'; makesClaims: boolean };

/** What a message was made of, in the order in which it was sent. */
export type AnswerPart = { text: string } | { citations: Citation[] };
export type ReleasedAnswer = { parts: AnswerPart[]; citations: Citation[]; withheld: number };

export type AnswerOptions = {
  emit: (event: AGUIEvent) => void;
  /** Called before the first event of the message, once. */
  begin?: () => void;
  messageId: string;
  /** Of the sentence that is said when nothing supported remains; English when left out. */
  words?: Words;
  passages: ReadonlyMap<string, Passage>;
  /** Asked for once, when the first sentence is complete. */
  support: () => Support;
};

/** Sentences that may wait for a citation; beyond it the oldest is given the passage that says it, without waiting longer. */
const waitingMax = 2;
const quoteCharactersMax = 600;

export const cannotConfirm =
  'I can’t confirm that from our help centre or your orders, so I’d rather not guess. Would you like a person from our team to help you?';

/** Writes one assistant message. Nothing is emitted until a sentence may go out; a message once begun must be ended. */
export class AnswerWriter {
  readonly #options: AnswerOptions;
  readonly #passages: Passages;
  #support: Support | undefined;
  #buffer = '';
  #queue: Waiting[] = [];
  /** Citations of the text since the last marker; what is cited next to them belongs to the same text. */
  #cited: Cited[] = [];
  #isReleasedSinceMarker = false;
  /** The newest sentence since the last marker: when it was withheld, its citation must not end up behind another one. */
  #isNewestWithheld = false;
  /** A line that only introduces what follows; it is not worth saying when nothing follows. */
  #introduction = '';
  #withheldSinceIntroduction = false;
  /** The line break and list mark of a sentence that was withheld, for the one that takes its place. */
  #lostLead = '';
  #lastMarker = 0;
  #citations: Citation[] = [];
  #parts: AnswerPart[] = [];
  #withheld = 0;
  #isSupported = false;
  #open = false;
  #sawText = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#passages = new Passages(options.passages);
  }

  /** Whether something of the message was sent. */
  get isOpen(): boolean {
    return this.#open;
  }

  get answer(): ReleasedAnswer {
    return { parts: this.#parts, citations: this.#citations, withheld: this.#withheld };
  }

  /** Something was written; nothing of it was sent, or only what says nothing beside what was withheld. */
  get #isUnanswered(): boolean {
    return !this.#isSupported && (this.#withheld > 0 || (this.#sawText && !this.#open));
  }

  text(delta: string): void {
    if (this.#cited.length > 0 && delta.trim() !== '' && this.#buffer.trim() === '') this.#closeCitations();
    this.#sawText ||= delta.trim() !== '';
    this.#buffer += delta;
    this.#take(false);
  }

  /** A passage that was not retrieved in this run is no source: the citation is dropped, never invented. */
  cite(passageId: string, quote: string): void {
    const passage = this.#options.passages.get(passageId);
    if (!passage) return;
    if (endsSentence(this.#buffer)) this.#take(true);
    if (!this.#cited.some((cited) => cited.passage.id === passageId)) this.#cited.push({ passage, quote });
  }

  /**
   * @param how.isAnswer the stream ended well and called no tool: when nothing that was supported remains, a fixed sentence says so.
   * A stream that broke off leaves its unfinished sentence unsaid, and an introduction to nothing; one that was cut at its length limit does, if a claim may be cut in it.
   */
  end(how: { isAnswer: boolean; isBroken?: boolean; isCut?: boolean } = { isAnswer: true }): void {
    if (how.isCut) this.#dropCutClaim();
    if (how.isBroken) this.#buffer = '';
    else this.#take(true);
    this.#closeCitations();
    if (this.#introduction && !how.isBroken && !this.#withheldSinceIntroduction) this.#say(this.#introduction);
    if (how.isAnswer && this.#isUnanswered) this.#say(`${this.#open ? '\n\n' : ''}${this.#options.words?.text(cannotConfirm) ?? cannotConfirm}`);
    if (this.#withheld > 0) {
      const value: WithheldValue = { messageId: this.#options.messageId, count: this.#withheld };
      this.#options.emit({ type: EventType.CUSTOM, name: 'aiguy.withheld', value });
    }
    if (this.#open) this.#options.emit({ type: EventType.TEXT_MESSAGE_END, messageId: this.#options.messageId });
    this.#open = false;
  }

  #dropCutClaim(): void {
    if (endsSentence(this.#buffer) || !hasClaims(this.#buffer)) return;
    this.#buffer = '';
    this.#withheld += 1;
  }

  #take(isWhole: boolean): void {
    const { clean, held } = withoutMarkers(this.#buffer, isWhole);
    const { units, rest } = takeSentences(clean, isWhole);
    this.#buffer = rest + held;
    for (const unit of units) {
      this.#queue.push(this.#judge(unit));
      this.#drain();
      // The citation came in the middle of this sentence.
      if (this.#cited.length > 0) this.#closeCitations();
    }
  }

  #judge(unit: string): Waiting {
    const body = unit.trim();
    const lead = unit.slice(0, unit.indexOf(body));
    const sentence = this.#passages.withoutTitles(body);
    this.#support ??= this.#options.support();
    const open = openClaims(sentence, this.#support);
    const verdict = open.length === 0 ? 'release' : this.#passages.mightSupport(body, open) ? 'wait' : 'withhold';
    return { lead, body, open, verdict, makesClaims: hasClaims(sentence) };
  }

  /** Sends what may be sent, in order; whoever waits holds up those behind it. */
  #drain(): void {
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const source = first.verdict === 'wait' ? this.#sourceInstead(first) : undefined;
      if (first.verdict === 'wait' && !source) return;
      if (first.verdict === 'withhold') this.#withhold(first);
      else this.#release(first, source);
      this.#queue.shift();
    }
  }

  #sourceInstead({ body, open }: Waiting): Cited | undefined {
    return this.#queue.length > waitingMax && this.#cited.length === 0 ? this.#passages.sourceOf(body, open) : undefined;
  }

  /** Ends the text that the collected citations support: decides what waits, then sets their markers behind it. */
  #closeCitations(): void {
    const cited = this.#cited;
    this.#cited = [];
    const passages = cited.map(({ passage }) => passage);
    for (const waiting of this.#queue) this.#decide(waiting, passages);
    this.#queue = [];
    if (cited.length === 0) return;
    if (this.#isReleasedSinceMarker && !this.#isNewestWithheld) for (const source of cited) this.#mark(source);
    this.#isReleasedSinceMarker = false;
    this.#isNewestWithheld = false;
  }

  #decide(waiting: Waiting, cited: Passage[]): void {
    const { body, open, verdict } = waiting;
    if (verdict === 'release' || (verdict === 'wait' && this.#passages.support(body, open, cited))) {
      this.#release(waiting);
      return;
    }
    const source = verdict === 'wait' ? this.#passages.sourceOf(body, open) : undefined;
    if (source) this.#release(waiting, source);
    else this.#withhold(waiting);
  }

  #withhold({ lead, body }: Waiting): void {
    this.#withheld += 1;
    this.#withheldSinceIntroduction = true;
    this.#isNewestWithheld = true;
    const mark = /^(?:[-*+]|\d{1,3}[.)])\s+/.exec(body)?.[0] ?? '';
    if (lead.includes('\n') || mark) this.#lostLead = lead + mark;
  }

  #release({ lead, body, makesClaims }: Waiting, source?: Cited): void {
    if (body === '') return;
    const place = lead.includes('\n') || !this.#lostLead ? lead : this.#lostLead;
    this.#lostLead = '';
    if (body.endsWith(':') && !makesClaims) {
      this.#introduction += place + body;
      this.#withheldSinceIntroduction = false;
      return;
    }
    const isOrphaned = this.#withheldSinceIntroduction && !/^(?:[-*+]|\d{1,3}[.)])\s/.test(body);
    this.#say((isOrphaned ? '' : this.#introduction) + place + body);
    this.#introduction = '';
    this.#isReleasedSinceMarker = true;
    this.#isNewestWithheld = false;
    this.#isSupported ||= makesClaims;
    if (source) this.#mark(source);
  }

  /** Numbers a source by its first use; the list of sources goes out before the marker that points into it. */
  #mark({ passage, quote }: Cited): void {
    const known = this.#citations.find((citation) => citation.passageId === passage.id);
    if (!known) {
      const { id: passageId, title, heading, url } = passage;
      const number = this.#citations.length + 1;
      this.#citations = [...this.#citations, { number, passageId, title, heading, url, quote: quote.slice(0, quoteCharactersMax) }];
      this.#parts.push({ citations: this.#citations });
      const value: CitationsValue = { messageId: this.#options.messageId, citations: this.#citations };
      this.#options.emit({ type: EventType.CUSTOM, name: 'aiguy.citations', value });
    }
    const number = known?.number ?? this.#citations.length;
    this.#isSupported = true;
    this.#isReleasedSinceMarker = false;
    if (number === this.#lastMarker) return;
    this.#say(` [${number}]`);
    this.#lastMarker = number;
  }

  #say(text: string): void {
    const delta = this.#open ? text : text.trimStart();
    if (!this.#open) {
      this.#open = true;
      this.#options.begin?.();
      this.#options.emit({ type: EventType.TEXT_MESSAGE_START, timestamp: Date.now(), messageId: this.#options.messageId, role: 'assistant' });
    }
    this.#lastMarker = 0;
    this.#parts.push({ text: delta });
    this.#options.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: this.#options.messageId, delta });
  }
}

// The passages of a run as sources of an answer: which of them support a sentence, and which one it may be given as its citation.
import { statementsOf } from '../model/statements.ts';
import { passageSupports, type Source, sourceOfText, standsIn } from './claim-gate.ts';
import type { Claim } from './claims.ts';

export type Passage = { id: string; title: string; heading: string; url: string; text: string };

export class Passages {
  readonly #passages: ReadonlyMap<string, Passage>;
  readonly #sources = new Map<string, Source>();

  constructor(passages: ReadonlyMap<string, Passage>) {
    this.#passages = passages;
  }

  /** Whether these passages together support the claims, or one of them says the sentence word for word. */
  support(sentence: string, claims: readonly Claim[], passages: readonly Passage[]): boolean {
    if (passages.some((passage) => standsIn(sentence, passage.text))) return true;
    return passageSupports(new Set(passages.flatMap((passage) => [...this.#sourceOf(passage)])), claims);
  }

  /** Whether any citation that may still come could support the sentence. */
  mightSupport(sentence: string, claims: readonly Claim[]): boolean {
    return this.#passages.size > 0 && this.support(sentence, claims, [...this.#passages.values()]);
  }

  /**
   * The passage that an uncited sentence is given: the only one that holds all its claims, or of several the one whose statement shares the
   * most words with it. A tie has no answer, and neither has a sentence about the state of an order: that is for the writer to cite.
   */
  sourceOf(sentence: string, claims: readonly Claim[]): { passage: Passage; quote: string } | undefined {
    if (claims.some((claim) => claim.kind === 'state')) return undefined;
    const words = contentWords(sentence);
    const found = [...this.#passages.values()]
      .filter((passage) => passageSupports(this.#sourceOf(passage), claims))
      .map((passage) => ({ passage, ...nearest(passage, claims, words) }))
      .sort((a, b) => b.shared - a.shared);
    const [best, next] = found;
    return best && (!next || best.shared > next.shared) ? { passage: best.passage, quote: best.quote } : undefined;
  }

  /** A title that is named as such («according to **Returns 2026**») is no claim of the sentence. */
  withoutTitles(sentence: string): string {
    let rest = sentence;
    for (const { title } of this.#passages.values()) {
      if (!/\d/.test(title)) continue;
      for (const [before, after] of [
        ['**', '**'],
        ['«', '»'],
        ['“', '”'],
        ['"', '"'],
        ['„', '“'],
        ['ccording to ', ''],
      ])
        rest = rest.replaceAll(`${before}${title}${after}`, ' ');
    }
    return rest;
  }

  #sourceOf(passage: Passage): Source {
    const known = this.#sources.get(passage.id);
    if (known) return known;
    const source = sourceOfText(`${passage.text}\n${passage.title}\n${passage.heading}`);
    this.#sources.set(passage.id, source);
    return source;
  }
}

/** The statement of a passage that holds one of the claims and shares the most words with the sentence. */
function nearest(passage: Passage, claims: readonly Claim[], words: Set<string>): { quote: string; shared: number } {
  const scored = statementsOf(passage.text)
    .filter((statement) => {
      const source = sourceOfText(statement.text);
      return claims.some((claim) => passageSupports(source, [claim]));
    })
    .map((statement) => ({ quote: statement.text, shared: [...contentWords(statement.text)].filter((word) => words.has(word)).length }))
    .sort((a, b) => b.shared - a.shared);
  return scored[0] ?? { quote: passage.heading || passage.title, shared: 0 };
}

function contentWords(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/\p{L}{4,}/gu) ?? []).map((word) => word.slice(0, 6)));
}

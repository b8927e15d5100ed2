// Whether the help centre says it at all: a decision from how well the best passages fit, not from whether something was found.
import type { Question, Term } from './question.ts';
import type { Expectation } from './reference.ts';
import { type Candidate, strengthOf } from './score.ts';

/**
 * A logistic model, fitted on questions over two help centres; see the README for the questions and what it reaches. Nearness alone is not
 * enough: «Do you have a military discount?» is near to every sentence about prices. So it also counts what part of the question stands
 * in the best article, and how the help centre fares with what is asked everywhere and is like it.
 */
const weights = { best: 0.144, coverage: 4.1, fare: 3.65, likeness: -2.46, words: 0.174, bias: -3.49 };
export const answerableFrom = 0.5;
/** More words say no more about whether it is answered. */
const wordsMax = 12;
/** Of a question of which nothing could be expected: as of the average one. */
const unknown: Expectation = { fare: 0, likeness: 0.5 };

/** @param candidates the best first; @returns 0 to 1 */
export function confidenceOf({ terms }: Question, candidates: readonly Candidate[], { fare, likeness }: Expectation = unknown): number {
  const [best] = candidates;
  if (!best) return 0;
  const article = new Set(candidates.filter(({ documentId }) => documentId === best.documentId).flatMap(({ stems }) => stems));
  const sum =
    weights.best * strengthOf(best.nearness) +
    weights.coverage * shareOf(terms, (term) => coverOf(term, article)) +
    weights.fare * fare +
    weights.likeness * likeness +
    weights.words * Math.min(terms.length, wordsMax) +
    weights.bias;
  return 1 / (1 + Math.exp(-sum));
}

export function isAnswerable(confidence: number): boolean {
  return confidence >= answerableFrom;
}

/** How much of the question it is, by the weight of its words; nothing of a question without words. */
function shareOf(terms: readonly Term[], part: (term: Term) => number): number {
  const all = terms.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? 0 : terms.reduce((sum, term) => sum + term.weight * part(term), 0) / all;
}

function coverOf({ stands }: Term, stems: ReadonlySet<string>): number {
  return Math.max(0, ...[...stands].filter(([stem]) => stems.has(stem)).map(([, part]) => part));
}

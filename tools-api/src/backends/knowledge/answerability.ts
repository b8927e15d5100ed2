// Whether the help centre says it at all: a decision from how well the best passages fit, not from whether something was found.
import type { Question, Term } from './question.ts';
import { type Candidate, strengthOf } from './score.ts';

/**
 * A logistic model, fitted on questions over two help centres; see the README for the questions and what it reaches. Nearness alone is not
 * enough: «Do you have a military discount?» is near to every sentence about prices. So it also counts what part of the question stands
 * in the best article, and what part stands nowhere.
 */
const weights = { best: 0.15, mean: 0.05, coverage: 2.72, strange: -1.15, bias: -2.76 };
export const answerableFrom = 0.5;
const meanOf = 10;

/** @param candidates the best first; @returns 0 to 1 */
export function confidenceOf({ terms }: Question, candidates: readonly Candidate[]): number {
  const [best] = candidates;
  if (!best) return 0;
  const article = new Set(candidates.filter(({ documentId }) => documentId === best.documentId).flatMap(({ stems }) => stems));
  const anywhere = new Set(candidates.flatMap(({ stems }) => stems));
  const mean = candidates.slice(0, meanOf).reduce((sum, { nearness }) => sum + strengthOf(nearness), 0) / meanOf;
  const sum =
    weights.best * strengthOf(best.nearness) +
    weights.mean * mean +
    weights.coverage * shareOf(terms, (term) => coverOf(term, article)) +
    weights.strange * shareOf(terms, ({ stem }) => (anywhere.has(stem) ? 0 : 1)) +
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

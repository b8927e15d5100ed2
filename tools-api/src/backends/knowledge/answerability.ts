// Whether the help centre says it at all: a decision from how near the best passage is, not from whether something was found.
import type { Nearness } from './score.ts';

/** A logistic model over the nearness of the best passage. Near alone is not enough: «Do you have a military discount?» is near to every sentence about prices. */
const weights = { statement: 5.31, passage: 2.95, coverage: 5.27, bm25: 0, bias: -6.73 };
const answerableFrom = 0.5;

/** @returns 0 to 1 */
export function confidenceOf({ statement, passage, coverage, bm25 }: Nearness): number {
  const sum = weights.statement * statement + weights.passage * passage + weights.coverage * coverage + weights.bm25 * bm25 + weights.bias;
  return 1 / (1 + Math.exp(-sum));
}

export function isAnswerable(confidence: number): boolean {
  return confidence >= answerableFrom;
}

// Whether the help centre says it at all: a decision from how near the best passage is, not from whether something was found.
import type { Nearness } from './search.ts';

/** A logistic model over the nearness of the best passage, fitted on thirty questions that the demo help centre answers and thirty that it does not. */
const weights = { statement: 4.24, passage: 2.78, coverage: 10.3, bias: -7.47 };
const answerableFrom = 0.5;

/** @returns 0 to 1 */
export function confidenceOf({ statement, passage, coverage }: Nearness): number {
  return 1 / (1 + Math.exp(-(weights.bias + weights.statement * statement + weights.passage * passage + weights.coverage * coverage)));
}

export function isAnswerable(confidence: number): boolean {
  return confidence >= answerableFrom;
}

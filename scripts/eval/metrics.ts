// Measures of ranked retrieval with binary relevance (Manning, Raghavan, Schütze 2008, ch. 8).

export type Ranked = {
  /** Documents in the order found, each once. */
  found: readonly string[];
  /** Documents that answer; at least one. */
  expected: readonly string[];
};

export type Scores = { recallAt5: number; recallAt20: number; mrrAt10: number; ndcgAt10: number };

/** @returns means over the questions; 0 for none */
export function scoreRankings(rankings: readonly Ranked[]): Scores {
  return {
    recallAt5: mean(rankings.map((ranked) => recallAt(ranked, 5))),
    recallAt20: mean(rankings.map((ranked) => recallAt(ranked, 20))),
    mrrAt10: mean(rankings.map((ranked) => reciprocalRank(ranked, 10))),
    ndcgAt10: mean(rankings.map((ranked) => ndcgAt(ranked, 10))),
  };
}

function recallAt({ found, expected }: Ranked, depth: number): number {
  const top = found.slice(0, depth);
  return expected.filter((document) => top.includes(document)).length / expected.length;
}

function reciprocalRank({ found, expected }: Ranked, depth: number): number {
  const at = found.slice(0, depth).findIndex((document) => expected.includes(document));
  return at < 0 ? 0 : 1 / (at + 1);
}

function ndcgAt({ found, expected }: Ranked, depth: number): number {
  const gain = (at: number): number => 1 / Math.log2(at + 2);
  const gained = found.slice(0, depth).reduce((sum, document, at) => sum + (expected.includes(document) ? gain(at) : 0), 0);
  const ideal = expected.slice(0, depth).reduce((sum, _, at) => sum + gain(at), 0);
  return gained / ideal;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @returns the value below which so many of a hundred lie; 0 for none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

/**
 * @param share of the answerable questions that must be answered, 0 to 1
 * @returns the share of the unanswerable ones that are answered then, with the confidence as the only threshold
 */
export function answeredWronglyAt(share: number, confidences: { answerable: readonly number[]; unanswerable: readonly number[] }): number {
  const falling = [...confidences.answerable].sort((a, b) => b - a);
  const threshold = falling[Math.ceil(falling.length * share) - 1] ?? 0;
  return mean(confidences.unanswerable.map((confidence) => (confidence >= threshold ? 1 : 0)));
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredWronglyAt, percentile, scoreRankings } from './metrics.ts';

const ranked = (found: string, expected: string) => ({ found: found.split(' '), expected: expected.split(' ') });

test('the first place gives everything, no place nothing', () => {
  assert.deepEqual(scoreRankings([ranked('a b c', 'a')]), { recallAt5: 1, recallAt20: 1, mrrAt10: 1, ndcgAt10: 1 });
  assert.deepEqual(scoreRankings([ranked('b c', 'a')]), { recallAt5: 0, recallAt20: 0, mrrAt10: 0, ndcgAt10: 0 });
});

test('the sixth place counts for recall@20 and for a sixth of MRR', () => {
  const scores = scoreRankings([ranked('b c d e f a', 'a')]);
  assert.deepEqual([scores.recallAt5, scores.recallAt20, scores.mrrAt10], [0, 1, 1 / 6]);
  assert.ok(Math.abs(scores.ndcgAt10 - 1 / Math.log2(7)) < 1e-12);
});

test('of two documents that answer, one found is half the recall, and the ideal order is the measure', () => {
  const scores = scoreRankings([ranked('a x', 'a b')]);
  assert.equal(scores.recallAt5, 0.5);
  assert.ok(Math.abs(scores.ndcgAt10 - 1 / (1 + 1 / Math.log2(3))) < 1e-12);
});

test('scores are means over the questions, and none are 0', () => {
  assert.equal(scoreRankings([ranked('a', 'a'), ranked('b', 'a')]).mrrAt10, 0.5);
  assert.deepEqual(scoreRankings([]), { recallAt5: 0, recallAt20: 0, mrrAt10: 0, ndcgAt10: 0 });
});

test('the threshold lets the wanted share of answerable questions through, and as many of the others as lie above it', () => {
  const confidences = { answerable: [0.9, 0.8, 0.7, 0.6, 0.1], unanswerable: [0.65, 0.5, 0.05, 0.95] };
  assert.equal(answeredWronglyAt(0.8, confidences), 0.5);
  assert.equal(answeredWronglyAt(1, confidences), 0.75);
});

test('half of the values lie below the median', () => {
  assert.equal(percentile([4, 1, 3, 2], 50), 3);
  assert.equal(percentile([], 50), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { articleOf, dot, makeCorpus, nearest, neighbourhood, randomNumbers, recall, toSqlText, toVectors, vectorAt } from './knowledge-vectors.ts';

const random = randomNumbers(7);
const base = toVectors(Array.from({ length: 40 }, () => Array.from({ length: 16 }, () => random() - 0.5)));

test('the same seed makes the same chunks, another seed others', () => {
  assert.deepEqual(makeCorpus(base, 100, 1), makeCorpus(base, 100, 1));
  assert.notDeepEqual(makeCorpus(base, 100, 1), makeCorpus(base, 100, 2));
});

test('a larger corpus begins with the smaller one', () => {
  const [small, large] = [makeCorpus(base, 40, 1), makeCorpus(base, 80, 1)];
  assert.deepEqual(large.values.subarray(0, small.values.length), small.values);
});

test('every made chunk has unit length', () => {
  const corpus = makeCorpus(base, 200, 3);
  for (let index = 0; index < corpus.count; index += 1) {
    const chunk = vectorAt(corpus, index);
    assert.ok(Math.abs(dot(chunk, chunk) - 1) < 1e-5);
  }
});

test('passages of one article are nearer to each other than to those of others', () => {
  const corpus = makeCorpus(base, 200, 3);
  const mean = (pairs: [number, number][]) =>
    pairs.reduce((sum, [one, other]) => sum + dot(vectorAt(corpus, one), vectorAt(corpus, other)), 0) / pairs.length;
  const firsts = Array.from({ length: 49 }, (_, article) => article * 4);
  assert.equal(articleOf(3), articleOf(0));
  assert.notEqual(articleOf(4), articleOf(3));
  assert.ok(mean(firsts.map((first) => [first, first + 1])) > mean(firsts.map((first) => [first, first + 4])) + 0.2);
});

test('the exact nearest come nearest first, and only those that count', () => {
  const vectors = toVectors([
    [1, 0],
    [0, 1],
    [0.8, 0.6],
    [-1, 0],
  ]);
  const query = Float32Array.of(1, 0);
  assert.deepEqual(nearest(vectors, query, { top: 3 }), [0, 2, 1]);
  assert.deepEqual(nearest(vectors, query, { top: 2, accepts: (index) => index % 2 === 1 }), [1, 3]);
  assert.deepEqual(nearest(vectors, query, { top: 9 }), [0, 2, 1, 3]);
});

test('recall is the part of the expected that was found, in whatever order', () => {
  assert.equal(recall([3, 2, 9], [1, 2, 3, 4]), 0.5);
  assert.equal(recall([], [1]), 0);
  assert.equal(recall([], []), 1);
});

test('a vector survives its text form to the last digit of a 32-bit number', () => {
  const vector = vectorAt(makeCorpus(base, 1, 5), 0);
  const numbers = Float32Array.from(JSON.parse(toSqlText(vector)) as number[]);
  for (const [axis, value] of vector.entries()) assert.ok(Math.abs((numbers[axis] ?? 0) - value) < 1e-7);
});

test('a set in few directions is told from one in many', () => {
  const set = (directions: number) =>
    toVectors(
      Array.from({ length: 300 }, () => {
        const row = Array.from({ length: 32 }, (_, axis) => (axis < directions ? random() - 0.5 : 0));
        const length = Math.hypot(...row);
        return row.map((value) => value / length);
      }),
    );
  const [few, many] = [neighbourhood(set(4), 100), neighbourhood(set(32), 100)];
  assert.ok(few.spread > 2 && few.spread < 5);
  assert.ok(many.spread > 2 * few.spread);
  assert.ok(few.nearestCosine > many.nearestCosine);
});

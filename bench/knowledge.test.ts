import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSizes } from './knowledge.ts';
import type { Figures } from './knowledge-measure.ts';
import { toReport } from './knowledge-report.ts';
import { isProse, realSentences, spread } from './knowledge-texts.ts';
import { progressLine, startProgress } from './progress.ts';

test('sizes are whole numbers within limits, and anything else is refused with an example', () => {
  assert.deepEqual(parseSizes('1000,200'), [1000, 200]);
  for (const list of ['', '10', '1000;2000', '1e9', '100.5', 'many']) assert.throws(() => parseSizes(list), /for example 1000,10000,100000; not «/);
});

test('progress says the rate and the time that is left, at most every ten seconds', () => {
  const lines: string[] = [];
  let atMs = 0;
  const progress = startProgress({ what: 'filling', total: 1000, say: (line) => lines.push(line), nowMs: () => atMs });
  for (const [ms, done] of [
    [5000, 50],
    [10_000, 100],
    [19_000, 190],
    [20_000, 200],
  ] as const) {
    atMs = ms;
    progress(done);
  }
  assert.deepEqual(lines, ['filling: 100 of 1,000, 10 a second, 2 min left', 'filling: 200 of 1,000, 10 a second, 80 s left']);
  assert.equal(progressLine({ what: 'filling', done: 0, total: 10, elapsedMs: 1000 }), 'filling: 0 of 10, 0 a second, no end in sight');
});

test('the texts are real sentences, all different, and those asked for are spread over the whole', () => {
  const sentences = realSentences(300);
  assert.equal(sentences.length, 300);
  assert.equal(new Set(sentences).size, 300);
  assert.ok(sentences.every(isProse));
  assert.equal(isProse('const value = await call({ a: 1, b: [2, 3] });'), false);
  assert.deepEqual(spread([1, 2, 3, 4, 5, 6], 3), [1, 3, 5]);
  assert.deepEqual(spread([1, 2], 3), [1, 2]);
});

test('the report names what a stopped size did not reach', () => {
  const figures: Figures = {
    database: 'PGlite',
    chunks: 100_000,
    insertRowsPerSecond: 412.4,
    insertIntoIndexRowsPerSecond: 90,
    insertIntoIndexRows: 4000,
    searches: [{ name: 'HNSW', p50Ms: 1.26, p95Ms: 3, recallAt20: 0.9514, indexChosen: true }],
    stopped: 'stopped after 10 min',
  };
  const lines = toReport([figures]).map((line) => line.replace(/ +/g, ' '));
  assert.equal(lines[2], '| PGlite | 100,000 | 412 | – | 90 (the first 4,000) | – | – | – → – |');
  assert.equal(lines[6], '| PGlite | 100,000 | HNSW | 1.3 | 3.0 | 0.951 | index |');
  assert.equal(lines[7], 'PGlite, 100,000 chunks: stopped after 10 min');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { embedded } from './knowledge-databases.ts';
import { type Figures, measure, prepareExercise } from './knowledge-measure.ts';
import { makeCorpus, randomNumbers, type Vectors } from './knowledge-vectors.ts';

const random = randomNumbers(11);
const base: Vectors = { dimensions: 512, count: 60, values: Float32Array.from({ length: 60 * 512 }, () => random() - 0.5) };
const exercise = prepareExercise(makeCorpus(base, 400, 1), makeCorpus(base, 20, 2));

test('a size measured on PGlite finds every answer without the index, and misses some of a tenth only where the search does not go on', async () => {
  const database = await embedded.start();
  const figures: Figures = { database: 'PGlite', chunks: 400, searches: [] };
  try {
    await measure({ name: 'test', database, exercise, say: () => undefined, signal: AbortSignal.timeout(60_000) }, figures);
  } finally {
    await database.stop();
  }
  const recallOf = new Map(figures.searches.map(({ name, recallAt20 }) => [name, recallAt20]));
  assert.equal(recallOf.get('every row'), 1);
  assert.equal(recallOf.get('a tenth: every row'), 1);
  assert.ok((recallOf.get('a tenth: HNSW, ef_search 40') ?? 1) < 0.5);
  assert.ok((recallOf.get('a tenth: HNSW, ef_search 100, strict_order') ?? 0) > 0.9);
  assert.equal(figures.insertIntoIndexRows, 400);
  assert.ok((figures.indexMb ?? 0) > 0.5 && (figures.memoryMb ?? 0) > 50);
});

test('a limit that is reached ends the database and keeps what was measured until then', async () => {
  const database = await embedded.start();
  const figures: Figures = { database: 'PGlite', chunks: 400, searches: [] };
  const limit = new AbortController();
  let calls = 0;
  const memoryMb = () => {
    calls += 1;
    // The second call comes after the searches.
    if (calls === 2) limit.abort();
    return calls;
  };
  const job = { name: 'test', database: { ...database, memoryMb }, exercise, say: () => undefined, signal: limit.signal };
  try {
    await assert.rejects(measure(job, figures));
  } finally {
    await database.stop();
  }
  assert.ok((figures.insertRowsPerSecond ?? 0) > 0 && (figures.indexBuildSeconds ?? 0) > 0);
  assert.equal(figures.searches.length, 7);
  assert.equal(figures.insertIntoIndexRows, undefined);
  await assert.rejects(new pg.Client(database.url).connect(), { code: 'ECONNREFUSED' });
});

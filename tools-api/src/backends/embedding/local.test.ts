import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalEmbedder } from './local.ts';

const embedder = createLocalEmbedder();
const passage = { purpose: 'passage', signal: new AbortController().signal } as const;
const similarity = (a: number[] = [], b: number[] = []) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

test('every text has a vector of 512 numbers and unit length, in its place, blank and broken ones too, over several batches', async () => {
  const texts = ['refund', '', ' \n', '\ud800', '你好', ...Array.from({ length: 20 }, (_, index) => `parcel number ${index}`), 'refund'];
  const vectors = await embedder.embed(texts, passage);
  assert.deepEqual([embedder.model, embedder.dimensions, vectors.length], ['local:use-lite-en', 512, texts.length]);
  for (const vector of vectors) assert.ok(vector.length === 512 && Math.abs(similarity(vector, vector) - 1) < 1e-6);
  assert.ok(similarity(vectors.at(0), vectors.at(-1)) > 0.9999);
});

test('texts of one meaning are nearer than texts of two', async () => {
  const [a, b, c] = await embedder.embed(['Where is my package?', 'When does my parcel arrive?', 'The kettle does not heat.'], passage);
  assert.ok(similarity(a, b) > similarity(a, c) + 0.2);
});

test('a blank text alone has a vector', async () => {
  for (const blank of ['', ' \n']) assert.equal((await embedder.embed([blank], passage))[0]?.length, 512);
});

test('no text gives no vector', async () => assert.deepEqual(await embedder.embed([], passage), []));

test('other work gets its turn between the batches, and an abort ends it after one of them', async () => {
  const controller = new AbortController();
  const reason = new Error('the visitor left');
  const texts = Array.from({ length: 2000 }, (_, index) => `parcel number ${index}`);
  const startedMs = performance.now();
  const embedding = embedder.embed(texts, { purpose: 'passage', signal: controller.signal });
  setImmediate(() => controller.abort(reason));
  await assert.rejects(embedding, reason);
  assert.ok(performance.now() - startedMs < 3000);
});

test('the dictionary holds common English words, once each, in lower case', async () => {
  const words = await embedder.dictionary();
  assert.ok(words.length > 4000 && new Set(words).size === words.length);
  assert.ok(words.includes('shipping') && words.every((word) => word === word.toLowerCase()));
});

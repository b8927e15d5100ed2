import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { LocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { keepEmbeddings } from './kept-embeddings.ts';

test('what was computed once is read afterwards, each vector for its own text; another model’s is not', async () => {
  const asked: string[][] = [];
  const embedderOf = (model: string): LocalEmbedder => ({
    model,
    dimensions: 2,
    embed: async (texts) => {
      asked.push([...texts]);
      return texts.map((text) => [text.length, 0.5]);
    },
    dictionary: async () => [],
  });
  const model = `test:${randomUUID()}`;
  const options = { purpose: 'passage' as const, signal: AbortSignal.timeout(10_000) };
  assert.deepEqual(await keepEmbeddings(embedderOf(model)).embed(['a', 'bb', 'a'], options), [
    [1, 0.5],
    [2, 0.5],
    [1, 0.5],
  ]);
  assert.deepEqual(await keepEmbeddings(embedderOf(model)).embed(['ccc', 'bb'], options), [
    [3, 0.5],
    [2, 0.5],
  ]);
  await keepEmbeddings(embedderOf(`${model} other`)).embed(['bb'], options);
  assert.deepEqual(asked, [['a', 'bb'], ['ccc'], ['bb']]);
});

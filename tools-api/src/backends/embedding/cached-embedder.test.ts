import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Cache, createCache } from '@aiguy/manifests/cache';
import { cacheEmbeddings } from './cached-embedder.ts';
import type { Embedder } from './embedder.ts';

const { signal } = new AbortController();

function open(t: TestContext): { cache: Cache; asked: string[][]; embedder: (change?: Partial<Embedder>) => Embedder } {
  const cache = createCache({ prefix: 'test', entriesMax: 100 });
  t.after(() => cache.close());
  const asked: string[][] = [];
  const embed: Embedder['embed'] = async (texts) => {
    asked.push([...texts]);
    return texts.map((text) => [1 / text.length, 1 / 3]);
  };
  return { cache, asked, embedder: (change) => cacheEmbeddings({ model: 'test:one', dimensions: 2, embed, ...change }, cache) };
}

test('a question is embedded once, and its vector is the same from the cache', async (t) => {
  const { asked, embedder } = open(t);
  const first = await embedder().embed(['what is new'], { purpose: 'query', signal });
  assert.deepEqual(await embedder().embed(['what is new'], { purpose: 'query', signal }), first);
  assert.deepEqual(asked, [['what is new']]);
});

test('of several questions only the unknown ones are embedded, and every vector keeps its place', async (t) => {
  const { asked, embedder } = open(t);
  await embedder().embed(['bb', 'dddd'], { purpose: 'query', signal });
  const vectors = await embedder().embed(['a', 'bb', 'ccc', 'dddd'], { purpose: 'query', signal });
  assert.deepEqual(
    vectors.map(([first]) => first),
    [1, 1 / 2, 1 / 3, 1 / 4].map(Math.fround),
  );
  assert.deepEqual(asked, [
    ['bb', 'dddd'],
    ['a', 'ccc'],
  ]);
});

test('passages go past the cache; models and lengths share nothing', async (t) => {
  const { asked, embedder } = open(t);
  await embedder().embed(['a'], { purpose: 'query', signal });
  await embedder().embed(['a'], { purpose: 'passage', signal });
  await embedder({ model: 'test:other' }).embed(['a'], { purpose: 'query', signal });
  await embedder({ dimensions: 3 }).embed(['a'], { purpose: 'query', signal });
  assert.equal(asked.length, 4);
});

test('what fails is not kept, and what was spoilt in the cache is embedded again', async (t) => {
  const { cache, asked, embedder } = open(t);
  const failing = embedder({ embed: async () => await Promise.reject(new Error('down')) });
  await assert.rejects(failing.embed(['a'], { purpose: 'query', signal }), /down/);
  const spoilt: Cache = { ...cache, get: async () => 'no vector' };
  const vectors = await cacheEmbeddings(embedder(), spoilt).embed(['a'], { purpose: 'query', signal });
  assert.deepEqual(vectors, [[1, Math.fround(1 / 3)]]);
  assert.equal(asked.length, 1);
  await assert.rejects(embedder().embed(['a'], { purpose: 'query', signal: AbortSignal.abort() }), { name: 'AbortError' });
});

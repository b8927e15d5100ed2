import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type Cache, createCache } from '@aiguy/manifests/cache';
import { until } from '../../../../scripts/until.ts';
import { cacheKnowledge } from './cached-knowledge.ts';
import type { Found, Knowledge, SearchEngine, SearchRequest } from './search.ts';

const { signal } = new AbortController();
const asked: SearchRequest = { text: 'How long?', context: [], audiences: ['public'], limit: 5, signal };
const found = (version: string, confidence = 0.5): Found => ({
  result: { passages: [], answerable: true, confidence, corpus_version: version },
  isProvisional: false,
});

type Opened = { knowledge: Knowledge; searched: SearchRequest[]; lookedUp: string[]; corpus: { version: string } };
type Change = { find?: SearchEngine['find']; cache?: Cache; ttlS?: number; models?: string[] };

function open({ find, cache = createCache({ prefix: 'test', entriesMax: 100 }), ttlS = 1800, models = [] }: Change = {}): Opened {
  const [searched, lookedUp, corpus] = [[] as SearchRequest[], [] as string[], { version: '1' }];
  const engine: SearchEngine = {
    explain: async () => assert.fail('not asked for'),
    rank: async () => await Promise.reject(new Error('not asked')),
    version: async () => corpus.version,
    search: async () => await Promise.reject(new Error('not asked')),
    find: async (request) => {
      searched.push(request);
      return find ? await find(request) : found(corpus.version, searched.length / 10);
    },
  };
  return { knowledge: cacheKnowledge(engine, { cache, ttlS, models, lookedUp: (result) => lookedUp.push(result) }), searched, lookedUp, corpus };
}

test('the same search is made once, whatever white space is around and between its words', async () => {
  const { knowledge, searched, lookedUp } = open();
  const first = await knowledge.search(asked);
  assert.deepEqual(await knowledge.search({ ...asked, text: '  How \n long? ' }), first);
  assert.equal(searched.length, 1);
  assert.deepEqual(lookedUp, ['miss', 'hit']);
});

test('searches that differ in anything share nothing; the order of tags and audiences is no difference', async () => {
  const { knowledge, searched, corpus } = open();
  const others: Partial<SearchRequest>[] = [
    { text: 'how long?' },
    { context: ['How long?'], text: '' },
    { audiences: ['public', 'customers'] },
    { audiences: [] },
    { limit: 4 },
    { language: 'de' },
    { productTags: ['kettle', 'lamp'] },
    { productTags: ['kettle lamp'] },
  ];
  for (const other of [{}, ...others]) await knowledge.search({ ...asked, ...other });
  assert.equal(searched.length, others.length + 1);
  await knowledge.search({ ...asked, productTags: ['lamp', 'kettle'] });
  await knowledge.search({ ...asked, audiences: ['customers', 'public'] });
  assert.equal(searched.length, others.length + 1);
  corpus.version = '2';
  assert.equal((await knowledge.search(asked)).corpus_version, '2');
});

test('processes with other models share nothing, others what one of them found', async () => {
  const cache = createCache({ prefix: 'test', entriesMax: 100 });
  const [first, same, other] = [open({ cache }), open({ cache }), open({ cache, models: ['anthropic:claude-haiku-5-5'] })];
  for (const { knowledge } of [first, same, other]) await knowledge.search(asked);
  assert.deepEqual(
    [first, same, other].flatMap(({ lookedUp }) => lookedUp),
    ['miss', 'hit', 'miss'],
  );
});

test('equal searches at the same time are one, and each gets a result of its own', async () => {
  const gate = Promise.withResolvers<Found>();
  const { knowledge, searched, lookedUp } = open({ find: async () => await gate.promise });
  const both = [knowledge.search(asked), knowledge.search(asked)];
  await until(() => lookedUp.length === 2);
  gate.resolve(found('1'));
  const [first, second] = await Promise.all(both);
  assert.deepEqual(first, second);
  assert.notEqual(first, second);
  assert.equal(searched.length, 1);
  assert.deepEqual(lookedUp, ['miss', 'shared']);
});

test('who gives up leaves at once and the others get their result; when all have, the search is given up and nothing is kept', async () => {
  const gate = Promise.withResolvers<Found>();
  const { knowledge, searched, lookedUp } = open({ find: async () => await gate.promise });
  const [first, second] = [new AbortController(), new AbortController()];
  const leaving = knowledge.search({ ...asked, signal: first.signal });
  const staying = knowledge.search({ ...asked, signal: second.signal });
  await until(() => lookedUp.length === 2);
  first.abort(new Error('first left'));
  await assert.rejects(leaving, /first left/);
  assert.equal(searched[0]?.signal.aborted, false);
  second.abort(new Error('second left'));
  await assert.rejects(staying, /second left/);
  assert.equal(searched[0]?.signal.aborted, true);
  gate.resolve(found('1'));
  await new Promise((resolve) => setImmediate(resolve));
  await knowledge.search(asked);
  assert.equal(searched.length, 2);
});

test('what failed is not kept, and everybody who waited for it is told', async () => {
  let fails = true;
  const { knowledge, searched } = open({ find: async () => (fails ? await Promise.reject(new Error('broken')) : found('1')) });
  await Promise.all([1, 2].map(async () => await assert.rejects(knowledge.search(asked), /broken/)));
  fails = false;
  assert.equal((await knowledge.search(asked)).answerable, true);
  assert.equal(searched.length, 2);
});

test('a provisional result, or one of another version than was asked for, is handed out and not kept', async () => {
  for (const find of [async () => ({ ...found('1'), isProvisional: true }), async () => found('2')]) {
    const { knowledge, searched } = open({ find });
    await knowledge.search(asked);
    await knowledge.search(asked);
    assert.equal(searched.length, 2);
  }
});

test('with a time of 0 nothing is remembered; what was spoilt in the cache is searched again', async () => {
  const never = open({ ttlS: 0 });
  await never.knowledge.search(asked);
  await never.knowledge.search(asked);
  assert.equal(never.searched.length, 2);
  for (const value of ['', 'null', '{}', '{"corpus_version":"1"}', JSON.stringify(found('0').result)]) {
    const cache: Cache = { get: async () => value, set: async () => undefined, close: () => undefined };
    const { knowledge, lookedUp } = open({ cache });
    assert.equal((await knowledge.search(asked)).corpus_version, '1');
    assert.deepEqual(lookedUp, ['miss']);
  }
});

test('neither a key nor a value holds what a visitor wrote', async () => {
  const kept: string[] = [];
  const cache: Cache = {
    get: async () => undefined,
    set: async (key, value) => void kept.push(key, value),
    close: () => undefined,
  };
  await open({ cache }).knowledge.search({ ...asked, text: 'I am Ada', context: ['ada@shop.example'] });
  assert.equal(kept.length, 2);
  assert.ok(!/ada/i.test(kept[1] ?? '') && /^[\w-]{43}$/.test(kept[0] ?? ''), kept.join(' '));
});

test('a Redis that hangs costs a search a moment, and it works', async (t) => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cache = createCache({ prefix: 'test', entriesMax: 10, redisUrl: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const [socket] = (await once(server, 'connection')) as [{ destroy: () => void }];
  t.after(() => {
    cache.close();
    socket.destroy();
    server.close();
  });
  const { knowledge, searched } = open({ cache });
  const startedMs = performance.now();
  await knowledge.search(asked);
  assert.ok(performance.now() - startedMs < 500);
  assert.equal(searched.length, 1);
});

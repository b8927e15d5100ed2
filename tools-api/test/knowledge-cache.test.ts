// What visitors get through the cache of searches, over HTTP on real data: always the current help centre, and never what is for others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createCache } from '@aiguy/manifests/cache';
import type { Service } from '@aiguy/manifests/service';
import { keepEmbeddings } from '../../scripts/kept-embeddings.ts';
import { until } from '../../scripts/until.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import { cacheKnowledge } from '../src/backends/knowledge/cached-knowledge.ts';
import { openIndex } from '../src/backends/knowledge/indexes.ts';
import { ingestDocument } from '../src/backends/knowledge/ingest-document.ts';
import type { Reranker } from '../src/backends/knowledge/rerank/reranker.ts';
import { createKnowledge, type SearchResult } from '../src/backends/knowledge/search.ts';
import type { Article } from '../src/backends/knowledge/sources/source.ts';
import type { Handler } from '../src/tools/handler.ts';
import { createRetrieveDocs } from '../src/tools/retrieve_docs/handler.ts';
import { type Harness, startHarness, visitorHeaders } from './harness.ts';

let harness: Harness;
let service: Service;
let retrieveDocs: Handler;
const lookedUp: string[] = [];
/** Kept, because a search goes on without vectors that take too long. */
const embedder = keepEmbeddings(createLocalEmbedder());
const { signal } = new AbortController();

before(async () => {
  harness = await startHarness();
  const cache = createCache({ prefix: 'test', entriesMax: 100 });
  const knowledge = cacheKnowledge(harness.knowledge, { cache, ttlS: 1800, models: [], lookedUp: (result) => lookedUp.push(result) });
  retrieveDocs = createRetrieveDocs({ knowledge });
  service = await harness.build({ handlers: { retrieve_docs: retrieveDocs } });
});
after(async () => await harness.close());

const guest = 'anon:0123456789abcdef0123456789abcdef';
const customer = 'wp:1:1008';

async function ask(query: string, sub: string): Promise<SearchResult> {
  const args = { query };
  const headers = await visitorHeaders(harness, { sub, tool: 'retrieve_docs', scope: 'docs:read', args });
  const response = await service.app.inject({ method: 'POST', url: '/tools/retrieve_docs', headers, payload: args });
  assert.equal(response.statusCode, 200, response.body);
  return (response.json() as { output: SearchResult }).output;
}

async function ingest(documentId: string, markdown: string, audience: Article['audience']): Promise<void> {
  const url = `https://shop.example/help/${documentId}/`;
  const article: Article = {
    ...{ documentId, title: 'Volcano insurance', url, language: 'en', audience, productTags: [], lastUpdated: '2026-11-01', markdown },
  };
  const ports = { database: harness.database, embedder, index: await openIndex(harness.database, embedder) };
  await ingestDocument(ports, article, { origin: { source: 'test', key: documentId, fingerprint: undefined }, signal });
}

const textsOf = ({ passages }: SearchResult): string => passages.map(({ text }) => text).join('\n');

test('a document that was changed shows at once, though the old text was found a moment ago', async () => {
  await ingest('volcano', 'Volcano insurance costs 11 dollars a year.', 'public');
  assert.match(textsOf(await ask('What does volcano insurance cost?', guest)), /11 dollars/);
  assert.match(textsOf(await ask('What does volcano insurance cost?', guest)), /11 dollars/);
  await ingest('volcano', 'Volcano insurance costs 12 dollars a year.', 'public');
  const changed = textsOf(await ask('What does volcano insurance cost?', guest));
  assert.match(changed, /12 dollars/);
  assert.doesNotMatch(changed, /11 dollars/);
});

test('a guest who asks what a customer has just asked does not get what is for customers', async () => {
  await ingest('volcano-club', 'Members reach the volcano insurance desk by the secret word lava.', 'customers');
  const question = 'How do I reach the volcano insurance desk?';
  // Until the words of the help centre have been read again nothing is kept; the guest must come when something is.
  const subject = { issuer: 'https://shop.example', subject: customer };
  lookedUp.length = 0;
  for (let tries = 0; !lookedUp.includes('hit') && tries < 1000; tries += 1) await retrieveDocs({ query: question } as never, { subject, signal });
  assert.ok(lookedUp.includes('hit'));
  assert.match(textsOf(await ask(question, customer)), /secret word/);
  assert.doesNotMatch(textsOf(await ask(question, guest)), /secret word/);
  assert.match(textsOf(await ask(question, customer)), /secret word/);
});

test('a judge puts the best passages in order and decides whether they answer; without a judgement nothing is kept', async () => {
  const seen: { question: string; ids: string[] }[] = [];
  const reranker = (answerable?: boolean): Reranker => ({
    name: 'test',
    rerank: async (question, candidates) => {
      const ids = candidates.map(({ id }) => id);
      seen.push({ question, ids });
      return { ids: answerable === undefined ? ids : ids.toReversed(), ...(answerable === undefined ? {} : { answerable }) };
    },
  });
  const ports = { database: harness.database, words: embedder, embedders: [embedder] };
  const request = {
    text: 'What does volcano\ninsurance cost?',
    context: ['I bought a kettle.'],
    audiences: ['public'] as const,
    limit: 1,
    signal,
  };
  // A search that loads the model first leaves a judge no time.
  const asks = async (judge?: Reranker) => {
    const knowledge = createKnowledge({ ...ports, reranker: judge });
    await until(async () => (await knowledge.rank(request)).isCurrent);
    return knowledge;
  };
  const local = await (await asks()).find(request);
  const judged = await (await asks(reranker(false))).find(request);
  assert.equal(local.result.answerable, true);
  assert.equal(judged.result.answerable, false);
  assert.equal(judged.result.passages[0]?.id, seen[0]?.ids.at(-1));
  assert.equal(seen[0]?.ids.length, 20);
  await (await asks(reranker(true))).search({ ...request, context: ['I bought\na kettle.'] });
  assert.equal(seen[1]?.question, 'I bought a kettle.\nWhat does volcano insurance cost?');
  const unjudged = await (await asks(reranker())).find(request);
  assert.deepEqual(unjudged, { result: local.result, isProvisional: true });
  assert.deepEqual([local.isProvisional, judged.isProvisional], [false, false]);
});

test('a judge who finds an answer goes before the score, which has only counted', async () => {
  const reranker: Reranker = { name: 'test', rerank: async (_question, candidates) => ({ ids: candidates.map(({ id }) => id), answerable: true }) };
  const knowledge = createKnowledge({ database: harness.database, words: embedder, embedders: [embedder], reranker });
  const request = { text: 'Do you repair submarines?', context: [], audiences: ['public'] as const, limit: 5, signal };
  // As above: the first search may leave a judge no time.
  await knowledge.rank(request);
  const { answerable } = await knowledge.search(request);
  assert.equal(answerable, true);
});

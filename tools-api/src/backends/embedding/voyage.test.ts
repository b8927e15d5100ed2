import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerBackwards, failureOf, recordPauses, startDouble, unit, vectorOf } from './provider-double.fixture.ts';
import { createVoyageEmbedder } from './voyage.ts';

const apiKey = 'pa-9TzR4wQe6YbU1hGk';
const signal = new AbortController().signal;

test('a passage is embedded as a document, a question as a query, and too long a text is to be refused, not cut off', async (t) => {
  const { url, asked } = await startDouble(t, answerBackwards);
  const embedder = createVoyageEmbedder({ baseUrl: `${url}/v1`, model: 'voyage-4', apiKey, dimensions: 4, requestDimensions: true });
  assert.deepEqual(await embedder.embed(['delivery', 'returns'], { purpose: 'passage', signal }), [
    unit(vectorOf('delivery')),
    unit(vectorOf('returns')),
  ]);
  await embedder.embed(['where is it'], { purpose: 'query', signal });
  assert.equal(embedder.model, 'voyage:voyage-4');
  assert.deepEqual([asked[0]?.url, asked[0]?.headers.authorization], ['/v1/embeddings', `Bearer ${apiKey}`]);
  assert.deepEqual(
    asked.map(({ body }) => body),
    [
      { model: 'voyage-4', input: ['delivery', 'returns'], input_type: 'document', truncation: false, output_dimension: 4 },
      { model: 'voyage-4', input: ['where is it'], input_type: 'query', truncation: false, output_dimension: 4 },
    ],
  );
});

test('a model with one dimension only is not asked for another, and must answer with it', async (t) => {
  const { url, asked } = await startDouble(t, answerBackwards);
  const embedder = createVoyageEmbedder({ baseUrl: url, model: 'voyage-law-2', apiKey, dimensions: 8, requestDimensions: false });
  assert.match((await failureOf(embedder.embed(['delivery'], { purpose: 'query', signal }))).message, /vector of 4 numbers where 8 are expected/);
  assert.equal('output_dimension' in (asked[0]?.body ?? {}), false);
});

test('a rate limit is waited for; a refusal is told without its words', async (t) => {
  const { pauses, timing } = recordPauses();
  const answers = [
    { status: 429, headers: { 'retry-after': '2' }, json: {} },
    { status: 400, json: { detail: `too long: delivery, ${apiKey}` } },
  ];
  const { url } = await startDouble(t, (_, nth) => answers[nth] ?? 'hang up');
  const embedder = createVoyageEmbedder({ baseUrl: url, model: 'voyage-4', apiKey, dimensions: 4, requestDimensions: false, timing });
  const failure = await failureOf(embedder.embed(['delivery'], { purpose: 'query', signal }), [apiKey, 'delivery']);
  assert.match(failure.message, /^voyage:voyage-4 at 127\.0\.0\.1:\d+ answered HTTP 400; check EMBEDDING_MODEL/);
  assert.deepEqual(pauses, [2125]);
});

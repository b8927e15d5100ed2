import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createOpenAiEmbedder, type OpenAiOptions } from './openai-compatible.ts';
import { answerBackwards, failureOf, type Replies, recordPauses, startDouble, unit, vectorOf } from './provider-double.fixture.ts';

const apiKey = 'sk-4Jq0vN7mKp2XsLd8';
const query = { purpose: 'query', signal: new AbortController().signal } as const;

async function start(t: TestContext, replies: Replies, change: Partial<OpenAiOptions> = {}) {
  const double = await startDouble(t, replies);
  const options = { baseUrl: `${double.url}/v1/`, model: 'small', apiKey, dimensions: 4, requestDimensions: false, ...change };
  return { double, embedder: createOpenAiEmbedder(options) };
}

const good = { object: 'embedding', index: 0, embedding: [1, 2, 3, 4] };
const list = (...data: unknown[]) => ({ json: { object: 'list', data } });

test('texts are asked for in one request with key, model and format, and come back by index, in their order and at unit length', async (t) => {
  const { double, embedder } = await start(t, answerBackwards);
  assert.deepEqual(
    await embedder.embed(['delivery', 'returns', 'refunds'], query),
    ['delivery', 'returns', 'refunds'].map((text) => unit(vectorOf(text))),
  );
  assert.deepEqual([embedder.model, embedder.dimensions], ['openai:small', 4]);
  const [asked] = double.asked;
  assert.deepEqual([double.asked.length, asked?.url, asked?.headers.authorization], [1, '/v1/embeddings', `Bearer ${apiKey}`]);
  assert.deepEqual(asked?.body, { model: 'small', input: ['delivery', 'returns', 'refunds'], encoding_format: 'float' });
});

test('dimensions are asked for only where that is wanted, and a server of one’s own needs no key', async (t) => {
  const { double, embedder } = await start(t, answerBackwards, { requestDimensions: true, apiKey: undefined });
  await embedder.embed(['delivery'], query);
  assert.deepEqual([double.asked[0]?.body.dimensions, double.asked[0]?.headers.authorization], [4, undefined]);
});

test('many texts go in batches of at most so many texts and bytes, and keep their order', async (t) => {
  const { double, embedder } = await start(t, answerBackwards, { textsPerRequest: 3 });
  const short = Array.from({ length: 8 }, (_, index) => `text ${index}`);
  assert.deepEqual(
    await embedder.embed(short, query),
    short.map((text) => unit(vectorOf(text))),
  );
  const sizes = () =>
    double.asked
      .splice(0)
      .map(({ body }) => (body.input as string[]).length)
      .toSorted();
  assert.deepEqual(sizes(), [2, 3, 3]);
  await embedder.embed(['é'.repeat(90_000), 'é'.repeat(60_000), 'b', 'c'], query);
  assert.deepEqual(sizes(), [2, 2]);
});

test('no text needs no request, and a blank one has a vector too', async (t) => {
  const { double, embedder } = await start(t, answerBackwards);
  assert.deepEqual(await embedder.embed([], query), []);
  assert.equal(double.asked.length, 0);
  assert.deepEqual(await embedder.embed(['', ' \n'], query), [unit(vectorOf('.')), unit(vectorOf('.'))]);
});

test('a text longer than the limit is refused before anything is sent, and nothing is cut off', async (t) => {
  const { double, embedder } = await start(t, answerBackwards);
  const failure = await failureOf(embedder.embed(['short', 'x'.repeat(100_001)], query));
  assert.match(failure.message, /^Text 2 of 2 has 100001 characters, and openai:small takes 100000;/);
  assert.deepEqual([failure.retryable, double.asked.length], [false, 0]);
});

for (const [what, answer, message] of [
  ['vectors of another dimension', list({ ...good, embedding: [1, 2, 3] }), /vector of 3 numbers where 4 are expected/],
  ['fewer vectors than texts', list(), /returned 0 embeddings for 1 texts/],
  ['more vectors than texts', list(good, { ...good, index: 1 }), /returned 2 embeddings for 1 texts/],
  ['an index that nobody asked for', list({ ...good, index: 1 }), /no embedding with the index 0/],
  ['no index', list({ embedding: good.embedding }), /no embedding with the index 0/],
  ['null where a number belongs, as NaN is written in JSON', list({ ...good, embedding: [1, Number.NaN, 3, 4] }), /no finite number/],
  ['a number beyond all numbers', { text: '{"data":[{"index":0,"embedding":[1,1e999,3,4]}]}' }, /no finite number/],
  ['zeros only', list({ ...good, embedding: [0, 0, 0, 0] }), /without a direction/],
  ['text for a vector', list({ ...good, embedding: 'AACAPwAAAEA=' }), /not a vector of numbers/],
  ['no list', { json: { embeddings: [[1, 2, 3, 4]] } }, /without a list of embeddings/],
  ['no JSON', { text: '<html>Welcome</html>' }, /without a list of embeddings/],
  ['more bytes than vectors can take', { text: 'x'.repeat(100_000) }, /more than \d+ bytes/],
] as const) {
  test(`${what}: refused at once, without another try`, async (t) => {
    const { double, embedder } = await start(t, () => answer);
    const failure = await failureOf(embedder.embed(['delivery'], query));
    assert.match(failure.message, message);
    assert.deepEqual([failure.retryable, double.asked.length], [false, 1]);
  });
}

test('the same index twice is refused, for one text would have no vector', async (t) => {
  const { embedder } = await start(t, () => list(good, good));
  assert.match((await failureOf(embedder.embed(['a', 'b'], query))).message, /no embedding with the index 1/);
});

test('429 is waited for as long as Retry-After says, a server’s failure a growing random while, then it succeeds', async (t) => {
  const { pauses, timing } = recordPauses();
  const failures = [
    { status: 429, headers: { 'retry-after': '7' }, json: {} },
    { status: 503, json: {} },
    { status: 500, text: 'oops' },
  ];
  const { embedder } = await start(t, (asked, nth) => failures[nth] ?? answerBackwards(asked), { timing });
  assert.deepEqual(await embedder.embed(['delivery'], query), [unit(vectorOf('delivery'))]);
  assert.deepEqual(pauses, [7000 + 125, 250, 500]);
});

test('Retry-After may be a date', async (t) => {
  const { pauses, timing } = recordPauses();
  const date = new Date(Date.now() + 30_000).toUTCString();
  const { embedder } = await start(t, (asked, nth) => (nth ? answerBackwards(asked) : { status: 429, headers: { 'retry-after': date }, json: {} }), {
    timing,
  });
  await embedder.embed(['delivery'], query);
  assert.ok((pauses[0] ?? 0) > 25_000 && (pauses[0] ?? 0) < 31_000, String(pauses));
});

test('a wait longer than the time that is left is not begun', async (t) => {
  const { pauses, timing } = recordPauses();
  const { embedder } = await start(t, () => ({ status: 429, headers: { 'retry-after': '3600' }, json: {} }), { timing });
  const failure = await failureOf(embedder.embed(['delivery'], query));
  assert.deepEqual([failure.retryable, failure.retryAfterMs, pauses], [true, 3_600_000, []]);
});

test('a provider that goes down midway through the batches fails all of them, retryably', async (t) => {
  const { pauses, timing } = recordPauses();
  const { double, embedder } = await start(t, (asked, nth) => (nth < 2 ? answerBackwards(asked) : 'hang up'), {
    textsPerRequest: 2,
    timing: { ...timing, totalTimeoutMs: 2000 },
  });
  const failure = await failureOf(embedder.embed(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], query));
  assert.equal(failure.retryable, true);
  assert.match(failure.message, /^openai:small at 127\.0\.0\.1:\d+ could not be reached \((ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)\)\.$/);
  assert.ok(double.asked.length >= 3 && pauses.length >= 2);
});

test('one batch refused for good stops the others', async (t) => {
  const { double, embedder } = await start(t, (_, nth) => (nth === 1 ? { status: 400, json: {} } : 'silence'), { textsPerRequest: 1 });
  assert.equal((await failureOf(embedder.embed(['a', 'b', 'c', 'd'], query))).retryable, false);
  await double.connectionsClosed;
  assert.equal(double.asked.length, 2);
});

for (const [status, json, message] of [
  [
    401,
    { error: { code: 'invalid_api_key', message: `Incorrect API key provided: ${apiKey}` } },
    /HTTP 401 \(invalid_api_key\); check EMBEDDING_API_KEY/,
  ],
  [
    400,
    { error: { type: 'invalid_request_error', message: 'delivery of parcels is too long' } },
    /HTTP 400 \(invalid_request_error\); check EMBEDDING_MODEL/,
  ],
  [404, { detail: `no ${apiKey}` }, /HTTP 404; check EMBEDDING_BASE_URL/],
  [429, { error: { code: 'insufficient_quota' } }, /HTTP 429 \(insufficient_quota\)/],
] as const) {
  test(`HTTP ${status} that waiting does not mend is refused at once; neither key nor text is in the error`, async (t) => {
    const { double, embedder } = await start(t, () => ({ status, json }));
    const failure = await failureOf(embedder.embed(['delivery of parcels'], query), [apiKey, 'parcels']);
    assert.match(failure.message, message);
    assert.deepEqual([failure.retryable, double.asked.length], [false, 1]);
  });
}

test('a key that comes back as a code is not in the error', async (t) => {
  const words = 'qwmZxPlkRtYvBn_sDfG';
  const { embedder } = await start(t, () => ({ status: 403, json: { error: { code: words } } }), { apiKey: words });
  assert.match((await failureOf(embedder.embed(['delivery'], query), [words])).message, /HTTP 403; check what EMBEDDING_API_KEY may use/);
});

test('a key that no header can carry is not in the error either', async (t) => {
  const bad = `${apiKey}\u0007`;
  const { embedder } = await start(t, answerBackwards, { apiKey: bad, timing: { totalTimeoutMs: 1 } });
  await failureOf(embedder.embed(['delivery'], query), [apiKey]);
});

test('a redirect is refused, so that the key goes nowhere else', async (t) => {
  const elsewhere = await startDouble(t, answerBackwards);
  const { embedder } = await start(t, () => ({ status: 307, headers: { location: `${elsewhere.url}/v1/embeddings` }, json: {} }));
  assert.match((await failureOf(embedder.embed(['delivery'], query))).message, /HTTP 307; check EMBEDDING_BASE_URL/);
  assert.equal(elsewhere.asked.length, 0);
});

test('an abort ends a request that hangs at once, and its connection', async (t) => {
  const controller = new AbortController();
  const reason = new Error('the visitor left');
  const { double, embedder } = await start(t, () => {
    setImmediate(() => controller.abort(reason));
    return 'silence';
  });
  await assert.rejects(embedder.embed(['delivery'], { purpose: 'query', signal: controller.signal }), reason);
  await double.connectionsClosed;
});

test('an abort ends a pause at once, and nothing is asked afterwards', async (t) => {
  const controller = new AbortController();
  const reason = new Error('the visitor left');
  const pause = async (ms: number, signal: AbortSignal) => {
    controller.abort(reason);
    await wait(ms, undefined, { signal });
  };
  const { double, embedder } = await start(t, () => ({ status: 429, headers: { 'retry-after': '60' }, json: {} }), { timing: { pause } });
  await assert.rejects(embedder.embed(['delivery'], { purpose: 'query', signal: controller.signal }), reason);
  assert.equal(double.asked.length, 1);
});

test('nothing is asked for a caller who is gone', async (t) => {
  const { double, embedder } = await start(t, answerBackwards);
  await assert.rejects(embedder.embed(['delivery'], { purpose: 'query', signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal(double.asked.length, 0);
});

test('a provider that never answers is tried again until the time is up', async (t) => {
  const { double, embedder } = await start(t, () => 'silence', { timing: { ...recordPauses().timing, attemptTimeoutMs: 50, totalTimeoutMs: 400 } });
  const failure = await failureOf(embedder.embed(['delivery'], query));
  assert.match(failure.message, /^openai:small did not answer within \d+ ms\.$/);
  assert.equal(failure.retryable, true);
  assert.ok(double.asked.length >= 2);
});

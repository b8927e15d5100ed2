import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type BedrockOptions, createBedrockEmbedder } from './bedrock.ts';
import { type Asked, failureOf, type Replies, type Reply, recordPauses, startDouble, unit, vectorOf } from './provider-double.fixture.ts';

const secret = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCY';
const credentials = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: secret };
const signal = new AbortController().signal;
const titan = 'amazon.titan-embed-text-v2:0';
const nothingElse = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
const environment = { ...process.env };

before(() => void Object.assign(process.env, credentials, nothingElse));
after(() => {
  process.env = environment;
});

async function start(t: TestContext, replies: Replies, change: Partial<BedrockOptions> = {}) {
  const double = await startDouble(t, replies, 'http2');
  return { double, embedder: createBedrockEmbedder({ model: titan, family: 'titan-v2', dimensions: 4, endpoint: double.url, ...change }) };
}

const answerTitan = ({ body }: Asked): Reply => ({
  json: { embedding: vectorOf(String(body.inputText)), inputTextTokenCount: 2, embeddingsByType: { float: [] } },
});
const refuse = (status: number, kind: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'x-amzn-errortype': `${kind}:http://internal.amazon.com/coral/`, ...headers },
  json: { message: `${kind} on delivery of parcels` },
});

test('Titan is asked one text a request, signed, in the region’s name, and the texts keep their order', async (t) => {
  const { double, embedder } = await start(t, answerTitan);
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
  assert.deepEqual(
    await embedder.embed(texts, { purpose: 'passage', signal }),
    texts.map((text) => unit(vectorOf(text))),
  );
  assert.equal(embedder.model, `bedrock:${titan}`);
  assert.equal(double.asked.length, 20);
  const first = double.asked.find(({ body }) => body.inputText === 'text 0');
  assert.deepEqual(first?.body, { inputText: 'text 0', dimensions: 4, normalize: true });
  assert.equal(first?.url, `/model/${encodeURIComponent(titan)}/invoke`);
  assert.match(first?.headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-central-1\/bedrock\/aws4_request/);
  assert.equal(first?.headers['content-type'], 'application/json');
});

const cohereVectors = ({ body }: Asked) => (body.texts as string[]).map((text) => vectorOf(text));

test('Cohere v3 is asked in batches of 96, as document or query, and is to refuse what is too long', async (t) => {
  const replies: Replies = (asked) => ({ json: { embeddings: cohereVectors(asked), id: 'x', response_type: 'embeddings_floats' } });
  const { double, embedder } = await start(t, replies, { model: 'cohere.embed-multilingual-v3', family: 'cohere-v3' });
  const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
  assert.deepEqual(
    await embedder.embed(texts, { purpose: 'passage', signal }),
    texts.map((text) => unit(vectorOf(text))),
  );
  await embedder.embed(['where is it'], { purpose: 'query', signal });
  const largestFirst = double.asked.toSorted((a, b) => (b.body.texts as string[]).length - (a.body.texts as string[]).length);
  assert.deepEqual(
    largestFirst.map(({ body }) => [(body.texts as string[]).length, body.input_type, body.truncate, Object.keys(body).length]),
    [
      [96, 'search_document', 'NONE', 3],
      [4, 'search_document', 'NONE', 3],
      [1, 'search_query', 'NONE', 3],
    ],
  );
  assert.match((await failureOf(embedder.embed(['x'.repeat(2049)], { purpose: 'query', signal }))).message, /has 2049 characters.* takes 2048/);
});

test('Cohere v4 is asked for its dimensions and answers by type', async (t) => {
  const replies: Replies = (asked) => ({ json: { embeddings: { float: cohereVectors(asked) }, id: 'x', response_type: 'embeddings_by_type' } });
  const { double, embedder } = await start(t, replies, { model: 'eu.cohere.embed-v4:0', family: 'cohere-v4' });
  assert.deepEqual(await embedder.embed(['where is it'], { purpose: 'query', signal }), [unit(vectorOf('where is it'))]);
  assert.deepEqual(double.asked[0]?.body, {
    texts: ['where is it'],
    input_type: 'search_query',
    truncate: 'NONE',
    embedding_types: ['float'],
    output_dimension: 4,
  });
});

for (const [what, json, message] of [
  ['another dimension', { embedding: [1, 2, 3] }, /vector of 3 numbers where 4 are expected/],
  ['null where a number belongs', { embedding: [1, null, 3, 4] }, /no finite number/],
  ['no embedding', { message: 'hello' }, /without embeddings/],
] as const) {
  test(`${what}: refused at once`, async (t) => {
    const { double, embedder } = await start(t, () => ({ json }));
    const failure = await failureOf(embedder.embed(['delivery'], { purpose: 'query', signal }));
    assert.match(failure.message, message);
    assert.deepEqual([failure.retryable, double.asked.length], [false, 1]);
  });
}

test('fewer vectors than texts are refused', async (t) => {
  const { embedder } = await start(t, () => ({ json: { embeddings: [vectorOf('a')] } }), { model: 'cohere.embed-english-v3', family: 'cohere-v3' });
  assert.match((await failureOf(embedder.embed(['a', 'b'], { purpose: 'query', signal }))).message, /returned 1 vectors for 2 texts/);
});

test('throttling is waited for as long as Retry-After says, other failures of the service a random while, then it succeeds', async (t) => {
  const { pauses, timing } = recordPauses();
  const failures = [
    refuse(429, 'ThrottlingException', { 'retry-after': '3' }),
    refuse(503, 'ServiceUnavailableException'),
    refuse(424, 'ModelErrorException'),
    { status: 502, headers: { 'content-type': 'text/html' }, text: '<html>Bad Gateway</html>' },
  ];
  const { double, embedder } = await start(t, (asked, nth) => failures[nth] ?? answerTitan(asked), { timing });
  assert.deepEqual(await embedder.embed(['delivery'], { purpose: 'query', signal }), [unit(vectorOf('delivery'))]);
  assert.deepEqual([pauses, double.asked.length], [[3125, 250, 500, 1000], 5]);
});

for (const [status, kind, message] of [
  [400, 'ValidationException', /HTTP 400 \(ValidationException\); check EMBEDDING_MODEL/],
  [403, 'AccessDeniedException', /HTTP 403 \(AccessDeniedException\); the credentials may not invoke this model/],
  [403, 'ExpiredTokenException', /HTTP 403 \(ExpiredTokenException\); the AWS credentials have expired/],
] as const) {
  test(`${kind} is refused at once; neither secret nor text is in the error`, async (t) => {
    const { double, embedder } = await start(t, () => refuse(status, kind));
    const failure = await failureOf(embedder.embed(['delivery of parcels'], { purpose: 'query', signal }), [secret, 'parcels', 'AKIDTEST']);
    assert.match(failure.message, message);
    assert.deepEqual([failure.retryable, double.asked.length], [false, 1]);
  });
}

test('a service that goes down midway fails all texts, retryably', async (t) => {
  const { pauses, timing } = recordPauses();
  const { embedder } = await start(t, (asked, nth) => (nth < 10 ? answerTitan(asked) : 'hang up'), { timing: { ...timing, totalTimeoutMs: 2000 } });
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
  const failure = await failureOf(embedder.embed(texts, { purpose: 'passage', signal }));
  assert.match(failure.message, /could not be reached or broke off/);
  assert.equal(failure.retryable, true);
  assert.ok(pauses.length >= 2);
});

test('an abort ends a request that hangs at once, and its stream', async (t) => {
  const controller = new AbortController();
  const reason = new Error('the visitor left');
  const { double, embedder } = await start(t, () => {
    setImmediate(() => controller.abort(reason));
    return 'silence';
  });
  await assert.rejects(embedder.embed(['delivery'], { purpose: 'query', signal: controller.signal }), reason);
  await double.connectionsClosed;
});

test('a service that never answers is given up when the time is up', async (t) => {
  const timing = { ...recordPauses().timing, attemptTimeoutMs: 100, totalTimeoutMs: 600 };
  const { embedder } = await start(t, () => 'silence', { timing });
  const failure = await failureOf(embedder.embed(['delivery'], { purpose: 'query', signal }));
  assert.match(failure.message, /^bedrock:amazon\.titan-embed-text-v2:0 did not answer within \d+ ms\.$/);
  assert.equal(failure.retryable, true);
});

for (const [what, missing, message] of [
  ['no region', ['AWS_REGION'], /has no region; set AWS_REGION\.$/],
  ['no credentials', ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], /\(CredentialsProviderError\); no AWS credentials were found\.$/],
] as const) {
  test(`${what}: told at once, and nothing is asked`, async (t) => {
    for (const name of missing) delete process.env[name];
    t.after(() => void Object.assign(process.env, credentials));
    const { double, embedder } = await start(t, answerTitan);
    const failure = await failureOf(embedder.embed(['delivery'], { purpose: 'query', signal }));
    assert.match(failure.message, message);
    assert.deepEqual([failure.retryable, double.asked.length], [false, 0]);
  });
}

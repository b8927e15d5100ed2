// An answer is told again only when it belongs to nobody and the knowledge it rests on is unchanged.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { decodeJwt } from 'jose';
import { until } from '../../scripts/until.ts';
import type { ModelEvent, ModelRequest, ToolOutcome } from '../src/model/port.ts';
import { createCorpusVersion } from '../src/tools/corpus-version.ts';
import { callsTool, type Harness, makeOwnKey, modelThat, newVisitor, noUsage, parseFrames, startHarness, toolsThat } from './harness.ts';

const passage = {
  id: 'returns#0',
  document_id: 'returns',
  title: 'Return an item',
  heading: '',
  url: 'https://shop.example/help/returns/',
  text: 'You have 30 days. Returns are free.',
  last_updated: '2026-10-01',
  score: 0.9,
};
const order = loadManifests().get('get_order_status')?.manifest.examples[0]?.output as Record<string, unknown>;
const cited = (text: string): ModelEvent[] => [
  { type: 'text', delta: text },
  { type: 'citation', passageId: 'returns#0', quote: 'You have 30 days.' },
  { type: 'done', stop: 'end', usage: noUsage, model: 'test' },
];

let harness: Harness;
let server: ReturnType<typeof createServer>;
let version = '1';
let answerVersion: ((response: ServerResponse) => void) | undefined;
let versionRequests: IncomingMessage[] = [];
let answer: (request: ModelRequest) => ModelEvent[] = () => [];
const answersFromDocs = (request: ModelRequest) =>
  request.messages.at(-1)?.role === 'tool' ? cited('You have 30 days.') : callsTool('retrieve_docs', { query: 'returns' });
const model = modelThat((_call, request) => answer(request));

before(async () => {
  server = createServer((request, response) => {
    versionRequests.push(request);
    if (answerVersion) answerVersion(response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ corpus_version: version }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outcomes: Record<string, () => ToolOutcome> = {
    retrieve_docs: () => ({ ok: true, output: { answerable: true, confidence: 0.9, corpus_version: version, passages: [passage] } }),
    get_order_status: () => ({ ok: true, output: order }),
  };
  harness = await startHarness({
    model,
    tools: toolsThat(async (name) => outcomes[name]?.() ?? assert.fail(name)),
    corpusVersion: createCorpusVersion({ url, key: await makeOwnKey() }),
  });
});
after(async () => {
  await harness.close();
  server.closeAllConnections();
  server.close();
});

const guest = () => ({ ...newVisitor(), sub: `anon:${newVisitor().sid.slice(0, 20)}`, scopes: ['docs:read'] });

async function ask(message: string, visitor: Partial<VisitorAssertion> = guest()) {
  const asked = model.requests.length;
  versionRequests = [];
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
  // The answer is kept behind its end.
  await until(() => harness.orchestrator.liveRuns.count === 0);
  const frames = parseFrames(response.body);
  const text = frames.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
  const citations = frames
    .flatMap(({ event }) => (event.type === 'CUSTOM' && event.name === 'aiguy.citations' ? [event.value.citations] : []))
    .at(-1);
  const types = frames.map(({ event }) => event.type);
  return { text, citations, types, modelCalls: model.requests.length - asked };
}

async function counted(result: string): Promise<number> {
  const { body } = await harness.orchestrator.app.inject({ url: '/metrics' });
  return Number(new RegExp(`^aiguy_answer_cache_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(body)?.[1] ?? 0);
}

test('a second visitor with the same question gets the same answer and citations, without a model call', async () => {
  answer = answersFromDocs;
  const first = await ask('How do I return an item?');
  const second = await ask('how do i return an item');
  const third = await ask('How can I return an item?');
  assert.deepEqual([first.modelCalls, second.modelCalls, third.modelCalls], [2, 0, 0]);
  assert.equal(first.text, 'You have 30 days. [1]');
  for (const again of [second, third]) assert.deepEqual([again.text, again.citations], [first.text, first.citations]);
  assert.deepEqual(second.types, [
    'RUN_STARTED',
    'STEP_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'CUSTOM',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'STEP_FINISHED',
    'RUN_FINISHED',
  ]);
  assert.deepEqual([await counted('miss'), await counted('hit_exact'), await counted('hit_similar')], [1, 1, 1]);
});

test('the version is asked for with a token of scope docs:read and the visitor’s assertion', async () => {
  answer = answersFromDocs;
  await ask('How do I wrap an item?');
  await ask('How do I wrap an item?');
  const [request, ...more] = versionRequests;
  assert.deepEqual([request?.method, request?.url, more.length], ['GET', '/knowledge/version', 0]);
  assert.equal(decodeJwt(String(request?.headers.authorization).slice(7)).scope, 'docs:read');
  assert.ok(request?.headers['x-visitor-assertion']);
});

test('a customer’s order answer is never told again: not to himself, not to another customer, not to a guest', async () => {
  answer = (request) => {
    const tools = request.messages.filter((message) => message.role === 'tool').length;
    if (tools === 0) return callsTool('retrieve_docs', { query: 'orders' });
    return tools === 1 && request.tools.length > 1
      ? callsTool('get_order_status', { order_id: 'W2530531' }, 'call-2')
      : cited('You have 30 days. Your order was shipped on 13 November 2026.');
  };
  const question = 'Where is my parcel?';
  const first = await ask(question, newVisitor());
  assert.match(first.text, /shipped on 13 November/);
  for (const visitor of [newVisitor(), { ...newVisitor(), sub: 'wp:1:8' }, guest()]) {
    const { modelCalls, text } = await ask(question, visitor);
    assert.ok(modelCalls > 0);
    if (visitor.sub.startsWith('anon:')) assert.doesNotMatch(text, /13 November/);
  }
});

test('a guest’s answer is not told to somebody who is signed in', async () => {
  answer = answersFromDocs;
  await ask('How do I send something back?');
  assert.equal((await ask('How do I send something back?', newVisitor())).modelCalls, 2);
});

test('a change of the knowledge ends every answer from before it', async () => {
  answer = answersFromDocs;
  await ask('How do I pack an item?');
  version = '2';
  assert.equal((await ask('How do I pack an item?')).modelCalls, 2);
  assert.equal((await ask('How do I pack an item?')).modelCalls, 0);
});

for (const [what, reply] of [
  ['fails', (response: ServerResponse) => response.writeHead(500).end()],
  ['answers something else', (response: ServerResponse) => response.writeHead(200).end('<h1>Hello</h1>')],
  ['does not answer', () => undefined],
] as const) {
  test(`when the tools API ${what} about its version, the model is asked`, async () => {
    answer = answersFromDocs;
    const question = `How do I label ${what.replaceAll(' ', '')}?`;
    await ask(question);
    answerVersion = reply;
    const { modelCalls } = await ask(question);
    answerVersion = undefined;
    assert.equal(modelCalls, 2);
  });
}

for (const [what, reply] of [
  ['without a citation', 'Just ask us.'],
  ['with a withheld sentence', 'You have 30 days. It costs $99.'],
] as const) {
  test(`an answer ${what} is not kept`, async () => {
    const question = `How do I answer ${what.replaceAll(' ', '')}?`;
    answer = (request) =>
      request.messages.at(-1)?.role !== 'tool'
        ? callsTool('retrieve_docs', { query: 'returns' })
        : cited(reply).filter((event) => event.type !== 'citation' || what !== 'without a citation');
    await ask(question);
    assert.equal((await ask(question)).modelCalls, 2);
  });
}

test('a question inside a conversation is neither answered from the cache nor kept', async () => {
  answer = answersFromDocs;
  const visitor = guest();
  await ask('How do I fold an item?', visitor);
  assert.equal((await ask('How do I fold an item?', visitor)).modelCalls, 2);
  await ask('How do I tape an item?', visitor);
  assert.equal((await ask('How do I tape an item?')).modelCalls, 2);
});

test('an agent that is kept to other parts of the knowledge is told no answer of this one, and the same parts share', async () => {
  answer = answersFromDocs;
  const from = (...collections: string[]) => ({ ...guest(), agent: { id: 'a', ...(collections.length > 0 ? { collections } : {}) } });
  const calls: number[] = [];
  for (const visitor of [from('page'), from('page'), from('product'), from(), from('page', 'product'), from('product', 'page')])
    calls.push((await ask('How do I pack up an item?', visitor)).modelCalls);
  assert.deepEqual(calls, [2, 0, 2, 2, 2, 0]);
});

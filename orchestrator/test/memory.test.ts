// What is kept of a conversation between its turns: given along as notes, folded behind a turn, shown to its visitor, and forgotten when he wants it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ChatAnswer, SessionMemoryInfo } from '@aiguy/manifests/generated/http';
import { until } from '../../scripts/until.ts';
import { fakeEmbed } from '../src/model/offline/fake-embed.fixture.ts';
import { createOfflineModel } from '../src/model/offline/offline.ts';
import type { ModelEvent, ModelRequest, Notes, ToolOutcome } from '../src/model/port.ts';
import { callsTool, gate, type Harness, letLearn, modelThat, newVisitor, noUsage, saysText, startHarness, toolsThat } from './harness.ts';

const scopes = ['docs:read', 'order:read', 'order:write', 'profile:read', 'profile:write'];
const passages = [0, 1].map((index) => ({
  id: `returns#${index}`,
  document_id: 'returns',
  title: 'Return an item',
  heading: '',
  url: `https://shop.example/help/returns/#${index}`,
  text: 'You have 30 days.',
  last_updated: '2026-10-01',
  score: 0.9,
}));
const outputs: Record<string, (args: Record<string, unknown>) => ToolOutcome> = {
  retrieve_docs: () => ({ ok: true, output: { answerable: true, confidence: 0.9, corpus_version: '1', passages } }),
  get_order_status: ({ order_id: orderId }) => ({ ok: true, output: { order_id: orderId, status: 'pending', items: [{ name: 'Tea Kettle' }] } }),
  cancel_order: ({ order_id: orderId }) => ({ ok: true, output: { order_id: orderId, status: 'cancelled' } }),
  get_profile: () => {
    profileCalls += 1;
    return { ok: true, output: { preferences } };
  },
};
const isSummary = (request: ModelRequest) => request.system.startsWith('You sum up');
const cited: ModelEvent[] = [
  { type: 'text', delta: 'You have 30 days.' },
  { type: 'citation', passageId: 'returns#0', quote: 'You have 30 days.' },
  { type: 'done', stop: 'end', usage: noUsage, model: 'test' },
];

let harness: Harness;
let profileCalls = 0;
let preferences: Record<string, { value: string; expires_at: string }> = {};
let summarise: () => ModelEvent[] | AsyncIterable<ModelEvent> = () => saysText('They spoke of returns.');
const model = modelThat((_call, request) => (isSummary(request) ? summarise() : answerTo(request)));

function answerTo({ messages }: ModelRequest): ModelEvent[] {
  const last = messages.at(-1);
  if (last?.role === 'tool') return last.call.name === 'retrieve_docs' ? cited : saysText('That is it.');
  const text = last?.role === 'user' ? last.text : '';
  const order = /W\d{7}/.exec(text)?.[0];
  if (order && text.startsWith('cancel')) return callsTool('cancel_order', { order_id: order, reason: 'no_longer_needed' });
  if (order) return callsTool('get_order_status', { order_id: order });
  if (/return/.test(text)) return callsTool('retrieve_docs', { query: text });
  return saysText(text.length > 200 ? 'y'.repeat(500) : 'Hello.');
}

before(async () => {
  harness = await startHarness({
    model,
    scopes,
    tools: toolsThat(async (name, args) => outputs[name]?.(args) ?? assert.fail(name)),
    config: { TURN_TOKENS_MAX: 20_000 },
  });
});
after(async () => await harness.close());
beforeEach(() => {
  profileCalls = 0;
  preferences = {};
  summarise = () => saysText('They spoke of returns.');
});

type Visitor = ReturnType<typeof newVisitor>;
const signedIn = () => ({ ...newVisitor(), scopes });

async function send(visitor: Visitor, url: string, options: { method?: 'GET' | 'POST' | 'DELETE'; payload?: object } = {}) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  return await harness.orchestrator.app.inject({
    method: options.method ?? 'GET',
    url,
    headers,
    ...(options.payload ? { payload: options.payload } : {}),
  });
}

/** Sends a message and waits for what happens behind its turn. */
async function ask(visitor: Visitor, message: string): Promise<ChatAnswer> {
  const response = await send(visitor, '/chat', { method: 'POST', payload: { message } });
  assert.equal(response.statusCode, 200, response.body);
  await settled();
  return response.json();
}

async function settled(): Promise<void> {
  await until(() => harness.orchestrator.liveRuns.count === 0);
  await harness.orchestrator.afterwards.settled();
}

const requestsOf = () => model.requests.filter((request) => !isSummary(request));
function lastNotes(): Notes | undefined {
  const question = requestsOf()
    .at(-1)
    ?.messages.findLast(({ role }) => role === 'user');
  return question?.role === 'user' ? question.notes : undefined;
}
const memoryOf = async (visitor: Visitor): Promise<SessionMemoryInfo> => (await send(visitor, `/sessions/${visitor.sid}/memory`)).json();

test('what was spoken of is given along with the next question, and not with the first', async () => {
  const visitor = signedIn();
  await ask(visitor, 'Where is W2530531?');
  assert.equal(lastNotes(), undefined);
  await ask(visitor, 'And now?');
  assert.deepEqual(lastNotes(), { subject: 'order', orders: ['W2530531'], currentOrders: ['W2530531'], products: ['Tea Kettle'] });
});

test('notes that could not be kept behind a turn are made before the next one', async () => {
  const visitor = signedIn();
  await ask(visitor, 'Where is W2530531?');
  await harness.database.query('DELETE FROM session_memory WHERE session_id = $1', [visitor.sid]);
  await ask(visitor, 'And now?');
  assert.deepEqual(lastNotes()?.orders, ['W2530531']);
});

test('a question that was answered before is told as such, with what was answered; the cache does not answer it', async () => {
  const visitor = signedIn();
  const question = 'How do I return an item?';
  await ask(visitor, question);
  await ask(visitor, 'how can I return an item');
  const repeated = { question, times: 1, answer: 'You have 30 days. [1]', passageIds: ['returns#0'] };
  assert.deepEqual(lastNotes()?.repeated, repeated);
  await ask(visitor, 'That did not help.');
  assert.deepEqual(lastNotes()?.repeated, { ...repeated, times: 2 });
  await send(visitor, `/sessions/${visitor.sid}/memory`, { method: 'DELETE' });
  await ask(visitor, question);
  assert.equal(lastNotes()?.repeated, undefined);
});

test('a long conversation is folded behind a turn: the summary stands for what is not told any more, and what was done is still named', async () => {
  const visitor = signedIn();
  const card = (await ask(visitor, 'cancel W2530531')).interrupts?.[0];
  await send(visitor, `/sessions/${visitor.sid}/confirmations/${card?.id}`, { method: 'POST', payload: { decision: 'approve' } });
  await settled();
  for (const letter of 'abcdefgh') await ask(visitor, letter.repeat(400));
  const { summary, changes } = await memoryOf(visitor);
  assert.equal(summary, 'They spoke of returns.');
  assert.deepEqual(
    changes.map(({ tool, object, outcome }) => [tool, object, outcome]),
    [['cancel_order', 'W2530531', 'done']],
  );
  await ask(visitor, 'And now?');
  const request = requestsOf().at(-1);
  assert.equal(lastNotes()?.summary, summary);
  assert.match(lastNotes()?.changes?.join() ?? '', /cancel_order.*: done, 20\d\d-/);
  const told = JSON.stringify(request?.messages.map((message) => (message.role === 'tool' ? '' : message.text)));
  assert.ok(told.length < 2600, String(told.length));
  assert.doesNotMatch(told, /aaaa/);
  assert.match(told, /hhhh/);
  const { body } = await harness.orchestrator.app.inject({ url: '/metrics' });
  assert.match(body, /^aiguy_summaries_total\{result="written"\} [1-9]/m);
});

test('a summary costs its visitor no time, and one that fails leaves the newest exchanges', async () => {
  const visitor = signedIn();
  const hold = gate();
  summarise = async function* () {
    await hold.opened;
    yield { type: 'failed', failure: 'overloaded' };
  };
  for (const letter of 'abcdefgh') {
    const response = await send(visitor, '/chat', { method: 'POST', payload: { message: letter.repeat(400) } });
    assert.equal(response.json().outcome, 'success');
  }
  assert.ok(harness.orchestrator.afterwards.count > 0, 'the summary is still being written');
  hold.open();
  await settled();
  assert.equal((await memoryOf(visitor)).summary, '');
  await ask(visitor, 'And now?');
  assert.match(JSON.stringify(requestsOf().at(-1)?.messages), /hhhh/);
});

test('a summary whose ground is forgotten while it is written is not kept', async () => {
  const visitor = signedIn();
  const hold = gate();
  summarise = async function* () {
    await hold.opened;
    yield* saysText('They spoke of secrets.');
  };
  for (const letter of 'abcdefgh') await send(visitor, '/chat', { method: 'POST', payload: { message: letter.repeat(400) } });
  await send(visitor, `/sessions/${visitor.sid}/memory`, { method: 'DELETE' });
  hold.open();
  await settled();
  assert.equal((await memoryOf(visitor)).summary, '');
});

test('preferences are looked up once behind the first answer, used until they expire, and not for guests', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  preferences = { shoe_size: { value: '42', expires_at: inAnHour }, language: { value: 'de', expires_at: '2020-01-01T00:00:00Z' } };
  const visitor = signedIn();
  await ask(visitor, 'Hi there');
  await ask(visitor, 'And now?');
  assert.deepEqual(lastNotes()?.preferences, { shoe_size: '42' });
  assert.equal(profileCalls, 1);
  assert.deepEqual((await memoryOf(visitor)).preferences, { shoe_size: { value: '42', expires_at: inAnHour } });
  await ask({ ...signedIn(), sub: `anon:${newVisitor().sid.slice(0, 20)}` }, 'Hi there');
  assert.equal(profileCalls, 1);
});

test('a visitor sees what is kept of his own session, and nobody else does', async () => {
  const visitor = signedIn();
  await ask(visitor, 'How do I return an item?');
  const memory = await memoryOf(visitor);
  assert.deepEqual(memory.scratchpad, {
    orders: [],
    tickets: [],
    products: [],
    articles: [{ title: 'Return an item', url: 'https://shop.example/help/returns/' }],
    questions: [{ question: 'How do I return an item?', times: 1 }],
  });
  const days = (Date.parse(memory.expiresAt) - Date.now()) / 86_400_000;
  assert.ok(days > 29.9 && days <= 30);
  for (const method of ['GET', 'DELETE'] as const) {
    assert.equal((await send(signedIn(), `/sessions/${visitor.sid}/memory`, { method })).statusCode, 404);
    assert.equal((await send({ ...visitor, sub: 'wp:1:8' }, `/sessions/${visitor.sid}/memory`, { method })).statusCode, 404);
  }
});

test('what is forgotten is told to no model again: not as notes, history or preferences; what was done stays on record', async () => {
  preferences = { shoe_size: { value: '42', expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
  const visitor = signedIn();
  const card = (await ask(visitor, 'cancel W2530531')).interrupts?.[0];
  await send(visitor, `/sessions/${visitor.sid}/confirmations/${card?.id}`, { method: 'POST', payload: { decision: 'reject' } });
  await ask(visitor, 'My name is Xaver');
  assert.equal((await send(visitor, `/sessions/${visitor.sid}/memory`, { method: 'DELETE' })).statusCode, 204);
  const { scratchpad, summary, preferences: kept, changes } = await memoryOf(visitor);
  assert.deepEqual([scratchpad.orders, summary, kept, changes.length], [[], '', {}, 1]);
  await ask(visitor, 'And now?');
  const [question, ...more] = requestsOf().at(-1)?.messages ?? [];
  assert.deepEqual(more, []);
  assert.ok(question?.role === 'user' && question.notes?.changes?.[0]?.includes('declined'));
  assert.deepEqual(Object.keys(question.notes ?? {}), ['changes']);
});

test('a request that is too long for the model is asked once more with less, calls and results still in pairs; then the turn ends', async () => {
  const visitor = signedIn();
  await ask(visitor, 'Earlier words');
  const original = model.stream;
  const asked: ModelRequest[] = [];
  model.stream = async function* (request, signal) {
    asked.push(structuredClone(request));
    if (request.messages.at(-1)?.role !== 'tool') yield* original(request, signal);
    else if (asked.length === 2) yield { type: 'failed', failure: 'too_long' };
    else yield { type: 'done', stop: 'context_overflow', usage: noUsage, model: 'test' };
  };
  const answer = await ask(visitor, 'How do I return an item?');
  model.stream = original;
  assert.equal(answer.error?.code, 'budget_exhausted');
  assert.equal(asked.length, 3);
  assert.deepEqual(
    asked.map(({ messages }) => messages.map(({ role }) => role)),
    [
      ['user', 'assistant', 'user'],
      ['user', 'assistant', 'user', 'assistant', 'tool'],
      ['user', 'assistant', 'tool'],
    ],
  );
});

test('the offline policy answers a repeated question from another passage, cited, and offers a person from the second time on', async () => {
  const texts = ['You have 30 days to return an item.', 'A courier can fetch the item you return.', 'Items you return are checked.'];
  const output = {
    answerable: true,
    confidence: 0.9,
    corpus_version: '1',
    passages: texts.map((text, index) => ({ ...passages[0], id: `returns#${index + 1}`, text })),
  };
  const policy = createOfflineModel({ embed: fakeEmbed });
  const offline = await startHarness({ model: policy, tools: toolsThat(async () => ({ ok: true, output })) });
  const answers: ChatAnswer[] = [];
  const tell = async (visitor: ReturnType<typeof newVisitor>, message: string) => {
    const headers = { authorization: `Bearer ${await offline.assertionFor(visitor)}`, accept: 'application/json' };
    const response = await offline.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
    await until(() => offline.orchestrator.liveRuns.count === 0);
    await offline.orchestrator.afterwards.settled();
    return response.json() as ChatAnswer;
  };
  await letLearn(policy, ['docs:read']);
  const visitor = { ...newVisitor(), scopes: ['docs:read'] };
  for (const message of ['How do I return an item?', 'how can I return an item', 'That did not help', 'I already asked that'])
    answers.push(await tell(visitor, message));
  await offline.close();
  const quoted = answers.map(({ citations }) => citations.map(({ passageId }) => passageId).join());
  assert.equal(new Set(quoted).size, 4, JSON.stringify(answers));
  assert.deepEqual(
    answers.map(({ text }) => /given you/.test(text)),
    [false, true, true, true],
  );
  assert.deepEqual(
    answers.map(({ text }) => /a person/.test(text)),
    [false, false, true, true],
  );
  assert.match(answers[3]?.text ?? '', /nothing else/);
});

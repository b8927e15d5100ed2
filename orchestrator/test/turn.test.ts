// A turn as its listener sees it: whole sequences of events, through the public surface.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { ModelEvent, ModelPort, ModelRequest, ToolOutcome } from '../src/model/port.ts';
import {
  callsTool,
  gate,
  type Harness,
  modelThat,
  newVisitor,
  noUsage,
  parseFrames,
  readFrames,
  saysText,
  startHarness,
  toolsThat,
  typesOf,
} from './harness.ts';

const passage = {
  id: 'returns#0',
  document_id: 'returns',
  title: 'Return an item',
  heading: '',
  url: 'https://shop.example/help/returns/',
  text: 'You have 30 days.',
  last_updated: '2026-10-01',
  score: 0.9,
};
const retrieved: ToolOutcome = { ok: true, output: { answerable: true, confidence: 0.9, corpus_version: '1', passages: [passage] } };

let harness: Harness;
let model: ReturnType<typeof modelThat>;
let answer: (call: number, request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent> | ModelEvent[] = () => saysText('Hello.');
let toolAnswer: (name: string, args: Record<string, unknown>) => Promise<ToolOutcome> = async () => retrieved;

before(async () => {
  const port: ModelPort = {
    name: 'test',
    estimateTokens: (text) => Math.ceil(text.length / 4),
    stream: (request, signal) => model.stream(request, signal),
  };
  harness = await startHarness({ model: port, tools: toolsThat(async (name, args) => await toolAnswer(name, args)) });
});
after(async () => await harness.close());

/** Sends one message as a new visitor and returns what the log got. */
async function ask(message = 'How long do I have to send something back?', visitor = newVisitor()) {
  model = modelThat((call, request, signal) => answer(call, request, signal));
  const assertion = await harness.assertionFor(visitor);
  const response = await harness.orchestrator.app.inject({
    method: 'POST',
    url: '/chat',
    headers: { authorization: `Bearer ${assertion}` },
    payload: { message },
  });
  assert.equal(response.statusCode, 200, response.body);
  const frames = parseFrames(response.body);
  const text = frames.flatMap(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join('');
  const end = frames.at(-1)?.event;
  return { frames, text, types: typesOf(frames), end, visitor, assertion };
}

test('an answer without a tool: one step each for planning and responding, ids without holes', async () => {
  answer = () => saysText('Hello ', 'there.');
  const { types, frames, text } = await ask('Hi');
  assert.deepEqual(types, [
    'RUN_STARTED',
    'STEP_STARTED',
    'STEP_FINISHED',
    'STEP_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'STEP_FINISHED',
    'RUN_FINISHED',
  ]);
  assert.equal(text, 'Hello there.');
  assert.deepEqual(
    frames.map(({ id }) => id),
    frames.map((_, index) => index + 1),
  );
});

test('a tool call, its result and a cited answer come in order', async () => {
  answer = (call) =>
    call === 0
      ? callsTool('retrieve_docs', { query: 'returns' })
      : [
          { type: 'text', delta: 'You have 30 days.' },
          { type: 'citation', passageId: 'returns#0', quote: 'You have 30 days.' },
          { type: 'done', stop: 'end', usage: noUsage, model: 'test' },
        ];
  const { types, text, frames } = await ask();
  assert.deepEqual(types, [
    'RUN_STARTED',
    'STEP_STARTED',
    'TOOL_CALL_START',
    'CUSTOM',
    'TOOL_CALL_ARGS',
    'TOOL_CALL_END',
    'STEP_FINISHED',
    'STEP_STARTED',
    'TOOL_CALL_RESULT',
    'STEP_FINISHED',
    'STEP_STARTED',
    'STEP_FINISHED',
    'STEP_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'CUSTOM',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'STEP_FINISHED',
    'RUN_FINISHED',
  ]);
  assert.equal(text, 'You have 30 days. [1]');
  const citations = frames.find(({ event }) => event.type === 'CUSTOM' && event.name === 'aiguy.citations')?.event;
  assert.ok(citations?.type === 'CUSTOM');
  assert.equal(citations.value.citations[0].url, passage.url);
});

test('malformed arguments are told to the model with field and rule, twice; then it writes without tools', async () => {
  answer = (_call, request) =>
    request.purpose === 'answer' ? saysText('Which order do you mean?') : callsTool('get_order_status', '{"order_id": 12, "customer_id": "x"}');
  toolAnswer = async () => assert.fail('a malformed call must not run');
  const { text, types } = await ask('Where is it?');
  toolAnswer = async () => retrieved;
  assert.equal(text, 'Which order do you mean?');
  assert.equal(types.filter((type) => type === 'TOOL_CALL_RESULT').length, 3);
  const told = model.requests[1]?.messages.at(-1);
  assert.ok(told?.role === 'tool' && !told.outcome.ok);
  assert.equal(told.outcome.code, 'invalid_input');
  assert.match(JSON.stringify(told.outcome.details), /customer_id|must be string/);
});

test('arguments that are no JSON never reach a tool', async () => {
  answer = (call) => (call === 0 ? callsTool('retrieve_docs', '{"query": "ret') : saysText('Sorry, once more?'));
  toolAnswer = async () => assert.fail('must not run');
  const { text } = await ask();
  toolAnswer = async () => retrieved;
  assert.equal(text, 'Sorry, once more?');
});

test('an order number is tidied for a read when nothing is lost by it', async () => {
  const seen: unknown[] = [];
  answer = (call) => (call === 0 ? callsTool('get_order_status', { order_id: ' #w2530531 ' }) : saysText('I can’t find it.'));
  toolAnswer = async (_name, args) => {
    seen.push(args);
    return { ok: false, code: 'not_found', message: 'That could not be found.' };
  };
  await ask('Where is #w2530531?');
  toolAnswer = async () => retrieved;
  assert.deepEqual(seen, [{ order_id: 'W2530531' }]);
});

test('a tool that the visitor may not use is unknown to the model and never runs', async () => {
  answer = (call) => (call === 0 ? callsTool('get_order_status', { order_id: 'W2530531' }) : saysText('Please sign in.'));
  toolAnswer = async () => assert.fail('must not run');
  const { text } = await ask('Where is W2530531?', { ...newVisitor(), sub: 'anon:0123456789abcdef', scopes: ['docs:read'] });
  toolAnswer = async () => retrieved;
  assert.equal(text, 'Please sign in.');
  assert.deepEqual(
    model.requests[0]?.tools.map((tool) => tool.name),
    ['retrieve_docs', 'run_troubleshooting'],
  );
  assert.ok(model.requests[0]?.context.toolsNeedingSignIn.some((tool) => tool.name === 'get_order_status'));
});

test('a fourth tool call is refused and the answer is written without tools', async () => {
  let runs = 0;
  toolAnswer = async () => {
    runs += 1;
    return retrieved;
  };
  answer = (call, request) =>
    request.purpose === 'answer' ? saysText('Enough.') : callsTool('retrieve_docs', { query: `question ${call}` }, `call-${call}`);
  const { text } = await ask();
  toolAnswer = async () => retrieved;
  assert.deepEqual([text, runs], ['Enough.', 3]);
});

test('a turn that may not spend another token ends with its own code, before the model is called', async () => {
  answer = (call) =>
    call === 0
      ? [
          { type: 'tool_call', call: { id: 'c', name: 'retrieve_docs', argumentsText: '{"query":"returns"}' } },
          { type: 'done', stop: 'tool_calls', usage: { ...noUsage, inputTokens: 9000, outputTokens: 10 }, model: 'test' },
        ]
      : saysText('never');
  const { end } = await ask();
  assert.ok(end?.type === 'RUN_ERROR');
  assert.equal(end.code, 'budget_exhausted');
  assert.equal(model.requests.length, 1);
});

for (const [failure, code, attempts] of [
  ['overloaded', 'model_unavailable', 3],
  ['rate_limited', 'model_rate_limited', 3],
  ['interrupted', 'model_interrupted', 3],
  ['misconfigured', 'model_misconfigured', 1],
  ['invalid_request', 'model_unavailable', 1],
] as const) {
  test(`a model that fails with ${failure} is asked ${attempts} times and the visitor is told (${code})`, async () => {
    answer = () => [{ type: 'failed', failure }];
    const { end, types } = await ask();
    assert.ok(end?.type === 'RUN_ERROR');
    assert.equal(end.code, code);
    assert.equal(model.requests.length, attempts);
    assert.equal(types.filter((type) => type === 'RUN_ERROR' || type === 'RUN_FINISHED').length, 1);
  });
}

test('a long retry-after is not waited for', async () => {
  answer = () => [{ type: 'failed', failure: 'rate_limited', retryAfterMs: 120_000 }];
  await ask();
  assert.equal(model.requests.length, 1);
});

test('text that was shown is never begun again: a break in the middle ends the run and says so', async () => {
  answer = () => [
    { type: 'text', delta: 'You have time. Until ' },
    { type: 'failed', failure: 'interrupted' },
  ];
  const { end, text, types } = await ask();
  assert.ok(end?.type === 'RUN_ERROR');
  assert.deepEqual([end.code, text, model.requests.length], ['model_interrupted', 'You have time.', 1]);
  assert.ok(types.includes('TEXT_MESSAGE_END' as (typeof types)[number]));
});

test('a break inside the first sentence is tried again, because nothing of it was shown', async () => {
  answer = (call) =>
    call === 0
      ? [
          { type: 'text', delta: 'You have ' },
          { type: 'failed', failure: 'interrupted' },
        ]
      : saysText('You have time.');
  const { end, text, types } = await ask();
  assert.deepEqual([end?.type, text, model.requests.length], ['RUN_FINISHED', 'You have time.', 2]);
  assert.equal(types.filter((type) => type === 'TEXT_MESSAGE_START').length, 1);
});

test('a refusal and an empty answer each have their own end', async () => {
  answer = () => [{ type: 'done', stop: 'refusal', usage: noUsage, model: 'test' }];
  const refused = (await ask()).end;
  answer = () => [{ type: 'done', stop: 'end', usage: noUsage, model: 'test' }];
  const empty = (await ask()).end;
  assert.deepEqual(
    [refused, empty].map((end) => (end?.type === 'RUN_ERROR' ? end.code : end?.type)),
    ['model_refused', 'model_interrupted'],
  );
});

test('a follow-up carries the earlier exchange, without its markers', async () => {
  const visitor = newVisitor();
  answer = () => saysText('As long as you like.');
  await ask('How long?', visitor);
  await ask('And for Canada?', visitor);
  assert.deepEqual(
    model.requests[0]?.messages.map((message) => [message.role, message.role === 'tool' ? '' : message.text]),
    [
      ['user', 'How long?'],
      ['assistant', 'As long as you like.'],
      ['user', 'And for Canada?'],
    ],
  );
});

test('cancel stops the model, keeps what was said and marks the run', async () => {
  const said = gate();
  let aborted = false;
  answer = async function* (_call, _request, signal) {
    yield { type: 'text', delta: 'One moment. Then' };
    said.open();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted = true;
    yield { type: 'failed', failure: 'aborted' };
  };
  const visitor = newVisitor();
  const running = ask('Hi', visitor);
  await said.opened;
  const assertion = await harness.assertionFor(visitor);
  const cancelled = await harness.orchestrator.app.inject({
    method: 'POST',
    url: `/sessions/${visitor.sid}/cancel`,
    headers: { authorization: `Bearer ${assertion}` },
  });
  assert.deepEqual(cancelled.json(), { cancelled: true });
  const { end, text } = await running;
  assert.ok(end?.type === 'RUN_FINISHED');
  assert.deepEqual([end.outcome?.type, text, aborted], ['cancelled', 'One moment.', true]);
});

test('a visitor who leaves cancels nothing: the answer is in the log when he comes back', async () => {
  const hold = gate();
  answer = async function* () {
    yield { type: 'text', delta: 'First. S' };
    await hold.opened;
    yield* saysText('econd.');
  };
  model = modelThat((call, request, signal) => answer(call, request, signal));
  const visitor = newVisitor();
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, 'content-type': 'application/json' };
  const base = await harness.orchestrator.app.listen({ port: 0, host: '127.0.0.1' });
  const leaving = new AbortController();
  const response = await fetch(`${base}/chat`, { method: 'POST', headers, body: JSON.stringify({ message: 'Hi' }), signal: leaving.signal });
  const seen = await readFrames(response, (frames) => frames.some(({ event }) => event.type === 'TEXT_MESSAGE_CONTENT'));
  leaving.abort();
  hold.open();
  const resumed = await fetch(`${base}/sessions/${visitor.sid}/events`, { headers: { ...headers, 'last-event-id': String(seen.at(-1)?.id) } });
  const rest = await readFrames(resumed, () => false);
  const all = [...seen, ...rest];
  assert.deepEqual(
    all.map(({ id }) => id),
    all.map((_, index) => index + 1),
  );
  assert.equal(all.flatMap(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join(''), 'First. Second.');
  assert.equal(all.at(-1)?.event.type, 'RUN_FINISHED');
});

test('a connection that is used again keeps nothing of the requests before', async () => {
  answer = () => saysText('Hello.');
  const visitor = newVisitor();
  await ask('Hi', visitor);
  const { app } = harness.orchestrator;
  const base = app.server.listening ? app.listeningOrigin : await app.listen({ port: 0, host: '127.0.0.1' });
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const listeners: number[] = [];
  for (let asked = 0; asked < 4; asked += 1) {
    const [answered] = (await once(get(`${base}/sessions/${visitor.sid}/events`, { agent, headers }), 'response')) as [IncomingMessage];
    await once(answered.resume(), 'end');
    listeners.push(sockets[0]?.listenerCount('close') ?? 0);
  }
  agent.destroy();
  assert.equal(sockets.length, 1);
  assert.equal(new Set(listeners.slice(1)).size, 1, listeners.join());
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type MessagesApi, type Script, startMessagesApi } from '../../../test/doubles/messages-api.ts';
import {
  cutAfter,
  errorAfter,
  heldAfter,
  httpError,
  malformedAfter,
  messageEvents,
  type Reply,
  silentAfter,
  streamed,
  text,
  toolUse,
} from '../../../test/doubles/messages-api-replies.ts';
import { type AnthropicOptions, createAnthropicModel } from './anthropic.ts';
import type { ModelEvent, ModelPort } from './port.ts';
import { collect, failureOf, makeRequest, textOf, user } from './requests.fixture.ts';

const request = makeRequest([user('How long do I have?')]);
const textEvents = messageEvents([text('Thirty days from delivery.')]);
const healthy = streamed(textEvents);
const toolEvents = messageEvents([text('Wait.'), toolUse('toolu_1', 'get_order_status', '{"order_id":"W2530531"}')], 'tool_use');
const toolReply = streamed(toolEvents);
/** message_start, ping, content_block_start, then the first word. */
const framesUpToFirstWord = 4;

async function start(t: TestContext, script: Script, options: Partial<AnthropicOptions> = {}): Promise<{ api: MessagesApi; model: ModelPort }> {
  const api = await startMessagesApi(script);
  t.after(async () => await api.stop());
  return { api, model: createModel(api.url, options) };
}

function createModel(baseUrl: string, options: Partial<AnthropicOptions> = {}): ModelPort {
  const models = { planModel: 'claude-haiku-5-5', answerModel: 'claude-sonnet-5-5' };
  return createAnthropicModel({ apiKey: 'key-for-tests', baseUrl, ...models, requestTimeoutMs: 5000, idleTimeoutMs: 5000, ...options });
}

for (const { status, type, failure } of [
  { status: 400, type: 'invalid_request_error', failure: 'invalid_request' },
  { status: 401, type: 'authentication_error', failure: 'misconfigured' },
  { status: 402, type: 'billing_error', failure: 'misconfigured' },
  { status: 403, type: 'permission_error', failure: 'misconfigured' },
  { status: 404, type: 'not_found_error', failure: 'misconfigured' },
  { status: 413, type: 'request_too_large', failure: 'too_long' },
  { status: 429, type: 'rate_limit_error', failure: 'rate_limited' },
  { status: 500, type: 'api_error', failure: 'unavailable' },
  { status: 502, type: 'what_a_proxy_says', failure: 'unavailable' },
  { status: 504, type: 'timeout_error', failure: 'unavailable' },
  { status: 529, type: 'overloaded_error', failure: 'overloaded' },
]) {
  test(`HTTP ${status} is ${failure}, after one attempt`, async (t) => {
    const { api, model } = await start(t, () => httpError(status, type));
    const events = await collect(model, request);
    assert.equal(events.length, 1);
    assert.deepEqual(failureOf(events), { type: 'failed', failure });
    assert.equal(api.requests.length, 1);
  });
}

test('the wait that a rate limit asks for is passed on, and not waited for', async (t) => {
  const { model } = await start(t, [httpError(429, 'rate_limit_error', { headers: { 'retry-after': '7' } })]);
  assert.deepEqual(failureOf(await collect(model, request)), { type: 'failed', failure: 'rate_limited', retryAfterMs: 7000 });
});

for (const { type, failure } of [
  { type: 'overloaded_error', failure: 'overloaded' },
  { type: 'rate_limit_error', failure: 'rate_limited' },
  { type: 'api_error', failure: 'unavailable' },
  { type: 'invalid_request_error', failure: 'invalid_request' },
  { type: 'an_error_of_the_future', failure: 'interrupted' },
]) {
  test(`${type} inside HTTP 200 is ${failure}: before text, in the middle of text, and in the middle of a call`, async (t) => {
    const { model } = await start(t, [
      errorAfter(healthy, 1, type),
      errorAfter(healthy, framesUpToFirstWord, type),
      errorAfter(toolReply, toolEvents.length - 3, type),
    ]);
    const attempts = [await collect(model, request), await collect(model, request), await collect(model, request)];
    assert.deepEqual(attempts.map(failureOf), Array(3).fill({ type: 'failed', failure }));
    assert.deepEqual(attempts.map(textOf), ['', 'Thirty', 'Wait.']);
    assert.ok(attempts.flat().every((event) => event.type !== 'tool_call'));
  });
}

test('a stream that breaks, after whichever frame, is interrupted and emits no call', async (t) => {
  const cuts = toolEvents.map((_, frames) => cutAfter(toolReply, frames));
  const { model } = await start(t, cuts);
  for (const [frames] of cuts.entries()) assertBroken(await collect(model, request), `cut after ${frames} frames`);
});

test('a stream that ends in order, but before message_stop, is interrupted and emits no call', async (t) => {
  const ends = toolEvents.map((_, frames) => ({ ...cutAfter(toolReply, frames), ending: 'end' as const }));
  const { model } = await start(t, ends);
  for (const [frames] of ends.entries()) assertBroken(await collect(model, request), `end after ${frames} frames`);
});

function assertBroken(events: ModelEvent[], when: string): void {
  assert.deepEqual(failureOf(events), { type: 'failed', failure: 'interrupted' }, when);
  assert.ok(
    events.slice(0, -1).every(({ type }) => type === 'text'),
    when,
  );
}

test('a frame that is no JSON is interrupted, and what it held is not printed', async (t) => {
  const printed = t.mock.method(process.stderr, 'write', () => true);
  const { model } = await start(t, [malformedAfter(healthy, framesUpToFirstWord)]);
  const events = await collect(model, request);
  assert.deepEqual(failureOf(events), { type: 'failed', failure: 'interrupted' });
  assert.equal(textOf(events), 'Thirty');
  assert.equal(printed.mock.callCount(), 0);
});

for (const frames of [0, 1, framesUpToFirstWord]) {
  test(`a stream that falls silent after ${frames} frames is given up after the idle time`, async (t) => {
    const { model } = await start(t, [silentAfter(toolReply, frames)], { idleTimeoutMs: 40 });
    assert.deepEqual(failureOf(await collect(model, request)), { type: 'failed', failure: 'silent' });
  });
}

for (const limits of [
  { requestTimeoutMs: 5000, idleTimeoutMs: 40 },
  { requestTimeoutMs: 40, idleTimeoutMs: 5000 },
]) {
  test(`a provider that does not even send headers is given up after ${JSON.stringify(limits)}`, async () => {
    const fetchThatHangs: typeof fetch = async (_url, init) => {
      await once(init?.signal ?? new AbortController().signal, 'abort');
      throw init?.signal?.reason;
    };
    const model = createModel('http://127.0.0.1:9', { ...limits, fetch: fetchThatHangs });
    assert.deepEqual(failureOf(await collect(model, request)), { type: 'failed', failure: 'silent' });
  });
}

/** A reply of which each frame waits to be released. */
function gated(reply: Reply): { reply: Reply; release: (frames: number) => void } {
  const gates = reply.parts.map(() => Promise.withResolvers<void>());
  return {
    reply: { ...reply, parts: reply.parts.flatMap((part, index) => [gates[index]?.promise ?? '', part]) },
    release: (frames) => {
      for (const gate of gates.slice(0, frames)) gate.resolve();
    },
  };
}

test('silence is measured from event to event, not over the whole stream', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { reply, release } = gated(healthy);
  const { model } = await start(t, [reply], { idleTimeoutMs: 1000 });
  const stream = model.stream(request, new AbortController().signal)[Symbol.asyncIterator]();
  for (const [index, word] of ['Thirty', ' days', ' from', ' delivery.'].entries()) {
    const next = stream.next();
    t.mock.timers.tick(999);
    release(framesUpToFirstWord + index);
    assert.deepEqual(await next, { done: false, value: { type: 'text', delta: word } });
  }
  const last = stream.next();
  t.mock.timers.tick(999);
  release(textEvents.length);
  assert.partialDeepStrictEqual(await last, { value: { type: 'done' } });
});

test('a slow reader on our side is no silence of the provider', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { reply, release } = gated(healthy);
  const { model } = await start(t, [reply], { idleTimeoutMs: 1000 });
  const types: string[] = [];
  release(framesUpToFirstWord);
  for await (const event of model.stream(request, new AbortController().signal)) {
    types.push(event.type);
    t.mock.timers.tick(5000);
    release(textEvents.length);
  }
  assert.deepEqual(types, ['text', 'text', 'text', 'text', 'done']);
});

test('a complete message counts at once, whether the connection then stays open or breaks', { timeout: 4000 }, async (t) => {
  const { model } = await start(t, [silentAfter(healthy, textEvents.length), cutAfter(healthy, textEvents.length)], { idleTimeoutMs: 60_000 });
  for (const events of [await collect(model, request), await collect(model, request)]) {
    assert.equal(textOf(events), 'Thirty days from delivery.');
    assert.equal(events.at(-1)?.type, 'done');
  }
});

test('connections are used again by later attempts', async (t) => {
  const endsALittleLater = () => heldAfter(healthy, textEvents.length, new Promise((resolve) => setTimeout(resolve, 15)));
  const { api, model } = await start(t, endsALittleLater);
  for (let attempt = 0; attempt < 6; attempt += 1) await collect(model, request);
  const connections = new Set(api.requests.map(({ clientPort }) => clientPort));
  assert.ok(connections.size <= 2, `${connections.size} connections for 6 attempts`);
});

test('a provider that cannot be reached is unavailable', async () => {
  const api = await startMessagesApi([]);
  await api.stop();
  assert.deepEqual(failureOf(await collect(createModel(api.url), request)), { type: 'failed', failure: 'unavailable' });
});

test('a signal that is aborted already sends nothing', async (t) => {
  const { api, model } = await start(t, [healthy]);
  assert.deepEqual(failureOf(await collect(model, request, AbortSignal.abort())), { type: 'failed', failure: 'aborted' });
  assert.equal(api.requests.length, 0);
});

test('an abort in the middle of text ends the attempt at once, without the rest and without a call', async (t) => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { model } = await start(t, [heldAfter(toolReply, framesUpToFirstWord, released)]);
  const controller = new AbortController();
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, controller.signal)) {
    events.push(event);
    controller.abort();
  }
  release();
  assert.deepEqual(events.slice(0, -1), [{ type: 'text', delta: 'Wait.' }]);
  assert.deepEqual(failureOf(events), { type: 'failed', failure: 'aborted' });
});

test('events that had arrived before an abort are not handed on after it', async (t) => {
  const inOne = { ...healthy, parts: [healthy.parts.join('')] };
  const { model } = await start(t, [inOne]);
  const controller = new AbortController();
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, controller.signal)) {
    events.push(event);
    controller.abort();
  }
  assert.deepEqual(events.slice(0, -1), [{ type: 'text', delta: 'Thirty' }]);
  assert.deepEqual(failureOf(events), { type: 'failed', failure: 'aborted' });
});

test('an attempt leaves no listener on the turn’s signal', async (t) => {
  const { model } = await start(t, [healthy, httpError(529, 'overloaded_error')]);
  const { signal } = new AbortController();
  const added = t.mock.method(signal, 'addEventListener');
  const removed = t.mock.method(signal, 'removeEventListener');
  await collect(model, request, signal);
  await collect(model, request, signal);
  assert.equal(removed.mock.callCount(), added.mock.callCount());
});

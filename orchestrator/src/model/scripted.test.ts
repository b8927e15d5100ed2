import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelEvent } from './port.ts';
import { collect, failureOf, makeRequest, user } from './requests.fixture.ts';
import { createScriptedModel } from './scripted.ts';

const usage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
const hello: ModelEvent = { type: 'text', delta: 'Hello' };
const done: ModelEvent = { type: 'done', stop: 'end', usage, model: 'scripted' };
const request = makeRequest([user('Hi')]);

test('a script is played step by step, a call each, and fails beyond its end', async () => {
  const model = createScriptedModel([[hello, done], [done]]);
  assert.deepEqual(await collect(model, request), [hello, done]);
  assert.deepEqual(await collect(model, request), [done]);
  assert.deepEqual(failureOf(await collect(model, request)), { type: 'failed', failure: 'unavailable' });
});

test('a script may answer by the request', async () => {
  const model = createScriptedModel(({ messages }) => [{ type: 'text', delta: `${messages.length}` }, done]);
  assert.deepEqual(await collect(model, request), [{ type: 'text', delta: '1' }, done]);
});

test('a promise holds the stream at its place until it resolves', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = createScriptedModel([[hello, promise, done]])
    .stream(request, new AbortController().signal)
    [Symbol.asyncIterator]();
  assert.deepEqual(await stream.next(), { done: false, value: hello });
  let isHeld = true;
  const next = stream.next().finally(() => {
    isHeld = false;
  });
  await new Promise((settled) => setImmediate(settled));
  assert.ok(isHeld);
  resolve();
  assert.deepEqual(await next, { done: false, value: done });
});

test('an abort ends a held stream at once, and leaves no listener on the signal', async (t) => {
  const controller = new AbortController();
  const added = t.mock.method(controller.signal, 'addEventListener');
  const removed = t.mock.method(controller.signal, 'removeEventListener');
  const events: ModelEvent[] = [];
  for await (const event of createScriptedModel([[hello, new Promise(() => undefined), done]]).stream(request, controller.signal)) {
    events.push(event);
    // By then the reader waits for what is held.
    setImmediate(() => controller.abort());
  }
  assert.deepEqual(events, [hello, { type: 'failed', failure: 'aborted' }]);
  assert.equal(removed.mock.callCount(), added.mock.callCount());
});

test('a script that breaks the port’s contract is made to keep it: nothing follows the end, and there is an end', async () => {
  const scripts = [[hello, done, hello, done], [hello], [hello, Promise.reject(new Error('broken'))]];
  const model = createScriptedModel(scripts);
  assert.deepEqual(await collect(model, request), [hello, done]);
  assert.deepEqual(await collect(model, request), [hello, { type: 'failed', failure: 'interrupted' }]);
  assert.deepEqual(failureOf(await collect(model, request)), { type: 'failed', failure: 'unavailable' });
  const throwing = createScriptedModel(() => {
    throw new Error('broken');
  });
  assert.deepEqual(failureOf(await collect(throwing, request)), { type: 'failed', failure: 'unavailable' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmbeddingError } from './embedder.ts';
import { defaultTiming, retry } from './retry.ts';

const reason = new Error('the visitor left');
const never = async () => await new Promise<never>(() => undefined);

test('an attempt that heeds no signal is left at once when the caller aborts', async () => {
  const controller = new AbortController();
  const trying = retry({ model: 'deaf', timing: defaultTiming, signal: controller.signal }, never);
  controller.abort(reason);
  await assert.rejects(trying, reason);
});

test('an attempt that heeds no signal is left when its time is up', async () => {
  const timing = { ...defaultTiming, attemptTimeoutMs: 10, totalTimeoutMs: 20, random: () => 1 };
  const keepsTheProcessAlive = setInterval(() => undefined, 1000);
  const trying = retry({ model: 'deaf', timing, signal: new AbortController().signal }, never);
  await assert.rejects(
    trying,
    (error: unknown) => error instanceof EmbeddingError && error.retryable && /deaf did not answer within 10 ms/.test(error.message),
  );
  clearInterval(keepsTheProcessAlive);
});

test('nothing is tried for a caller who is gone', async () => {
  let tries = 0;
  const trying = retry({ model: 'any', timing: defaultTiming, signal: AbortSignal.abort(reason) }, async () => {
    tries += 1;
  });
  await assert.rejects(trying, reason);
  assert.equal(tries, 0);
});

test('what is no failure of embedding is a fault of ours and is not tried again', async () => {
  const fault = new TypeError('undefined is not a function');
  let tries = 0;
  const trying = retry({ model: 'any', timing: defaultTiming, signal: new AbortController().signal }, async () => {
    tries += 1;
    throw fault;
  });
  await assert.rejects(trying, fault);
  assert.equal(tries, 1);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import { createToolGuards } from './guards.ts';

const options = { signal: new AbortController().signal, isFailure: ({ ok }: { ok: boolean }) => !ok };
const fails = async () => ({ ok: false });
const works = async () => ({ ok: true });

function start(t: TestContext, limits?: Parameters<typeof createToolGuards>[0]) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const guards = createToolGuards(limits);
  const metrics = new Registry();
  guards.registerIn(metrics);
  const run = async (tool: string, work: () => Promise<{ ok: boolean }>) => await guards.run(tool, work, options);
  const stateOf = async (tool: string) => new RegExp(`^aiguy_tool_breaker_state\\{tool="${tool}"\\} (\\d)$`, 'm').exec(await metrics.metrics())?.[1];
  const open = async (tool: string) => {
    for (let call = 0; call < 6; call += 1) await run(tool, fails);
  };
  return { guards, metrics, run, stateOf, open };
}

test('a tool that keeps failing is not asked for ten seconds, and its state is in the metrics; another tool is', async (t) => {
  const { run, stateOf, open, metrics } = start(t);
  await open('get_order_status');
  let asked = 0;
  const counted = async () => {
    asked += 1;
    return { ok: true };
  };
  assert.equal(await run('get_order_status', counted), 'open');
  t.mock.timers.tick(9_999);
  assert.equal(await run('get_order_status', counted), 'open');
  assert.equal(asked, 0);
  assert.deepEqual(await run('retrieve_docs', works), { ok: true });
  assert.deepEqual([await stateOf('get_order_status'), await stateOf('retrieve_docs')], ['2', '0']);
  assert.match(await metrics.metrics(), /^aiguy_tool_breaker_opened\{tool="get_order_status"\} 1$/m);
});

test('four failures, or half of many calls, open nothing', async (t) => {
  const { run, stateOf } = start(t);
  for (let call = 0; call < 4; call += 1) await run('a_b', fails);
  for (let call = 0; call < 20; call += 1) await run('c_d', call % 2 === 0 ? works : fails);
  assert.deepEqual([await stateOf('a_b'), await stateOf('c_d')], ['0', '0']);
});

test('after ten seconds one call tries while the others are refused at once; when it is answered all are let through', async (t) => {
  const { run, stateOf, open } = start(t);
  await open('a_b');
  t.mock.timers.tick(10_000);
  const answer = Promise.withResolvers<{ ok: boolean }>();
  const trying = run('a_b', async () => await answer.promise);
  assert.equal(await stateOf('a_b'), '1');
  assert.equal(await run('a_b', works), 'open');
  answer.resolve({ ok: true });
  assert.deepEqual(await trying, { ok: true });
  assert.deepEqual(await run('a_b', works), { ok: true });
  assert.equal(await stateOf('a_b'), '0');
});

test('when the call that tries fails, or its visitor goes away, ten more seconds pass', async (t) => {
  const { guards, run, open, stateOf } = start(t);
  await open('a_b');
  t.mock.timers.tick(10_000);
  assert.deepEqual(await run('a_b', fails), { ok: false });
  assert.equal(await run('a_b', works), 'open');
  t.mock.timers.tick(10_000);
  const visitor = new AbortController();
  await guards.run(
    'a_b',
    async () => {
      visitor.abort();
      return { ok: true };
    },
    { ...options, signal: visitor.signal },
  );
  assert.equal(await stateOf('a_b'), '2');
});

test('calls that visitors break off don’t open anything', async (t) => {
  const { guards, stateOf } = start(t);
  for (let call = 0; call < 10; call += 1) {
    const visitor = new AbortController();
    const leaves = async () => {
      visitor.abort();
      return { ok: false };
    };
    await guards.run('a_b', leaves, { ...options, signal: visitor.signal });
  }
  assert.equal(await stateOf('a_b'), '0');
});

test('more calls at once than there are places wait for a short time, and are refused then', async (t) => {
  const { run } = start(t, { callsAtOnceMax: 2, waitTimeoutMs: 20 });
  const answer = Promise.withResolvers<{ ok: boolean }>();
  const held = [1, 2].map(() => run('a_b', async () => await answer.promise));
  assert.equal(await run('a_b', works), 'busy');
  assert.deepEqual(await run('c_d', works), { ok: true });
  const waiting = run('a_b', works);
  answer.resolve({ ok: true });
  assert.deepEqual(await Promise.all([...held, waiting]), [{ ok: true }, { ok: true }, { ok: true }]);
  assert.deepEqual(await run('a_b', works), { ok: true });
});

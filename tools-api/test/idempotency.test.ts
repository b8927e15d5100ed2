// What an Idempotency-Key guarantees, through the public surface, and asked of the shop's own tables.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openDatabase } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Service } from '@aiguy/manifests/service';
import { forgetExpired } from '../src/effects/idempotency.ts';
import type { WriteContext, WriteHandler } from '../src/tools/handler.ts';
import { type Harness, startHarness, visitorHeaders } from './harness.ts';
import { bent, type PendingOrder, pendingOrders, recordOf, send, type Write } from './write-harness.ts';

/** The same guarantees on a server with many connections: see idempotency.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

let harness: Harness;
let service: Service;
let orders: PendingOrder[];

before(async () => {
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
  service = await harness.build({ catalogue: bent() });
  orders = await pendingOrders(harness);
});
after(async () => await harness.close());

function nextOrder(): PendingOrder {
  return orders.pop() ?? assert.fail('no pending order is left');
}

/** A cancellation of an order of its own, by its owner. */
function cancellation(change: Partial<Write> = {}): Write & { order: PendingOrder } {
  const order = nextOrder();
  return { on: service, args: { order_id: order.order_id, reason: 'no_longer_needed' }, sub: `customer:${order.customer_id}`, order, ...change };
}

/** More than an attempt takes on a busy machine. */
const attemptMs = 2000;

/** The real handler with something done before it. */
async function withRun(run: (args: { order_id: string }, context: WriteContext, real: WriteHandler['run']) => Promise<Record<string, unknown>>) {
  const real = harness.handlers.cancel_order as WriteHandler;
  const handler: WriteHandler = { ...real, run: async (args: never, context) => await run(args, context, real.run) };
  return await harness.build({
    catalogue: bent({ cancel_order: { timeouts_ms: { attempt: attemptMs, total: attemptMs } } }),
    handlers: { cancel_order: handler },
  });
}

test('the first answer comes again, byte for byte, and the effect is there once', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  const first = await send(harness, write);
  assert.equal(first.status, 200, first.text);
  const again = await send(harness, write);
  assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [200, first.text, 'true']);
  assert.equal(first.headers['idempotency-replayed'], undefined);
  const record = await recordOf(harness, order.order_id);
  assert.deepEqual(
    record.payments.map(({ type }) => type),
    ['payment', 'refund'],
  );
});

test('a refusal by the shop’s rules comes again too, even when the rule no longer holds', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  await harness.database.query("UPDATE orders SET status = 'processed' WHERE order_id = $1", [order.order_id]);
  const first = await send(harness, write);
  assert.deepEqual(
    [first.status, first.body.code, first.body.details],
    [409, 'not_allowed_now', [{ pointer: '/order_id', rule: 'the order was already processed, so it can no longer be cancelled' }]],
  );
  await harness.database.query("UPDATE orders SET status = 'pending' WHERE order_id = $1", [order.order_id]);
  const again = await send(harness, write);
  assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [409, first.text, 'true']);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  assert.equal((await send(harness, { ...write, key: randomUUID() })).status, 200);
});

test('a process that stood still in the middle of a write ends it without an effect, and the next one is done', async () => {
  const attempt = 100;
  const real = harness.handlers.cancel_order as WriteHandler;
  const still: WriteHandler = {
    ...real,
    run: async (args: never, context) => {
      const done = await real.run(args, context);
      // As one that is suspended: longer than the server lets a transaction rest, and then for as long as its news need.
      for (const endMs = Date.now() + 4 * attempt; Date.now() < endMs; );
      await context.connection.query('SELECT 1');
      await new Promise((resolve) => setTimeout(resolve, attempt));
      return done;
    },
  };
  const on = await harness.build({
    catalogue: bent({ cancel_order: { timeouts_ms: { attempt, total: attempt } } }),
    handlers: { cancel_order: still },
  });
  const { order, ...write } = cancellation({ on, key: randomUUID() });
  assert.ok((await send(harness, write)).status >= 500);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  assert.equal((await send(harness, { ...write, on: service })).status, 200);
});

test('a key of another body or another tool is a conflict; the same key of somebody else is another key', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  assert.equal((await send(harness, write)).status, 200);
  const otherBody = await send(harness, { ...write, args: { order_id: order.order_id, reason: 'ordered_by_mistake' } });
  assert.deepEqual([otherBody.status, otherBody.body.code], [422, 'idempotency_conflict']);
  const otherTool = await send(harness, { ...write, tool: 'reinstate_order', args: { order_id: order.order_id } });
  assert.deepEqual([otherTool.status, otherTool.body.code], [422, 'idempotency_conflict']);
  const { order: _, ...somebodyElse } = cancellation({ key: write.key ?? '' });
  assert.equal((await send(harness, somebodyElse)).status, 200);
});

test('the order of the fields in a body is not part of what is asked', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  const first = await send(harness, write);
  const again = await send(harness, { ...write, args: { reason: 'no_longer_needed', order_id: order.order_id } });
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first.text, 'true']);
});

for (const [what, key] of [
  ['no key', null],
  ['seven characters', 'x'.repeat(7)],
  ['256 characters', 'x'.repeat(256)],
  ['a blank in it', 'two words here'],
  ['letters beyond ASCII', 'schlüssel-1'],
] as const) {
  test(`a write with ${what} is refused, and nothing happens`, async () => {
    const { order, ...write } = cancellation({ key });
    const answer = await send(harness, write);
    assert.deepEqual([answer.status, answer.body.code], [400, 'idempotency_key_required']);
    assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  });
}

test('keys of 8 and of 255 characters are taken; reads look at none', async () => {
  for (const key of ['!~------', 'k'.repeat(255)]) {
    const { order: _, ...write } = cancellation({ key });
    assert.equal((await send(harness, write)).status, 200);
  }
  for (const key of [null, 'x']) {
    assert.equal((await send(harness, { on: service, tool: 'get_order_status', args: { order_id: 'W2530531' }, key })).status, 200);
  }
});

test('what is refused before the tool runs leaves the key free', async () => {
  const key = randomUUID();
  const { order, ...write } = cancellation({ key });
  const limited = await harness.build({ catalogue: bent({ cancel_order: { rate: { per_minute: 1 } } }) });
  assert.equal((await send(harness, { ...write, args: { order_id: order.order_id, reason: 'because' } })).body.code, 'invalid_input');
  assert.equal((await send(harness, { ...write, headers: { authorization: 'Bearer a.b.c' } })).body.code, 'invalid_token');
  const noScope = await visitorHeaders(harness, {
    sub: `wp:1:${order.wp_user_id}`,
    tool: 'cancel_order',
    scope: 'order:write',
    args: write.args,
    scopes: [],
  });
  assert.equal((await send(harness, { ...write, headers: noScope })).body.code, 'insufficient_scope');
  assert.equal((await send(harness, { ...write, on: limited, args: {} })).body.code, 'invalid_input');
  assert.equal((await send(harness, { ...write, on: limited })).body.code, 'tool_rate_limited');
  const done = await send(harness, write);
  assert.deepEqual([done.status, done.headers['idempotency-replayed']], [200, undefined]);
});

test('fifty at once with one key: one runs, the others get its answer or are told to wait, and the shop has one refund', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  const answers = await Promise.all(Array.from({ length: 50 }, async () => await send(harness, write)));
  const ran = answers.filter(({ status, headers }) => status === 200 && headers['idempotency-replayed'] === undefined);
  assert.equal(ran.length, 1);
  for (const { status, text, body, headers } of answers) {
    if (status === 200) assert.equal(text, ran[0]?.text);
    else assert.deepEqual([status, body.code, headers['retry-after']], [409, 'effect_in_progress', '1']);
  }
  const record = await recordOf(harness, order.order_id);
  assert.deepEqual([record.status, record.cancellations, record.payments.length], ['cancelled', 1, 2]);
});

test('fifty at once with fifty keys: one cancels, the others are refused by the shop’s rule', async () => {
  const { order, ...write } = cancellation();
  const answers = await Promise.all(Array.from({ length: 50 }, async () => await send(harness, { ...write, key: randomUUID() })));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, ...Array<number>(49).fill(409)]);
  assert.equal((await recordOf(harness, order.order_id)).payments.length, 2);
});

test('a second one with the same key does not run beside the first; afterwards it gets the answer', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let started = () => {};
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const slow = await withRun(async (args, context, real) => {
    started();
    await gate;
    return await real(args as never, context);
  });
  const { order: _, ...write } = cancellation({ on: slow, key: randomUUID() });
  const first = send(harness, write);
  await running;
  const second = send(harness, write);
  // With one connection the second has to wait for the first; with several it is told to.
  if (nativePostgres) {
    const { status, body, headers } = await second;
    assert.deepEqual([status, body.code, headers['retry-after']], [409, 'effect_in_progress', '1']);
  }
  release();
  assert.equal((await first).status, 200);
  if (!nativePostgres) assert.deepEqual([(await second).text, (await second).headers['idempotency-replayed']], [(await first).text, 'true']);
  assert.equal((await send(harness, write)).text, (await first).text);
});

test('a failure of the tool takes back what it did and leaves the key free', async () => {
  let failures = 3;
  const failing = await withRun(async (args, context, real) => {
    const output = await real(args as never, context);
    failures -= 1;
    if (failures === 2) throw new Error('broken');
    if (failures === 1) return { ...output, surprise: true };
    if (failures === 0) throw new AiguyError('tool_unavailable');
    return output;
  });
  const { order, ...write } = cancellation({ on: failing, key: randomUUID() });
  for (const code of ['tool_failed', 'tool_output_invalid', 'tool_unavailable']) {
    assert.equal((await send(harness, write)).body.code, code);
    assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  }
  assert.equal((await send(harness, write)).status, 200);
  assert.equal((await recordOf(harness, order.order_id)).payments.length, 2);
});

test('a refusal takes back what the handler did before it, and keeps the answer', async () => {
  const refusing = await withRun(async (args, context, real) => {
    await real(args as never, context);
    throw new AiguyError('not_allowed_now');
  });
  const { order, ...write } = cancellation({ on: refusing, key: randomUUID() });
  assert.equal((await send(harness, write)).body.code, 'not_allowed_now');
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  assert.equal((await send(harness, write)).headers['idempotency-replayed'], 'true');
});

test('a write that runs out of time is rolled back before its error leaves, and can write nothing afterwards', async () => {
  let late: Promise<unknown> = Promise.resolve();
  const slow = await withRun(async (args, context, real) => {
    const output = await real(args as never, context);
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    await turn();
    late = context.connection.query("UPDATE orders SET status = 'delivered' WHERE order_id = $1", [args.order_id]);
    await late;
    return output;
  });
  const { order, ...write } = cancellation({ on: slow, key: randomUUID() });
  const answer = await send(harness, write);
  assert.deepEqual([answer.status, answer.body.code], [504, 'tool_timeout']);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  await assert.rejects(late, /the transaction of this call is over/);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  assert.equal((await send(harness, { ...write, on: service })).status, 200);
});

test('every attempt is on record once, a replay as one; and what can’t be recorded is not done', async () => {
  const { order, ...write } = cancellation({ key: randomUUID() });
  const codes = async (requestId: unknown) => {
    const { rows } = await harness.database.query('SELECT decision, code FROM audit WHERE request_id = $1', [requestId]);
    return rows.map((row) => [row.decision, row.code]);
  };
  await harness.database.query('ALTER TABLE audit RENAME TO audit_away');
  const unrecorded = await send(harness, write).finally(async () => await harness.database.query('ALTER TABLE audit_away RENAME TO audit'));
  assert.ok(unrecorded.status >= 500);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
  assert.deepEqual(await codes((await send(harness, write)).headers['x-request-id']), [['allowed', 'ok']]);
  assert.deepEqual(await codes((await send(harness, write)).headers['x-request-id']), [['allowed', 'replayed']]);
  const refused = await send(harness, { ...write, key: randomUUID() });
  assert.deepEqual(await codes(refused.headers['x-request-id']), [['denied', 'not_allowed_now']]);
});

test('two processes with one key: one effect, and the same answer for whoever asks again', async () => {
  const other = openDatabase({ url: harness.databaseUrl, connectionsMax: 1, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  try {
    const second = await harness.build({ catalogue: bent(), database: other });
    const { order, ...write } = cancellation({ key: randomUUID() });
    const answers = await Promise.all([service, second, service, second].map(async (on) => await send(harness, { ...write, on })));
    assert.equal(answers.filter(({ status, headers }) => status === 200 && !headers['idempotency-replayed']).length, 1);
    for (const { status } of answers) assert.ok(status === 200 || status === 409);
    assert.equal((await recordOf(harness, order.order_id)).payments.length, 2);
    assert.equal((await send(harness, { ...write, on: second })).status, 200);
  } finally {
    await other.end();
  }
});

test('answers are kept for 48 hours; then the key may be used for something else', async () => {
  const { order: _, ...write } = cancellation({ key: randomUUID() });
  await send(harness, write);
  const age = async (hours: number) => {
    await harness.database.query("UPDATE idempotency_keys SET created_at = now() - $1 * interval '1 hour'", [hours]);
    await forgetExpired(harness.database);
  };
  await age(47);
  assert.equal((await send(harness, write)).headers['idempotency-replayed'], 'true');
  await age(49);
  const anew = await send(harness, write);
  assert.deepEqual([anew.body.code, anew.headers['idempotency-replayed']], ['not_allowed_now', undefined]);
});

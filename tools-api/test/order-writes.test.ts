// What cancel_order and reinstate_order do to an order, for whom, and what the visitor reads before it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import type { WriteHandler } from '../src/tools/handler.ts';
import { type Harness, startHarness, visitorHeaders } from './harness.ts';
import { bent, type PendingOrder, pendingOrders, recordOf, send, sendFor, type Write, type Written } from './write-harness.ts';

let harness: Harness;
let service: Service;
let orders: PendingOrder[];

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({ catalogue: bent() });
  orders = await pendingOrders(harness);
});
after(async () => await harness.close());

function nextOrder(source?: string): PendingOrder {
  const index = orders.findIndex((order) => source === undefined || order.source === source);
  return orders.splice(index, 1)[0] ?? assert.fail('no such order is left');
}

const subjectOf = (order: PendingOrder) => `wp:1:${order.wp_user_id}`;
const cancel = async (order: PendingOrder, change: Partial<Write> = {}) =>
  await sendFor(
    harness,
    { sub: subjectOf(order) },
    { on: service, tool: 'cancel_order', args: { order_id: order.order_id, reason: 'ordered_by_mistake' }, ...change },
  );
const reinstate = async (order: PendingOrder, change: Partial<Write> = {}) =>
  await sendFor(harness, { sub: subjectOf(order) }, { on: service, tool: 'reinstate_order', args: { order_id: order.order_id }, ...change });
const ruleOf = ({ status, body }: Written) => [status, body.code, body.details?.[0]?.rule];

test('a cancelled order is refunded to the card it was paid with, and its invoice says so', async () => {
  const order = nextOrder('credit');
  const { status, body } = await cancel(order);
  assert.equal(status, 200);
  const { cancelled_at: cancelledAt, refund_to: refundTo, ...rest } = body.output ?? {};
  assert.deepEqual(rest, {
    order_id: order.order_id,
    status: 'cancelled',
    refund_amount: order.total,
    currency: 'USD',
    refund_timing: 'within 5 to 7 business days',
  });
  assert.match(String(refundTo), /^your (Visa|Mastercard) card ending in \d{4}$/);
  const record = await recordOf(harness, order.order_id);
  assert.deepEqual([record.status, record.invoice, record.amount_refunded], ['cancelled', 'refunded', order.total]);
  assert.equal(record.cancelled_at?.toISOString(), cancelledAt);
  assert.deepEqual(record.payments[1], { ...record.payments[0], type: 'refund' });
  const seen = await send(harness, {
    on: service,
    tool: 'get_order_status',
    args: { order_id: order.order_id },
    sub: `customer:${order.customer_id}`,
  });
  assert.deepEqual([seen.body.output?.status, seen.body.output?.refunds], ['cancelled', [{ amount: order.total }]]);
});

test('a gift card has its money back at once, and gives it again when the order is reinstated', async () => {
  const order = nextOrder('gift');
  const before_ = await recordOf(harness, order.order_id);
  const balanceOf = ({ payment_methods: methods, payments }: typeof before_) =>
    methods.find(({ id }) => id === payments[0]?.payment_method_id)?.balance ?? assert.fail('no gift card');
  const { body } = await cancel(order);
  assert.deepEqual([body.output?.refund_to, body.output?.refund_timing], ['your gift card', 'at once']);
  const refunded = balanceOf(await recordOf(harness, order.order_id));
  assert.equal(refunded, Math.round((balanceOf(before_) + order.total) * 100) / 100);
  const back = await reinstate(order);
  assert.deepEqual([back.status, back.body.output?.refund_called_off, back.body.output?.refund_to], [200, order.total, 'your gift card']);
  assert.deepEqual(await recordOf(harness, order.order_id), { ...before_, cancellations: 1 });
});

test('an order can’t be brought back when its gift card was used meanwhile', async () => {
  const order = nextOrder('gift');
  await cancel(order);
  await harness.database.query("UPDATE customers SET payment_methods = jsonb_set(payment_methods, '{0,balance}', '0') WHERE customer_id = $1", [
    order.customer_id,
  ]);
  await harness.database.query("UPDATE customers SET payment_methods = jsonb_set(payment_methods, '{1,balance}', '0') WHERE customer_id = $1", [
    order.customer_id,
  ]);
  assert.deepEqual(ruleOf(await reinstate(order)), [409, 'not_allowed_now', 'the gift card no longer holds the refunded amount']);
});

for (const [status, rule] of [
  ['processed', 'the order was already processed, so it can no longer be cancelled'],
  ['delivered', 'the order was already delivered, so it can no longer be cancelled'],
  ['cancelled', 'the order was already cancelled'],
] as const) {
  test(`an order that is ${status} can’t be cancelled; the preview says so before anybody confirms`, async () => {
    const { rows } = await harness.database.query<PendingOrder>(
      'SELECT order_id, customer_id, wp_user_id FROM orders JOIN customers USING (customer_id) WHERE status = $1 ORDER BY order_id LIMIT 1',
      [status],
    );
    const order = rows[0] ?? assert.fail();
    for (const preview of [true, false]) assert.deepEqual(ruleOf(await cancel(order, { preview })), [409, 'not_allowed_now', rule]);
    assert.equal((await recordOf(harness, order.order_id)).cancellations, 0);
  });
}

test('a reinstatement is for what was cancelled here, within ten minutes, and once', async () => {
  const { rows } = await harness.database.query<PendingOrder>(
    "SELECT order_id, customer_id, wp_user_id FROM orders JOIN customers USING (customer_id) WHERE status = 'cancelled' ORDER BY created_at LIMIT 1",
  );
  assert.match(String(ruleOf(await reinstate(rows[0] ?? assert.fail()))[2]), /^the order was not cancelled in this chat/);
  const order = nextOrder();
  assert.deepEqual(ruleOf(await reinstate(order)), [409, 'not_allowed_now', 'the order is not cancelled']);
  await cancel(order);
  assert.equal((await reinstate(order)).status, 200);
  assert.deepEqual(ruleOf(await reinstate(order)), [409, 'not_allowed_now', 'the order is not cancelled']);
  assert.equal((await cancel(order)).status, 200);
  const ago = async (seconds: number) => {
    const at = new Date(Math.floor(Date.now() / 1000 - seconds) * 1000);
    for (const table of ['orders', 'order_cancellations'])
      await harness.database.query(`UPDATE ${table} SET cancelled_at = $2 WHERE order_id = $1`, [order.order_id, at]);
  };
  await ago(602);
  for (const preview of [true, false])
    assert.deepEqual(ruleOf(await reinstate(order, { preview })), [
      409,
      'not_allowed_now',
      'more than 10 minutes have passed since the order was cancelled',
    ]);
  await ago(590);
  assert.equal((await reinstate(order)).status, 200);
});

test('another customer’s order and no order are the same answer, in call and preview, for customers and guests; nothing changes', async () => {
  const [mine, others] = [nextOrder(), nextOrder()];
  await cancel(others);
  const { rows } = await harness.database.query('SELECT md5(string_agg(orders::text, $1 ORDER BY order_id)) AS digest FROM orders', [',']);
  for (const sub of [subjectOf(mine), 'anon:0123456789abcdef', 'wp:1:999999', `customer:${others.customer_id}`]) {
    for (const preview of [true, false]) {
      for (const tool of ['cancel_order', 'reinstate_order']) {
        const ask = async (orderId: string) => {
          const args = { order_id: orderId, ...(tool === 'cancel_order' ? { reason: 'no_longer_needed' } : {}) };
          const { status, body } = await sendFor(harness, { sub }, { on: service, tool, args, preview });
          return { status, ...body, requestId: '' };
        };
        const nothing = await ask('W0000000');
        assert.deepEqual([nothing.status, nothing.code], sub.startsWith('anon:') ? [403, 'sign_in_required'] : [404, 'not_found']);
        assert.deepEqual(await ask(others.order_id), nothing, `${sub} ${tool}`);
      }
    }
  }
  const { rows: after_ } = await harness.database.query('SELECT md5(string_agg(orders::text, $1 ORDER BY order_id)) AS digest FROM orders', [',']);
  assert.deepEqual(after_, rows);
});

test('a preview says what will happen, changes nothing, and needs no key', async () => {
  const order = nextOrder('paypal');
  const before_ = await recordOf(harness, order.order_id);
  const { status, body } = await cancel(order, { preview: true, key: null });
  assert.equal(status, 200);
  assert.equal(body.preview?.summary, `Cancel order ${order.order_id}`);
  assert.deepEqual(body.preview?.amount, { value: order.total, currency: 'USD' });
  const facts = Object.fromEntries(body.preview?.facts.map(({ label, value }) => [label, value]) ?? []);
  const money = order.total.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
  assert.deepEqual(
    [facts.Reason, facts.Refund, facts.When],
    ['Ordered by mistake', `${money} to your PayPal account`, 'within 5 to 7 business days'],
  );
  assert.ok((facts.Items?.length ?? 0) > 3);
  assert.deepEqual(await recordOf(harness, order.order_id), before_);
  await cancel(order);
  const back = await reinstate(order, { preview: true, key: null });
  assert.equal(back.body.preview?.summary, `Bring order ${order.order_id} back`);
});

test('a preview can’t change anything, whatever its handler tries', async () => {
  const order = nextOrder();
  const real = harness.handlers.cancel_order as WriteHandler;
  const preview: WriteHandler['preview'] = async (args, context) => {
    await real.run(args, { ...context, effectKey: '', startTask: undefined });
    return { summary: 'Done', facts: [] };
  };
  const on = await harness.build({ handlers: { cancel_order: { ...real, preview } } });
  assert.deepEqual((await cancel(order, { on, preview: true })).body.code, 'tool_failed');
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
});

test('a preview is let in exactly as the call is: its token, its scope, its schema, its limit, its record', async () => {
  const order = nextOrder();
  const args = { order_id: order.order_id, reason: 'no_longer_needed' };
  const ask = async (change: Partial<Write>) => await send(harness, { on: service, args, preview: true, ...change });
  const codeOf = async (change: Partial<Write>) => (await ask(change)).body.code;
  const bound = { sub: subjectOf(order), tool: 'cancel_order', scope: 'order:write', args };
  assert.equal(await codeOf({ headers: { authorization: 'Bearer a.b.c' } }), 'invalid_token');
  assert.equal(await codeOf({ headers: await visitorHeaders(harness, { ...bound, args: { ...args, order_id: 'W0000000' } }) }), 'invalid_token');
  assert.equal(await codeOf({ headers: await visitorHeaders(harness, { ...bound, tool: 'reinstate_order' }) }), 'invalid_token');
  assert.equal(await codeOf({ headers: await visitorHeaders(harness, { ...bound, scopes: ['order:read'] }) }), 'insufficient_scope');
  assert.equal(await codeOf({ args: { ...args, customer_id: order.customer_id } }), 'invalid_input');
  assert.equal(await codeOf({ tool: 'get_order_status', args: { order_id: order.order_id } }), 'unknown_tool');
  const limited = await harness.build({ catalogue: bent({ cancel_order: { rate: { per_minute: 1 } } }) });
  const first = await ask({ on: limited, sub: `customer:${order.customer_id}` });
  assert.equal(first.status, 200);
  assert.equal(await codeOf({ on: limited, sub: `customer:${order.customer_id}` }), 'tool_rate_limited');
  assert.equal((await ask({ on: limited, sub: `customer:${order.customer_id}`, preview: false, key: randomUUID() })).status, 200);
  const { rows } = await harness.database.query('SELECT tool, decision, code FROM audit WHERE request_id = $1', [first.headers['x-request-id']]);
  assert.deepEqual(rows, [{ tool: 'cancel_order', decision: 'allowed', code: 'previewed' }]);
});

// list_orders, request_return and cancel_return: whose orders, by which rules, and once however it is raced.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { type Harness, startHarness } from './harness.ts';
import { bent, type PendingOrder, send, sendFor, type Write, type Written } from './write-harness.ts';

/** The same guarantees on a server with many connections: see order-returns.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

let harness: Harness;
let service: Service;
let orders: DeliveredOrder[];

type Item = { sku: string; name: string; quantity: number; unit_price: number };
type DeliveredOrder = PendingOrder & { items: Item[]; has_gift_card: boolean };

before(async () => {
  harness = await startHarness({ shopOnly: true, start: nativePostgres?.startNativePostgres });
  service = await harness.build({ catalogue: bent() });
  const { rows } = await harness.database.query<DeliveredOrder>(
    `SELECT DISTINCT ON (customer_id) order_id, customer_id, wp_user_id, total, items, split_part(payments->0->>'payment_method_id', '_', 1) AS source,
       payment_methods @> '[{"source":"gift_card"}]' AS has_gift_card
     FROM orders JOIN customers USING (customer_id) WHERE status = 'delivered' AND jsonb_array_length(items) > 1 ORDER BY customer_id, order_id`,
  );
  orders = rows;
});
after(async () => await harness.close());

function nextOrder(fits: (order: DeliveredOrder) => boolean = () => true): DeliveredOrder {
  return orders.splice(orders.findIndex(fits), 1)[0] ?? assert.fail('no such order is left');
}

const subjectOf = (order: PendingOrder) => `wp:1:${order.wp_user_id}`;
const first = ({ items }: DeliveredOrder): Item => items[0] ?? assert.fail('no item');
const giveBack = async (order: DeliveredOrder, change: Partial<Write> = {}) =>
  await sendFor(
    harness,
    { sub: subjectOf(order) },
    { on: service, tool: 'request_return', args: { order_id: order.order_id, skus: [first(order).sku] }, ...change },
  );
const keep = async (order: DeliveredOrder, change: Partial<Write> = {}) =>
  await sendFor(harness, { sub: subjectOf(order) }, { on: service, tool: 'cancel_return', args: { order_id: order.order_id }, ...change });
const list = async (sub: string, args: object = {}) => await sendFor(harness, { sub }, { on: service, tool: 'list_orders', args });
const ruleOf = ({ status, body }: Written) => [status, body.code, body.details?.[0]?.rule];

async function returnsOf(orderId: string) {
  const { rows } = await harness.database.query(
    'SELECT skus, refund_amount, cancelled_at IS NULL AS is_open FROM order_returns WHERE order_id = $1 ORDER BY return_id',
    [orderId],
  );
  return rows;
}

test('orders are listed newest first, each with its items, and exactly to their owner', async () => {
  const { rows } = await harness.database.query<{ customer_id: string; wp_user_id: string; ids: string[] }>(
    `SELECT customer_id, wp_user_id, array_agg(order_id ORDER BY created_at DESC, order_id DESC) AS ids
     FROM orders JOIN customers USING (customer_id) GROUP BY customer_id, wp_user_id ORDER BY count(*) DESC, customer_id LIMIT 12`,
  );
  for (const { customer_id: customer, wp_user_id: user, ids } of rows) {
    const asVisitor = await list(`wp:1:${user}`);
    assert.equal(asVisitor.status, 200, asVisitor.text);
    const { orders: listed, more } = asVisitor.body.output as { orders: Record<string, unknown>[]; more: boolean };
    assert.deepEqual([listed.map(({ order_id: id }) => id), more], [ids, false]);
    assert.deepEqual((await send(harness, { on: service, tool: 'list_orders', args: {}, sub: `customer:${customer}` })).body, asVisitor.body);
  }
  const [one] = ((await list('wp:1:1001')).body.output as { orders: Record<string, unknown>[] }).orders;
  assert.deepEqual(Object.keys(one ?? {}), ['order_id', 'status', 'status_text', 'created_at', 'total', 'currency', 'items']);
  assert.deepEqual(Object.keys(((one ?? assert.fail()).items as object[])[0] ?? {}), ['sku', 'name', 'options', 'quantity', 'unit_price']);
});

test('a list is as long as was asked for, says whether there is more, and holds one state alone when that was asked for', async () => {
  const { rows } = await harness.database.query<{ wp_user_id: string; orders: number; pending: number }>(
    `SELECT wp_user_id, count(*)::int AS orders, count(*) FILTER (WHERE status = 'pending')::int AS pending
     FROM orders JOIN customers USING (customer_id) GROUP BY wp_user_id ORDER BY count(*) FILTER (WHERE status = 'pending') DESC, wp_user_id LIMIT 1`,
  );
  const { wp_user_id: user, orders: all, pending } = rows[0] ?? assert.fail();
  assert.ok(all > pending && pending > 1);
  const lengthOf = async (args: object) => {
    const output = (await list(`wp:1:${user}`, args)).body.output as { orders: { status: string }[]; more: boolean };
    return [output.orders.length, output.more, ...new Set(output.orders.map(({ status }) => status))];
  };
  assert.deepEqual((await lengthOf({ limit: all - 1 })).slice(0, 2), [all - 1, true]);
  assert.deepEqual((await lengthOf({ limit: all })).slice(0, 2), [all, false]);
  assert.deepEqual(await lengthOf({ status: 'pending' }), [pending, false, 'pending']);
  assert.deepEqual(await lengthOf({ status: 'pending', limit: 1 }), [1, true, 'pending']);
  for (const args of [{ limit: 21 }, { limit: 0 }, { status: 'shipped' }, { customer_id: 'mia' }])
    assert.equal((await list(`wp:1:${user}`, args)).body.code, 'invalid_input', JSON.stringify(args));
});

test('guests, unknown users and customer ids from a site’s signature have no list', async () => {
  for (const sub of ['wp:1:999999', 'customer:aarav_martin_9556']) {
    const { status, body } = await list(sub);
    assert.deepEqual([status, body.code], [404, 'not_found'], sub);
  }
  const guest = await list('anon:0123456789abcdef');
  assert.deepEqual([guest.status, guest.body.code], [403, 'sign_in_required']);
});

test('a returned item is refunded to where it was paid from, once it was checked, and the order says so', async () => {
  const order = nextOrder(({ source }) => source === 'credit');
  const { status, body, text } = await giveBack(order);
  assert.equal(status, 200, text);
  const { requested_at: requestedAt, refund_to: refundTo, ...rest } = body.output ?? {};
  const { sku, name, unit_price: price } = first(order);
  assert.deepEqual(rest, {
    order_id: order.order_id,
    status: 'return_requested',
    items: [{ sku, name, quantity: 1 }],
    refund_amount: price,
    currency: 'USD',
    refund_timing: 'within 5 to 7 business days after the items have arrived and were checked',
  });
  assert.match(String(refundTo), /^your (Visa|Mastercard) card ending in \d{4}$/);
  assert.deepEqual(await returnsOf(order.order_id), [{ skus: [sku], refund_amount: price, is_open: true }]);
  for (const [tool, args] of [
    ['get_order_status', { order_id: order.order_id }],
    ['list_orders', {}],
  ] as const) {
    const seen = await sendFor(harness, { sub: subjectOf(order) }, { on: service, tool, args });
    const day = new Date(String(requestedAt)).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
    assert.ok(seen.text.includes(`A return was requested on ${day}.`), seen.text);
  }
});

test('a refund goes to a gift card that is there, and to none that is not', async () => {
  const order = nextOrder((candidate) => candidate.source !== 'gift' && candidate.has_gift_card);
  const args = (one: DeliveredOrder) => ({ order_id: one.order_id, skus: one.items.map(({ sku }) => sku), refund_to: 'gift_card' });
  const { body } = await giveBack(order, { args: args(order) });
  assert.deepEqual(
    [body.output?.refund_to, body.output?.refund_amount, body.output?.refund_timing],
    ['your gift card', order.total, 'at once after the items have arrived and were checked'],
  );
  const without = nextOrder((candidate) => !candidate.has_gift_card);
  assert.deepEqual(ruleOf(await giveBack(without, { args: args(without) })), [
    409,
    'not_allowed_now',
    'there is no gift card in the account, so the refund can only go to the original way of paying',
  ]);
});

for (const [status, rule] of [
  ['pending', 'only delivered orders can be returned, and this one has not been shipped yet; it can be cancelled instead'],
  ['processed', 'only delivered orders can be returned, and this one is still on its way'],
  ['cancelled', 'only delivered orders can be returned, and this one was cancelled'],
] as const) {
  test(`an order that is ${status} can’t be returned; the preview says so before anybody confirms`, async () => {
    const { rows } = await harness.database.query<DeliveredOrder>(
      'SELECT order_id, customer_id, wp_user_id, items FROM orders JOIN customers USING (customer_id) WHERE status = $1 ORDER BY order_id LIMIT 1',
      [status],
    );
    const order = rows[0] ?? assert.fail();
    for (const preview of [true, false]) assert.deepEqual(ruleOf(await giveBack(order, { preview })), [409, 'not_allowed_now', rule]);
    assert.deepEqual(await returnsOf(order.order_id), []);
  });
}

test('only what was ordered goes back, and no more of it than was ordered', async () => {
  const order = nextOrder();
  const { sku } = first(order);
  const ruleFor = async (skus: string[]) => ruleOf(await giveBack(order, { preview: true, args: { order_id: order.order_id, skus } }))[2];
  assert.equal(await ruleFor(['1']), 'the order has no item 1');
  assert.equal(await ruleFor([sku, sku]), `the order has the item ${sku} only once`);
  await harness.database.query("UPDATE orders SET items = jsonb_set(items, '{0,quantity}', '2') WHERE order_id = $1", [order.order_id]);
  const { body } = await giveBack(order, { args: { order_id: order.order_id, skus: [sku, sku] } });
  assert.deepEqual(body.output?.items, [{ sku, name: first(order).name, quantity: 2 }]);
  assert.deepEqual((await returnsOf(order.order_id))[0]?.skus, [sku, sku]);
});

test('what was refunded already is not refunded again', async () => {
  const order = nextOrder();
  await harness.database.query(
    `UPDATE orders SET payments = payments || jsonb_build_array(jsonb_build_object('type', 'refund', 'amount', total - 1, 'payment_method_id', payments->0->>'payment_method_id'))
     WHERE order_id = $1`,
    [order.order_id],
  );
  assert.equal((await giveBack(order)).body.output?.refund_amount, 1);
});

test('a return is asked for once: a second wish with a key of its own is refused, a race has one winner', async () => {
  const order = nextOrder();
  const key = randomUUID();
  const first_ = await giveBack(order, { key });
  const again = await giveBack(order, { key });
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first_.text, 'true']);
  const rule = 'a return was already requested for this order, and each order can be returned only once';
  assert.deepEqual(ruleOf(await giveBack(order, { args: { order_id: order.order_id, skus: [order.items[1]?.sku] } })), [
    409,
    'not_allowed_now',
    rule,
  ]);
  const raced = nextOrder();
  const answers = await Promise.all(Array.from({ length: 8 }, async () => await giveBack(raced)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409, 409, 409]);
  for (const { body } of answers.filter(({ status }) => status === 409)) assert.deepEqual(body.details?.[0]?.rule, rule);
  assert.equal((await returnsOf(raced.order_id)).length, 1);
});

test('a return is called off within an hour, and can be asked for anew', async () => {
  const order = nextOrder();
  assert.deepEqual(ruleOf(await keep(order)), [409, 'not_allowed_now', 'no return was requested for this order here']);
  await giveBack(order);
  const preview = await keep(order, { preview: true, key: null });
  assert.deepEqual(preview.body.preview, {
    summary: `Call off the return of order ${order.order_id}`,
    facts: [{ label: 'Stays with you', value: first(order).name }],
  });
  const { status, body } = await keep(order);
  assert.deepEqual([status, body.output?.status], [200, 'delivered']);
  assert.equal((await giveBack(order)).status, 200);
  const ago = async (seconds: number) =>
    await harness.database.query("UPDATE order_returns SET requested_at = now() - $2 * interval '1 second' WHERE order_id = $1", [
      order.order_id,
      seconds,
    ]);
  await ago(3602);
  for (const isPreview of [true, false])
    assert.deepEqual(ruleOf(await keep(order, { preview: isPreview })), [
      409,
      'not_allowed_now',
      'more than 60 minutes have passed since the return was requested',
    ]);
  await ago(3590);
  assert.equal((await keep(order)).status, 200);
  assert.deepEqual(
    (await returnsOf(order.order_id)).map(({ is_open: isOpen }) => isOpen),
    [false, false],
  );
});

test('a preview says what goes back and where the money goes, and changes nothing', async () => {
  const order = nextOrder(({ source }) => source === 'paypal');
  const { status, body } = await giveBack(order, { preview: true, key: null });
  const { name, unit_price: price } = first(order);
  const money = price.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
  assert.equal(status, 200);
  assert.deepEqual(body.preview, {
    summary: `Return an item of order ${order.order_id}`,
    facts: [
      { label: 'Goes back', value: name },
      { label: 'Refund', value: `${money} to your PayPal account` },
      { label: 'When', value: 'within 5 to 7 business days after the items have arrived and were checked' },
      { label: 'Please note', value: 'An order can be returned only once: name everything that shall go back.' },
    ],
    amount: { value: price, currency: 'USD' },
  });
  assert.deepEqual(await returnsOf(order.order_id), []);
});

test('another customer’s order and no order are the same answer, in call and preview, for customers and guests', async () => {
  const [mine, others] = [nextOrder(), nextOrder()];
  await giveBack(others);
  const { sku } = first(others);
  for (const sub of [subjectOf(mine), 'anon:0123456789abcdef', 'wp:1:999999', `customer:${others.customer_id}`]) {
    for (const preview of [true, false]) {
      for (const tool of ['request_return', 'cancel_return']) {
        const ask = async (orderId: string) => {
          const args = { order_id: orderId, ...(tool === 'request_return' ? { skus: [sku] } : {}) };
          const { status, body } = await sendFor(harness, { sub }, { on: service, tool, args, preview });
          return { status, ...body, requestId: '' };
        };
        const nothing = await ask('W0000000');
        assert.deepEqual([nothing.status, nothing.code], sub.startsWith('anon:') ? [403, 'sign_in_required'] : [404, 'not_found']);
        assert.deepEqual(await ask(others.order_id), nothing, `${sub} ${tool}`);
      }
    }
  }
  assert.equal((await returnsOf(others.order_id))[0]?.is_open, true);
});

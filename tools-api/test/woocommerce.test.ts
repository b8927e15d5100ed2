// The order tools on a WooCommerce: its own customers' orders only, the shop's rules, money once, and nothing lost when a request is cut off.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { createWooClient } from '../src/backends/woocommerce/client.ts';
import { createWooShop } from '../src/backends/woocommerce/woo-shop.ts';
import { startWooCommerce, type WooDouble, type WooMood, wooOrder } from '../src/backends/woocommerce/woocommerce-double.fixture.ts';
import { createHandlers } from '../src/tools/index.ts';
import { type Harness, startHarness } from './harness.ts';
import { bent, sendFor, type Written } from './write-harness.ts';

let harness: Harness;
let service: Service;
let woo: WooDouble;
let laterMs = 0;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  woo = await startWooCommerce([]);
  const namings = new Map([harness.site.issuer, harness.direct.issuer].map(({ issuer, customers }) => [issuer, customers ?? []]));
  const shop = createWooShop({ client: createWooClient(woo.settings), database: harness.database, namings, nowMs: () => Date.now() + laterMs });
  service = await harness.build({ catalogue: bent(), handlers: createHandlers({ shop } as never) });
});
after(async () => {
  await harness.close();
  await woo.stop();
});
beforeEach(() => {
  laterMs = 0;
  Object.assign(woo, { mood: () => 'well', ignoresCustomer: false, isReadOnly: false, taxes: new Map() });
  woo.gateways.set('stripe', { refunds: true });
  woo.requests.length = 0;
  woo.orders.splice(0, Infinity, ...makeOrders());
});

function makeOrders() {
  const dated = (day: number) => ({ date_created_gmt: `2026-11-${String(day).padStart(2, '0')}T10:00:00` });
  return [
    wooOrder(100101, dated(10)),
    wooOrder(100102, { ...dated(12), status: 'on-hold', date_paid_gmt: null, payment_method: 'bacs', payment_method_title: 'Bank transfer' }),
    wooOrder(100103, { ...dated(3), status: 'completed', date_completed_gmt: '2026-11-05T12:00:00' }),
    wooOrder(100104, { ...dated(14), customer_id: 8 }),
    wooOrder(100105, { ...dated(15), customer_id: 0 }),
    wooOrder(100106, { ...dated(11), status: 'checkout-draft' }),
    wooOrder(100107, { ...dated(9), payment_method: 'bacs', payment_method_title: 'Bank transfer' }),
    wooOrder(100108, { ...dated(8), status: 'shipped-by-plugin', number: 'WEB-100108' }),
  ];
}

type Ask = { sub?: string; args?: object; key?: string; preview?: boolean };
const ask = async (tool: string, { sub = 'wp:1:7', args = {}, key = randomUUID(), preview = false }: Ask = {}) =>
  await sendFor(harness, { sub }, { on: service, tool, args, key, preview });
const cancel = async (id: number, change: Ask = {}) =>
  await ask('cancel_order', { args: { order_id: String(id), reason: 'ordered_by_mistake' }, ...change });
const orderOf = (id: number) => woo.orders.find((order) => order.id === id) ?? assert.fail('no such order');
const ruleOf = ({ status, body }: Written) => [status, body.code, body.details?.[0]?.rule];
/** Only the first request of a kind has the mood. */
const moodyOnce = (mood: WooMood, method: string, path: RegExp) => {
  woo.mood = (request) => {
    if (request.method !== method || !path.test(request.path)) return 'well';
    woo.mood = () => 'well';
    return mood;
  };
};

test('an order is told with state, items as bought, money and its number, and without what is the shop’s own business', async () => {
  orderOf(100101).refunds = [{ total: '-10.00' }];
  for (const line of orderOf(100101).line_items) line.name = 'Hiking boots &#8211; <em>Men&#039;s</em>';
  orderOf(100101).meta_data.push({ key: '_wc_shipment_tracking_items', value: [{ tracking_number: '1Z999' }] });
  const { status, body, text } = await ask('get_order_status', { args: { order_id: '100101' } });
  assert.equal(status, 200, text);
  assert.deepEqual(body.output, {
    order_id: '100101',
    status: 'pending',
    status_text: 'Order 100101 was placed on 10 November 2026 and has not been shipped yet.',
    created_at: '2026-11-10T10:00:00.000Z',
    updated_at: '2026-11-10T10:05:00.000Z',
    currency: 'USD',
    total: 59.9,
    items: [{ name: "Hiking boots – Men's", options: { Size: '42' }, quantity: 1, unit_price: 49.9 }],
    shipments: [{ tracking_numbers: ['1Z999'], item_names: [] }],
    refunds: [{ amount: 10 }],
  });
  const done = await ask('get_order_status', { args: { order_id: '100103' } });
  assert.equal(done.body.output?.status_text, 'Order 100103 was completed on 5 November 2026.');
});

test('another customer’s order, a guest’s, a draft and no order are the same answer, in every tool', async () => {
  const tools = {
    get_order_status: {},
    cancel_order: { reason: 'no_longer_needed' },
    reinstate_order: {},
    request_return: { skus: ['BOOT-42'] },
    cancel_return: {},
    change_address: { address1: '14 Birch Lane', city: 'Dallas' },
    restore_address: {},
  };
  const before_ = structuredClone(woo.orders);
  for (const ignores of [false, true]) {
    woo.ignoresCustomer = ignores;
    for (const [tool, rest] of Object.entries(tools)) {
      const answer = async (orderId: string, sub = 'wp:1:7') => {
        const { status, body } = await ask(tool, { sub, args: { order_id: orderId, ...rest } });
        return { status, ...body, requestId: '' };
      };
      const nothing = await answer('999999');
      assert.deepEqual([nothing.status, nothing.code], [404, 'not_found']);
      for (const id of ['100104', '100105', '100106']) assert.deepEqual(await answer(id), nothing, `${tool} ${id}`);
      for (const sub of ['wp:1:8', 'customer:7']) assert.deepEqual(await answer('100101', sub), nothing, `${tool} ${sub}`);
      const guest = await answer('100101', 'anon:0123456789abcdef');
      assert.equal(guest.status, 403, tool);
    }
  }
  assert.deepEqual(woo.orders, before_);
});

test('the short numbers of a young shop are order numbers like others', async () => {
  woo.orders.push(wooOrder(87, { customer_id: 9 }));
  assert.equal((await ask('get_order_status', { sub: 'wp:1:9', args: { order_id: '87' } })).body.output?.order_id, '87');
  const { orders } = (await ask('list_orders', { sub: 'wp:1:9' })).body.output as { orders: { order_id: string }[] };
  assert.equal(orders[0]?.order_id, '87');
  assert.equal((await cancel(87, { sub: 'wp:1:9' })).status, 200);
});

test('an order whose number a plug-in made is found by that number, and by no other', async () => {
  const { body } = await ask('get_order_status', { args: { order_id: 'WEB-100108' } });
  assert.deepEqual([body.output?.order_id, body.output?.status], ['WEB-100108', 'processed']);
  assert.equal((await ask('get_order_status', { args: { order_id: '100108' } })).status, 404);
});

test('orders are listed newest first over pages, without drafts and without anybody else’s, and as long as was asked for', async () => {
  const list = async (args: object = {}) => {
    const { orders, more } = (await ask('list_orders', { args })).body.output as { orders: { order_id: string }[]; more: boolean };
    return [...orders.map(({ order_id: id }) => id), more];
  };
  const all = ['100102', '100101', '100107', 'WEB-100108', '100103'];
  assert.deepEqual(await list(), [...all, false]);
  assert.deepEqual(await list({ limit: 2 }), ['100102', '100101', true]);
  assert.deepEqual(await list({ limit: 5 }), [...all, false]);
  assert.deepEqual(await list({ status: 'pending' }), ['100102', '100101', '100107', false]);
  assert.deepEqual(await list({ status: 'delivered', limit: 1 }), ['100103', false]);
  woo.ignoresCustomer = true;
  assert.deepEqual(await list(), [...all, false]);
  woo.ignoresCustomer = false;
  woo.orders.push(...Array.from({ length: 300 }, (_none, index) => wooOrder(200_000 + index)));
  assert.deepEqual(await list({ status: 'cancelled' }), [true]);
  assert.ok(woo.requests.every(({ query }) => Number(query.per_page ?? 1) <= 100 && query.customer === '7'));
});

test('a paid order is cancelled and its money goes back through the gateway, once, and the key’s answer comes again', async () => {
  const key = randomUUID();
  const { status, body, text } = await cancel(100101, { key });
  assert.equal(status, 200, text);
  const { cancelled_at: at, ...rest } = body.output ?? {};
  assert.deepEqual(rest, {
    order_id: '100101',
    status: 'cancelled',
    refund_amount: 59.9,
    currency: 'USD',
    refund_to: 'where you paid from (Credit card (Stripe))',
    refund_timing: 'within 5 to 7 business days',
  });
  const order = orderOf(100101);
  assert.deepEqual([order.made.map(({ amount }) => amount), order.status], [['59.90'], 'refunded']);
  assert.equal((await cancel(100101, { key })).text, text);
  assert.deepEqual(ruleOf(await cancel(100101)), [409, 'not_allowed_now', 'the order was already cancelled']);
  assert.equal(order.made.length, 1);
  const seen = await ask('get_order_status', { args: { order_id: '100101' } });
  assert.deepEqual([seen.body.output?.status, seen.body.output?.cancelled_at, seen.body.output?.refunds], ['cancelled', at, [{ amount: 59.9 }]]);
  assert.deepEqual(ruleOf(await ask('reinstate_order', { args: { order_id: '100101' } })), [
    409,
    'not_allowed_now',
    'the refund was already sent, so the order can’t be brought back; it can be placed again',
  ]);
});

test('of a race for one order one wins', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, async () => await cancel(100101)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409]);
  assert.equal(orderOf(100101).made.length, 1);
});

for (const [what, method, path] of [
  ['the cancellation', 'PUT', /^orders\/\d+$/],
  ['the refund', 'POST', /refunds$/],
] as const) {
  for (const mood of ['losing the answer', 'down', 'html', 'huge'] as const) {
    test(`${mood} at ${what}: nobody claims anything, and the same key completes it without doing anything twice`, async () => {
      const key = randomUUID();
      moodyOnce(mood, method, path);
      const first = await cancel(100101, { key });
      assert.deepEqual([first.status, first.body.code], [502, 'effect_unknown']);
      const again = await cancel(100101, { key });
      assert.deepEqual([again.status, again.body.output?.refund_amount], [200, 59.9], again.text);
      const order = orderOf(100101);
      assert.deepEqual([order.made.map(({ amount }) => amount), order.status], [['59.90'], 'refunded']);
    });
  }
}

test('money that somebody has sent back between a cut and the next attempt is not sent again', async () => {
  const key = randomUUID();
  moodyOnce('down', 'POST', /refunds$/);
  assert.equal((await cancel(100101, { key })).body.code, 'effect_unknown');
  const order = orderOf(100101);
  order.refunds = [{ total: '-59.90' }];
  assert.equal((await cancel(100101, { key })).body.output?.refund_timing, 'within 5 to 7 business days');
  assert.deepEqual([order.made, order.notes], [[], []]);
  assert.equal(woo.requests.filter(({ path }) => path.endsWith('/refunds')).length, 1);
});

test('after the first request of a change no failure looks as if nothing was done, not even a refusal', async () => {
  for (const mood of ['redirecting', 'down'] as const) {
    woo.orders.splice(0, Infinity, ...makeOrders());
    const key = randomUUID();
    moodyOnce(mood, 'POST', /notes$/);
    assert.deepEqual(ruleOf(await cancel(100107, { key })).slice(0, 2), [502, 'effect_unknown'], mood);
    assert.equal((await cancel(100107, { key })).status, 200);
    assert.equal(orderOf(100107).notes.length, 1);
  }
});

test('a write that is answered and not committed is completed by its key: the shop has done it, and does it once', async () => {
  const key = randomUUID();
  await harness.database.query(
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
  );
  await harness.database.query('CREATE TRIGGER refuse BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION refuse()');
  const cut = await cancel(100107, { key });
  await harness.database.query('DROP TRIGGER refuse ON idempotency_keys');
  assert.ok(cut.status >= 500);
  assert.equal(orderOf(100107).status, 'cancelled');
  const { status, text } = await cancel(100107, { key });
  assert.equal(status, 200, text);
  assert.equal(orderOf(100107).notes.length, 1);
});

test('where the gateway sends nothing back by itself, or refuses, the shop’s people are told, and so is the customer', async () => {
  const byHand = await cancel(100107, { preview: true });
  assert.deepEqual(byHand.body.preview?.facts.at(-1), { label: 'When', value: 'as soon as our team has sent it by hand' });
  const { body } = await cancel(100107);
  assert.deepEqual([body.output?.refund_amount, body.output?.refund_timing], [59.9, 'as soon as our team has sent it by hand']);
  woo.gateways.set('stripe', { refunds: true, refuses: true });
  const refused = await cancel(100101);
  assert.deepEqual([refused.status, refused.body.output?.refund_timing], [200, 'as soon as our team has sent it by hand']);
  for (const id of [100101, 100107]) {
    const [note, ...others] = orderOf(id).notes;
    assert.match(note?.note ?? '', /^Cancelled in the chat \(ordered_by_mistake\)\. 59\.90 USD is to be refunded by hand\. \[aiguy /);
    assert.deepEqual([note?.customer_note, others, orderOf(id).made], [false, [], []]);
  }
});

test('an order that was not paid is cancelled without a refund, and brought back within ten minutes', async () => {
  const { body } = await cancel(100102);
  assert.deepEqual([body.output?.refund_amount, body.output?.refund_to], [0, 'nobody, as nothing was paid']);
  assert.equal(orderOf(100102).status, 'cancelled');
  laterMs = 601_000;
  const reinstate = async () => await ask('reinstate_order', { args: { order_id: '100102' } });
  assert.equal(ruleOf(await reinstate())[2], 'more than 10 minutes have passed since the order was cancelled');
  laterMs = 590_000;
  const back = await reinstate();
  assert.deepEqual([back.status, orderOf(100102).status], [200, 'on-hold'], back.text);
});

test('only what is not in the post is cancelled or sent elsewhere', async () => {
  assert.equal(ruleOf(await cancel(100103))[2], 'the order was already delivered, so it can no longer be cancelled');
  const plugIn = { args: { order_id: 'WEB-100108', reason: 'no_longer_needed' } };
  assert.equal(ruleOf(await ask('cancel_order', plugIn))[2], 'the order was already processed, so it can no longer be cancelled');
  assert.deepEqual(
    woo.requests.filter(({ method }) => method !== 'GET'),
    [],
  );
});

test('a return stands in our own table and in a note for the shop’s people, once', async () => {
  const args = { order_id: '100103', skus: ['BOOT-42'] };
  const key = randomUUID();
  moodyOnce('losing the answer', 'POST', /notes$/);
  assert.equal((await ask('request_return', { args, key })).body.code, 'effect_unknown');
  const { status, body, text } = await ask('request_return', { args, key });
  assert.deepEqual([status, body.output?.refund_amount], [200, 49.9], text);
  assert.equal(orderOf(100103).notes.length, 1);
  assert.match(orderOf(100103).notes[0]?.note ?? '', /^Return asked for in the chat: BOOT-42\. 49\.90 USD/);
  const seen = await ask('list_orders', { args: { status: 'delivered' } });
  assert.match(seen.text, /A return was requested on/);
  assert.equal(ruleOf(await ask('request_return', { args }))[1], 'not_allowed_now');
  assert.match(String(ruleOf(await ask('request_return', { args: { ...args, order_id: '100101' } }))[2]), /^only delivered orders can be returned/);
  assert.equal((await ask('cancel_return', { args: { order_id: '100103' } })).status, 200);
});

test('an address is changed and put back, also when the first answer was lost', async () => {
  const args = { order_id: '100101', address1: '14 Birch Lane', city: 'Dallas', state: 'TX', zip: '75201', country: 'USA' };
  const key = randomUUID();
  moodyOnce('losing the answer', 'PUT', /^orders/);
  assert.equal((await ask('change_address', { args, key })).body.code, 'effect_unknown');
  const { status, body, text } = await ask('change_address', { args, key });
  assert.deepEqual([status, body.output?.ship_to], [200, '14 Birch Lane, Dallas, TX 75201, US'], text);
  assert.equal(orderOf(100101).shipping.address_1, '14 Birch Lane');
  const back = await ask('restore_address', { args: { order_id: '100101' } });
  assert.deepEqual([back.status, orderOf(100101).shipping.address_1, orderOf(100101).shipping.postcode], [200, '1 Elm Street', '78701'], back.text);
});

test('an address that would change the price is refused, and the order is as before', async () => {
  woo.taxes.set('NY', 5);
  const args = { order_id: '100101', address1: '5 Rose Street', city: 'Albany', state: 'NY', zip: '12207' };
  const key = randomUUID();
  moodyOnce('losing the answer', 'PUT', /^orders/);
  assert.equal((await ask('change_address', { args, key })).body.code, 'effect_unknown');
  const answer = await ask('change_address', { args, key });
  assert.match(String(ruleOf(answer)[2]), /^with this address the order would have another price/);
  assert.deepEqual([orderOf(100101).total, orderOf(100101).shipping.state], ['59.90', 'TX']);
});

test('with a key that may only read, orders are told, a change is refused and nobody thinks that it was made', async () => {
  woo.isReadOnly = true;
  assert.equal((await ask('get_order_status', { args: { order_id: '100101' } })).status, 200);
  const before_ = structuredClone(woo.orders);
  const { status, body } = await cancel(100101);
  assert.deepEqual([status, body.code, woo.orders], [502, 'tool_failed', before_]);
});

test('a shop that is down, slow, elsewhere or no WooCommerce is a tool that is not available, and nothing of it is repeated', async () => {
  for (const mood of ['down', 'html', 'huge', 'redirecting', 'losing the answer'] as const) {
    woo.mood = () => mood;
    for (const tool of ['get_order_status', 'cancel_order']) {
      const args = { order_id: '100101', ...(tool === 'cancel_order' ? { reason: 'no_longer_needed' } : {}) };
      const { status, body, text } = await ask(tool, { args });
      assert.deepEqual([status, body.code], [502, 'tool_unavailable'], `${mood} ${tool}`);
      assert.ok(!/maintenance|html|elsewhere|ck_|cs_/.test(text));
    }
  }
  assert.ok(woo.requests.every(({ path }) => path !== 'elsewhere'));
  woo.mood = () => 'hanging';
  const slow = await harness.build({
    catalogue: bent({ get_order_status: { timeouts_ms: { attempt: 100, total: 100 } } }),
    handlers: createHandlers({
      shop: createWooShop({
        client: createWooClient(woo.settings),
        database: harness.database,
        namings: new Map([[harness.site.issuer.issuer, ['wp-users']]]),
      }),
    } as never),
  });
  const late = await sendFor(harness, { sub: 'wp:1:7' }, { on: slow, tool: 'get_order_status', args: { order_id: '100101' } });
  assert.equal(late.body.code, 'tool_timeout');
});

// change_address and restore_address: where a pending order goes, for its owner alone, by the shop's rules, and back again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import type { Address } from '../src/backends/shop.ts';
import { type Harness, startHarness } from './harness.ts';
import { bent, type PendingOrder, pendingOrders, sendFor, type Write, type Written } from './write-harness.ts';

let harness: Harness;
let service: Service;
let orders: PendingOrder[];

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({ catalogue: bent() });
  orders = await pendingOrders(harness);
});
after(async () => await harness.close());

const nextOrder = () => orders.shift() ?? assert.fail('no such order is left');
const subjectOf = (order: PendingOrder) => `wp:1:${order.wp_user_id}`;
const elsewhere = { address1: '14 Birch Lane', address2: 'Apt 5', city: 'Portland', state: 'OR', zip: '97201' };
const inWords = '14 Birch Lane, Apt 5, Portland, OR 97201, USA';

type Change = Partial<Omit<Write, 'args'>> & { args?: object };
const send = async (order: PendingOrder, { args = elsewhere, ...change }: Change = {}) =>
  await sendFor(harness, { sub: subjectOf(order) }, { on: service, tool: 'change_address', args: { order_id: order.order_id, ...args }, ...change });
const restore = async (order: PendingOrder, change: Partial<Write> = {}) =>
  await sendFor(harness, { sub: subjectOf(order) }, { on: service, tool: 'restore_address', args: { order_id: order.order_id }, ...change });
const ruleOf = ({ status, body }: Written) => [status, body.code, body.details?.[0]?.pointer, body.details?.[0]?.rule];

async function addressOf({ order_id: orderId }: PendingOrder): Promise<Address> {
  const { rows } = await harness.database.query<{ address: Address }>('SELECT shipping_address AS address FROM orders WHERE order_id = $1', [
    orderId,
  ]);
  return rows[0]?.address ?? assert.fail();
}

function words({ address1, address2, city, state, zip, country }: Address): string {
  return [address1, ...(address2 ? [address2] : []), city, `${state} ${zip}`, country].join(', ');
}

test('the preview shows the old and the new address and changes nothing; the click sends the order there', async () => {
  const order = nextOrder();
  const old = await addressOf(order);
  const { body } = await send(order, { preview: true, key: null });
  assert.deepEqual(body.preview, {
    summary: `Send order ${order.order_id} to another address`,
    facts: [
      { label: 'Until now', value: words(old) },
      { label: 'New address', value: inWords },
    ],
  });
  assert.deepEqual(await addressOf(order), old);
  const changed = await send(order);
  assert.deepEqual([changed.status, changed.body.output?.ship_to, changed.body.output?.status], [200, inWords, 'pending'], changed.text);
  assert.deepEqual(await addressOf(order), { ...elsewhere, country: 'USA' });
});

test('before the customer is asked where to, the preview shows the present address; the call itself needs the new one', async () => {
  const order = nextOrder();
  const ask = async (args: object, preview: boolean) => await send(order, { preview, key: preview ? null : randomUUID(), args });
  const { body } = await ask({ zip: '97201' }, true);
  assert.deepEqual(body.preview?.facts, [{ label: 'Until now', value: words(await addressOf(order)) }]);
  assert.equal((await ask({ zip: '97201' }, false)).body.code, 'invalid_input');
  assert.equal((await ask({ city: '97201' }, true)).body.code, 'invalid_input');
  assert.equal((await ask({ street: 'x' }, true)).body.code, 'invalid_input');
});

test('the former address is put back within ten minutes, once, and not over a change by somebody else', async () => {
  const order = nextOrder();
  const old = await addressOf(order);
  const nothing = [409, 'not_allowed_now', '/order_id', 'the address was not changed in this chat, so there is none to go back to'];
  assert.deepEqual(ruleOf(await restore(order)), nothing);
  await send(order);
  const preview = await restore(order, { preview: true, key: null });
  assert.deepEqual(preview.body.preview?.facts, [
    { label: 'Until now', value: inWords },
    { label: 'Former address', value: words(old) },
  ]);
  assert.equal((await restore(order)).body.output?.ship_to, words(old));
  assert.deepEqual(await addressOf(order), old);
  assert.deepEqual(ruleOf(await restore(order)), nothing);
  await send(order);
  const ago = async (seconds: number) =>
    await harness.database.query("UPDATE order_address_changes SET changed_at = now() - $2 * interval '1 second' WHERE order_id = $1", [
      order.order_id,
      seconds,
    ]);
  await ago(602);
  assert.equal(ruleOf(await restore(order))[3], 'more than 10 minutes have passed since the address was changed');
  await ago(590);
  await harness.database.query('UPDATE orders SET shipping_address = shipping_address || \'{"zip":"97299"}\' WHERE order_id = $1', [order.order_id]);
  assert.deepEqual(ruleOf(await restore(order)), nothing);
});

test('the same key is one change; the same address again is refused, whichever key it has', async () => {
  const order = nextOrder();
  const old = await addressOf(order);
  const key = randomUUID();
  const first = await send(order, { key });
  const again = await send(order, { key });
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first.text, 'true']);
  assert.deepEqual(ruleOf(await send(order)), [409, 'not_allowed_now', '/address1', 'the order already goes to this address']);
  const raced = nextOrder();
  const answers = await Promise.all(Array.from({ length: 6 }, async () => await send(raced)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409]);
  assert.equal((await restore(order)).body.output?.ship_to, words(old));
});

for (const [status, rule] of [
  ['processed', 'the order was already processed, so it can no longer be sent elsewhere'],
  ['delivered', 'the order was already delivered'],
  ['cancelled', 'the order was cancelled'],
] as const) {
  test(`an order that is ${status} goes nowhere else; the preview says so before anybody confirms`, async () => {
    const { rows } = await harness.database.query<PendingOrder>(
      'SELECT order_id, wp_user_id FROM orders JOIN customers USING (customer_id) WHERE status = $1 ORDER BY order_id LIMIT 1',
      [status],
    );
    const order = rows[0] ?? assert.fail();
    for (const change of [{ preview: true }, { preview: false }, { preview: true, args: {} }])
      assert.deepEqual(ruleOf(await send(order, change)), [409, 'not_allowed_now', '/order_id', rule]);
    for (const preview of [true, false]) assert.equal(ruleOf(await restore(order, { preview }))[3], rule);
  });
}

test('an address is complete, in plain text on one line each, and in the same country', async () => {
  const order = nextOrder();
  const refused = async (change: object) => ruleOf(await send(order, { preview: true, args: { ...elsewhere, ...change } })).slice(1);
  assert.deepEqual(await refused({ state: undefined }), ['invalid_input', '/state', 'is missing; a complete address in this country has a state']);
  assert.deepEqual(await refused({ zip: undefined }), ['invalid_input', '/zip', 'is missing; a complete address in this country has a zip']);
  for (const [name, text] of [
    ['address1', '   '],
    ['address1', '<b>14 Birch Lane</b>'],
    ['address2', 'Apt\u0007 5'],
    ['state', '\u202eRO'],
  ] as const)
    assert.deepEqual(await refused({ [name]: text }), ['invalid_input', `/${name}`, 'must be plain text on one line'], text);
  for (const change of [{ address1: 'x'.repeat(121) }, { city: 'Portland 97201' }, { zip: '9'.repeat(13) }, { phone: '1' }])
    assert.equal((await refused(change))[0], 'invalid_input', JSON.stringify(change));
  for (const country of ['Canada', 'CA', 'Deutschland'])
    assert.match(String((await refused({ country }))[2]), /^an order can’t be sent to another country here/, country);
  for (const country of ['USA', 'us', 'U.S.A.', 'United States'])
    assert.equal((await send(order, { preview: true, args: { ...elsewhere, country } })).status, 200, country);
  assert.equal((await send(order, { args: { ...elsewhere, address1: '  14\n Birch   Lane ' } })).body.output?.ship_to, inWords);
});

test('another customer’s order and no order are the same answer, in call and preview, for customers and guests', async () => {
  const [mine, others] = [nextOrder(), nextOrder()];
  await send(others);
  for (const sub of [subjectOf(mine), 'anon:0123456789abcdef', 'wp:1:999999']) {
    for (const preview of [true, false]) {
      for (const tool of ['change_address', 'restore_address']) {
        const ask = async (orderId: string) => {
          const args = { order_id: orderId, ...(tool === 'change_address' ? { ...elsewhere, city: 'Salem' } : {}) };
          const { status, body } = await sendFor(harness, { sub }, { on: service, tool, args, preview });
          return { status, ...body, requestId: '' };
        };
        const nothing = await ask('W0000000');
        assert.deepEqual([nothing.status, nothing.code], sub.startsWith('anon:') ? [403, 'sign_in_required'] : [404, 'not_found']);
        assert.deepEqual(await ask(others.order_id), nothing, `${sub} ${tool}`);
      }
    }
  }
  assert.deepEqual(await addressOf(others), { ...elsewhere, country: 'USA' });
});

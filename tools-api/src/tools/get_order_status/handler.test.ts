import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Order, Shop } from '../../backends/shop.ts';
import type { ToolContext } from '../handler.ts';
import { createGetOrderStatus, statusText } from './handler.ts';

const order: Order = {
  order_id: 'W2530531',
  status: 'processed',
  created_at: new Date('2026-11-11T15:40:00Z'),
  updated_at: new Date('2026-11-13T19:40:00Z'),
  shipped_at: new Date('2026-11-13T19:40:00Z'),
  delivered_at: null,
  cancelled_at: null,
  return_requested_at: null,
  currency: 'USD',
  total: 98.82,
  shipping_address: { address1: '1 Elm Street', city: 'Austin', state: 'TX', zip: '78701', country: 'USA' },
  items: [{ sku: '1', name: 'Tea Kettle', options: { material: 'glass' }, quantity: 1, unit_price: 98.82 }],
  fulfillments: [{ tracking_ids: ['687098298881'], skus: ['1', 'gone'] }],
  payments: [
    { type: 'payment', amount: 98.82, payment_method_id: 'card' },
    { type: 'refund', amount: -10, payment_method_id: 'card' },
  ],
};
const context: ToolContext = { subject: { issuer: 'https://shop.example', subject: 'wp:1:7' }, signal: new AbortController().signal };
const shopOf = (customer: string | undefined): Shop => ({
  within: () => assert.fail('a read changes nothing'),
  resolveCustomer: async () => customer,
  listOrders: async () => assert.fail('one order was asked for'),
  ordersWithin: () => assert.fail('no period is asked for'),
  nameOf: async () => assert.fail('nobody is named'),
  emailOf: async () => assert.fail('nobody is written to'),
  findOrder: async (customerId, orderId) => (customerId === 'mia' && orderId === order.order_id ? order : undefined),
});
const ask = async (shop: Shop, orderId: string) => await createGetOrderStatus({ shop })({ order_id: orderId } as never, context);

test('each status is one sentence with its date in words, in UTC', () => {
  const late = new Date('2026-03-01T23:30:00Z');
  assert.equal(statusText(order), 'Order W2530531 was shipped on 13 November 2026 and is on its way.');
  assert.equal(statusText({ ...order, status: 'pending' }), 'Order W2530531 was placed on 11 November 2026 and has not been shipped yet.');
  assert.equal(statusText({ ...order, status: 'delivered', delivered_at: late }), 'Order W2530531 was delivered on 1 March 2026.');
  assert.equal(statusText({ ...order, status: 'cancelled', cancelled_at: late }), 'Order W2530531 was cancelled on 1 March 2026.');
});

test('a return that was asked for is said, with its day', () => {
  const returned = {
    ...order,
    status: 'delivered' as const,
    delivered_at: new Date('2026-03-01T10:00:00Z'),
    return_requested_at: new Date('2026-03-04T10:00:00Z'),
  };
  assert.equal(statusText(returned), 'Order W2530531 was delivered on 1 March 2026. A return was requested on 4 March 2026.');
});

test('a date that the shop does not know is left out, not invented', () => {
  assert.equal(statusText({ ...order, shipped_at: null }), 'Order W2530531 has been processed and is being made ready.');
  assert.equal(statusText({ ...order, status: 'delivered' }), 'Order W2530531 has been delivered.');
  assert.equal(statusText({ ...order, status: 'cancelled' }), 'Order W2530531 has been cancelled.');
});

test('shipments name their items and refunds are positive amounts', async () => {
  const output = await ask(shopOf('mia'), 'W2530531');
  assert.deepEqual(output.shipments, [{ tracking_numbers: ['687098298881'], item_names: ['Tea Kettle', 'item'] }]);
  assert.deepEqual(output.refunds, [{ amount: 10 }]);
  assert.ok(!('delivered_at' in output));
});

test('no customer, another customer and no order are the same error', async () => {
  for (const [customer, orderId] of [
    [undefined, 'W2530531'],
    ['noah', 'W2530531'],
    ['mia', 'W0000000'],
  ] as const) {
    await assert.rejects(ask(shopOf(customer), orderId), (error: unknown) => error instanceof AiguyError && error.code === 'not_found');
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOrder } from './order-answer.ts';

const order = {
  order_id: 'W2530531',
  status: 'processed',
  status_text: 'Order W2530531 was shipped on 13 November 2026 and is on its way.',
  currency: 'USD',
  total: 1098.8,
  items: [
    { name: 'Tea Kettle', quantity: 1 },
    { name: 'Lamp', quantity: 2 },
  ],
  shipments: [{ tracking_numbers: ['687098298881'] }, { tracking_numbers: ['111', '222'] }],
  refunds: [{ amount: 10 }, { amount: 2.5 }],
};

test('an order is told in plain sentences: state, tracking, items with total, refunds', () => {
  assert.equal(
    describeOrder(order),
    'Order W2530531 was shipped on 13 November 2026 and is on its way. Tracking numbers: 687098298881, 111, 222. It contains Tea Kettle and 2 × Lamp, $1,098.80 in total. $12.50 has been refunded.',
  );
});

test('nothing is told that is not there: no tracking before shipping, no refund, no items', () => {
  const pending = { ...order, status: 'pending', status_text: 'Order W2530531 is being prepared.', refunds: [], items: [] };
  assert.equal(describeOrder(pending), 'Order W2530531 is being prepared.');
  assert.match(describeOrder({ ...order, shipments: [{ tracking_numbers: ['687'] }] }), /Tracking number: 687\./);
});

test('of an order that a guest has only named the address of there is the state to tell', () => {
  const { order_id, status, status_text } = order;
  assert.equal(describeOrder({ order_id, status, status_text, has_tracking: true }), status_text);
});

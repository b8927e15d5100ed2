import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderTool } from '../requests.fixture.ts';
import { meantItems, meantOrders, type OwnOrder } from './own-orders.ts';

const item = (sku: string, name: string, options: Record<string, string> = {}) => ({ sku, name, options });
const orders: OwnOrder[] = [
  { order_id: 'W1', status: 'delivered', created_at: '2026-09-02T10:00:00Z', items: [item('1', 'Hiking Boots'), item('2', 'Tea Kettle')] },
  {
    order_id: 'W2',
    status: 'pending',
    created_at: '2026-10-30T10:00:00Z',
    items: [item('3', 'T-Shirt', { color: 'red' }), item('4', 'T-Shirt', { color: 'blue' })],
  },
  {
    order_id: 'W3',
    status: 'delivered',
    created_at: '2026-11-01T10:00:00Z',
    items: [item('5', 'Action Camera'), item('6', 'Digital Camera'), item('7', 'Fleece Jacket')],
  },
];
const returnTool = { ...orderTool, name: 'request_return' };
const meant = (message: string, tool = orderTool) => meantOrders(orders, tool, message).map(({ order_id: id }) => id);

for (const { message, ids } of [
  { message: 'any news on my last order', ids: ['W3'] },
  { message: 'did you ship the boots and the kettle yet?', ids: ['W1'] },
  { message: 'the shirts, where are they', ids: ['W2'] },
  { message: 'the stuff from September', ids: ['W1'] },
  { message: 'has my parcel gone out?', ids: ['W2'] },
]) {
  test(`of one’s own orders, «${message}» means ${ids.join(', ')}`, () => assert.deepEqual(meant(message), ids));
}

test('only what was delivered can go back; where that leaves several it is a question', () => {
  assert.deepEqual(meant('I want to send something back', returnTool), ['W3', 'W1']);
  assert.deepEqual(meant('take the kettle back', returnTool), ['W1']);
});

test('no orders, no answer', () => assert.deepEqual(meantOrders([], orderTool, 'my last order'), []));

for (const { order, message, skus } of [
  { order: 0, message: 'the boots are too small', skus: ['1'] },
  { order: 0, message: 'return the boots and the kettle', skus: ['1', '2'] },
  { order: 0, message: 'return W1', skus: ['1', '2'] },
  { order: 1, message: 'the red shirt', skus: ['3'] },
  { order: 1, message: 'both t-shirts', skus: ['3', '4'] },
  { order: 2, message: 'the action camera is scratched', skus: ['5'] },
  { order: 2, message: 'take back the fleece', skus: ['7'] },
]) {
  test(`«${message}» means ${skus.join(' and ')}`, () => assert.deepEqual(meantItems(orders[order] as OwnOrder, message), skus));
}

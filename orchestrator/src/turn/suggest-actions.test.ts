import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestActions } from './suggest-actions.ts';
import type { Turn } from './turn.ts';

const order = (id: string, name: string) => ({ order_id: id, items: [{ name }] });
const outcome = { ok: true, output: { orders: [order('W1111111', 'Tea Kettle'), order('W2222222', 'x'.repeat(200)), order('W3333333', 'Lamp')] } };
const call = { id: 'c', name: 'list_orders', argumentsText: '{}' };
const after = (text: string) =>
  suggestActions({ said: [{ parts: [{ text }] }], messages: [{ role: 'tool', call, outcome }] } as unknown as Pick<Turn, 'said' | 'messages'>);

test('the orders that an answer asks about are one click away, labelled by what is in them, in one line', () => {
  const [event] = after('Which one do you mean: order W1111111 (Tea Kettle) or order W2222222?');
  assert.ok(event?.type === 'CUSTOM');
  assert.equal(event.name, 'aiguy.suggested_actions');
  const { actions } = event.value as { actions: { label: string; message: string }[] };
  assert.deepEqual(actions[0], { label: 'W1111111 · Tea Kettle', message: 'W1111111' });
  assert.deepEqual([actions.length, actions[1]?.message, actions[1]?.label.length], [2, 'W2222222', 80]);
});

test('an answer that asks nothing, or names one order, suggests nothing', () => {
  assert.deepEqual(after('Order W1111111 and order W2222222 are on their way.'), []);
  assert.deepEqual(after('Do you mean order W1111111?'), []);
});

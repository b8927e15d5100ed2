// How the policy without a model finds the order that a message means but does not number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelEvent, ToolDefinition, TranscriptMessage } from '../port.ts';
import { call, called, collect, docsTool, makeRequest, orderTool, textOf, user } from '../requests.fixture.ts';
import { fakeEmbed } from './fake-embed.fixture.ts';
import { createOfflineModel } from './offline.ts';

const listTool: ToolDefinition = {
  ...orderTool,
  name: 'list_orders',
  input: { type: 'object', properties: {} },
  examples: [{ message: 'show all my orders', input: {} }],
};
const ask = async (messages: TranscriptMessage[]) =>
  await collect(createOfflineModel({ embed: fakeEmbed }), makeRequest(messages, { tools: [docsTool, orderTool, listTool] }));

function callIn([first]: ModelEvent[]): [string, unknown] {
  assert.ok(first?.type === 'tool_call', JSON.stringify(first));
  return [first.call.name, JSON.parse(first.call.argumentsText)];
}

const ownOrders = [
  { order_id: 'W1111111', status: 'pending', created_at: '2026-11-01T10:00:00Z', items: [{ sku: '1', name: 'Tea Kettle' }] },
  { order_id: 'W2222222', status: 'pending', created_at: '2026-10-01T10:00:00Z', items: [{ sku: '2', name: 'Hiking Boots' }] },
];
const afterLookUp = async (text: string, orders: object[] = ownOrders) => {
  const listCall = call('list_orders', {});
  const messages: TranscriptMessage[] = [
    user(text),
    called(listCall),
    { role: 'tool', call: listCall, outcome: { ok: true, output: { orders, more: false } } },
  ];
  return await ask(messages);
};

test('an order without a number is looked up among the visitor’s own, and the one he names is taken', async () => {
  assert.deepEqual(callIn(await ask([user('where is my order with the boots')])), ['list_orders', {}]);
  assert.deepEqual(callIn(await afterLookUp('where is my order with the boots')), ['get_order_status', { order_id: 'W2222222' }]);
  assert.deepEqual(callIn(await afterLookUp('where is my last order')), ['get_order_status', { order_id: 'W1111111' }]);
});

test('where several of them may be meant it is asked which, by what is in them; where there is none, for the number', async () => {
  assert.equal(
    textOf(await afterLookUp('where is my order')),
    'Which one do you mean: order W1111111 (Tea Kettle) or order W2222222 (Hiking Boots)?',
  );
  assert.match(textOf(await afterLookUp('where is my order', [])), /^Which order do you mean\?/);
});

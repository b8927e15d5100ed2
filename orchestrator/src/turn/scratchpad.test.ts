import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { LoggedEvent } from '../session/event-log.ts';
import { emptyScratchpad } from '../session/memory.ts';
import { noteEvents } from './scratchpad.ts';

type Did = { tool?: string; args?: object; output?: object; code?: string; cites?: string[]; asks?: boolean };

/** A run as the log holds it. */
function run(id: string, question: string, did: Did = {}): LoggedEvent[] {
  const call = `call-${id}`;
  const result = did.output ? { ok: true, output: did.output } : { ok: false, code: did.code, message: '' };
  const citations = (did.cites ?? []).map((passageId) => ({
    passageId,
    title: passageId.split('#')[0],
    url: `https://shop.example/${passageId}`,
    number: 1,
  }));
  const messages = question ? [{ id: `${id}-m`, role: 'user' as const, content: question }] : [];
  const cards = did.asks ? [{ id: 'card', reason: 'confirmation', message: 'Cancel?', toolCallId: call }] : [];
  const events = [
    { type: EventType.RUN_STARTED, threadId: 's', runId: id, input: { threadId: 's', runId: id, messages, tools: [], context: [] } },
    ...(did.args
      ? [
          { type: EventType.TOOL_CALL_START, toolCallId: call, toolCallName: did.tool },
          { type: EventType.TOOL_CALL_ARGS, toolCallId: call, delta: JSON.stringify(did.args) },
        ]
      : []),
    ...(did.output || did.code ? [{ type: EventType.TOOL_CALL_RESULT, toolCallId: call, messageId: 'r', content: JSON.stringify(result) }] : []),
    ...(did.cites ? [{ type: EventType.CUSTOM, name: 'aiguy.citations', value: { messageId: 'a', citations } }] : []),
    { type: EventType.RUN_FINISHED, threadId: 's', runId: id, outcome: did.asks ? { type: 'interrupt', interrupts: cards } : { type: 'success' } },
  ] as AGUIEvent[];
  return events.map((event, index) => ({ seq: index + 1, runId: id, event }));
}
const status = (id: string, order: string) =>
  run(id, `Where is ${order}?`, { args: { order_id: order }, output: { order_id: order, items: [{ name: 'Tea Kettle' }] } });
const noted = (...runs: LoggedEvent[][]) => noteEvents(emptyScratchpad, runs.flat()).scratchpad;

test('orders, products, tickets and articles are noted from results and citations, the latest first', () => {
  const pad = noted(
    status('r1', 'W1111111'),
    status('r2', 'W2222222'),
    run('r3', 'A ticket?', { args: { reference: 'T-7K3M9Q' }, output: { reference: 'T-7K3M9Q' } }),
    run('r4', 'How long?', { args: { query: 'x' }, output: { passages: [] }, cites: ['returns#0'] }),
  );
  assert.deepEqual([pad.orders, pad.currentOrders, pad.tickets, pad.products], [['W2222222', 'W1111111'], 1, ['T-7K3M9Q'], ['Tea Kettle']]);
  assert.deepEqual(pad.articles, [{ title: 'returns', url: 'https://shop.example/returns' }]);
  assert.equal(pad.subject, 'article');
});

test('an order that a tool did not find is not noted; one that a card asks about is', () => {
  assert.deepEqual(noted(run('r1', 'Where?', { args: { order_id: 'W9999999' }, code: 'not_found' })).orders, []);
  assert.deepEqual(noted(run('r1', 'Cancel W1111111', { args: { order_id: 'W1111111' }, asks: true })).orders, ['W1111111']);
});

test('two orders in one exchange are both the current ones', () => {
  const both = [...status('r1', 'W1111111'), ...status('r1', 'W2222222').slice(1)];
  const pad = noteEvents(emptyScratchpad, both).scratchpad;
  assert.deepEqual([pad.orders, pad.currentOrders], [['W1111111', 'W2222222'], 2]);
});

test('a question counts from its answer on, in any of its wordings and when the visitor complains', () => {
  const answer = { args: { query: 'x' }, output: { passages: [] } };
  const pad = noted(
    run('r1', 'How do I return an item?', { ...answer, cites: ['returns#0'] }),
    run('r2', 'how can I return an item', { ...answer, cites: ['returns#3'] }),
    run('r3', 'That did not help.', { ...answer, cites: ['refunds#1'] }),
    run('r4', 'Thanks!'),
  );
  assert.deepEqual(pad.asked, [{ question: 'How do I return an item?', times: 3, passageIds: ['refunds#1', 'returns#3', 'returns#0'] }]);
});

test('preferences are taken from the tools that tell them', () => {
  const preferences = { shoe_size: { value: '42', expires_at: '2027-05-20T09:30:00Z' } };
  assert.deepEqual(noteEvents(emptyScratchpad, run('r1', 'Remember 42', { output: { preferences } })).preferences, preferences);
  assert.equal(noteEvents(emptyScratchpad, status('r1', 'W1111111')).preferences, undefined);
});

test('it stays within 2 kB and keeps what is newest, whatever comes', () => {
  let pad = emptyScratchpad;
  for (let index = 0; index < 60; index += 1) {
    const order = `W${1_000_000 + index}`;
    const long = `${'ü'.repeat(190)} ${index}?`;
    pad = noteEvents(
      pad,
      run(`r${index}`, long, {
        args: { order_id: order },
        output: { order_id: order, items: [{ name: 'Ä'.repeat(300) }] },
        cites: [`${'z'.repeat(150)}${index}#0`],
      }),
    ).scratchpad;
    assert.ok(Buffer.byteLength(JSON.stringify(pad)) <= 2048);
    assert.equal(pad.orders[0], order);
    assert.ok(pad.currentOrders <= pad.orders.length);
  }
});

test('the same events give the same notes, and a result that is no JSON gives none', () => {
  const events = status('r1', 'W1111111');
  assert.deepEqual(noted(events), noted(structuredClone(events)));
  const broken = run('r1', 'Hi').concat([
    { seq: 9, runId: 'r1', event: { type: EventType.TOOL_CALL_RESULT, toolCallId: 'c', messageId: 'r', content: '{' } as AGUIEvent },
  ]);
  assert.deepEqual(noted(broken).orders, []);
});

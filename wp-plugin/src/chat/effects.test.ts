import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChatState, emptyChat, type InterruptMessage } from './chat-state.ts';
import { parseEvent } from './events.ts';
import { reduceChat } from './reducer.ts';

/** The state after these events, numbered from the last one on. */
function after(events: object[], from: ChatState = emptyChat): ChatState {
  return events.reduce<ChatState>(
    (state, event) => reduceChat(state, { type: 'received', id: state.lastEventId + 1, event: parseEvent(JSON.stringify(event)), isLive: true }),
    from,
  );
}

const custom = (name: string, value: object) => ({ type: 'CUSTOM', name: `aiguy.${name}`, value });
const started = (runId: string, ...ids: string[]) => ({
  type: 'RUN_STARTED',
  runId,
  input: { messages: ids.map((id) => ({ id, role: 'user', content: id })) },
});
const text = (messageId: string, delta: string) => [
  { type: 'TEXT_MESSAGE_START', messageId },
  { type: 'TEXT_MESSAGE_CONTENT', messageId, delta },
];
const finished = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
const confirmation = {
  id: 'c1',
  reason: 'confirmation',
  message: 'Cancel order W1?',
  toolCallId: 't1',
  expiresAt: '2026-11-21T12:00:00Z',
  metadata: {
    aiguy: {
      kind: 'confirmation',
      tool: 'cancel_order',
      heading: 'Cancel order',
      action: 'Cancel the order',
      effect: 'write',
      facts: [{ label: 'Order', value: 'W1' }],
      amount: { value: 12.5, currency: 'EUR' },
    },
  },
};
const asking = [started('r1', 'm1'), { type: 'RUN_FINISHED', outcome: { type: 'interrupt', interrupts: [confirmation] } }];
const cardOf = (state: ChatState) => state.messages.find((message): message is InterruptMessage => message.kind === 'interrupt');
const kinds = (state: ChatState) => state.messages.map((message) => `${message.kind} ${message.id}`);
const result = (ok: boolean) => ({
  type: 'TOOL_CALL_RESULT',
  toolCallId: 't1',
  content: JSON.stringify(ok ? { ok, output: {} } : { ok, code: 'x', message: '' }),
});

test('a run that asks ends, and its card stands in the conversation with all that is known', () => {
  const state = after(asking);
  assert.equal(state.run, undefined);
  assert.deepEqual(cardOf(state), {
    kind: 'interrupt',
    id: 'c1',
    interrupt: {
      id: 'c1',
      kind: 'confirmation',
      toolCallId: 't1',
      heading: 'Cancel order',
      message: 'Cancel order W1?',
      action: 'Cancel the order',
      isWrite: true,
      facts: [{ label: 'Order', value: 'W1' }],
      amount: { value: 12.5, currency: 'EUR' },
      form: [],
      expiresAt: Date.parse('2026-11-21T12:00:00Z'),
    },
    outcome: undefined,
    isDone: undefined,
    isAnswering: false,
    problem: undefined,
    errors: {},
    isLive: true,
  });
});

test('several questions of one run stand one below the other, each with its own outcome', () => {
  const interrupts = [confirmation, { ...confirmation, id: 'c2', toolCallId: 't2' }];
  const state = after([
    started('r1', 'm1'),
    { type: 'RUN_FINISHED', outcome: { type: 'interrupt', interrupts } },
    custom('interrupt_settled', { interruptId: 'c2', outcome: 'rejected' }),
  ]);
  assert.deepEqual(
    state.messages.flatMap((message) => (message.kind === 'interrupt' ? [[message.id, message.outcome]] : [])),
    [
      ['c1', undefined],
      ['c2', 'rejected'],
    ],
  );
});

test('a question without an id or of an unknown kind is no card', () => {
  const interrupts = [{ ...confirmation, id: '' }, { ...confirmation, metadata: { aiguy: { kind: 'quiz' } } }, null];
  assert.equal(cardOf(after([started('r1', 'm1'), { type: 'RUN_FINISHED', outcome: { type: 'interrupt', interrupts } }])), undefined);
});

test('agreed to is not yet done: the tool’s result says whether it was', () => {
  const agreed = after([...asking, custom('interrupt_settled', { interruptId: 'c1', outcome: 'approved' }), started('r2')]);
  assert.deepEqual([cardOf(agreed)?.outcome, cardOf(agreed)?.isDone], ['approved', undefined]);
  assert.equal(cardOf(after([result(true)], agreed))?.isDone, true);
  assert.equal(cardOf(after([result(false)], agreed))?.isDone, false);
  const reset = custom('step_reset', { messageIds: [], toolCallIds: [], resultIds: ['t1'] });
  assert.equal(cardOf(after([result(true), reset], agreed))?.isDone, undefined);
});

test('a card that is settled from another tab shows that outcome, while this tab’s click is on its way too', () => {
  const clicked = reduceChat(after(asking), { type: 'answering', interruptId: 'c1' });
  const settled = after([custom('interrupt_settled', { interruptId: 'c1', outcome: 'rejected' })], clicked);
  const refused = reduceChat(settled, { type: 'answer_refused', interruptId: 'c1', code: 'interrupt_decided', errors: {} });
  assert.deepEqual([cardOf(refused)?.outcome, cardOf(refused)?.isAnswering, cardOf(refused)?.problem], ['rejected', false, 'interrupt_decided']);
});

test('a card expires while it is open, outside of any run, and whatever comes later stays behind it', () => {
  const state = after(
    [custom('interrupt_settled', { interruptId: 'c1', outcome: 'expired' }), started('r2', 'm2'), ...text('a2', 'Hello')],
    after(asking),
  );
  assert.equal(cardOf(state)?.outcome, 'expired');
  assert.deepEqual(kinds(state), ['user m1', 'interrupt c1', 'user m2', 'assistant a2']);
});

test('a click that the server calls expired shows so before the log says it', () => {
  const refused = reduceChat(after(asking), { type: 'answer_refused', interruptId: 'c1', code: 'interrupt_expired', errors: {} });
  assert.equal(cardOf(refused)?.outcome, 'expired');
});

test('an outcome that is unknown, or of an unknown card, changes nothing', () => {
  const state = after(asking);
  const later = after(
    [custom('interrupt_settled', { interruptId: 'c1', outcome: 'maybe' }), custom('interrupt_settled', { interruptId: 'c9', outcome: 'approved' })],
    state,
  );
  assert.deepEqual(later.messages, state.messages);
});

test('a step that is begun again takes its text and its tools back; other text and the run stay', () => {
  const state = after([
    started('r1', 'm1'),
    ...text('a1', 'Kept'),
    { type: 'TEXT_MESSAGE_END', messageId: 'a1' },
    ...text('a2', 'Taken ba'),
    { type: 'TOOL_CALL_START', toolCallId: 't1' },
    { type: 'TOOL_CALL_START', toolCallId: 't2' },
    custom('step_reset', { messageIds: ['a2'], toolCallIds: ['t1'], resultIds: [] }),
  ]);
  assert.deepEqual(kinds(state), ['user m1', 'assistant a1']);
  assert.deepEqual(state.run, { id: 'r1', tools: [{ id: 't2', title: '' }], isWriting: false });
  const again = after(text('a2', 'Anew'), state);
  assert.deepEqual(
    again.messages.flatMap((message) => (message.kind === 'assistant' ? [message.text] : [])),
    ['Kept', 'Anew'],
  );
});

test('messages that wait stand at the end in their order, and move up one by one', () => {
  const queue = [
    custom('queued', { runId: 'r2', messageId: 'm2', text: 'Second', position: 1 }),
    custom('queued', { runId: 'r3', messageId: 'm3', text: 'Third', position: 2 }),
  ];
  const waiting = after([started('r1', 'm1'), ...text('a1', 'One'), ...queue, ...text('a1b', 'more')]);
  assert.deepEqual(kinds(waiting), ['user m1', 'assistant a1', 'assistant a1b', 'user m2', 'user m3']);
  const second = after([finished, started('r2', 'm2'), ...text('a2', 'Two')], waiting);
  assert.deepEqual(kinds(second), ['user m1', 'assistant a1', 'assistant a1b', 'user m2', 'assistant a2', 'user m3']);
  assert.deepEqual(
    second.messages.flatMap((message) => (message.kind === 'user' ? [message.delivery] : [])),
    ['sent', 'sent', 'queued'],
  );
});

test('the error of a run asks its own question again, not one that waits', () => {
  const state = after([
    started('r1', 'm1'),
    custom('queued', { runId: 'r2', messageId: 'm2', text: 'Second', position: 1 }),
    { type: 'RUN_ERROR', code: 'model_unavailable' },
  ]);
  assert.deepEqual(kinds(state), ['user m1', 'error error-3', 'user m2']);
  const error = state.messages[1];
  assert.equal(error?.kind === 'error' && error.question?.id, 'm1');
});

test('a receipt is one line for its change, whatever is told of it later', () => {
  const value = {
    effectId: 'e1',
    number: 4,
    tool: 't',
    summary: 'Order W1 cancelled',
    at: '2026-11-21T12:00:00Z',
    undoUntil: '2026-11-21T12:10:00Z',
  };
  const state = after([custom('receipt', value)]);
  const refused = reduceChat(reduceChat(state, { type: 'undoing', effectId: 'e1' }), { type: 'undo_refused', effectId: 'e1', code: 'overloaded' });
  assert.deepEqual(refused.messages, [
    {
      kind: 'receipt',
      id: 'e1',
      effectId: 'e1',
      number: 4,
      summary: 'Order W1 cancelled',
      undoUntil: Date.parse(value.undoUntil),
      isUndoing: false,
      problem: 'overloaded',
    },
  ]);
  const { undoUntil: _over, ...undone } = value;
  const later = after([custom('receipt', undone)], state).messages;
  assert.equal(later.length, 1);
  assert.equal(later[0]?.kind === 'receipt' && later[0].undoUntil, undefined);
});

test('a task is one line that changes with its state, in a run or outside', () => {
  const task = (state: string, more: object = {}) => custom('task', { taskId: 'k1', title: 'Ticket', state, ...more });
  const state = after([
    task('queued'),
    started('r1', 'm1'),
    task('running', { progress: 0.5 }),
    finished,
    task('done', { message: 'Ticket 7 is open' }),
  ]);
  assert.deepEqual(state.messages[0], { kind: 'task', id: 'k1', title: 'Ticket', state: 'done', progress: undefined, text: 'Ticket 7 is open' });
  assert.equal(after([task('lost')]).messages.length, 0);
});

test('a result that arrives by itself is a run without a question', () => {
  const state = after([started('r9'), ...text('a9', 'Your ticket was answered'), { type: 'TEXT_MESSAGE_END', messageId: 'a9' }, finished]);
  assert.deepEqual(kinds(state), ['assistant a9']);
  assert.equal(state.run, undefined);
});

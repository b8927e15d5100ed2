import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChatState, emptyChat } from './chat-state.ts';
import { parseEvent } from './events.ts';
import { type ChatAction, reduceChat } from './reducer.ts';

const citation = { number: 1, passageId: 'p', title: 'Returns', heading: '', url: 'https://shop.example/returns', quote: '30 days' };
const turn: object[] = [
  { type: 'RUN_STARTED', timestamp: 5, runId: 'r1', threadId: 's', input: { messages: [{ id: 'question-1', role: 'user', content: 'How long?' }] } },
  { type: 'STEP_STARTED', stepName: 'plan' },
  { type: 'TOOL_CALL_START', toolCallId: 't1', toolCallName: 'retrieve_docs' },
  { type: 'CUSTOM', name: 'aiguy.tool_title', value: { toolCallId: 't1', title: 'Searching' } },
  { type: 'TOOL_CALL_ARGS', toolCallId: 't1', delta: '{}' },
  { type: 'TOOL_CALL_END', toolCallId: 't1' },
  { type: 'STEP_STARTED', stepName: 'tool' },
  { type: 'TOOL_CALL_RESULT', toolCallId: 't1', messageId: 'x', content: '{}' },
  { type: 'STEP_STARTED', stepName: 'respond' },
  { type: 'TEXT_MESSAGE_START', timestamp: 6, messageId: 'answer-1', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer-1', delta: '30 days' },
  { type: 'CUSTOM', name: 'aiguy.citations', value: { messageId: 'answer-1', citations: [citation] } },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer-1', delta: ' [1]' },
  { type: 'TEXT_MESSAGE_END', messageId: 'answer-1' },
  { type: 'RUN_FINISHED', runId: 'r1', threadId: 's', outcome: { type: 'success' } },
];

const received = (id: number, event: object, isLive = true): ChatAction => ({
  type: 'received',
  id,
  event: parseEvent(JSON.stringify(event)),
  isLive,
});
const reduce = (actions: ChatAction[], from: ChatState = emptyChat): ChatState => actions.reduce(reduceChat, from);
const whole = turn.map((event, index) => received(index + 1, event));

test('a turn becomes a question and an answer with its sources', () => {
  const state = reduce(whole);
  assert.equal(state.lastEventId, turn.length);
  assert.equal(state.run, undefined);
  assert.deepEqual(state.messages, [
    { kind: 'user', id: 'question-1', text: 'How long?', at: 5, delivery: 'sent' },
    { kind: 'assistant', id: 'answer-1', text: '30 days [1]', citations: [citation], at: 6, isStreaming: false, isLive: true, runId: 'r1' },
  ]);
});

test('events that came before change nothing, not even identity', () => {
  const state = reduce(whole);
  assert.equal(reduce(whole, state), state);
});

test('what is under way shows: thinking, the tool by its title, writing', () => {
  const run = (count: number) => reduce(whole.slice(0, count)).run;
  assert.deepEqual(run(2), { id: 'r1', tools: [], isWriting: false });
  assert.deepEqual(run(4)?.tools, [{ id: 't1', title: 'Searching' }]);
  assert.deepEqual(run(7)?.tools, [{ id: 't1', title: 'Searching' }]);
  assert.deepEqual(run(8)?.tools, []);
  assert.equal(run(10)?.isWriting, true);
});

test('the visitor’s message shows at once and is the same one when the server has it', () => {
  const asked = reduce([{ type: 'asked', messageId: 'question-1', text: 'How long?', at: 4 }]);
  assert.deepEqual(asked.messages, [{ kind: 'user', id: 'question-1', text: 'How long?', at: 4, delivery: 'sending' }]);
  const [question, ...others] = reduce(whole, asked).messages;
  assert.deepEqual(question, { kind: 'user', id: 'question-1', text: 'How long?', at: 4, delivery: 'sent' });
  assert.equal(others.length, 1);
});

test('unknown events, broken ones and unknown CUSTOM names only move the cursor', () => {
  const strange = [
    { type: 'SOMETHING_NEW' },
    { type: 'CUSTOM', name: 'other.thing', value: {} },
    { type: 'constructor' },
    [],
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'nobody', delta: 'x' },
    { type: 'CUSTOM', name: 'aiguy.tool_title', value: null },
  ];
  const state = reduce(strange.map((event, index) => received(index + 1, event)));
  assert.deepEqual(state, { ...emptyChat, lastEventId: strange.length });
});

test('an ended run leaves no text streaming, whatever was missing', () => {
  for (const ending of [
    { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } },
    { type: 'RUN_ERROR', code: 'model_interrupted', message: '' },
  ]) {
    const state = reduce([...whole.slice(0, 11), received(12, ending)]);
    assert.equal(state.run, undefined);
    assert.ok(state.messages.every((message) => message.kind !== 'assistant' || !message.isStreaming));
  }
});

test('a stopped answer says so, a failed one can be asked again', () => {
  const stopped = reduce([...whole.slice(0, 11), received(12, { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })]);
  assert.deepEqual(stopped.messages.at(-1), { kind: 'notice', id: 'notice-12', code: 'cancelled', text: '' });
  const failed = reduce([...whole.slice(0, 2), received(3, { type: 'RUN_ERROR', code: 'model_unavailable', message: '' })]);
  const error = failed.messages.at(-1);
  assert.ok(error?.kind === 'error' && error.code === 'model_unavailable' && error.question?.text === 'How long?');
});

test('a message that did not go out is marked, and its error goes when it is sent again', () => {
  const failed = reduce([
    { type: 'asked', messageId: 'question-1', text: 'How long?', at: 4 },
    { type: 'failed', messageId: 'question-1', code: 'overloaded' },
  ]);
  assert.deepEqual(
    failed.messages.map((message) => (message.kind === 'user' ? message.delivery : message.kind)),
    ['failed', 'error'],
  );
  const again = reduce([{ type: 'asked', messageId: 'question-1', text: 'How long?', at: 5 }], failed);
  assert.deepEqual(
    again.messages.map((message) => (message.kind === 'user' ? message.delivery : message.kind)),
    ['sending'],
  );
});

test('another session shows nothing of the one before, but what is being sent', () => {
  const state = reduce([...whole, { type: 'asked', messageId: 'question-2', text: 'And now?', at: 9 }, { type: 'restarted' }]);
  assert.deepEqual([state.lastEventId, state.run, state.messages.map((message) => message.id)], [0, undefined, ['question-2']]);
});

test('a lost connection is told once and forgotten with the next event', () => {
  const lost = reduce([...whole.slice(0, 5), { type: 'lost', code: 'connection_lost' }, { type: 'lost', code: 'connection_lost' }]);
  assert.equal(lost.messages.filter((message) => message.kind === 'error').length, 1);
  assert.equal(
    reduce(whole.slice(5, 8), lost).messages.some((message) => message.kind === 'error'),
    false,
  );
});

test('messages that don’t change keep their identity, so that they are not drawn again', () => {
  const before = reduce(whole.slice(0, 11));
  const after = reduce(whole.slice(11, 13), before);
  assert.equal(after.messages[0], before.messages[0]);
  assert.notEqual(after.messages[1], before.messages[1]);
});

test('a snapshot takes the place of all messages', () => {
  const messages = [
    { id: 'a', role: 'user', content: 'Hi' },
    { id: 'b', role: 'assistant', content: 'Hello' },
    { id: 'c', role: 'system', content: 'no' },
  ];
  const state = reduce([...whole, received(40, { type: 'MESSAGES_SNAPSHOT', messages })]);
  assert.deepEqual(
    state.messages.map((message) => message.id),
    ['a', 'b'],
  );
});

test('what was rated is known by its run, the newest word counts, and an answer knows its run', () => {
  const rated = (runId: string, score: number, reason?: string) => ({ type: 'CUSTOM', name: 'aiguy.rated', value: { runId, score, reason } });
  const events = [rated('r1', -1, 'wrong'), rated('', 4), rated('r1', 1)];
  const state = reduce(
    events.map((event, index) => received(turn.length + 1 + index, event)),
    reduce(whole),
  );
  assert.deepEqual(
    Object.entries(state.ratings).map(([runId, { score, reason }]) => [runId, score, reason]),
    [
      ['r1', 1, ''],
      ['', 4, ''],
    ],
  );
  assert.deepEqual(
    state.messages.flatMap((message) => (message.kind === 'assistant' ? [message.runId] : [])),
    ['r1'],
  );
});

test('what is suggested is over with the next question', () => {
  const suggested = {
    type: 'CUSTOM',
    name: 'aiguy.suggested_actions',
    value: {
      actions: [
        { label: 'W1 · Lamp', message: 'W1' },
        { label: 'Shop', url: 7 },
      ],
    },
  };
  const state = reduce([received(turn.length + 1, suggested)], reduce(whole));
  assert.deepEqual(state.actions, [
    { label: 'W1 · Lamp', message: 'W1', url: '' },
    { label: 'Shop', message: '', url: '' },
  ]);
  assert.deepEqual(reduce([received(turn.length + 2, { ...turn[0], runId: 'r2' })], state).actions, []);
});

test('that a cap is reached is said once, where it was last so', () => {
  const value = { reason: 'site_cost', action: 'closed', until: '2026-11-22T00:00:00Z' };
  const capped = { type: 'CUSTOM', name: 'aiguy.degraded', value };
  const state = reduce([received(1, capped), ...turn.map((event, index) => received(index + 2, event)), received(30, capped)]);
  const notices = state.messages.filter(({ kind }) => kind === 'notice');
  assert.deepEqual(notices, [{ kind: 'notice', id: 'at-cap', code: 'at_cap_closed', text: '' }]);
  assert.equal(state.messages.at(-1), notices[0]);
  const month = reduce([received(31, { ...capped, value: { ...value, reason: 'site_cost_month' } })], state);
  const codes = month.messages.map((message) => (message.kind === 'notice' ? message.code : '')).filter((code) => code !== '');
  assert.deepEqual(codes, ['at_cap_month_closed'], 'the month’s takes the place of the day’s');
});

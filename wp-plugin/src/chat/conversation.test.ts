import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteSession } from '@aiguy/manifests/generated/http';
import type { ErrorMessage } from './chat-state.ts';
import { createConversation } from './conversation.ts';
import { parseEvent } from './events.ts';
import { ChatError } from './session.ts';
import type { TransportSink } from './transport.ts';

type Call = { name: string; values: unknown[]; resolve: () => void; reject: (error: Error) => void };

function setUp() {
  const calls: Call[] = [];
  let sink: TransportSink | undefined;
  let ids = 0;
  const call =
    (name: string) =>
    (...values: unknown[]) =>
      new Promise<void>((resolve, reject) => calls.push({ name, values, resolve, reject }));
  const conversation = createConversation({
    now: () => 7,
    newId: () => `message-${++ids}`,
    changeSession: async (wish) => {
      if ('link' in wish) throw new ChatError('link_invalid');
      return {} as SiteSession;
    },
    connect: (given) => {
      sink = given;
      return {
        send: call('send'),
        submit: call('submit'),
        resume: call('resume'),
        watch: call('watch'),
        cancel: call('cancel'),
        receipt: async () => new Blob(),
        file: async () => new Blob(),
        call: async () => ({}),
        askPerson: call('askPerson'),
        close: () => undefined,
      };
    },
  });
  let seq = 0;
  const receive = (...events: object[]) => sink?.onEvents(events.map((event) => ({ id: ++seq, event: parseEvent(JSON.stringify(event)) })));
  const sends = () => calls.filter(({ name }) => name === 'send').map(({ values }) => values);
  return { conversation, calls, receive, sends, sink: () => sink as TransportSink };
}

const started = (id: string) => ({ type: 'RUN_STARTED', runId: `run-${id}`, input: { messages: [{ id, role: 'user', content: 'Hi' }] } });
const finished = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
const queued = (messageId: string, text: string) => ({ type: 'CUSTOM', name: 'aiguy.queued', value: { runId: 'r', messageId, text, position: 1 } });
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('another conversation begins empty, and one that can’t be had leaves this one as it is', async () => {
  const { conversation, receive, calls } = setUp();
  receive(started('message-01'), finished);
  const before = conversation.snapshot().chat;
  await assert.rejects(conversation.change({ link: 'x' }), { code: 'link_invalid' });
  assert.equal(conversation.snapshot().chat, before);
  await conversation.change({ start: 'new' });
  assert.deepEqual([conversation.snapshot().chat.messages, conversation.snapshot().chat.lastEventId], [[], 0]);
  assert.deepEqual(calls.at(-1)?.name, 'resume');
});

test('what a call added to the log is fetched, unless the log is being followed', async () => {
  const { conversation, receive, calls } = setUp();
  receive(started('message-01'), finished);
  void conversation.catchUp();
  assert.deepEqual(
    calls.map(({ name, values }) => [name, ...values]),
    [['resume', 2]],
  );
  void conversation.catchUp();
  assert.equal(calls.length, 1);
});

test('a message sent while another is answered goes out when that one was taken, and none overtakes another', async () => {
  const { conversation, sends, receive, sink, calls } = setUp();
  assert.equal(conversation.send(' Hi \n'), true);
  assert.equal(conversation.send('More'), true);
  await settled();
  assert.deepEqual(sends(), [['Hi', 'message-1']]);
  sink().onTaken({ type: 'message', messageId: 'message-1', message: 'Hi' });
  receive(started('message-1'));
  await settled();
  receive(queued('message-2', 'More'), { type: 'TEXT_MESSAGE_START', messageId: 'answer-1' }, finished);
  calls[0]?.resolve();
  const shown = () => conversation.snapshot().chat.messages.map((message) => (message.kind === 'user' ? [message.id, message.delivery] : message.id));
  assert.deepEqual(shown(), [['message-1', 'sent'], 'answer-1', ['message-2', 'queued']]);
  receive(started('message-2'), finished);
  assert.deepEqual(shown(), [['message-1', 'sent'], 'answer-1', ['message-2', 'sent']]);
  assert.deepEqual(sends(), [
    ['Hi', 'message-1'],
    ['More', 'message-2'],
  ]);
});

test('no more than five messages wait', () => {
  const { conversation } = setUp();
  assert.deepEqual(
    Array.from({ length: 6 }, () => conversation.send('Hi')),
    [true, true, true, true, true, false],
  );
});

test('nothing but space is not sent', () => {
  const { conversation, calls } = setUp();
  assert.deepEqual([conversation.send('  \n '), calls.length], [false, 0]);
});

test('what is replayed counts as past, what is written while it is followed as live', () => {
  const { conversation, receive } = setUp();
  void conversation.load();
  receive(started('a'), { type: 'TEXT_MESSAGE_START', messageId: 'old' }, finished);
  assert.equal(conversation.snapshot().isLoading, true);
  receive(started('b'));
  assert.equal(conversation.snapshot().isLoading, false);
  receive({ type: 'TEXT_MESSAGE_START', messageId: 'new' });
  const live = conversation.snapshot().chat.messages.flatMap((message) => (message.kind === 'assistant' ? [[message.id, message.isLive]] : []));
  assert.deepEqual(live, [
    ['old', false],
    ['new', true],
  ]);
});

test('trying again sends a message that did not go out under its own id, a taken one under a new id', async () => {
  const { conversation, receive, calls, sends } = setUp();
  const lastError = () => conversation.snapshot().chat.messages.at(-1) as ErrorMessage;
  conversation.send('Hi');
  calls[0]?.reject(new ChatError('overloaded'));
  await settled();
  assert.equal(lastError().code, 'overloaded');
  conversation.retry(lastError());
  receive(started('message-1'), { type: 'RUN_ERROR', code: 'model_unavailable' });
  calls[1]?.resolve();
  await settled();
  conversation.retry(lastError());
  assert.deepEqual(sends(), [
    ['Hi', 'message-1'],
    ['Hi', 'message-1'],
    ['Hi', 'message-2'],
  ]);
});

test('a connection lost in the middle of an answer is followed again, not asked again', async () => {
  const { conversation, receive, calls } = setUp();
  conversation.send('Hi');
  receive(started('message-1'));
  calls[0]?.reject(new ChatError('connection_lost'));
  await settled();
  const error = conversation.snapshot().chat.messages.at(-1);
  assert.ok(error?.kind === 'error' && error.code === 'connection_lost');
  conversation.retry(error);
  assert.deepEqual([calls.at(-1)?.name, calls.at(-1)?.values], ['resume', [1]]);
});

test('a question that is refused because another runs elsewhere shows that other one', async () => {
  const { conversation, calls } = setUp();
  conversation.send('Hi');
  calls[0]?.reject(new ChatError('turn_in_progress'));
  await settled();
  assert.equal(calls.at(-1)?.name, 'resume');
});

test('stopping asks once and ends with the run', async () => {
  const { conversation, receive, calls } = setUp();
  void conversation.stop();
  assert.equal(calls.length, 0);
  conversation.send('Hi');
  receive(started('message-1'));
  void conversation.stop();
  void conversation.stop();
  assert.deepEqual([calls.filter(({ name }) => name === 'cancel').length, conversation.snapshot().isStopping], [1, true]);
  receive({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  assert.equal(conversation.snapshot().isStopping, false);
});

test('when the visitor is another one, what is shown goes at once', () => {
  const { conversation, receive, sink } = setUp();
  receive(started('a'), { type: 'TEXT_MESSAGE_START', messageId: 'private' }, finished);
  sink().onRestart();
  assert.deepEqual(conversation.snapshot().chat.messages, []);
});

test('events that arrive together are told to listeners once', () => {
  const { conversation, receive } = setUp();
  let changes = 0;
  conversation.subscribe(() => {
    changes += 1;
  });
  receive(started('a'), { type: 'STEP_STARTED', stepName: 'plan' }, finished);
  assert.equal(changes, 1);
});

const asked = (id: string, more: object = {}) => ({
  type: 'RUN_FINISHED',
  outcome: {
    type: 'interrupt',
    interrupts: [{ id, reason: 'confirmation', message: 'Cancel it?', toolCallId: 't1', expiresAt: '2026-11-21T12:00:00Z', ...more }],
  },
});
const card = {
  metadata: { aiguy: { kind: 'confirmation', tool: 'cancel_order', heading: 'Cancel order', action: 'Cancel it', facts: [], effect: 'write' } },
};
const form = {
  reason: 'input_required',
  responseSchema: { type: 'object', required: ['email'], properties: { email: { type: 'string', format: 'email', title: 'E-mail' } } },
  metadata: { aiguy: { kind: 'input', tool: 'order_status', heading: 'Your order', action: 'Send', facts: [], effect: 'read' } },
};
const settledAs = (interruptId: string, outcome: string) => ({ type: 'CUSTOM', name: 'aiguy.interrupt_settled', value: { interruptId, outcome } });

test('a click goes out once, and the log tells its outcome', async () => {
  const { conversation, receive, calls } = setUp();
  receive(started('a'), asked('c1', card));
  conversation.decide('c1', 'approve');
  conversation.decide('c1', 'reject');
  assert.deepEqual(
    calls.map(({ name, values }) => [name, ...values]),
    [['submit', { type: 'decision', interruptId: 'c1', decision: 'approve' }]],
  );
  const shown = () => conversation.snapshot().chat.messages.find((message) => message.kind === 'interrupt');
  assert.equal(shown()?.isAnswering, true);
  receive(settledAs('c1', 'approved'));
  assert.deepEqual([shown()?.isAnswering, shown()?.outcome], [false, 'approved']);
  conversation.decide('c1', 'reject');
  assert.equal(calls.length, 1);
});

test('a click that came too late is told so, and the outcome is fetched from the log', async () => {
  const { conversation, receive, calls } = setUp();
  receive(started('a'), asked('c1', card));
  conversation.decide('c1', 'approve');
  calls[0]?.reject(new ChatError('interrupt_decided'));
  await settled();
  const shown = () => conversation.snapshot().chat.messages.find((message) => message.kind === 'interrupt');
  assert.deepEqual([shown()?.problem, shown()?.outcome, calls.at(-1)?.name, calls.at(-1)?.values], ['interrupt_decided', undefined, 'resume', [2]]);
  receive(settledAs('c1', 'rejected'));
  assert.equal(shown()?.outcome, 'rejected');
});

test('wrong fields are marked at their place; what was typed is kept nowhere', async () => {
  const { conversation, receive, calls } = setUp();
  receive(started('a'), asked('i1', form));
  conversation.fillIn('i1', { values: { email: 'secret-words' } });
  calls[0]?.reject(
    new ChatError('form_invalid', undefined, [
      { pointer: '/email', rule: 'format' },
      { pointer: '/other', rule: 'type' },
    ]),
  );
  await settled();
  const shown = conversation.snapshot().chat.messages.find((message) => message.kind === 'interrupt');
  assert.deepEqual([shown?.isAnswering, shown?.errors], [false, { email: 'format' }]);
  assert.ok(!JSON.stringify(conversation.snapshot()).includes('secret-words'));
});

test('a change is taken back once, and its button goes when the server has taken the wish', async () => {
  const { conversation, receive, calls, sink } = setUp();
  receive(started('a'), {
    type: 'CUSTOM',
    name: 'aiguy.receipt',
    value: { effectId: 'e1', number: 1, tool: 't', summary: 'Cancelled', at: '2026-11-21T12:00:00Z', undoUntil: '2026-11-21T12:10:00Z' },
  });
  const shown = () => conversation.snapshot().chat.messages.find((message) => message.kind === 'receipt');
  assert.equal(shown()?.undoUntil, Date.parse('2026-11-21T12:10:00Z'));
  conversation.undo('e1');
  conversation.undo('e1');
  assert.equal(calls.length, 1);
  sink().onTaken({ type: 'undo', effectId: 'e1' });
  assert.deepEqual([shown()?.isUndoing, shown()?.undoUntil], [false, undefined]);
});

test('a file that a tool made is shown once a call; what is begun again takes it back until it is there anew', async () => {
  const { conversation, receive } = setUp();
  const made = (id: string) => ({
    type: 'CUSTOM',
    name: 'aiguy.file',
    value: {
      toolCallId: 'call-1',
      tool: 't',
      file: { id, name: 'invoice-1.pdf', media_type: 'application/pdf', bytes: 9, expires_at: '2026-11-21T12:10:00Z' },
    },
  });
  const shown = () => conversation.snapshot().chat.messages.filter((message) => message.kind === 'file');
  receive(started('a'), made('first'));
  const file = { kind: 'file', id: 'call-1', fileId: 'first', name: 'invoice-1.pdf', until: Date.parse('2026-11-21T12:10:00Z') };
  assert.deepEqual(shown(), [file]);
  receive({ type: 'CUSTOM', name: 'aiguy.step_reset', value: { messageIds: [], toolCallIds: [], resultIds: ['call-1'] } });
  assert.deepEqual(shown(), []);
  receive(made('second'), made('third'));
  assert.deepEqual(shown(), [{ ...file, fileId: 'third' }]);
});

test('what happens by itself is watched while somebody looks and nothing is followed', async () => {
  const { conversation, receive, calls } = setUp();
  const names = () => calls.map(({ name }) => name);
  conversation.setVisible(true);
  assert.deepEqual(names(), [], 'a conversation that has not begun is not watched');
  conversation.send('Hi');
  receive(started('message-1'), finished);
  calls[0]?.resolve();
  await settled();
  assert.deepEqual(names(), ['send', 'watch']);
  const signal = calls[1]?.values[1] as AbortSignal;
  conversation.send('More');
  assert.equal(signal.aborted, true);
  calls[2]?.resolve();
  await settled();
  conversation.setVisible(false);
  assert.equal((calls.at(-1)?.values[1] as AbortSignal | undefined)?.aborted, true);
  conversation.setVisible(true);
  assert.deepEqual(names().slice(-2), ['watch', 'resume']);
});

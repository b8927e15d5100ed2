import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConversation } from './conversation.ts';
import { parseEvent } from './events.ts';
import type { ErrorMessage } from './reducer.ts';
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
    connect: (given) => {
      sink = given;
      return { send: call('send'), resume: call('resume'), cancel: call('cancel'), close: () => undefined };
    },
  });
  let seq = 0;
  const receive = (...events: object[]) => sink?.onEvents(events.map((event) => ({ id: ++seq, event: parseEvent(JSON.stringify(event)) })));
  const sends = () => calls.filter(({ name }) => name === 'send').map(({ values }) => values);
  return { conversation, calls, receive, sends, sink: () => sink as TransportSink };
}

const started = (id: string) => ({ type: 'RUN_STARTED', runId: `run-${id}`, input: { messages: [{ id, role: 'user', content: 'Hi' }] } });
const finished = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('one message at a time: while one is answered, another is not taken', async () => {
  const { conversation, sends, receive, calls } = setUp();
  assert.equal(conversation.send(' Hi \n'), true);
  assert.equal(conversation.send('More'), false);
  receive(started('message-1'));
  assert.equal(conversation.send('More'), false);
  receive(finished);
  calls[0]?.resolve();
  await settled();
  assert.equal(conversation.send('More'), true);
  assert.deepEqual(sends(), [
    ['Hi', 'message-1'],
    ['More', 'message-2'],
  ]);
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

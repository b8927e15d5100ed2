import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { LoggedEvent } from '../session/event-log.ts';
import { type Change, emptyMemory, emptyScratchpad } from '../session/memory.ts';
import { notesFor, tellChanges } from './notes.ts';
import { charactersOfNotes, exchangesOf, historyMessages, transcriptOf } from './transcript.ts';

function run(runId: string, question: string, deltas: string[]): LoggedEvent[] {
  const events: AGUIEvent[] = [
    {
      type: EventType.RUN_STARTED,
      threadId: 's',
      runId,
      input: { threadId: 's', runId, messages: [{ id: `${runId}-m`, role: 'user', content: question }], tools: [], context: [] },
    },
    ...deltas.map((delta): AGUIEvent => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: `${runId}-a`, delta })),
  ];
  return events.map((event, index) => ({ seq: index + 1, runId, event }));
}

test('each run becomes one exchange, in order', () => {
  const events = [...run('r1', 'Where is it?', ['On its ', 'way.']), ...run('r2', 'And the other?', [])];
  assert.deepEqual(exchangesOf(events), [
    { seq: 1, user: 'Where is it?', assistant: 'On its way.' },
    { seq: 1, user: 'And the other?', assistant: '' },
  ]);
});

test('what was said without being asked belongs to the exchange before it; no exchange is without a question', () => {
  const notice = run('n1', '', ['Your ticket has arrived.']).map((logged) =>
    logged.event.type === EventType.RUN_STARTED
      ? { ...logged, event: { ...logged.event, input: { threadId: 's', runId: 'n1', messages: [], tools: [], context: [] } } }
      : logged,
  );
  const exchanges = exchangesOf([...notice, ...run('r1', 'Open a ticket', ['On its way.']), ...notice, ...run('r2', 'Thanks', [])]);
  assert.deepEqual(
    exchanges.map(({ user, assistant }) => [user, assistant]),
    [
      ['Open a ticket', 'On its way. Your ticket has arrived.'],
      ['Thanks', ''],
    ],
  );
});

test('every question is followed by an answer, even where the run broke off', () => {
  const roles = historyMessages(
    [
      { user: 'a', assistant: '' },
      { user: 'b', assistant: 'c' },
    ],
    1000,
  ).map((message) => message.role);
  assert.deepEqual(roles, ['user', 'assistant', 'user', 'assistant']);
});

test('citation markers of earlier answers are not told to the model', () => {
  const [, answer] = historyMessages([{ user: 'a', assistant: 'Thirty days. [1] Five. [12]' }], 1000);
  assert.deepEqual(answer, { role: 'assistant', text: 'Thirty days. Five.', toolCalls: [] });
});

test('the newest exchanges are kept when not all fit', () => {
  const exchanges = ['one', 'two', 'three'].map((user) => ({ user, assistant: 'x'.repeat(90) }));
  const users = historyMessages(exchanges, 200).filter((message) => message.role === 'user');
  assert.deepEqual(
    users.map((message) => message.text),
    ['two', 'three'],
  );
});

/** The same numbers every time (mulberry32), so that a failure can be looked at. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('for random histories the transcript is well-paired, within its budget, and names each change that was settled', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = numbersFrom(seed);
    const upTo = (max: number) => Math.floor(random() * (max + 1));
    const outcomes = ['done', 'not done', 'declined', 'unknown'] as const;
    const changes = Array.from({ length: upTo(25) }, (_, index): Change => {
      const object = `W${1_000_000 + index}`;
      const tool = random() < 0.7 ? 'cancel_order' : 'reinstate_order';
      return {
        tool,
        object,
        summary: `${tool} ${object} ${'x'.repeat(upTo(180))}`,
        outcome: outcomes[upTo(3)] ?? 'done',
        at: '2026-11-21T10:00:00.000Z',
      };
    });
    const exchanges = Array.from({ length: upTo(12) }, (_, seq) => ({
      seq,
      user: 'q'.repeat(upTo(seed % 7 === 0 ? 4000 : 300)),
      assistant: 'a'.repeat(upTo(900)),
    }));
    const asked = exchanges
      .filter(({ user }) => user !== '')
      .map(({ user }) => ({ question: user.slice(0, 200), times: 1 + upTo(3), passageIds: ['p#0'] }));
    const scratchpad = {
      ...emptyScratchpad,
      orders: changes.slice(0, 6).map(({ object }) => object),
      currentOrders: upTo(6),
      asked: asked.slice(0, 6),
    };
    const memory = { ...emptyMemory, scratchpad, summary: 's'.repeat(upTo(400)) };
    const text = random() < 0.5 ? 'that did not help' : 'And now?';
    const messages = transcriptOf({ exchanges, notes: notesFor(text, { memory, changes, exchanges }), text }, 2400);

    assert.deepEqual(
      messages.map(({ role }) => role),
      messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
      `seed ${seed}`,
    );
    const question = messages.at(-1);
    assert.ok(question?.role === 'user' && question.text === text);
    const history = messages.slice(0, -1).reduce((sum, message) => sum + (message.role === 'tool' ? 0 : message.text.length), 0);
    assert.ok(history + charactersOfNotes(question.notes) <= 2400, `seed ${seed}: ${history} + ${charactersOfNotes(question.notes)}`);
    assert.ok(messages.every((message) => message.role === 'tool' || message.text !== ''));
    for (const { object, outcome } of changes) {
      const line = question.notes?.changes?.find((one) => one.includes(object));
      assert.ok(line?.includes(outcome), `seed ${seed}: ${object} ${outcome}`);
    }
  }
});

test('more changes than can be named are counted', () => {
  const change = (index: number): Change => ({
    tool: 'cancel_order',
    object: `W${index}000000`,
    summary: 'Cancel',
    outcome: 'done',
    at: '2026-11-21T10:00:00Z',
  });
  const lines = tellChanges(Array.from({ length: 200 }, (_, index) => change(index)));
  assert.ok(lines.join('').length <= 500);
  assert.match(lines.join(), /W199000000 180×/);
});

test('a run that nobody asked for belongs to the exchange before it, and a snapshot is what was said on the other device', () => {
  const snapshot: LoggedEvent = {
    seq: 2,
    runId: 'r0',
    event: {
      type: EventType.MESSAGES_SNAPSHOT,
      messages: [
        { id: 'u1', role: 'user', content: 'Hi' },
        { id: 'a1', role: 'assistant', content: 'Hello.' },
        { id: 'u2', role: 'user', content: 'Bye' },
      ],
    },
  };
  const events = [...run('r0', '', []), snapshot, ...run('r1', 'Now?', ['Yes.']), ...run('r2', '', [' It is certain.'])];
  assert.deepEqual(
    exchangesOf(events).map(({ user, assistant }) => [user, assistant]),
    [
      ['Hi', 'Hello.'],
      ['Bye', ''],
      ['Now?', 'Yes. It is certain.'],
    ],
  );
});

test('an exchange that alone is too long is told as far as it fits', () => {
  const [question, answer] = historyMessages([{ user: 'q'.repeat(5000), assistant: 'a'.repeat(5000) }], 600);
  assert.ok(question?.role === 'user' && answer?.role === 'assistant');
  assert.deepEqual([question.text.length, answer.text.length], [200, 400]);
});

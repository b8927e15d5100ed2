import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { LoggedEvent } from '../session/event-log.ts';
import { exchangesOf, historyMessages } from './transcript.ts';

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
    { user: 'Where is it?', assistant: 'On its way.' },
    { user: 'And the other?', assistant: '' },
  ]);
});

test('what was said without being asked belongs to the exchange before it; no exchange is without a question', () => {
  const notice = (runId: string) =>
    run(runId, '', ['Your ticket has arrived.']).map((logged) =>
      logged.event.type === EventType.RUN_STARTED
        ? { ...logged, event: { ...logged.event, input: { threadId: 's', runId, messages: [], tools: [], context: [] } } }
        : logged,
    );
  const exchanges = exchangesOf([...notice('n1'), ...run('r1', 'Open a ticket', ['On its way.']), ...notice('n2'), ...run('r2', 'Thanks', [])]);
  assert.deepEqual(exchanges, [
    { user: 'Open a ticket', assistant: 'On its way. Your ticket has arrived.' },
    { user: 'Thanks', assistant: '' },
  ]);
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

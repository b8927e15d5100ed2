import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import type { EventLog } from './event-log.ts';
import { readTranscript } from './spoken.ts';

const custom = (name: string, value: object) => ({ type: 'CUSTOM', name: `aiguy.${name}`, value });
const asks = (id: string, content: string) => ({
  type: 'RUN_STARTED',
  timestamp: 0,
  runId: id,
  input: { messages: [{ id, role: 'user', content }] },
});
const says = (id: string, ...deltas: string[]) => [
  { type: 'TEXT_MESSAGE_START', timestamp: 1000, messageId: id, role: 'assistant' },
  ...deltas.map((delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta })),
];
const citation = { number: 1, passageId: 'p', title: 'Returns', heading: 'h', url: 'https://shop.example/r', quote: 'q' };

async function linesOf(...events: object[]) {
  const rows = events.map((event, index) => ({ seq: index + 1, runId: 'r', event: event as unknown as AGUIEvent }));
  const log = { read: async (_id: string, after: number, limit: number) => rows.slice(after, after + limit) } as unknown as EventLog;
  const { lines, isShortened } = await readTranscript(log, { id: 's', lastSeq: rows.length });
  return { lines: lines.map(({ from, text, sources }) => [from, text, sources.map(({ title }) => title).join()]), isShortened };
}

test('questions, answers and their sources stand in the order in which they were answered', async () => {
  const { lines } = await linesOf(
    asks('q1', 'One?'),
    custom('queued', { runId: 'r2', messageId: 'q2', text: 'Two?', position: 1 }),
    custom('citations', { messageId: 'a1', citations: [citation] }),
    ...says('a1', 'Yes', ' [1].'),
    asks('q2', 'Two?'),
    ...says('a2', 'No.'),
  );
  assert.deepEqual(lines, [
    ['visitor', 'One?', ''],
    ['assistant', 'Yes [1].', 'Returns'],
    ['visitor', 'Two?', ''],
    ['assistant', 'No.', ''],
  ]);
});

test('what was taken back and said anew stands there once; tools, cards and ratings are no lines', async () => {
  const { lines } = await linesOf(
    asks('q1', 'One?'),
    { type: 'TOOL_CALL_START', toolCallId: 't' },
    ...says('a1', 'Half'),
    custom('step_reset', { messageIds: ['a1'], toolCallIds: [], resultIds: [] }),
    ...says('a2', 'Whole.'),
    custom('rated', { runId: 'r', score: 1 }),
  );
  assert.deepEqual(
    lines.map(([, text]) => text),
    ['One?', 'Whole.'],
  );
});

test('a conversation that went on here begins with what was said elsewhere', async () => {
  const messages = [
    { id: 'q', role: 'user', content: 'Before?' },
    { id: 'a', role: 'assistant', content: 'Before.' },
  ];
  const { lines } = await linesOf({ type: 'MESSAGES_SNAPSHOT', messages }, asks('q1', 'Now?'));
  assert.deepEqual(
    lines.map(([from, text]) => [from, text]),
    [
      ['visitor', 'Before?'],
      ['assistant', 'Before.'],
      ['visitor', 'Now?'],
    ],
  );
});

test('of a very long conversation the newest five hundred lines are left, and it says so', async () => {
  const { lines, isShortened } = await linesOf(...Array.from({ length: 700 }, (_, index) => asks(`q${index}`, `Question ${index}`)));
  assert.deepEqual([lines.length, lines[0]?.[1], isShortened], [500, 'Question 200', true]);
});

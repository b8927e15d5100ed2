// The file for spreadsheets: a line a day, a column a figure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

test('each figure stands in the column of its name; what is not known is empty', () => {
  const figures = {
    conversations: 21,
    messages: 22,
    outcomes: { confirmed: 1, assumed: 2, abandoned: 3, reopened: 4, escalated: 5, open: 6 },
    ratings: { up: 7, down: 8, stars: [9, 10, 11, 12, 13] },
    firstAnswerMs: { p50: null, p95: 14 },
    toolCalls: 15,
    toolErrors: 16,
    capped: 17,
    tokens: { input: 18, cacheRead: 19, cacheWrite: 20, output: 23 },
    costMicroUsd: 1_500_000,
  };
  const [head = '', line = '', end] = csvOf({ days: [{ day: '2026-11-01', figures, caps: { messages: 24, costMicroUsd: 2_000_000 } }] }).split(
    '\r\n',
  );
  const named = Object.fromEntries(head.split(',').map((name, index) => [name, line.split(',')[index]]));
  assert.deepEqual(
    [named.day, named.conversations, named.abandoned, named.stars_5, named.first_answer_ms_p50, named.first_answer_ms_p95],
    ['2026-11-01', '21', '3', '13', '', '14'],
  );
  assert.deepEqual([named.cost_usd, named.limit_usd, named.limit_messages, named.tokens_output, end], ['1.500000', '2.00', '24', '23', '']);
});

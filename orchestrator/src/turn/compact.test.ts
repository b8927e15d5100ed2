import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolCall, TranscriptMessage } from '../model/port.ts';
import { compacted } from './compact.ts';

const call = (id: string, name: string): ToolCall => ({ id, name, argumentsText: '{}' });
const passages = Array.from({ length: 5 }, (_, index) => ({ id: `p#${index}`, title: 'T', heading: '', url: 'u', text: 'x'.repeat(3000) }));

test('what was said before goes; the question, its notes and each call with its result stay', () => {
  const messages: TranscriptMessage[] = [
    { role: 'user', text: 'Earlier' },
    { role: 'assistant', text: 'Yes.', toolCalls: [] },
    { role: 'user', text: 'Now?', notes: { orders: ['W2530531'] } },
    { role: 'assistant', text: '', toolCalls: [call('c1', 'retrieve_docs'), call('c2', 'get_order_status')] },
    { role: 'tool', call: call('c1', 'retrieve_docs'), outcome: { ok: true, output: { answerable: true, passages } } },
    { role: 'tool', call: call('c2', 'get_order_status'), outcome: { ok: false, code: 'not_found', message: 'no' } },
  ];
  const smaller = compacted(messages);
  assert.deepEqual(smaller[0], messages[2]);
  assert.deepEqual(
    smaller.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : [])),
    smaller.flatMap((message) => (message.role === 'tool' ? [message.call.id] : [])),
  );
  const kept = smaller[2];
  assert.ok(kept?.role === 'tool' && kept.outcome.ok);
  assert.deepEqual(
    (kept.outcome.output.passages as { id: string; text: string }[]).map(({ id, text }) => [id, text.length]),
    [
      ['p#0', 1000],
      ['p#1', 1000],
    ],
  );
});

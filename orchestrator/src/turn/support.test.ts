import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notes } from '../model/port.ts';
import { AnswerWriter } from './release-answer.ts';
import { supportOf } from './support.ts';

function said(text: string, notes: Notes): string {
  const deltas: string[] = [];
  const writer = new AnswerWriter({
    emit: (event) => {
      if (event.type === 'TEXT_MESSAGE_CONTENT') deltas.push(event.delta);
    },
    begin: () => undefined,
    messageId: 'm',
    passages: new Map(),
    support: () => supportOf([{ role: 'user', text: 'Which one?', notes }], 0),
  });
  writer.text(text);
  writer.end();
  return deltas.join('');
}

test('the number of an order that was spoken of may be named again', () => {
  assert.equal(said('Do you mean order W2530531?', { orders: ['W2530531'] }), 'Do you mean order W2530531?');
  assert.doesNotMatch(said('Do you mean order W2530531?', {}), /W2530531/);
});

test('nothing else of the notes supports a claim: no summary, no change, no preference', () => {
  const notes = { orders: ['W2530531'], summary: 'Order W2530531 was delivered for $12.50.', changes: ['Cancel order W2530531: done, 2026-11-21'] };
  assert.doesNotMatch(said('Order W2530531 was delivered.', notes), /delivered/);
  assert.doesNotMatch(said('It was $12.50.', notes), /12\.50/);
});

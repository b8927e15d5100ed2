import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '../session/memory.ts';
import { repeatedIn } from './repetition.ts';

const asked: Asked[] = [
  { question: 'Do you deliver to Canada?', times: 1, passageIds: [] },
  { question: 'How do I return an item?', times: 1, passageIds: [] },
];

for (const { message, repeats } of [
  { message: 'how do I return an item', repeats: 1 },
  { message: 'How can I return an item??', repeats: 1 },
  { message: 'I already asked: how do I return an item?', repeats: 1 },
  { message: 'that did not help', repeats: 0 },
  { message: "That didn't help me at all", repeats: 0 },
  { message: 'That doesn’t help.', repeats: 0 },
  { message: 'you said that already', repeats: 0 },
  { message: "I've already asked that", repeats: 0 },
  { message: 'same answer again', repeats: 0 },
  { message: 'not helpful!', repeats: 0 },
  { message: 'Das habe ich schon gefragt', repeats: 0 },
  { message: 'das hilft mir nicht', repeats: 0 },
]) {
  test(`«${message}» repeats «${asked[repeats]?.question}»`, () => {
    assert.equal(repeatedIn(message, asked), asked[repeats]);
  });
}

for (const message of [
  'Do you deliver to Mexico?',
  'That did not help. Which cards do you take?',
  'Can you help me?',
  'I asked for a blue one and got a red one, what now?',
  'The kettle does not work',
  'Thanks, that helped',
  '',
]) {
  test(`«${message}» repeats nothing`, () => {
    assert.equal(repeatedIn(message, asked), undefined);
  });
}

test('where nothing was asked nothing is repeated', () => {
  assert.equal(repeatedIn('that did not help', []), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeSentences } from './sentences.ts';

const split = (text: string) => takeSentences(text, true).units.map((unit) => unit.trim());

for (const { text, sentences } of [
  { text: 'One. Two! Three? Four', sentences: ['One.', 'Two!', 'Three?', 'Four'] },
  { text: 'Use a card, e.g. Visa, i.e. plastic. Done.', sentences: ['Use a card, e.g. Visa, i.e. plastic.', 'Done.'] },
  { text: 'It costs $1,299.50. Ja.', sentences: ['It costs $1,299.50.', 'Ja.'] },
  { text: 'Am 3. Oktober kommt es. Gut.', sentences: ['Am 3. Oktober kommt es.', 'Gut.'] },
  { text: 'You have 30. Really.', sentences: ['You have 30.', 'Really.'] },
  { text: 'See https://shop.example/a.b?c=d. Then wait.', sentences: ['See https://shop.example/a.b?c=d.', 'Then wait.'] },
  {
    text: 'Do this:\n1. Open it.\n2. Close it. Wait.\n- or **call us.** Bye',
    sentences: ['Do this:', '1. Open it.', '2. Close it.', 'Wait.', '- or **call us.**', 'Bye'],
  },
  { text: 'Wait approx. five days. Nr. 5 ist da. Mr. J. Smith came.', sentences: ['Wait approx. five days.', 'Nr. 5 ist da.', 'Mr. J. Smith came.'] },
  { text: 'He said «stop.» Then left… And so on.', sentences: ['He said «stop.»', 'Then left…', 'And so on.'] },
  { text: 'Version 2.5 ist da, z. B. heute. Gut.', sentences: ['Version 2.5 ist da, z. B. heute.', 'Gut.'] },
  { text: '30日以内です。返品は無料です。', sentences: ['30日以内です。', '返品は無料です。'] },
]) {
  test(`«${text.replaceAll('\n', '⏎')}» is ${sentences.length} sentences`, () => assert.deepEqual(split(text), sentences));
}

test('a sentence is not taken before it is clear that it has ended', () => {
  assert.deepEqual(takeSentences('You have 30 days.', false).units, []);
  assert.deepEqual(takeSentences('You have 30 days. ', false).units, []);
  assert.deepEqual(takeSentences('You have 30 days. R', false), { units: ['You have 30 days.'], rest: ' R' });
  assert.deepEqual(takeSentences('Bis 3. Okto', false).units, []);
});

test('a text without an end is cut at a space', () => {
  const { units, rest } = takeSentences('word '.repeat(300), false);
  assert.deepEqual([units.map((unit) => unit.length), rest.length], [[1000], 500]);
});

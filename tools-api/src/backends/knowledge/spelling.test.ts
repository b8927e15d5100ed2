import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSpelling } from './spelling.ts';

const spelling = openSpelling(['the', 'where', 'there', 'receive']);
const shop = ['package', 'policy', 'return', 'delivery', 'arduino'];

for (const [wrong, right] of [
  ['pakage', 'package'],
  ['polcy', 'policy'],
  ['retrun', 'return'],
  ['delivrey', 'delivery'],
  ['ardunio', 'arduino'],
  ['wher', 'where'],
  ['recieve', 'receive'],
] as const) {
  test(`${wrong} becomes ${right}`, () => assert.equal(spelling.correct(wrong, shop), right));
}

test('a word of the help centre goes before an English one that is as near', () => {
  assert.equal(spelling.correct('polic', shop), 'policy');
});

test('what is short, holds digits or is near to nothing stays as it is', () => {
  for (const word of ['xyz', 'w2530531', 'qwrtzpsdf', 'klarna']) assert.equal(spelling.correct(word, shop), undefined, word);
});

test('rare English words are known, so they are never put right', () => {
  for (const word of ['relocating', 'helper', 'handset', 'tier', 'norway']) assert.ok(spelling.isEnglish(word), word);
  assert.ok(!spelling.isEnglish('pakage'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctSpelling } from './spelling.ts';

const shop = ['package', 'policy', 'return', 'delivery'];
const english = ['where', 'there', 'police', 'begin'];

for (const [wrong, right] of [
  ['pakage', 'package'],
  ['polcy', 'policy'],
  ['retrun', 'return'],
  ['delivrey', 'delivery'],
  ['wher', 'where'],
]) {
  test(`${wrong} becomes ${right}`, () => assert.equal(correctSpelling(wrong ?? '', [shop, english]), right));
}

for (const strange of ['berlin', 'amazon', 'xyz', 'w2530531', 'qwertz']) {
  test(`${strange} stays strange`, () => assert.equal(correctSpelling(strange, [shop, english]), undefined));
}

test('a word of the first dictionary goes before an equally near one of the second', () => {
  assert.equal(correctSpelling('polic', [shop, english]), 'policy');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pastedText } from './pasted-text.ts';

const citation = { number: 1, passageId: 'p', title: 'Return\u202e an item', heading: '', url: 'https://shop.example/returns', quote: '30 days' };

test('an answer is pasted with its articles and without its numbers, as it was seen', () => {
  const text = 'Within **30** days [1]. Not [2], nor a[1].';
  assert.equal(pastedText({ text, citations: [citation] }), 'Within **30** days. Not [2], nor a.\nReturn an item https://shop.example/returns');
  assert.equal(pastedText({ text: ' Yes. ', citations: [] }), 'Yes.');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docsTool, orderTool } from '../requests.fixture.ts';
import { cueWordsOf } from './cue-words.ts';

const cues = cueWordsOf([orderTool, docsTool]);

test('a word of one tool’s examples points to that tool, in any of its endings', () => {
  assert.ok(cues(orderTool, 'tracking please') > 0);
  assert.ok(cues(docsTool, 'returned it') > 0);
  assert.equal(cues(docsTool, 'tracking please'), 0);
});

test('fillers and words that no example has point nowhere', () => {
  for (const message of ['could you please just', 'photosynthesis', '']) assert.equal(cues(orderTool, message) + cues(docsTool, message), 0);
});

test('many cues are worth no more than one', () => {
  assert.equal(cues(orderTool, 'track my parcel, where is the order, track the parcel'), 1);
});

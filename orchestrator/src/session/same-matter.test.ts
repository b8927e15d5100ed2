// What messages have in common, and what they say of the answer before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameMatter, matterKey, verdictOf } from './same-matter.ts';

test('the same order, or half of the words that matter, is the same matter', () => {
  const same: [string, string][] = [
    ['Where is order W2530531?', 'w2530531 still has not come'],
    ['Can I return a used tent?', 'So may a used tent be returned?'],
    ['Wie lange dauert der Versand?', 'Der Versand dauert zu lange'],
  ];
  const other: [string, string][] = [
    ['Where is order W2530531?', 'Where is order W7430166?'],
    ['Can I return a used tent?', 'What does a stove weigh?'],
    ['Hello', 'Hello again, is it open?'],
    ['', ''],
  ];
  for (const [one, two] of same) assert.ok(isSameMatter(one, two), `${one} – ${two}`);
  for (const [one, two] of other) assert.ok(!isSameMatter(one, two), `${one} – ${two}`);
});

test('thanks are told from complaints, and from a message that says more', () => {
  for (const text of ['Thanks!', 'ok great, thank you so much', 'Danke, das hilft', 'Merci', 'That helped'])
    assert.equal(verdictOf(text), 'helped', text);
  for (const text of ['That did not help', 'thanks but it doesn’t work']) assert.equal(verdictOf(text), 'not_helped', text);
  for (const text of ['How do I thank you?', `Thanks, and now please tell me ${'about my order '.repeat(6)}`, 'Thanksgiving opening hours'])
    assert.equal(verdictOf(text), undefined, text);
});

test('wordings of one question have one key; small talk has none', () => {
  assert.equal(matterKey('How long does delivery take?'), matterKey('how long will the delivery take'));
  assert.equal(matterKey('Cancel order W2530531'), matterKey('cancel my order W7430166 please'));
  assert.notEqual(matterKey('Cancel my order'), matterKey('Change my order'));
  assert.deepEqual([matterKey('thanks'), matterKey('hello')], ['', '']);
});

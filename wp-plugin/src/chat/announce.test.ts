import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextSpeech } from './announce.ts';
import type { AssistantMessage } from './chat-state.ts';

const context = { base: 'https://shop.example/', knownHosts: new Set<string>(), citations: new Set([1]) };
const answer = (text: string, isStreaming: boolean): AssistantMessage => ({
  kind: 'assistant',
  id: 'a',
  text,
  citations: [],
  at: 0,
  isStreaming,
  isLive: true,
  runId: 'r',
});
const whole =
  'You can send anything back **within 30 days** of delivery, as long as it is unused [1]. How it works:\n\n1. Open *Orders*. 2. Print the label and put it on the parcel, then drop it off.';

test('a growing answer is told in whole sentences, each once, without marks', () => {
  const told: string[] = [];
  let from = 0;
  for (let length = 1; length <= whole.length; length += 1) {
    const next = nextSpeech(answer(whole.slice(0, length), length < whole.length), from, context);
    if (!next) continue;
    told.push(next.text);
    from = next.until;
  }
  assert.deepEqual(told, [
    'You can send anything back within 30 days of delivery, as long as it is unused.',
    'How it works:\nOpen Orders. 2. Print the label and put it on the parcel, then drop it off.',
  ]);
  assert.equal(nextSpeech(answer(whole, false), from, context), undefined);
});

test('an answer without a full stop is told when it ends', () => {
  assert.equal(nextSpeech(answer('Yes', true), 0, context), undefined);
  assert.equal(nextSpeech(answer('Yes', false), 0, context)?.text, 'Yes');
});

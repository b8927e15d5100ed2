// Whether the help centre answers a question at all. The weights are fitted to fitting.json; held-out.json was looked at while the signals
// were chosen; fresh.json was written afterwards and nothing was changed for it, so it is the figure to believe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Knowledge } from '../src/backends/knowledge/search.ts';
import { type Harness, startHarness } from './harness.ts';
import fitting from './questions/fitting.json' with { type: 'json' };
import fresh from './questions/fresh.json' with { type: 'json' };
import heldOut from './questions/held-out.json' with { type: 'json' };

let harness: Harness;
let knowledge: Knowledge;

before(async () => {
  harness = await startHarness();
  knowledge = harness.knowledge;
});
after(async () => await harness.close());

const search = async (question: string) =>
  await knowledge.search({ text: question, context: [], audiences: ['public'], limit: 5, signal: new AbortController().signal });

async function wrongOf(questions: string[], expected: boolean): Promise<string[]> {
  const wrong: string[] = [];
  for (const question of questions) if ((await search(question)).answerable !== expected) wrong.push(question);
  return wrong;
}

for (const [name, questions, wrongMax] of [
  ['fresh', fresh, 2],
  ['held-out', heldOut, 2],
  ['fitting', fitting, 7],
] as const) {
  test(`${name} questions: at most ${wrongMax} answerable ones are missed and ${wrongMax} others let through`, async (t) => {
    const missed = await wrongOf(questions.answerable, true);
    const letThrough = await wrongOf(questions.unanswerable, false);
    const right = questions.answerable.length - missed.length;
    t.diagnostic(`precision ${(right / (right + letThrough.length)).toFixed(2)}, recall ${(right / questions.answerable.length).toFixed(2)}`);
    for (const question of [...missed, ...letThrough]) t.diagnostic(`wrong: ${question}`);
    assert.ok(missed.length <= wrongMax && letThrough.length <= wrongMax, [...missed, ...letThrough].join(' | '));
  });
}

for (const [question, documentId] of [
  ['How long do I have to send something back?', 'return-an-item'],
  ['wher is my pakage', 'track-an-order'],
  ['Can I pay with bitcoin?', 'payment-methods'],
  ['kettle does not heat', 'electric-kettle-does-not-switch-on'],
  ['do you ship to Canada?', 'delivery-to-other-countries'],
  ['is shipping free?', 'delivery-times-and-costs'],
  ['how do I get a receipt', 'invoices-and-receipts'],
  ['can I talk to someone on the phone', 'contact-a-person'],
] as const) {
  test(`«${question}» is answered from ${documentId}`, async () => {
    const { answerable, passages } = await search(question);
    const found = passages.map((passage) => passage.document_id);
    assert.ok(answerable && found.includes(documentId), `${answerable} ${found.join(', ')}`);
  });
}

test('words that mean nothing to anybody find no answer and raise no error', async () => {
  for (const question of ['??', '你好', "'; DROP TABLE chunks; --", "a' | 'b & !", '%_\\', 'x'.repeat(400), 'the of and']) {
    assert.equal((await search(question)).answerable, false, question);
  }
});

test('the same question gets the same answer', async () => {
  assert.deepEqual(await search('do you take paypal'), await search('do you take paypal'));
});

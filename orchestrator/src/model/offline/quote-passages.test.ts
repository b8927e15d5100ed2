import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeEmbed } from './fake-embed.fixture.ts';
import { type QuotablePassage, quotePassages } from './quote-passages.ts';

const passage = (id: string, text: string): QuotablePassage => ({ id, title: id, heading: '', text });
const quote = async (question: string, ...passages: QuotablePassage[]) => (await quotePassages(fakeEmbed, question, passages))?.markdown;

const returns = passage(
  'returns#1',
  'Shoes are sold in pairs. You can send an item back within 30 days. Sending an item back is free. We love boots.',
);
const steps = passage(
  'cancel#1',
  'Orders can change.\nTo cancel an order online:\n1. Open your orders online.\n2. Choose cancel.\n3. Confirm.\nWe answer fast.',
);
const prices = passage('prices#1', 'Prices of delivery:\n- Standard delivery: free\n- Express delivery: $12');

test('the sentence nearest to the question is quoted word for word, from the passage that holds it', async () => {
  const quotation = await quotePassages(fakeEmbed, 'How long can I send an item back?', [passage('other#1', 'Boots are nice.'), returns]);
  assert.equal(quotation?.passageId, 'returns#1');
  assert.ok(quotation?.markdown.startsWith('You can send an item back within 30 days.'));
  assert.ok(returns.text.includes(quotation?.markdown ?? 'missing'));
});

test('steps are quoted as the whole list, with the sentence that introduces it', async () => {
  assert.equal(
    await quote('cancel my order: open orders online', steps),
    'To cancel an order online:\n\n1. Open your orders online.\n2. Choose cancel.\n3. Confirm.',
  );
});

test('a question for one figure is answered by the one item that holds it', async () => {
  assert.equal(await quote('how much is express delivery', prices), 'Express delivery: $12');
});

test('at most three sentences and seven items are quoted', async () => {
  const many = Array.from({ length: 12 }, (_, index) => `cancel order ${index}`);
  const items = await quote('cancel order', passage('long#1', many.map((item, index) => `${index + 1}. ${item}`).join('\n')));
  assert.equal(items?.split('\n').length, 7);
  const sentences = await quote('cancel order', passage('long#1', many.map((item) => `You ${item}.`).join(' ')));
  assert.equal(sentences?.match(/\./g)?.length, 3);
});

test('passages without a statement give no quotation', async () => {
  assert.equal(await quote('cancel order', passage('empty#0', ' ')), undefined);
  assert.equal(await quote('cancel order'), undefined);
});

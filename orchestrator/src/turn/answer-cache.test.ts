import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '@aiguy/manifests/cache';
import { type Circumstances, createAnswerCache, wordingOf } from './answer-cache.ts';

/** Two wordings of one question. Only some are recognised: what is missed costs a model call, what is confused costs the truth. */
const same: [string, string][] = [
  ['How long do I have to return an item?', 'How much time do I have to send an item back?'],
  ['Do you ship to Canada?', 'Do you deliver to Canada?'],
  ['How do I cancel my order?', 'How can I cancel an order?'],
  ['What payment methods do you accept?', 'Which payment methods can I use?'],
  ['How do I reset my password?', 'How can I reset my password?'],
  ['How much does shipping cost?', 'What does shipping cost?'],
  ['Where can I find my invoice?', 'Where do I find my invoice?'],
  ['Can I change my delivery address?', 'Is it possible to change my delivery address?'],
  ['When will I get my refund?', 'When do I receive my refund?'],
  ['How do I contact support?', 'How can I contact customer support?'],
  ['Is returning an item free?', 'Are returns free of charge?'],
  ['Do you offer gift cards?', 'Do you sell gift cards?'],
  ['How long does delivery take?', 'How long does shipping take?'],
  ['What does the warranty cover?', 'What is covered by the warranty?'],
  ['How do I track my parcel?', 'How can I track my package?'],
  ['Can I pay with PayPal?', 'Do you accept PayPal?'],
  ['How do I delete my account?', 'How can I delete my account?'],
  ['My item arrived damaged, what do I do?', 'What should I do if my item arrived damaged?'],
  ['How do I exchange an item for another size?', 'How can I exchange an item for a different size?'],
  ['Do you have a student discount?', 'Is there a discount for students?'],
  ['How do I apply a coupon code?', 'How can I use a coupon code?'],
  ['Where is your store?', 'Where is your shop located?'],
];

/** Near in words and in the embedding model's eyes (Saturday and Sunday: 0.973), yet different questions. */
const different: [string, string][] = [
  ['Do you ship to Canada?', 'Do you ship to Germany?'],
  ['Can I return shoes?', 'Can I return underwear?'],
  ['How do I cancel my order?', 'How do I change my order?'],
  ['How long does standard delivery take?', 'How long does express delivery take?'],
  ['How much does standard delivery cost?', 'How much does express delivery cost?'],
  ['How do I reset my password?', 'How do I reset my email address?'],
  ['Can I pay with PayPal?', 'Can I pay with Klarna?'],
  ['Can I return an opened item?', 'Can I return an unopened item?'],
  ['How do I open an account?', 'How do I close an account?'],
  ['When do I get my refund?', 'When do I get my replacement?'],
  ['Is shipping free for orders over $50?', 'Is shipping free for orders over $100?'],
  ['Can I return an item without a receipt?', 'Can I return an item with a receipt?'],
  ['Do you deliver on Saturday?', 'Do you deliver on Sunday?'],
  ['What is the warranty on laptops?', 'What is the warranty on tablets?'],
  ['How do I add an item to my order?', 'How do I remove an item from my order?'],
  ['Can I exchange an item?', 'Can I return an item?'],
  ['How do I activate my gift card?', 'How do I cancel my gift card?'],
  ['Do you ship from Canada?', 'Do you ship to Canada?'],
  ['Can I change the delivery address?', 'Can I change the billing address?'],
  ['Can I return a gift?', 'Can I return a gift card?'],
  ['Can I pick up my order in the store?', 'Can I return my order in the store?'],
  ['Is the headset compatible with Windows?', 'Is the headset compatible with Mac?'],
  ['What happens if I miss the delivery?', 'What happens if I refuse the delivery?'],
  ['How do I subscribe to the newsletter?', 'How do I unsubscribe from the newsletter?'],
  ['Can I return it?', 'Can’t I return it?'],
  ['What is my address?', 'What is your address?'],
  ['When did I get my refund?', 'When do I get my refund?'],
  ['Who pays for the return?', 'When do I pay for the return?'],
  ['Is it free over 30 kg?', 'Is it free over 3 kg?'],
];

const circumstances: Circumstances = { issuer: 'https://shop.example', signedIn: false, model: 'm', prefix: 'p' };
const parts = [{ text: 'You have 30 days.' }, { citations: [] }, { text: ' [1]' }];
const yes = async () => true;

function open() {
  return createAnswerCache(createCache({ prefix: 't', entriesMax: 100 }), 60);
}

test('no two different questions share an answer, and some wordings of one question do', () => {
  for (const [one, other] of different) assert.notEqual(wordingOf(one), wordingOf(other), `${one} | ${other}`);
  assert.equal(same.filter(([one, other]) => wordingOf(one) === wordingOf(other)).length, 5);
});

test('the same question is a hit in its parts, in other letters an exact one, in other words a similar one', async () => {
  const answers = open();
  await answers.keep('How do I cancel my order?', circumstances, { corpusVersion: '1', parts });
  assert.deepEqual(await answers.recall('  how do I cancel  my order', circumstances, yes), { result: 'hit_exact', parts });
  assert.deepEqual(await answers.recall('How can I cancel an order?', circumstances, yes), { result: 'hit_similar', parts });
  assert.deepEqual(await answers.recall('How do I change my order?', circumstances, yes), { result: 'miss', parts: [] });
});

for (const change of [{ issuer: 'https://other.example' }, { signedIn: true }, { model: 'n' }, { prefix: 'q' }]) {
  test(`another ${Object.keys(change)[0]} has answers of its own`, async () => {
    const answers = open();
    await answers.keep('How do I cancel my order?', circumstances, { corpusVersion: '1', parts });
    assert.equal((await answers.recall('How do I cancel my order?', { ...circumstances, ...change }, yes)).result, 'miss');
  });
}

test('an answer from another version of the knowledge is not told', async () => {
  const answers = open();
  await answers.keep('How do I cancel my order?', circumstances, { corpusVersion: '1', parts });
  assert.equal((await answers.recall('How do I cancel my order?', circumstances, async (version) => version === '2')).result, 'miss');
});

test('the version is asked for only when there is something to tell', async () => {
  assert.equal((await open().recall('How?', circumstances, async () => assert.fail('asked'))).result, 'miss');
});

for (const question of [
  'Where is order W2530531?',
  'I am ada@shop.example, how do I return?',
  'My name is Ada, how do I return?',
  'Are you open today?',
  'Is it still on sale?',
  `How ${'so '.repeat(200)}?`,
]) {
  test(`«${question.slice(0, 50)}» is neither kept nor looked up`, async () => {
    const answers = open();
    await answers.keep(question, circumstances, { corpusVersion: '1', parts });
    assert.equal((await answers.recall(question, circumstances, yes)).result, 'miss');
  });
}

test('an answer that speaks of the present moment is not kept', async () => {
  const answers = open();
  await answers.keep('When do you close?', circumstances, { corpusVersion: '1', parts: [{ text: 'We are open now.' }] });
  assert.equal((await answers.recall('When do you close?', circumstances, yes)).result, 'miss');
});

test('what is no kept answer of ours is a miss', async () => {
  const answers = createAnswerCache({ get: async () => '{"parts":7}', set: async () => undefined, close: () => undefined }, 60);
  assert.equal((await answers.recall('How do I return?', circumstances, yes)).result, 'miss');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasClaims, openClaims, passageSupports, type Source, type Support, sourceOfRecord, sourceOfText, standsIn } from './claim-gate.ts';

const shippedOrder = {
  order_id: 'W2530531',
  status: 'processed',
  status_text: 'Order W2530531 was shipped on 13 November 2026 and is on its way.',
  created_at: '2026-11-11T15:40:00Z',
  updated_at: '2026-11-13T19:40:00Z',
  shipped_at: '2026-11-13T19:40:00Z',
  currency: 'USD',
  total: 1299.5,
  items: [
    { name: 'Tea Kettle', options: { capacity: '1.5 liters' }, quantity: 1, unit_price: 98.82 },
    { name: 'Lamp', options: {}, quantity: 2, unit_price: 600.34 },
  ],
  shipments: [{ tracking_numbers: ['687098298881'], item_names: ['Tea Kettle'] }],
  refunds: [{ amount: 10 }, { amount: 2.5 }],
  fee_cents: 499,
  delivery_days: 4,
};
const pendingOrder = {
  order_id: 'W6584521',
  status: 'pending',
  status_text: 'Order W6584521 was placed on 11 November 2026 and has not been shipped yet.',
  currency: 'USD',
  total: 45,
  refunds: [],
};
const nowMs = Date.parse('2026-11-12T09:00:00Z');
const support = (records: object[] = [shippedOrder], visitor = ''): Support => ({
  records: records.map((record) => sourceOfRecord(record as Record<string, unknown>)),
  visitor: sourceOfText(visitor),
  nowMs,
});
const passage: Source = sourceOfText(
  'You have 30 days from delivery to send an item back. Express delivery costs $12, standard delivery takes 3 to 5 business days. ' +
    'Members get 15% off until October 3. Refunds are paid within two weeks. Lines are open from 9 am to 17:30. Call +43 1 234 56 78. Worn items are not accepted. ' +
    'Aufpreis 1.299,50 €. The fee is 50 cents.',
);
const open = (sentence: string, known: Support) => openClaims(sentence, known).map((claim) => claim.text);

const free = [
  'Hello! How can I help you?',
  'I don’t find that in our help centre.',
  '1. Open your orders.',
  '- Choose «Cancel».',
  'Step 2: choose the item.',
  'You have two ways to pay, for example by card.',
  'One of our team will get back to you.',
  'Plug it into the USB port, e.g. of an MP3 player or an A4 printer.',
  'See https://shop.example/help/2024/returns-30?x=12 for more.',
  'See [the rules](https://shop.example/rules-2026#s3) for more.',
  'Once your order has been shipped, you get a link by e-mail.',
  'If your parcel was delivered to the wrong address, tell us.',
  'Has your order been delivered?',
  'Your order can be cancelled until it leaves us.',
  'Your refund will be paid back to the card you used.',
  'Items that have been worn stay yours.',
  'You may also pay on Friday.',
  'Write to team24@shop.example.',
  'Your question is a good one.',
  'Orders are shipped from Graz.',
];
for (const sentence of free) {
  test(`no claim: ${sentence}`, () => {
    assert.deepEqual(open(sentence, support([])), []);
    assert.equal(hasClaims(sentence), false);
  });
}

const supportedByRecord = [
  'Your order comes to $1,299.50.',
  'The total is 1299.5 USD.',
  'Das macht 1.299,50 $.',
  'It was shipped on 13 November 2026.',
  'It left on November 13.',
  'Versandt am 13.11.2026.',
  'It left on 11/13/2026.',
  'Your parcel is on its way.',
  'Your order has been shipped.',
  'I have already shipped order W2530531.',
  'Order #w2530531 contains two items.',
  'The tracking number is **687098298881**.',
  'You bought 2 × Lamp, at $600.34 each.',
  '$12.50 has been refunded.',
  'We’ve refunded you.',
  'It holds 1.5 liters.',
  'There is a fee of $4.99.',
  'It takes 4 days.',
  'It left us in November.',
  'Your parcel was shipped tomorrow.',
  'It has not been delivered yet.',
  'It was sent at 19:40.',
];
for (const sentence of supportedByRecord) {
  test(`supported by the order: ${sentence}`, () => {
    assert.deepEqual(open(sentence, support()), []);
    assert.notDeepEqual(open(sentence, support([])), [], 'and by nothing else');
  });
}

const unsupported = [
  'Your order comes to $1,199.50.',
  'Your order comes to €1,299.50.',
  'It will arrive on October 3.',
  'It was shipped on 13 November 2025.',
  'It arrives tomorrow at 10 am.',
  'Your order was delivered.',
  'Your parcel has arrived.',
  'I have cancelled your order.',
  'We’ve cancelled it for you.',
  'Status: delivered',
  'Delivered on Friday.',
  'Good news, your order W2530531 has now been delivered.',
  'Your payment was declined.',
  'The tracking number is 687098298882.',
  'Order W9999999 is on its way.',
  'You get 20% off.',
  'Within 1299.5 days.',
  'It takes four weeks.',
  'Ihre Bestellung wurde zugestellt.',
  'Das kostet 20 Euro.',
  'Es dauert zwei Wochen.',
  'Votre commande a été livrée.',
  'We are open from 9 to 17.',
  'Your order contains seven items.',
  'It takes thirty-one days.',
  'Expect it within a week.',
];
for (const sentence of unsupported) {
  test(`not supported: ${sentence}`, () => assert.notDeepEqual(open(sentence, support()), []));
}

const byPassage: [string, boolean][] = [
  ['You have 30 days to send it back.', true],
  ['You have thirty days.', true],
  ['The 30-day period begins with delivery.', true],
  ['You have 60 days.', false],
  ['Express costs $12.', true],
  ['Express costs 12 dollars.', true],
  ['Express costs €12.', false],
  ['Express takes 12 days.', false],
  ['Standard takes 3–5 business days.', true],
  ['Standard takes three to five working days.', true],
  ['Standard takes 3-5 days.', false],
  ['You get 15 percent off.', true],
  ['You get 15% off until 3 October.', true],
  ['You get 15% off until October 3, 2026.', false],
  ['Refunds take 14 days.', true],
  ['We answer from 9:00 to 5:30 pm.', true],
  ['Call +43 1 2345678.', true],
  ['Call +43 1 2345679.', false],
  ['It costs 1,299.50 € more.', true],
  ['The fee is $0.50.', true],
  ['Your worn item is not accepted.', true],
  ['Your return has been accepted.', false],
];
for (const [sentence, isSupported] of byPassage) {
  test(`a cited passage ${isSupported ? 'supports' : 'does not support'}: ${sentence}`, () => {
    assert.equal(passageSupports(passage, openClaims(sentence, support([]))), isSupported);
  });
}

test('the numbers of the list above are claims at all', () => {
  for (const [sentence] of byPassage) assert.ok(hasClaims(sentence), sentence);
});

for (const { sentence, visitor, supported } of [
  { sentence: 'I can’t find order W1234567 among your orders.', visitor: 'where is w1234567', supported: true },
  { sentence: 'Order W1234567 is not one of yours.', visitor: 'where is #W1234567', supported: true },
  { sentence: 'Your iPhone 15 fits in the return box.', visitor: 'can I return an iPhone 15', supported: true },
  { sentence: 'Do you mean the $500 payment?', visitor: 'my refund is $500', supported: true },
  { sentence: 'You wrote that you paid $500.', visitor: 'my refund is $500', supported: true },
  { sentence: 'Your refund is $500.', visitor: 'my refund is $500', supported: false },
  { sentence: 'You have 90 days.', visitor: 'I have 90 days, right?', supported: false },
  { sentence: 'Your order was delivered.', visitor: 'my order was delivered', supported: false },
]) {
  test(`with «${visitor}» by the visitor, «${sentence}» is ${supported ? 'an echo' : 'a claim'}`, () => {
    assert.equal(open(sentence, support([], visitor)).length === 0, supported);
  });
}

test('with two orders in one run, a sentence that names one is measured by that one alone', () => {
  const both = support([shippedOrder, pendingOrder]);
  assert.deepEqual(open('Order W2530531 has been shipped.', both), []);
  assert.deepEqual(open('Order W6584521 has been shipped.', both), ['shipped']);
  assert.deepEqual(open('Order W6584521 has not been shipped yet.', both), []);
  assert.deepEqual(open('Order W6584521 comes to $1,299.50.', both), ['$1,299.50']);
});

test('a sentence that a passage says word for word stands in it, a part of a word does not', () => {
  assert.ok(standsIn('**Your** order was  shipped.', 'Then we write: Your order was shipped. Done.'));
  assert.ok(!standsIn('You have 3', 'You have 30 days.'));
});

test('the same sentence gets the same verdict every time', () => {
  const known = support([shippedOrder, pendingOrder]);
  for (const sentence of [...unsupported, ...supportedByRecord]) assert.deepEqual(openClaims(sentence, known), openClaims(sentence, known));
});

test('hostile text is judged in bounded time', () => {
  const started = performance.now();
  for (const unit of ['1,', 'a-', 'your ', '1 ', 'is ', '$1 ', 'to ', 'will be ', 'A1', '. ', '1.1', 'not '])
    claims(unit.repeat(1000).slice(0, 2000));
  assert.ok(performance.now() - started < 2000);
});

function claims(text: string): void {
  openClaims(text, support());
  sourceOfText(text);
}

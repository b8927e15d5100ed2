import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskPersonalData } from './mask-personal-data.ts';

for (const [what, text, masked] of [
  ['an e-mail address', 'write to jo.doe+shop@mail.example.co.uk, please', 'write to [e-mail], please'],
  ['an address of other letters', 'an jürgen@bücher.example.', 'an [e-mail].'],
  ['a card number in groups', 'my card 4111 1111 1111 1111 was charged', 'my card [card number] was charged'],
  ['a card number in one piece', 'card:4242424242424242!', 'card:[card number]!'],
  ['a card number of fifteen digits', 'amex 3782-822463-10005', 'amex [card number]'],
  ['a card number with what stands beside it', '4111 1111 1111 1111 12 28', '[card number] 12 28'],
  ['two card numbers', '4111 1111 1111 1111 4242 4242 4242 4242', '[card number] [card number]'],
  ['an IBAN in groups', 'pay back to DE89 3704 0044 0532 0130 00 today', 'pay back to [IBAN] today'],
  ['an IBAN in one piece, in small letters', 'gb29nwbk60161331926819', '[IBAN]'],
  ['an international telephone number', 'call +44 20 7946 0958 or 0049 (30) 901820', 'call [telephone number] or [telephone number]'],
  ['a national telephone number', 'ring 030 / 901 820 or 02079460958', 'ring [telephone number] or [telephone number]'],
  ['an American telephone number', 'it is (212) 555-0143 or 212.555.0143', 'it is [telephone number] or [telephone number]'],
] as const) {
  test(`${what} does not leave the house`, () => assert.equal(maskPersonalData(text), masked));
}

for (const [what, text] of [
  ['an order number', 'order W2530531 and #W2403075'],
  ['a long order number', 'order 1234567890123 and 2026112100017'],
  ['a ticket reference', 'ticket T-7K3M9Q'],
  ['a product number', 'sku 4107812227'],
  ['a tracking number', 'parcel 1Z999AA10123456784 and 747342871264'],
  ['a date and a time', 'on 2026-11-21 at 09:30, or 21.11.2026 09:30'],
  ['an amount', 'charged 1,299.00 EUR twice, 0.50 too much'],
  ['a number that no card has', '4111 1111 1111 1112'],
  ['a letter code that is no IBAN', 'AB12 3456 7890 1234 567'],
  ['words', 'The kettle leaks and nobody answers.'],
] as const) {
  test(`${what} stays`, () => assert.equal(maskPersonalData(text), text));
}

test('text of any kind is done with in no time', () => {
  const texts = [
    '1 '.repeat(2000),
    'a@'.repeat(2000),
    'DE89 '.repeat(800),
    '0'.repeat(4000),
    '+1 '.repeat(1300),
    '(0 '.repeat(1300),
    'a.'.repeat(2000),
  ];
  const startedMs = performance.now();
  for (const text of texts) maskPersonalData(text);
  assert.ok(performance.now() - startedMs < 1000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PriceWish, readPrices } from './prices.ts';

for (const [text, expected] of [
  ['a backpack under $200', { max: 200 }],
  ['nothing above 60 please, a bottle', { max: 60 }],
  ['a bottle, not over 50', { max: 50 }],
  ['my budget is 1,200 dollars', { max: 1200 }],
  ['puzzles between 45 and 50', { min: 45, max: 50 }],
  ['$90-$100 charger', { min: 90, max: 100 }],
  ['a chair for 400 to 500 dollars', { min: 400, max: 500 }],
  ['around 150 bucks', { min: 120, max: 180 }],
  ['a hundred and fifty dollars or less', { max: 150 }],
  ['a laptop for less than 2.5k', { max: 2500 }],
  ['at least 16GB of memory', {}],
  ['under 10 inches', {}],
  ['at most 2 liters', {}],
  ['a bulb over 60 watts', {}],
  ['more than $300', { min: 300 }],
  ['the cheapest mat', { order: 'cheapest' }],
  ['a lamp that isn’t too expensive', { order: 'cheapest' }],
  ['the most expensive watch you have', { order: 'dearest' }],
  ['size 10 boots', {}],
  ['the difference between 6700049080 and 6117189161', {}],
  ['1000 piece puzzle under fifty', { max: 50 }],
] as [string, PriceWish][]) {
  test(`«${text}» asks for ${JSON.stringify(expected)}`, () => assert.deepEqual(readPrices(text).price, expected));
}

test('what says the price is gone from the text, a size stays', () => {
  assert.equal(readPrices('size 10 boots under $250').rest.replace(/\s+/g, ' ').trim(), 'size 10 boots ,');
});

// What calls cost: by the price list, never less than what is paid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf, defaultPrices, mostOf, priceOf } from './prices.ts';

const none = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

test('each kind of token has its price, and parts of a millionth are rounded up', () => {
  const haiku = priceOf(defaultPrices, 'claude-haiku-5-5');
  assert.equal(costOf(haiku, { inputTokens: 1_000_000, cacheReadTokens: 1_000_000, cacheWriteTokens: 1_000_000, outputTokens: 1_000_000 }), 735_000);
  assert.deepEqual([costOf(haiku, none), costOf(haiku, { ...none, inputTokens: 1 }), costOf(haiku, { ...none, inputTokens: 10 })], [0, 1, 1]);
});

test('a dated version has its model’s price, and a model without a price the dearest of the list', () => {
  assert.deepEqual(priceOf(defaultPrices, 'claude-sonnet-5-5-20260928'), defaultPrices['claude-sonnet-5-5']);
  assert.deepEqual(priceOf(defaultPrices, 'claude-haiku-5-50'), defaultPrices['claude-opus-5-5']);
});

test('no call costs more than was reserved for it, whatever its visitor wrote', () => {
  const price = priceOf(defaultPrices, 'claude-sonnet-5-5');
  const hostile = '🧿¡'.repeat(1000);
  const most = mostOf(price, { prefixTokens: 1000, bytes: Buffer.byteLength(hostile) }, 500);
  assert.ok(most >= costOf(price, { ...none, cacheWriteTokens: 1000 + Buffer.byteLength(hostile), outputTokens: 500 }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PaymentMethod, refundsOf } from '../backends/order-changes.ts';
import type { Order } from '../backends/shop.ts';
import { itemsInWords, methodsInWords, timingInWords, totalOf } from './own-order.ts';

const card: PaymentMethod = { id: 'card', source: 'credit_card', brand: 'visa', last_four: '4249' };
const gift: PaymentMethod = { id: 'gift', source: 'gift_card', balance: 10 };
const paypal: PaymentMethod = { id: 'paypal', source: 'paypal' };
const paid = (id: string, amount: number) => ({ type: 'payment' as const, amount, payment_method_id: id });
const back = (id: string, amount: number) => ({ type: 'refund' as const, amount, payment_method_id: id });

test('what was paid goes back to where it came from, less what went back already', () => {
  const refunds = refundsOf([paid('card', 50.1), paid('gift', 20.2), back('card', 10), back('gift', -20.2)], [card, gift, paypal]);
  assert.deepEqual(refunds, [{ method: card, amount: 40.1 }]);
  assert.deepEqual(refundsOf([paid('card', 0.1), paid('card', 0.2), back('card', 0.3)], [card]), []);
  assert.deepEqual(refundsOf([], [card]), []);
});

test('money is added up in cents', () => {
  assert.equal(
    totalOf([
      { method: card, amount: 0.1 },
      { method: gift, amount: 0.2 },
    ]),
    0.3,
  );
});

test('ways of paying are named as their owner knows them', () => {
  const words = (...methods: PaymentMethod[]) => methodsInWords(methods.map((method) => ({ method, amount: 1 })));
  assert.equal(words(card, gift), 'your Visa card ending in 4249 and your gift card');
  assert.equal(words(paypal), 'your PayPal account');
  assert.equal(words({ id: 'card', source: 'credit_card' }), 'your card');
});

test('only a gift card has its money at once', () => {
  assert.equal(timingInWords([{ method: gift, amount: 1 }]), 'at once');
  assert.equal(
    timingInWords([
      { method: gift, amount: 1 },
      { method: card, amount: 1 },
    ]),
    'within 5 to 7 business days',
  );
});

test('items fit a fact of the card however many they are', () => {
  const items = Array.from({ length: 100 }, () => ({ sku: '1', name: 'Stainless Steel Tea Kettle', options: {}, quantity: 2, unit_price: 1 }));
  const text = itemsInWords({ items } as unknown as Order);
  assert.equal(text.length, 500);
  assert.match(text, /^2 × Stainless Steel Tea Kettle, .*…$/);
});

// The real client against a WooCommerce on loopback.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import { createWooProducts } from './products.ts';
import { startWooCommerce, type WooDouble } from './woocommerce-double.fixture.ts';

let woo: WooDouble;
let nowMs = 0;

const item = (id: number, change: object = {}) => ({
  id,
  sku: `SKU-${id}`,
  price: '10.50',
  purchasable: true,
  stock_status: 'instock',
  attributes: [],
  ...change,
});
const product = (id: number, change: object = {}) => ({
  ...item(id),
  name: `Product ${id}`,
  type: 'simple',
  catalog_visibility: 'visible',
  categories: [{ id: 1, name: 'Home &amp; kitchen' }],
  ...change,
});
const size = (option: string) => ({ attributes: [{ id: 1, name: 'Size', option }] });

beforeEach(async () => {
  nowMs = 0;
  woo = await startWooCommerce([]);
  woo.products = [
    product(2, {
      name: 'Boots',
      type: 'variable',
      price: '50',
      attributes: [
        { name: 'Size', options: ['41', '42'], variation: true },
        { name: 'Material', options: ['leather'], variation: false },
      ],
    }),
    product(1, { name: 'A <b>kettle</b>', categories: [] }),
    product(3, { catalog_visibility: 'hidden' }),
    product(4, { type: 'external' }),
    product(5, { price: '' }),
  ];
  woo.variations = [
    { ...item(21, { price: '50', ...size('41') }), parent_id: 2 },
    { ...item(22, { price: '55', sku: '', stock_status: 'outofstock', ...size('42') }), parent_id: 2 },
    { ...item(23, { price: '', ...size('43') }), parent_id: 2 },
  ];
});
afterEach(async () => await woo.stop());

const open = () => createWooProducts({ settings: woo.settings, nowMs: () => nowMs });
const whole = [
  {
    product_id: '1',
    name: 'A kettle',
    category: 'Other',
    currency: 'EUR',
    variants: [{ sku: 'SKU-1', options: {}, available: true, price: 10.5 }],
  },
  {
    product_id: '2',
    name: 'Boots',
    category: 'Home & kitchen',
    currency: 'EUR',
    variants: [
      { sku: 'SKU-21', options: { Material: 'leather', Size: '41' }, available: true, price: 50 },
      { sku: 'product-22', options: { Material: 'leather', Size: '42' }, available: false, price: 55 },
    ],
  },
];

test('products come by name with every variant that has a price, its options, its stock and the shop’s currency', async () => {
  assert.deepEqual(await open().list(), whole);
});

test('a price is read as the shop has it: without a digit before the point, or as a number that a plug-in has counted', async () => {
  woo.products = [product(1, { price: '.5' }), product(2, { price: 10.499999999999998 }), product(3, { price: '7.333333333333333' })];
  const prices = (await open().list()).flatMap(({ variants }) => variants.map(({ price }) => price));
  assert.deepEqual(prices, [0.5, 10.5, 7.3333]);
});

test('a WooCommerce that has no list of all variations is asked product by product', async () => {
  woo.isOld = true;
  assert.deepEqual(await open().list(), whole);
});

test('all pages are read', async () => {
  woo.products = Array.from({ length: 230 }, (_none, index) => product(index + 1));
  assert.equal((await open().list()).length, 230);
});

test('the catalogue is read once for all who ask at once, kept for a minute, then read anew beside the answer, and not kept for long', async () => {
  const products = open();
  await Promise.all([products.list(), products.list(), products.list()]);
  const reads = () => woo.requests.filter(({ path }) => path === 'products').length;
  nowMs = 60_000;
  await products.list();
  assert.equal(reads(), 1);
  nowMs = 60_001;
  assert.deepEqual(await products.list(), whole);
  woo.mood = () => 'down';
  nowMs = 500_000;
  await assert.rejects(products.list(), (error) => error instanceof AiguyError && error.code === 'tool_unavailable');
});

const counted = (quantity: number, change: object = {}) => ({
  stock_quantity: quantity,
  low_stock_amount: null,
  backorders_allowed: false,
  ...change,
});
async function stocks(): Promise<object[]> {
  const products = await open().list();
  return products.flatMap(({ variants }) => variants.map(({ options: _options, price: _price, ...stock }) => stock));
}

test('where the shop counts it is told how many are left, whether these are few, and what is on back order; elsewhere nothing', async () => {
  woo.products = [
    product(1, counted(14)),
    product(2, counted(2)),
    product(3, counted(5, { low_stock_amount: 6 })),
    product(4, { stock_quantity: null, low_stock_amount: null, backorders_allowed: false }),
    product(5, counted(-3, { stock_status: 'onbackorder', backorders_allowed: true })),
    product(6, counted(0, { stock_status: 'outofstock' })),
    product(7, counted(9, { purchasable: false })),
    product(8, { name: 'Varied', type: 'variable', ...counted(3, { low_stock_amount: 4 }) }),
  ];
  woo.variations = [
    { ...item(81), ...counted(3), parent_id: 8 },
    { ...item(82), ...counted(0, { backorders_allowed: true }), parent_id: 8 },
  ];
  assert.deepEqual(await stocks(), [
    { sku: 'SKU-1', available: true, quantity: 14 },
    { sku: 'SKU-2', available: true, quantity: 2, isLow: true },
    { sku: 'SKU-3', available: true, quantity: 5, isLow: true },
    { sku: 'SKU-4', available: true },
    { sku: 'SKU-5', available: true, onBackorder: true },
    { sku: 'SKU-6', available: false },
    { sku: 'SKU-7', available: false },
    { sku: 'SKU-81', available: true, quantity: 3, isLow: true },
    { sku: 'SKU-82', available: true, onBackorder: true },
  ]);
});

test('a shop that hides its numbers, or tells them only when few are left, is followed', async () => {
  woo.products = [product(1, counted(14)), product(2, counted(8))];
  woo.shopOptions = [
    { id: 'woocommerce_stock_format', value: 'low_amount' },
    { id: 'woocommerce_notify_low_stock_amount', value: '8' },
  ];
  assert.deepEqual(await stocks(), [
    { sku: 'SKU-1', available: true },
    { sku: 'SKU-2', available: true, quantity: 8, isLow: true },
  ]);
  woo.shopOptions = [{ id: 'woocommerce_stock_format', value: 'no_amount' }];
  assert.deepEqual(await stocks(), [
    { sku: 'SKU-1', available: true },
    { sku: 'SKU-2', available: true },
  ]);
});

test('a shop that is down, or no WooCommerce, is a tool that is not available', async () => {
  for (const mood of ['down', 'html', 'redirecting', 'losing the answer'] as const) {
    woo.mood = () => mood;
    await assert.rejects(open().list(), (error) => error instanceof AiguyError && error.code === 'tool_unavailable', mood);
  }
});

// What the shop recommends and has: read from a visitor's own words, and told from the catalogue alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { type Harness, newSid, startHarness } from './harness.ts';
import needs from './questions/needs.json' with { type: 'json' };
import { bent, sendFor } from './write-harness.ts';

type Item = { sku: string; product_id: string; name: string; options: Record<string, string>; price: number; currency: string; in_stock: boolean };
type Recommended = {
  found: string;
  understood: { product_type?: string; category?: string; options?: Record<string, string>; min_price?: number; max_price?: number };
  not_in_catalogue?: string[];
  products: (Item & { reason: string })[];
  comparison?: { rows: { name: string; values: string[] }[] };
  more?: number;
  summary: string;
};
type Stock = {
  found: string;
  variants: (Item & { quantity?: number; is_low?: boolean; on_backorder?: boolean })[];
  in_stock_count: number;
  more?: number;
  summary: string;
};

let harness: Harness;
let service: Service;
const catalogue = new Map<string, Item>();
const guest = { sub: `anon:${newSid()}`, sid: newSid() };

async function ask<T>(tool: string, args: object): Promise<T> {
  const { status, text, body } = await sendFor(harness, guest, { on: service, tool, args });
  assert.equal(status, 200, text);
  return body.output as T;
}
const recommend = async (need: string, more: object = {}) => await ask<Recommended>('recommend_products', { need, ...more });
const check = async (product: string, more: object = {}) => await ask<Stock>('check_inventory', { product, ...more });

before(async () => {
  harness = await startHarness({ shopOnly: true });
  // Loading model and dictionary takes longer than a tool may; the process does it at boot.
  service = await harness.build({ catalogue: bent({ recommend_products: { timeouts_ms: { attempt: 30_000, total: 30_000 } } }) });
  await recommend('anything');
  const { rows } = await harness.database.query<Item>(
    'SELECT sku, product_id, name, options, price::float8, currency, available AS in_stock FROM product_variants JOIN products USING (product_id)',
  );
  for (const row of rows) catalogue.set(row.sku, row);
});
after(async () => await harness.close());

type Need = { need: string; types?: string[]; category?: string; options?: Record<string, string>; min?: number; max?: number; nothing?: boolean };
const sorted = (text: string | undefined) => text?.split(' or ').toSorted();

for (const { need, types, category, options, min, max, nothing } of needs as Need[]) {
  test(`«${need}» is understood, and what is shown is in the catalogue`, async () => {
    const { understood, found, products } = await recommend(need, { limit: 5 });
    for (const { reason: _, ...shown } of products) assert.deepEqual(shown, catalogue.get(shown.sku), 'is in the catalogue as it is told');
    if (nothing) return assert.ok(['nothing', 'nearest'].includes(found), JSON.stringify({ found, products }));
    assert.deepEqual([sorted(understood.product_type), understood.category], [types?.toSorted(), category]);
    if (options)
      for (const name of new Set([...Object.keys(options), ...Object.keys(understood.options ?? {})]))
        assert.deepEqual(sorted(understood.options?.[name]), sorted(options[name]), name);
    assert.deepEqual([understood.min_price, understood.max_price], [min, max]);
    if (found === 'fits')
      for (const product of products) assert.ok(product.in_stock && product.price <= (max ?? Infinity) && product.price >= (min ?? 0));
  });
}

test('the cheapest that fits comes first and says so, and how many more there are', async () => {
  const { products, more, summary } = await recommend('waterproof boots for hiking, under $250', { limit: 2 });
  const { rows } = await harness.database.query<{ price: number; count: number }>(
    `SELECT min(price)::float8 AS price, count(*)::int AS count FROM product_variants JOIN products USING (product_id)
     WHERE name = 'Hiking Boots' AND available AND price <= 250 AND options->>'waterproof' = 'yes'`,
  );
  assert.equal(products[0]?.price, rows[0]?.price);
  assert.equal(products[0]?.reason, 'Fits what you asked for (waterproof: yes), and is the cheapest that does.');
  assert.equal(more, (rows[0]?.count ?? 0) - 2);
  assert.match(summary, /^From our catalogue:\n\n- Hiking Boots \(/);
});

test('what is out of stock is named with what comes nearest to it in stock', async () => {
  const { found, products, summary } = await recommend('sneakers in size 8');
  assert.deepEqual(
    [found, products[0]?.in_stock, products[0]?.reason],
    ['out_of_stock', false, 'Is what you asked for (size: 8), but out of stock.'],
  );
  assert.ok(products.slice(1).every((product) => product.in_stock && /size is \d+, not 8/.test(product.reason)));
  assert.match(summary, /^What you ask for is out of stock/);
});

test('where nothing fits, the nearest says what it lacks', async () => {
  const dear = await recommend('an espresso machine under 2700 dollars');
  assert.deepEqual([dear.found, dear.products[0]?.reason], ['nearest', 'Near to it: $9.83 above your limit.']);
  const red = await recommend('hiking boots in red');
  assert.deepEqual([red.found, red.products[0]?.reason], ['nearest', 'Near to it: our catalogue does not say «red» of it.']);
  const memory = await recommend('laptop with 64 GB ram');
  assert.match(`${memory.found} ${memory.products[0]?.reason}`, /^nearest Near to it: ram is \d+GB, not 64gb\.$/);
});

test('what the shop does not sell is said, and nothing is made up for it', async () => {
  const { found, products, summary } = await recommend('do you have tents');
  assert.deepEqual([found, products], ['nothing', []]);
  assert.match(summary, /^I find nothing like that in our catalogue. It has: accessories, bags and luggage, /);
});

test('words that the catalogue knows nothing of are named', async () => {
  const { not_in_catalogue: unknown, summary } = await recommend('headphones with good bass');
  assert.deepEqual(unknown, ['bass']);
  assert.match(summary, /Our catalogue does not say: bass\./);
});

test('two that are compared stand side by side', async () => {
  const { products, comparison, summary } = await recommend('compare the electric kettle with the tea kettle');
  assert.deepEqual(products.map(({ name }) => name).toSorted(), ['Electric Kettle', 'Tea Kettle']);
  assert.ok(comparison?.rows.every(({ values }) => values.length === 2));
  assert.match(summary, /The cheapest of these\.[\s\S]*- material: /);
  const values = await recommend('road bike or mountain bike, which is better?');
  assert.deepEqual(values.products.map(({ options }) => options.type).toSorted(), ['mountain', 'road']);
  const skus = await recommend('difference between 6700049080 and 6117189161');
  assert.deepEqual(skus.products.map(({ sku }) => sku).toSorted(), ['6117189161', '6700049080']);
});

test('what the caller has understood goes before what the words say', async () => {
  const { understood, products } = await recommend('something for the stove', {
    product_type: 'tea kettle',
    options: { material: 'glass' },
    max_price: 95,
  });
  assert.deepEqual(understood, { product_type: 'Tea Kettle', options: { material: 'glass' }, max_price: 95 });
  assert.ok(products.length > 0 && products.every(({ options, price }) => options.material === 'glass' && price <= 95));
  assert.equal((await recommend('a present', { category: 'pets' })).understood.category, 'pets');
});

test('a variant’s stock is told by its SKU and by its words, and both are the same one', async () => {
  const bySku = await check('6700049080');
  assert.deepEqual([bySku.found, bySku.in_stock_count, bySku.variants.map(({ sku }) => sku)], ['exact', 1, ['6700049080']]);
  assert.match(bySku.summary, /^Action Camera \(.*resolution: 4K.*\), \$466\.75: in stock\.$/);
  assert.deepEqual(await check('is the black waterproof 4k action camera in stock?'), bySku);
  assert.deepEqual(await check('action camera', { options: { resolution: '4K', color: 'black', waterproof: 'yes' } }), bySku);
});

test('a product’s variants are counted, those in stock first', async () => {
  const { variants, in_stock_count: count, summary } = await check('do you have the bicycle');
  assert.deepEqual([variants.length, count, variants.map((variant) => variant.in_stock)], [5, 4, [true, true, true, true, false]]);
  assert.match(summary, /^4 of 5 variants are in stock:\n\n- Bicycle \(/);
});

test('where the shop counts, it is said how many are left and what is on back order', async (t) => {
  const set = async (sku: string, stock: string) => await harness.database.query(`UPDATE product_variants SET ${stock} WHERE sku = $1`, [sku]);
  const { variants } = await check('do you have the bicycle');
  const [one, few, late] = variants.map(({ sku }) => sku);
  assert.ok(one && few && late);
  t.after(async () => await harness.database.query('UPDATE product_variants SET quantity = NULL, low_stock_amount = NULL, on_backorder = false'));
  await set(one, 'quantity = 14, low_stock_amount = 3');
  await set(few, 'quantity = 3, low_stock_amount = 3');
  await set(late, 'quantity = 0, on_backorder = true');
  const all = await check('do you have the bicycle');
  assert.deepEqual(all.in_stock_count, 3);
  assert.match(
    all.summary,
    /^3 of 5 variants are in stock:\n\n- Bicycle \(.*: in stock, 14 left\n- Bicycle \(.*: in stock, only 3 left\n- Bicycle \([^\n]*\d\n\nOn back order, so you can/,
  );
  const wordsOf = async (sku: string) => (await check(sku)).summary.replace(/^.*\.\d\d: /, '');
  assert.deepEqual(
    [await wordsOf(one), await wordsOf(few), await wordsOf(late)],
    ['in stock, 14 left.', 'in stock, only 3 left.', 'not in stock, but on back order: you can order it and it comes later.'],
  );
  const { variants: told } = await check(few);
  assert.deepEqual([told[0]?.quantity, told[0]?.is_low], [3, true]);
  for (const sku of variants.map((variant) => variant.sku)) await set(sku, 'quantity = 0, available = true, on_backorder = true');
  assert.match((await check('do you have the bicycle')).summary, /^None of the 5 variants is in stock\.\n\nOn back order/);
  await set(variants[4]?.sku ?? '', 'available = false');
});

test('a variant that does not exist is said, with the nearest', async () => {
  const { found, in_stock_count: count, variants, summary } = await check('yoga mat in black');
  assert.deepEqual([found, count], ['nearest', 0]);
  assert.ok(variants.every(({ name }) => name === 'Yoga Mat'));
  assert.match(summary, /^I find no such variant in our catalogue\. The nearest:/);
  assert.deepEqual(await check('is the drone in stock'), {
    found: 'nothing',
    variants: [],
    in_stock_count: 0,
    summary: 'I find no such product in our catalogue.',
  });
});

test('a need of one character and a limit of fifty are refused', async () => {
  for (const args of [{ need: 'x' }, { need: 'a kettle', limit: 50 }, { need: 'a kettle', customer: 'x' }])
    assert.equal((await sendFor(harness, guest, { on: service, tool: 'recommend_products', args })).body.code, 'invalid_input');
});

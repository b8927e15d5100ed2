// A WooCommerce's catalogue. It is read as a whole, page by page, and kept for minutes: a visitor's need is compared with all of it.
import { AiguyError } from '@aiguy/manifests/errors';
import { check, createAjv } from '@aiguy/manifests/validate';
import type { Product, Products, Stock, Variant } from '../products.ts';
import { createWooClient, type WooClient, type WooQuery } from './client.ts';
import type { WooSettings } from './settings.ts';
import { readStockDisplay, type StockDisplay, stockFields, stockOf, type WooStock } from './stock.ts';
import { plain } from './wire.ts';

/** So old it is handed out without a look at the shop; until maxAgeMs while it is read anew; later nobody answers from it. */
const freshMs = 60_000;
const maxAgeMs = 300_000;
const loadTimeoutMs = 60_000;
const pageSize = 100;
const productPagesMax = 50;
const variationPagesMax = 200;
/** Products whose variations are asked for at once, where WooCommerce has no list of all variations (before 10.3). */
const atOnceMax = 4;

type Snapshot = { products: Product[]; readAtMs: number };

export function createWooProducts({ settings, nowMs = Date.now }: { settings: WooSettings; nowMs?: () => number }): Products {
  const client = createWooClient(settings);
  let snapshot: Snapshot | undefined;
  let loading: Promise<Snapshot> | undefined;
  const load = async (): Promise<Snapshot> => {
    const readAtMs = nowMs();
    snapshot = { products: await readCatalogue(client, AbortSignal.timeout(loadTimeoutMs)), readAtMs };
    return snapshot;
  };
  const loadOnce = (): Promise<Snapshot> => {
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  };
  return {
    list: async () => {
      const ageMs = snapshot ? nowMs() - snapshot.readAtMs : Infinity;
      if (!snapshot || ageMs > maxAgeMs) return (await loadOnce()).products;
      // Nobody waits for it; when it fails, the next call tries again.
      if (ageMs > freshMs) loadOnce().catch(() => undefined);
      return snapshot.products;
    },
  };
}

type WooAttribute = { name: string; option?: string; options?: string[]; variation?: boolean };
type WooItem = WooStock & { id: number; sku: string; price: string | number; purchasable: boolean; attributes: WooAttribute[] };
type WooProduct = WooItem & { name: string; type: string; catalog_visibility: string; categories: { name: string }[] };
type WooVariation = WooItem & { parent_id?: number };

const text = { type: 'string' };
const attribute = {
  type: 'object',
  required: ['name'],
  properties: { name: text, option: text, options: { type: 'array', items: text }, variation: { type: 'boolean' } },
};
const itemProperties = {
  id: { type: 'integer' },
  sku: text,
  // As the shop's people wrote it («.5»), or as a plug-in that counts prices leaves it.
  price: {
    anyOf: [
      { type: 'string', pattern: '^(\\d{0,12}(\\.\\d{1,20})?)?$' },
      { type: 'number', minimum: 0 },
    ],
  },
  purchasable: { type: 'boolean' },
  stock_status: text,
  attributes: { type: 'array', maxItems: 100, items: attribute },
};
const productProperties = {
  ...itemProperties,
  name: text,
  type: text,
  catalog_visibility: text,
  categories: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: text } } },
};
const ajv = createAjv();
const validateProduct = ajv.compile<WooProduct>({ type: 'object', required: Object.keys(productProperties), properties: productProperties });
const validateVariation = ajv.compile<WooVariation>({
  type: 'object',
  required: Object.keys(itemProperties),
  properties: { ...itemProperties, parent_id: { type: 'integer' } },
});

async function readCatalogue(client: WooClient, signal: AbortSignal): Promise<Product[]> {
  const currency = await readCurrency(client, signal);
  const query = { status: 'publish', _fields: [...Object.keys(productProperties), ...stockFields].join(',') };
  const bodies = (await readPages(client, 'products', { query, pagesMax: productPagesMax, signal })) ?? missing('products');
  const products = bodies
    .map((body) => parsed(validateProduct, body))
    .filter((product) => product.catalog_visibility !== 'hidden' && ['simple', 'variable'].includes(product.type));
  const variations = await readVariations(client, products, signal);
  const display = await readStockDisplay(client, signal);
  return products
    .flatMap((product) => toProduct(product, { currency, display, variations: variations.get(product.id) ?? [] }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function readCurrency(client: WooClient, signal: AbortSignal): Promise<string> {
  const body = (await client.get('data/currencies/current', { _fields: 'code' }, signal))?.body;
  const code = body instanceof Object && 'code' in body ? body.code : undefined;
  return typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? code : missing('currency');
}

/** @returns by the id of their product */
async function readVariations(client: WooClient, products: readonly WooProduct[], signal: AbortSignal): Promise<Map<number, WooVariation[]>> {
  const variable = products.filter(({ type }) => type === 'variable');
  if (variable.length === 0) return new Map();
  const query = { status: 'publish', _fields: [...Object.keys(itemProperties), ...stockFields, 'parent_id'].join(',') };
  const all = await readPages(client, 'variations', { query, pagesMax: variationPagesMax, signal });
  if (all) {
    const variations = all.map((body) => parsed(validateVariation, body));
    return Map.groupBy(variations, ({ parent_id: parent = 0 }) => parent);
  }
  const found = new Map<number, WooVariation[]>();
  for (let at = 0; at < variable.length; at += atOnceMax) {
    await Promise.all(
      variable.slice(at, at + atOnceMax).map(async ({ id }) => {
        const bodies = await readPages(client, `products/${id}/variations`, { query, pagesMax: variationPagesMax, signal });
        found.set(
          id,
          (bodies ?? []).map((body) => parsed(validateVariation, body)),
        );
      }),
    );
  }
  return found;
}

type Pages = { query: WooQuery; pagesMax: number; signal: AbortSignal };

/** @returns undefined where there is no such list */
async function readPages(client: WooClient, path: string, { query, pagesMax, signal }: Pages): Promise<unknown[] | undefined> {
  const bodies: unknown[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const answer = await client.get(path, { ...query, orderby: 'id', order: 'asc', per_page: pageSize, page }, signal);
    if (!(answer && Array.isArray(answer.body))) return undefined;
    bodies.push(...answer.body);
    if (answer.body.length === 0 || page * pageSize >= answer.total) break;
  }
  return bodies;
}

type Parts = { currency: string; display: StockDisplay; variations: readonly WooVariation[] };

/** @returns nothing for what has no price, or no variation with one */
function toProduct(product: WooProduct, { currency, display, variations }: Parts): Product[] {
  const { id, name, type, categories, attributes } = product;
  // What is the same for all of them is known of each; what a variation is chosen by, it says itself.
  const shared = attributes.flatMap(({ name: attributeName, options = [], variation }): [string, string][] =>
    variation || options.length !== 1 ? [] : [[plain(attributeName), plain(options[0] ?? '')]],
  );
  const variants = (type === 'simple' ? [product] : variations).flatMap((item) =>
    toVariant(item, { shared, stock: stockOf(item, { display, parent: product }) }),
  );
  if (variants.length === 0) return [];
  return [{ product_id: String(id), name: plain(name), category: plain(categories[0]?.name ?? 'Other'), currency, variants }];
}

type Known = { shared: [string, string][]; stock: Stock };

function toVariant({ id, sku, price, purchasable, stock_status: state, attributes }: WooItem, { shared, stock }: Known): Variant[] {
  if (price === '') return [];
  const own = attributes.flatMap(({ name, option }): [string, string][] => (option ? [[plain(name), plain(option)]] : []));
  return [
    {
      sku: (sku || `product-${id}`).slice(0, 100),
      options: Object.fromEntries([...shared, ...own].slice(0, 20)),
      available: purchasable && state !== 'outofstock',
      price: Math.round(Number(price) * 10_000) / 10_000,
      ...(purchasable ? stock : {}),
    },
  ];
}

function parsed<T>(validate: Parameters<typeof check<T>>[0], body: unknown): T {
  const checked = check<T>(validate, body);
  if (checked.ok) return checked.value;
  const [first] = checked.violations;
  throw new AiguyError('tool_failed', { cause: new Error(`WooCommerce’s product: ${first?.pointer} ${first?.rule}`) });
}

function missing(what: string): never {
  throw new AiguyError('tool_unavailable', { cause: new Error(`WooCommerce has no ${what}`) });
}

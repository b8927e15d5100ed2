// recommend_products: what of the catalogue fits a need that a visitor put in his own words, with reasons; or what is nearest, and why it is not it.
import { type Choice, type Chosen, chooseCompared, chooseVariants } from '../../backends/product-search/choose-variants.ts';
import type { Wish } from '../../backends/product-search/read-need.ts';
import type { Backends, Handler } from '../handler.ts';
import { categoryInWords, itemOf, nameInWords, type ProductItem, reasonOf, understoodOf } from '../product-answer.ts';

export const productsDefault = 3;
const comparedMax = 4;
const unmatchedMax = 8;

type Args = { need: string; product_type?: string; options?: Record<string, string>; max_price?: number; category?: string; limit?: number };
type Told = ProductItem & { reason: string };

export function createRecommendProducts({ productSearch }: Pick<Backends, 'productSearch'>): Handler {
  return async ({ need, product_type: productType, options, category, max_price: max, limit = productsDefault }: Args, { signal }) => {
    const price = max === undefined ? {} : { max };
    const wish = await productSearch.understand({ need, given: { productType, category, options }, price, signal });
    const unmatched = wish.unmatched.slice(0, unmatchedMax);
    const known = { understood: understoodOf(wish), ...(unmatched.length > 0 ? { not_in_catalogue: unmatched } : {}) };
    const compared = wish.isComparison || wish.skus.length > 1 ? chooseCompared(wish, comparedMax) : [];
    if (compared.length > 1) return { ...known, ...comparisonOf(compared) };
    return { ...known, ...recommendationOf({ wish, choice: chooseVariants(wish, limit), categories: await productSearch.categories() }) };
  };
}

function recommendationOf({ wish, choice, categories }: Omit<Telling, 'products'>): Record<string, unknown> {
  const products = choice.chosen.map((one) => ({ ...itemOf(one), reason: reasonOf(one) }));
  const summary = summaryOf({ wish, choice, products, categories });
  return { found: choice.found, products, ...(choice.more > 0 ? { more: choice.more } : {}), summary };
}

type Telling = { wish: Wish; choice: Choice; products: readonly Told[]; categories: readonly string[] };

function summaryOf({ wish, choice, products, categories }: Telling): string {
  const list = products.map((product) => `- ${nameInWords(product)}. ${product.reason}`).join('\n');
  if (products.length === 0) return `I find nothing like that in our catalogue. It has: ${categories.map(categoryInWords).join(', ')}.`;
  return `${opening(wish, choice)}\n\n${list}${closing(wish, choice)}`;
}

function opening(wish: Wish, { found }: Choice): string {
  if (found === 'fits') return 'From our catalogue:';
  if (found === 'out_of_stock') return 'What you ask for is out of stock. It, and what is nearest to it in stock:';
  if (wish.by === 'likeness' || wish.isLoose) return 'I don’t find that in our catalogue. The nearest that it has:';
  return 'Nothing in our catalogue fits all of that. The nearest in stock:';
}

/** The words of a need that no data answers are named, so that silence is not taken for a yes. */
function closing({ unmatched }: Wish, { found, more }: Choice): string {
  const open = found === 'fits' && unmatched.length > 0 && unmatched.length <= 3 ? `\n\nOur catalogue does not say: ${unmatched.join(', ')}.` : '';
  return `${open}${found === 'fits' && more > 0 ? `\n\n${more} more fit.` : ''}`;
}

/** Side by side: price and stock, then each option that any of them has. */
function comparisonOf(compared: readonly Chosen[]): Record<string, unknown> {
  const items = compared.map(itemOf);
  const options = [...new Set(items.flatMap((item) => Object.keys(item.options)))];
  const rows = [
    { name: 'in stock', values: items.map((item) => (item.in_stock ? 'yes' : 'no')) },
    ...options.map((name) => ({ name, values: items.map((item) => item.options[name] ?? '–') })),
  ];
  const products = items.map((item) => ({ ...item, reason: comparedReason(item, items) }));
  const named = products.map((item) => `- ${nameInWords(item)}. ${item.reason}`);
  const lines = rows.map(({ name, values }) => `- ${name}: ${values.join(' / ')}`);
  return { found: 'fits', products, comparison: { rows }, summary: `Side by side:\n\n${named.join('\n')}\n\n${lines.join('\n')}` };
}

function comparedReason({ price, in_stock: inStock }: ProductItem, all: readonly ProductItem[]): string {
  const prices = all.map((one) => one.price);
  const place =
    price === Math.min(...prices) ? 'The cheapest of these' : price === Math.max(...prices) ? 'The most expensive of these' : 'In between by price';
  return inStock ? `${place}.` : `${place}, out of stock.`;
}

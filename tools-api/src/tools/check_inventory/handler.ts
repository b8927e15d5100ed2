// check_inventory: whether a product, or one of its variants, can be had now and at which price; by SKU, or by its name and options in words.
import { type Chosen, chooseVariants } from '../../backends/product-search/choose-variants.ts';
import type { Wish } from '../../backends/product-search/read-need.ts';
import type { Backends, Handler } from '../handler.ts';
import { itemOf, nameInWords, type ProductItem } from '../product-answer.ts';

const variantsMax = 20;
const namedMax = 5;

type Args = { product: string; options?: Record<string, string> };

export function createCheckInventory({ productSearch }: Pick<Backends, 'productSearch'>): Handler {
  return async ({ product, options }: Args, { signal }) => {
    const wish = await productSearch.understand({ need: product, given: { options }, signal });
    const isKnown = wish.by === 'name' || wish.by === 'sku';
    const asked = isKnown ? wish.candidates.flatMap((candidate) => fitting(candidate, wish)) : [];
    return asked.length > 0 ? stockOf(asked) : nearestTo(wish);
  };
}

function stockOf(asked: readonly Stocked[]): Record<string, unknown> {
  const variants = inStockFirst(asked).slice(0, variantsMax).map(itemOf);
  const inStock = asked.filter(({ variant }) => variant.available).length;
  const more = asked.length - variants.length;
  const summary = stockInWords(variants, { inStock, all: asked.length });
  return { found: 'exact', variants, in_stock_count: inStock, ...(more > 0 ? { more } : {}), summary };
}

function nearestTo(wish: Wish): Record<string, unknown> {
  const variants = chooseVariants(wish, namedMax).chosen.map(itemOf);
  return { found: variants.length > 0 ? 'nearest' : 'nothing', variants, in_stock_count: 0, summary: nearestInWords(variants) };
}

type Stocked = Pick<Chosen, 'product' | 'variant'>;

function fitting({ product, asked, unmet }: Wish['candidates'][number], { skus }: Wish): Stocked[] {
  if (unmet.length > 0) return [];
  return product.variants
    .filter(({ sku }) => skus.length === 0 || skus.includes(sku.toLowerCase()))
    .filter((variant) => asked.every(({ option, accept }) => accept.includes(variant.options[option] ?? '')))
    .map((variant) => ({ product, variant }));
}

function inStockFirst(all: readonly Stocked[]): Stocked[] {
  return all.toSorted((a, b) => Number(b.variant.available) - Number(a.variant.available) || a.variant.price - b.variant.price);
}

function stockInWords(variants: readonly ProductItem[], { inStock, all }: { inStock: number; all: number }): string {
  const [only] = variants;
  if (all === 1 && only) return `${nameInWords(only)}: ${only.in_stock ? 'in stock' : 'out of stock'}.`;
  if (inStock === 0) return `All ${all} variants of it are out of stock.`;
  const listed = variants.filter((variant) => variant.in_stock).slice(0, namedMax);
  const rest = inStock > listed.length ? `\n\n${inStock - listed.length} more are in stock.` : '';
  return `${inStock} of ${all} variants are in stock:\n\n${listed.map((variant) => `- ${nameInWords(variant)}`).join('\n')}${rest}`;
}

function nearestInWords(variants: readonly ProductItem[]): string {
  if (variants.length === 0) return 'I find no such product in our catalogue.';
  const lines = variants.map((variant) => `- ${nameInWords(variant)}: ${variant.in_stock ? 'in stock' : 'out of stock'}`);
  return `I find no such variant in our catalogue. The nearest:\n\n${lines.join('\n')}`;
}

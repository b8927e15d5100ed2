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
  const variants = inStockFirst(asked).slice(0, variantsMax).map(stockItemOf);
  const inStock = asked.filter(({ variant }) => variant.available && !variant.onBackorder).length;
  const onBackorder = asked.filter(({ variant }) => variant.available && variant.onBackorder).length;
  const more = asked.length - variants.length;
  const summary = stockInWords(variants, { inStock, onBackorder, all: asked.length });
  return { found: 'exact', variants, in_stock_count: inStock, ...(more > 0 ? { more } : {}), summary };
}

function nearestTo(wish: Wish): Record<string, unknown> {
  const variants = chooseVariants(wish, namedMax).chosen.map(stockItemOf);
  return { found: variants.length > 0 ? 'nearest' : 'nothing', variants, in_stock_count: 0, summary: nearestInWords(variants) };
}

type Stocked = Pick<Chosen, 'product' | 'variant'>;
type StockItem = ProductItem & { quantity?: number; is_low?: boolean; on_backorder?: boolean };

function stockItemOf(stocked: Stocked): StockItem {
  const { quantity, isLow, onBackorder } = stocked.variant;
  return {
    ...itemOf(stocked),
    ...(quantity === undefined ? {} : { quantity }),
    ...(isLow ? { is_low: true } : {}),
    ...(onBackorder ? { on_backorder: true } : {}),
  };
}

function fitting({ product, asked, unmet }: Wish['candidates'][number], { skus }: Wish): Stocked[] {
  if (unmet.length > 0) return [];
  return product.variants
    .filter(({ sku }) => skus.length === 0 || skus.includes(sku.toLowerCase()))
    .filter((variant) => asked.every(({ option, accept }) => accept.includes(variant.options[option] ?? '')))
    .map((variant) => ({ product, variant }));
}

function inStockFirst(all: readonly Stocked[]): Stocked[] {
  const rank = ({ variant }: Stocked) => (variant.available ? (variant.onBackorder ? 1 : 0) : 2);
  return all.toSorted((a, b) => rank(a) - rank(b) || a.variant.price - b.variant.price);
}

/** Such as «in stock, only 2 left»; nothing is said of numbers that nobody knows. */
function inStockWords({ in_stock: isThere, on_backorder: onBackorder, quantity, is_low: isLow }: StockItem): string {
  if (!isThere) return 'out of stock';
  if (onBackorder) return 'not in stock, but on back order: you can order it and it comes later';
  if (quantity === undefined) return 'in stock';
  return isLow ? `in stock, only ${quantity} left` : `in stock, ${quantity} left`;
}

type Counted = { inStock: number; onBackorder: number; all: number };

function stockInWords(variants: readonly StockItem[], { inStock, onBackorder, all }: Counted): string {
  const [only] = variants;
  if (all === 1 && only) return `${nameInWords(only)}: ${inStockWords(only)}.`;
  if (inStock + onBackorder === 0) return `All ${all} variants of it are out of stock.`;
  const there = linesOf(variants.filter((variant) => variant.in_stock && !variant.on_backorder));
  const later = linesOf(variants.filter((variant) => variant.on_backorder));
  const parts = [
    inStock === 0 ? `None of the ${all} variants is in stock.` : `${inStock} of ${all} variants are in stock:\n\n${there.join('\n')}`,
    ...(inStock > there.length ? [`${inStock - there.length} more are in stock.`] : []),
    ...(later.length > 0 ? [`On back order, so you can order them and they come later:\n\n${later.join('\n')}`] : []),
    ...(onBackorder > later.length ? [`${onBackorder - later.length} more are on back order.`] : []),
  ];
  return parts.join('\n\n');
}

function linesOf(variants: readonly StockItem[]): string[] {
  return variants
    .slice(0, namedMax)
    .map((variant) => `- ${nameInWords(variant)}${variant.quantity === undefined ? '' : `: ${inStockWords(variant)}`}`);
}

function nearestInWords(variants: readonly StockItem[]): string {
  if (variants.length === 0) return 'I find no such product in our catalogue.';
  const lines = variants.map((variant) => `- ${nameInWords(variant)}: ${inStockWords(variant)}`);
  return `I find no such variant in our catalogue. The nearest:\n\n${lines.join('\n')}`;
}

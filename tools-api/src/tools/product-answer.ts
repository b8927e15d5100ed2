// How the tools that answer about products tell what was chosen: the same fields, and reasons that are made of the catalogue's data alone.
import type { Chosen, Lack } from '../backends/product-search/choose-variants.ts';
import type { Wish } from '../backends/product-search/read-need.ts';
import { inMoney } from './own-order.ts';

export type Understood = {
  product_type?: string;
  category?: string;
  options?: Record<string, string>;
  min_price?: number;
  max_price?: number;
};

const typesMax = 4;

/** Options as they were asked for, by the catalogue's names; those of several products side by side. */
export function understoodOf({ by, category, candidates, price }: Wish): Understood {
  const types = by === 'name' || by === 'sku' ? candidates.map(({ product }) => product.name) : [];
  const options = Object.fromEntries(candidates.flatMap(({ asked }) => asked.map(({ option, asked: value }) => [option, value])));
  return {
    ...(types.length > 0 ? { product_type: types.slice(0, typesMax).join(' or ') } : {}),
    ...(category === undefined ? {} : { category }),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    ...(price.min === undefined ? {} : { min_price: price.min }),
    ...(price.max === undefined ? {} : { max_price: price.max }),
  };
}

export type ProductItem = {
  sku: string;
  product_id: string;
  name: string;
  options: Record<string, string>;
  price: number;
  currency: string;
  in_stock: boolean;
};

export function itemOf({ product, variant }: Pick<Chosen, 'product' | 'variant'>): ProductItem {
  const { product_id, name, currency } = product;
  const { sku, options, price, available } = variant;
  return { sku, product_id, name, options, price, currency, in_stock: available };
}

/** One sentence, such as «Fits what you asked for (waterproof: yes), and the cheapest that does.» */
export function reasonOf({ product, variant, meets, lacks, isCheapest }: Chosen): string {
  const met = meets.map(({ option, value }) => `${option}: ${value}`).join(', ');
  const brackets = met === '' ? '' : ` (${met})`;
  if (lacks.length > 0) return `Near to it${brackets}: ${lacks.map((lack) => lackInWords(lack, product.currency)).join('; ')}.`;
  if (!variant.available) return `Is what you asked for${brackets}, but out of stock.`;
  if (variant.onBackorder)
    return isCheapest
      ? `Fits what you asked for${brackets}, on back order, and is the cheapest that does.`
      : `Fits what you asked for${brackets}, on back order.`;
  return isCheapest ? `Fits what you asked for${brackets}, and is the cheapest that does.` : `Fits what you asked for${brackets}.`;
}

function lackInWords(lack: Lack, currency: string): string {
  if (lack.kind === 'price')
    return lack.side === 'over' ? `${inMoney(lack.by, currency)} above your limit` : `${inMoney(lack.by, currency)} below what you named`;
  if (lack.kind === 'unknown') return `our catalogue does not say «${lack.asked}» of it`;
  const [, refused] = /^not (.+)$/.exec(lack.asked) ?? [];
  return refused === undefined ? `${lack.option} is ${lack.has}, not ${lack.asked}` : `${lack.option} is ${lack.has}, not other than ${refused}`;
}

/** Such as «Tea Kettle (material: glass, capacity: 2 liters), $94.68». */
export function nameInWords({ name, options, price, currency }: ProductItem): string {
  const told = Object.entries(options).map(([option, value]) => `${option}: ${value}`);
  return `${name}${told.length > 0 ? ` (${told.join(', ')})` : ''}, ${inMoney(price, currency)}`;
}

/** «sports-and-outdoor» as a visitor reads it. */
export const categoryInWords = (category: string): string => category.replaceAll('-', ' ');

// Chooses what to show of the products that may be meant: what fits, else what is nearest, each with what speaks for it and against it.
import type { Product, Variant } from '../products.ts';
import type { Candidate, Wish } from './read-need.ts';

/** What a variant lacks: an option's value, or an amount in the product's currency. */
export type Lack =
  | { kind: 'option'; option: string; has: string; asked: string }
  | { kind: 'price'; by: number; side: 'over' | 'under' }
  | { kind: 'unknown'; asked: string };

export type Chosen = {
  product: Product;
  variant: Variant;
  /** Options that were asked for and are there. */
  meets: { option: string; value: string }[];
  lacks: Lack[];
  /** Of all that fit and are in stock. */
  isCheapest: boolean;
};

export type Choice = {
  /** fits: at least one is as asked and in stock; out_of_stock: only such as are not; nearest: none is as asked; nothing: there is nothing like it. */
  found: 'fits' | 'out_of_stock' | 'nearest' | 'nothing';
  chosen: Chosen[];
  /** How many more fit. */
  more: number;
};

export function chooseVariants(wish: Wish, limit: number): Choice {
  const all = wish.candidates.flatMap((candidate) => judged(candidate, wish));
  const isNamed = wish.by !== 'likeness' && !wish.isLoose;
  const fits = isNamed
    ? inOrder(
        all.filter(({ lacks }) => lacks.length === 0),
        wish,
      )
    : [];
  const inStock = fits.filter(({ variant }) => variant.available);
  if (inStock.length > 0) {
    const cheapest = Math.min(...inStock.map(({ variant }) => variant.price));
    const chosen = takeInTurns(inStock, limit).map((one) => ({ ...one, isCheapest: inStock.length > 1 && one.variant.price === cheapest }));
    return { found: 'fits', chosen, more: inStock.length - chosen.length };
  }
  const nearest = takeInTurns(
    inOrder(
      all.filter(({ lacks, variant }) => (lacks.length > 0 || !isNamed) && variant.available),
      wish,
      distanceOf,
    ),
    limit,
  );
  if (fits.length === 0) return { found: nearest.length > 0 ? 'nearest' : 'nothing', chosen: nearest, more: 0 };
  const [gone] = fits;
  return { found: 'out_of_stock', chosen: [...(gone ? [gone] : []), ...nearest].slice(0, limit), more: fits.length - 1 };
}

/** Those that stand side by side: of each product that was named, or of each value that was named, the best. */
export function chooseCompared(wish: Wish, limit: number): Chosen[] {
  const all = wish.candidates.flatMap((candidate) => judged(candidate, wish));
  if (wish.skus.length > 0) return all.filter(({ variant }) => wish.skus.includes(variant.sku.toLowerCase())).slice(0, limit);
  const best = (ofOne: readonly Judged[]): Judged[] => inOrder(ofOne, wish, (one) => distanceOf(one) + (one.variant.available ? 0 : 0.5)).slice(0, 1);
  if (wish.candidates.length > 1) {
    const top = Math.max(...wish.candidates.map(({ weight }) => weight));
    const named = wish.candidates.filter(({ weight }) => weight === top || weight > 1);
    return named.flatMap(({ product }) => best(all.filter((one) => one.product === product))).slice(0, limit);
  }
  const [only] = wish.candidates;
  const several = only?.asked.find(({ accept }) => accept.length > 1);
  if (!several) return [];
  return several.accept.flatMap((value) => best(all.filter(({ variant }) => variant.options[several.option] === value))).slice(0, limit);
}

type Judged = Chosen & { weight: number };

function judged({ product, weight, asked, unmet }: Candidate, { price }: Wish): Judged[] {
  return product.variants.map((variant) => {
    const options = asked.map(({ option, accept, asked: wanted }) => ({ option, wanted, has: variant.options[option] ?? '', accept }));
    const meets = options.filter(({ accept, has }) => accept.includes(has)).map(({ option, has }) => ({ option, value: has }));
    const missing = options
      .filter(({ accept, has }) => !accept.includes(has))
      .map(({ option, has, wanted }): Lack => ({ kind: 'option', option, has, asked: wanted }));
    const unknown = unmet.map((word): Lack => ({ kind: 'unknown', asked: word }));
    return { product, variant, weight, meets, lacks: [...missing, ...unknown, ...priceLack(variant, price)], isCheapest: false };
  });
}

function priceLack({ price }: Variant, { min, max }: Wish['price']): Lack[] {
  if (max !== undefined && price > max) return [{ kind: 'price', by: rounded(price - max), side: 'over' }];
  if (min !== undefined && price < min) return [{ kind: 'price', by: rounded(min - price), side: 'under' }];
  return [];
}

const rounded = (amount: number): number => Math.round(amount * 100) / 100;

/** A price that is missed by a little is nearer than an option that is another. */
function distanceOf({ lacks, variant }: Judged): number {
  return lacks.reduce((sum, lack) => sum + (lack.kind === 'price' ? Math.min(2, 0.2 + (lack.by / variant.price) * 3) : 1), 0);
}

function inOrder(all: readonly Judged[], { price }: Wish, distance: (one: Judged) => number = () => 0): Judged[] {
  const direction = price.order === 'dearest' ? -1 : 1;
  return all.toSorted(
    (a, b) =>
      distance(a) - distance(b) ||
      (price.order === undefined ? b.weight - a.weight : 0) ||
      (a.variant.price - b.variant.price) * direction ||
      (a.variant.sku < b.variant.sku ? -1 : 1),
  );
}

/** The best of each product first, in the order of their best ones; then the next of each. */
function takeInTurns<T extends Chosen>(sorted: readonly T[], limit: number): T[] {
  const queues = [...Map.groupBy(sorted, ({ product }) => product.product_id).values()];
  const taken: T[] = [];
  for (let turn = 0; taken.length < limit && queues.some((queue) => turn < queue.length); turn += 1) {
    for (const queue of queues) {
      const next = queue[turn];
      if (next && taken.length < limit) taken.push(next);
    }
  }
  return taken;
}

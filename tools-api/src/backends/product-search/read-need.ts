// Reads what a visitor wants against the catalogue alone: which products may be meant, which options, which price. Nothing is known of products beside it.
import type { Product } from '../products.ts';
import { type AskedOption, askedOptions, optionsOf } from './asked-options.ts';
import { fillers } from './fillers.ts';
import { placesOf, type Reading, type Readings } from './lexicon.ts';
import { measureOf } from './measures.ts';
import { comparing, type Naming, namedProducts } from './named-products.ts';
import type { PriceWish } from './prices.ts';

/** What the caller has understood himself; it goes before what is read. */
export type Given = { productType?: string | undefined; category?: string | undefined; options?: Readonly<Record<string, string>> | undefined };

/** A product that may be meant. weight: how near it is to what was said; unmet: words for what other products come in and this one knows nothing of. */
export type Candidate = { product: Product; weight: number; asked: AskedOption[]; unmet: string[] };

export type Wish = {
  /** name: a kind of product; category: what it is for; options: only how it should be; likeness: nothing was named, these are the nearest; nothing: nor are there any. */
  by: 'sku' | 'name' | 'category' | 'options' | 'likeness' | 'nothing';
  category?: string;
  /** What was named only says what for: «cat food» where there are beds. */
  isLoose: boolean;
  candidates: Candidate[];
  price: PriceWish;
  /** Two or more are to stand side by side. */
  isComparison: boolean;
  /** SKUs that were named. */
  skus: string[];
  /** Words that the catalogue knows nothing of. */
  unmatched: string[];
};

export type NeedReading = { products: readonly Product[]; need: Reading; readings: Readings; price: PriceWish; given: Given };
/** How like the words a text and a name or category are, from 0 to 1; the best first. */
export type Likeness = { products: readonly { product: Product; score: number }[]; categories: readonly { category: string; score: number }[] };

const personal = new Set([
  'who',
  'loves',
  'love',
  'lover',
  'likes',
  'enjoys',
  'fan',
  'enthusiast',
  'into',
  'present',
  'gift',
  'something',
  'anything',
  'ideas',
  'idea',
]);
/** Cosines of the embedding model: measured on names as customers use them. */
const likeFrom = { product: 0.62, category: 0.6, nearest: 0.55 };
const nearestMax = 2;

/** @param liken asked only where the words themselves name nothing */
export async function readNeed(ground: NeedReading, liken: (words: readonly string[]) => Promise<Likeness>): Promise<Wish> {
  const { products, need, price } = ground;
  const base = { price, isComparison: need.words.some((word) => comparing.test(word)), skus: skusIn(products, need) };
  if (base.skus.length > 0) return { ...base, by: 'sku', isLoose: false, candidates: ofSkus(products, base.skus), unmatched: [] };
  const found = namedIn(ground) ?? categoryIn(ground) ?? optionsIn(ground) ?? (await likeIn(ground, liken));
  const { places, ...understood } = found;
  const unmatched = unmatchedIn(ground, found);
  const isLoose = found.by === 'category' && !isForSomeone(need) && places.some((at) => unmatched.includes(need.words[at + 1] ?? ''));
  return { ...base, ...understood, isLoose, candidates: withStrangeValues(found.candidates, unmatched, ground), unmatched };
}

type Found = Pick<Wish, 'by' | 'category' | 'candidates'> & { places: number[] };

/** A word that other products have as a value, such as a color, is asked of these too. */
function withStrangeValues(candidates: readonly Candidate[], unmatched: readonly string[], { products, readings }: NeedReading): Candidate[] {
  const values = new Set(products.flatMap(({ variants }) => variants.flatMap(({ options }) => Object.values(options))));
  const stems = new Set([...values].flatMap((value) => (readings(value).stems.length === 1 ? readings(value).stems : [])));
  const strange = unmatched.filter((word) => stems.has(word) && !vague.has(word));
  return candidates.map((candidate) => ({ ...candidate, unmet: [...candidate.unmet, ...strange] }));
}

/** Values that are as much words of everyday. */
const vague = new Set([
  'yes',
  'no',
  'none',
  'high',
  'low',
  'light',
  'dark',
  'fixed',
  'full',
  'half',
  'plain',
  'basic',
  'standard',
  'custom',
  'fresh',
  'art',
  'road',
  'manual',
  'drip',
]);

function skusIn(products: readonly Product[], need: Reading): string[] {
  const known = new Set(products.flatMap(({ variants }) => variants.map(({ sku }) => sku.toLowerCase())));
  return [...new Set(need.words.filter((word) => known.has(word)))];
}

function ofSkus(products: readonly Product[], skus: readonly string[]): Candidate[] {
  return products
    .filter(({ variants }) => variants.some(({ sku }) => skus.includes(sku.toLowerCase())))
    .map((product) => ({ product, weight: 1, asked: [], unmet: [] }));
}

function namedIn(ground: NeedReading): Found | undefined {
  const { products, need, readings, given } = ground;
  const text = given.productType === undefined ? need : readings(given.productType);
  const { named } = namedProducts(products, text, readings);
  if (named.length === 0) return undefined;
  const isOwn = text === need;
  if (isOwn && (isKindOnly(named, ground) || isPersonal(named, need))) return undefined;
  const taken = isOwn ? placesIn(named) : placesIn(namedProducts(products, need, readings).named);
  const candidates = named.map(({ product, score }) => candidateOf(product, score, { ...ground, taken }));
  return { by: 'name', candidates: fewestUnmet(comparedUnmet(candidates)), places: [...taken] };
}

/** «Shoes» are a category rather than the one product whose name ends so. */
function isKindOnly(named: readonly Naming[], { products, need, readings }: NeedReading): boolean {
  if (named.some(({ isWhole }) => isWhole)) return false;
  const categories = [...new Set(products.map(({ category }) => category))].flatMap((category) => categoryPlaces(category, need, readings));
  return named.every(({ from, to }) => categories.some((at) => at >= from && at <= to));
}

/** «Something for someone who loves coffee» names whom it is for. */
function isPersonal(named: readonly Naming[], need: Reading): boolean {
  const link = need.words.indexOf('for');
  return link >= 0 && isForSomeone(need) && named.every(({ from, score }) => from > link && score < 3);
}

const isForSomeone = (need: Reading): boolean => need.words.some((word) => personal.has(word));

function placesIn(named: readonly Naming[]): Set<number> {
  return new Set(named.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, step) => from + step)));
}

type Taking = NeedReading & { taken: ReadonlySet<number> };

function candidateOf(product: Product, weight: number, { need, readings, given, taken }: Taking): Candidate {
  const read = askedOptions(product, need, { readings, taken });
  const told = givenOptions(product, given.options ?? {}, readings);
  const asked = [...told.asked, ...read.filter(({ option }) => !told.asked.some((one) => one.option === option))];
  return { product, weight, asked, unmet: told.unmet };
}

function givenOptions(product: Product, given: Readonly<Record<string, string>>, readings: Readings): { asked: AskedOption[]; unmet: string[] } {
  const options = optionsOf(product);
  const unmet: string[] = [];
  const asked = Object.entries(given).flatMap(([name, value]) => {
    const option = [...options.keys()].find((one) => covers(readings(one), readings(name)) || covers(readings(name), readings(one)));
    if (option === undefined) unmet.push(`${name} ${value}`);
    if (option === undefined) return [];
    const accept = (options.get(option) ?? []).filter((one) => covers(readings(one), readings(value)));
    return [{ option, accept, asked: value, places: [] }];
  });
  return { asked, unmet };
}

const covers = (name: Reading, text: Reading): boolean =>
  name.words.length > 0 && name.words.every((_word, at) => placesOf(name, at, text).length > 0);

/** A product that knows nothing of an option which others come in does not fit it. */
function comparedUnmet(candidates: readonly Candidate[]): Candidate[] {
  const places = new Map(candidates.flatMap(({ asked }) => asked.flatMap((one) => one.places.map((place) => [place, one.asked]))));
  return candidates.map((candidate) => {
    const own = new Set(candidate.asked.flatMap((one) => one.places));
    return { ...candidate, unmet: [...candidate.unmet, ...[...places].filter(([place]) => !own.has(place)).map(([, asked]) => asked)] };
  });
}

/** Of several cameras the one that comes with a zoom at all was meant; of several that were named, each is. */
function fewestUnmet(candidates: readonly Candidate[]): Candidate[] {
  const fewest = Math.min(...candidates.map(({ unmet }) => unmet.length));
  return candidates.filter(({ unmet, weight }) => unmet.length === fewest || weight === 3);
}

function categoryPlaces(category: string, need: Reading, readings: Readings): number[] {
  const name = readings(category);
  return name.words.flatMap((word, at) => (word === 'and' ? [] : placesOf(name, at, need)));
}

/** By the category's own name, or by words beside the names of its products: «hiking», «cycles to work». */
function categoryIn(ground: NeedReading): Found | undefined {
  const { products, need, readings, given } = ground;
  const text = given.category === undefined ? need : readings(given.category);
  const { named, hinted } = namedProducts(products, text, readings);
  const namings = [...named, ...hinted];
  const scores = new Map<string, { score: number; places: number[] }>();
  for (const category of new Set(products.map((product) => product.category))) {
    const own = categoryPlaces(category, text, readings);
    const of = namings.filter(({ product }) => product.category === category);
    const score = own.length * 2 + Math.max(0, ...of.map((one) => one.score)) + of.length / 10;
    if (score > 0) scores.set(category, { score, places: [...own, ...placesIn(of)] });
  }
  const [best] = [...scores].toSorted(([, a], [, b]) => b.score - a.score);
  if (!best) return undefined;
  const [category, { places }] = best;
  return { by: 'category', category, candidates: candidatesOf(category, namings, ground), places: text === need ? places : [] };
}

function candidatesOf(category: string, namings: readonly Naming[], ground: NeedReading): Candidate[] {
  const taken = placesIn(namings.filter(({ product }) => product.category === category));
  const weights = new Map(namings.map(({ product, score }) => [product.product_id, score]));
  const own = ground.products.filter((product) => product.category === category);
  return comparedUnmet(own.map((product) => candidateOf(product, weights.get(product.product_id) ?? 0, { ...ground, taken })));
}

/** «Something red under $100» may be anything; a word that nothing in the catalogue knows may not. */
function optionsIn(ground: NeedReading): Found | undefined {
  const candidates = ground.products.map((product) => candidateOf(product, 0, { ...ground, taken: new Set<number>() }));
  const asking = candidates.filter(({ asked }) => asked.some(({ accept }) => accept.length > 0));
  const places = asking.flatMap(({ asked }) => asked.flatMap((one) => one.places));
  const isPriced = ground.price.max !== undefined || ground.price.min !== undefined || ground.price.order !== undefined;
  const meant = fewestUnmet(comparedUnmet(asking));
  const found: Found = { by: meant.length === 1 ? 'name' : 'options', candidates: meant, places };
  if (unmatchedIn(ground, found).length > 0) return undefined;
  if (asking.length > 0) return found;
  return isPriced ? { ...found, candidates } : undefined;
}

async function likeIn(ground: NeedReading, liken: (words: readonly string[]) => Promise<Likeness>): Promise<Found> {
  const words = ground.need.words.filter((word) => !fillers.has(word) && !measureOf(word) && /\p{L}{2}/u.test(word));
  const { products, categories } = words.length > 0 ? await liken(words) : { products: [], categories: [] };
  const taking = { ...ground, taken: new Set<number>() };
  const like = products.filter(({ score }) => score >= likeFrom.product).slice(0, 1);
  if (like.length > 0) return { by: 'name', candidates: like.map(({ product, score }) => candidateOf(product, score, taking)), places: [] };
  const [category] = categories;
  if (category && category.score >= likeFrom.category && isForSomeone(ground.need))
    return { by: 'category', category: category.category, candidates: candidatesOf(category.category, [], ground), places: [] };
  const nearest = products.filter(({ score }) => score >= likeFrom.nearest).slice(0, nearestMax);
  const candidates = nearest.map(({ product, score }) => candidateOf(product, score, taking));
  return { by: candidates.length > 0 ? 'likeness' : 'nothing', candidates, places: [] };
}

function unmatchedIn({ need, readings }: NeedReading, { candidates, places }: Found): string[] {
  const asked = candidates.flatMap((candidate) => candidate.asked);
  const names = asked.flatMap(({ option }) => readings(option).words.flatMap((_word, at) => placesOf(readings(option), at, need)));
  const used = new Set([...places, ...names, ...asked.flatMap((one) => one.places)]);
  return [...new Set(need.words.filter((word, at) => !used.has(at) && !fillers.has(word) && word.length > 1))];
}

// Which products of the catalogue a text names, by their kind: «kettle» two, «tea kettle» one, «laptop backpack» no laptop.
import type { Product } from '../products.ts';
import { placesOf, type Reading, type Readings } from './lexicon.ts';

/** 3: its whole name, word for word; 2: what it is, by its last word or by another word for it; 1: a word beside that, such as «hiking». */
export type Naming = { product: Product; score: 1 | 2 | 3; isWhole: boolean; from: number; to: number };

/** The word before says what it is. */
const generic = new Set(['set', 'kit', 'machine', 'maker', 'cleaner', 'device']);
const belongsTo = new Set(['for', 'with', 'having', 'including', 'fits', 'fit', 'inside', 'on', 'under']);
/** Words that ask for several products side by side. */
export const comparing = /^(?:compare|compares|comparing|comparison|difference|differences|vs|versus|better)$/;
const joining = new Set(['or', 'and', 'vs', 'versus', 'than']);

/** @returns the best naming of each place, those that only say what another is for left out; namings of score 1 as they are */
export function namedProducts(products: readonly Product[], need: Reading, readings: Readings): { named: Naming[]; hinted: Naming[] } {
  const all = products.flatMap((product) => namingOf(product, readings(product.name), need) ?? []);
  const strong = all.filter(({ score }) => score > 1);
  const best = strong.filter((one) => !strong.some((other) => other !== one && overlaps(one, other) && rank(other) > rank(one)));
  const heads = best.filter((one) => !best.some((other) => other.from === one.to + 1 && other.product !== one.product));
  const named = heads.filter((one) => !isAccessoryTo(one, heads, need));
  return { named, hinted: all.filter(({ score }) => score === 1) };
}

function namingOf(product: Product, name: Reading, need: Reading): Naming | undefined {
  const content = name.words.flatMap((word, at) => (generic.has(word) ? [] : [at]));
  const own = content.length > 0 ? content : [...name.words.keys()];
  const places = own.map((at) => placesOf(name, at, need));
  const found = places.flat();
  const heads = places.at(-1) ?? [];
  if (found.length === 0) return undefined;
  const isWhole = places.every((list) => list.length > 0);
  const isExact = isWhole && own.every((at) => need.stems.includes(name.stems[at] ?? ''));
  const head = heads.toSorted((a, b) => placesBefore(b, found, own.length) - placesBefore(a, found, own.length))[0];
  if (head === undefined) return { product, score: 1, isWhole: false, from: Math.min(...found), to: Math.max(...found) };
  // The words of the name that stand beside the last one.
  const beside = [head, ...found.filter((place) => place < head && head - place < own.length)];
  return { product, score: isExact ? 3 : 2, isWhole, from: Math.min(...beside), to: Math.max(...beside) };
}

const placesBefore = (head: number, found: readonly number[], length: number): number =>
  new Set(found.filter((place) => place < head && head - place < length)).size;

const overlaps = (a: Naming, b: Naming): boolean => a.from <= b.to && b.from <= a.to;
const rank = ({ score, from, to }: Naming): number => score * 100 + to - from;

/** «A mouse for my laptop» asks for no laptop; «a mouse or a laptop» does. */
function isAccessoryTo(one: Naming, all: readonly Naming[], need: Reading): boolean {
  const link = need.words.findLastIndex((word, at) => at < one.from && belongsTo.has(word));
  if (link < 0 || (need.words[link] === 'with' && need.words.some((word) => comparing.test(word)))) return false;
  if (need.words.slice(link, one.from).some((word) => joining.has(word))) return false;
  return all.some((other) => other.product !== one.product && other.to < link);
}

// What a text asks of a product's options: «waterproof», «32GB of memory», «red or blue», «not leather», «at least 16GB».
import type { Product } from '../products.ts';
import { placesOf, type Reading, type Readings } from './lexicon.ts';
import { type Measure, measureOf, rangeOf } from './measures.ts';

/** accept: the values that fit; none when the product does not come in what was asked for. asked: in the visitor's or the catalogue's words. */
export type AskedOption = { option: string; accept: string[]; asked: string; places: number[] };
export type ProductOptions = ReadonlyMap<string, readonly string[]>;

const nothing = new Set(['no', 'none', 'not resistant']);
const refusals = new Set([
  'not',
  'no',
  'without',
  'except',
  'non',
  'never',
  'hate',
  'avoid',
  'other',
  "isn't",
  "don't",
  "doesn't",
  "aren't",
  "won't",
]);
const boundaries = new Set(['but', 'and', 'with', ',', ';', ':', '!', '?']);
/** A refusal holds for so many words after it. */
const refusalReach = 3;
const besideReach = 2;
const atLeast = /\b(?:at least|min(?:imum)?|more than|over|above|bigger than|larger than) $/;
const atMost = /\b(?:at most|max(?:imum)?|less than|under|below|up to|smaller than|no more than) $/;

export function optionsOf({ variants }: Product): ProductOptions {
  const options = new Map<string, string[]>();
  for (const variant of variants) {
    for (const [name, value] of Object.entries(variant.options)) {
      const values = options.get(name) ?? [];
      if (!values.includes(value)) values.push(value);
      options.set(name, values);
    }
  }
  return options;
}

type Hit = { option: string; value: string; places: number[]; isRefused: boolean; part: number };

/** @param taken places that say what the product is, and so nothing of its options */
export function askedOptions(
  product: Product,
  need: Reading,
  { readings, taken }: { readings: Readings; taken: ReadonlySet<number> },
): AskedOption[] {
  const options = optionsOf(product);
  const hits = [...options].flatMap(([option, values]) => hitsOf({ option, values }, need, readings));
  const free = hits.filter(({ places }) => !places.every((place) => taken.has(place)));
  const chosen = free.filter((hit) => !free.some((other) => other !== hit && isStronger(other, hit, { need, readings })));
  const byOption = Map.groupBy(chosen, ({ option }) => option);
  const asked = [...byOption].map(([option, of]) => acceptedOf({ option, hits: of, values: options.get(option) ?? [] }));
  return [...asked, ...missingMeasures(options, need, { readings, asked })];
}

type Option = { option: string; values: readonly string[] };

function hitsOf({ option, values }: Option, need: Reading, readings: Readings): Hit[] {
  const named = switchHits({ option, values }, need, readings);
  if (named.length > 0) return named;
  const hits = values.flatMap((value) => valueHits({ option, value }, need, readings));
  const best = Math.max(0, ...hits.map(({ part }) => part));
  return hits.filter(({ part, places }) => part === best || !hits.some((other) => other.part > part && sharesPlace(other.places, places)));
}

/** An option that is there or not is asked for by its name. */
function switchHits({ option, values }: Option, need: Reading, readings: Readings): Hit[] {
  const none = values.find((value) => nothing.has(value));
  if (none === undefined) return [];
  const name = readings(option);
  const places = name.words.map((_word, at) => placesOf(name, at, need));
  if (places.some((list) => list.length === 0)) return [];
  const at = [...new Set(places.flat())];
  const refused = isRefused(Math.min(...at), need);
  const exact = values.filter((value) => value !== none && value !== 'yes' && valueHits({ option, value }, need, readings).length > 0);
  const wanted = refused ? [none] : exact.length > 0 ? exact : values.filter((value) => value !== none);
  return wanted.map((value) => ({ option, value, places: at, isRefused: false, part: 1 }));
}

function valueHits({ option, value }: { option: string; value: string }, need: Reading, readings: Readings): Hit[] {
  const hit = (places: number[], part: number): Hit => ({ option, value, places, isRefused: isRefused(Math.min(...places), need), part });
  const range = rangeOf(value);
  if (range) {
    const within = need.words.flatMap((word, at) => {
      const measure = measureOf(word);
      return measure?.unit === range.unit && measure.value >= range.from && measure.value <= range.to ? [at] : [];
    });
    return within.length > 0 ? [hit(within, 1)] : [];
  }
  const reading = readings(value);
  const measured = reading.words.map(measureOf).find((measure) => measure !== undefined);
  if (measured) return measureHits({ option, value, measured }, need, readings).map((at) => hit([at], 1));
  return wordHits(reading, readings(option), need).map(({ places, part }) => hit(places, part));
}

/** A number without a unit, such as a size, is one that stands alone; pieces may be counted by the option's name. */
function measureHits({ option, measured }: { option: string; value: string; measured: Measure }, need: Reading, readings: Readings): number[] {
  const counted = readings(option).words[0] ?? '';
  return need.words.flatMap((word, at) => {
    const said = measureOf(word);
    if (!said) return [];
    const sameUnit = said.unit === measured.unit || (measured.unit === '' && said.unit !== '' && counted.startsWith(said.unit));
    return sameUnit && compare(measured.value, said.value, need.words.slice(Math.max(0, at - 2), at)) ? [at] : [];
  });
}

function compare(value: number, said: number, before: readonly string[]): boolean {
  const lead = `${before.join(' ')} `;
  if (atMost.test(lead)) return value <= said;
  return atLeast.test(lead) ? value >= said : value === said;
}

/** At least half of a value's words, those that are the option's own left out. */
function wordHits(value: Reading, option: Reading, need: Reading): { places: number[]; part: number }[] {
  const isEmpty = (at: number): boolean => option.stems.includes(value.stems[at] ?? '') || value.words[at] === 'not';
  const own = [...value.words.keys()].filter((at) => value.words.length === 1 || !isEmpty(at));
  const places = own.map((at) => placesOf(value, at, need));
  const found = places.filter((list) => list.length > 0);
  if (own.length === 0 || found.length * 2 < own.length || found.length === 0) return [];
  return (found[0] ?? []).map((_first, nth) => ({
    places: found.map((list) => list[Math.min(nth, list.length - 1)] ?? 0),
    part: found.length / own.length,
  }));
}

function isRefused(at: number, need: Reading): boolean {
  for (let before = at - 1; before >= Math.max(0, at - refusalReach); before -= 1) {
    const word = need.words[before] ?? '';
    if (refusals.has(word)) return true;
    if (boundaries.has(word)) return false;
  }
  return false;
}

const sharesPlace = (a: readonly number[], b: readonly number[]): boolean => a.some((place) => b.includes(place));

/** Of two options that the same word may mean, the one that is named beside it is meant, or else the first. */
function isStronger(other: Hit, hit: Hit, { need, readings }: { need: Reading; readings: Readings }): boolean {
  if (other.option === hit.option || !sharesPlace(other.places, hit.places)) return false;
  const [theirs, mine] = [other, hit].map((one) => (isBeside(one, need, readings) ? 1 : 0) + one.part);
  return (theirs ?? 0) > (mine ?? 0) || (theirs === mine && other.option < hit.option && !need.words.includes(hit.option));
}

function isBeside({ option, places }: Hit, need: Reading, readings: Readings): boolean {
  const name = readings(option);
  const named = name.words.flatMap((_word, at) => placesOf(name, at, need));
  return named.some((at) => places.some((place) => place !== at && Math.abs(at - place) <= besideReach));
}

function acceptedOf({ option, hits, values }: { option: string; hits: readonly Hit[]; values: readonly string[] }): AskedOption {
  const wanted = new Set(hits.filter((hit) => !hit.isRefused).map(({ value }) => value));
  const refused = hits.filter((hit) => hit.isRefused).map(({ value }) => value);
  const places = [...new Set(hits.flatMap((hit) => hit.places))];
  if (wanted.size > 0) return { option, accept: [...wanted], asked: [...wanted].join(' or '), places };
  return { option, accept: values.filter((value) => !refused.includes(value)), asked: `not ${refused.join(' or ')}`, places };
}

/** «64GB of memory» where there is none of 64: asked for, and not to be had. */
function missingMeasures(
  options: ProductOptions,
  need: Reading,
  { readings, asked }: { readings: Readings; asked: readonly AskedOption[] },
): AskedOption[] {
  return need.words.flatMap((word, at) => {
    const said = measureOf(word);
    if (!said || said.unit === '' || asked.some(({ places }) => places.includes(at))) return [];
    const sameUnit = [...options].filter(([, values]) =>
      values.some((value) => readings(value).words.some((one) => measureOf(one)?.unit === said.unit)),
    );
    const free = sameUnit.filter(([option]) => !asked.some((one) => one.option === option));
    const [first] = free.toSorted(([a], [b]) => Number(isBeside(hitAt(b, at), need, readings)) - Number(isBeside(hitAt(a, at), need, readings)));
    return first ? [{ option: first[0], accept: [], asked: word, places: [at] }] : [];
  });
}

const hitAt = (option: string, at: number): Hit => ({ option, value: '', places: [at], isRefused: false, part: 1 });

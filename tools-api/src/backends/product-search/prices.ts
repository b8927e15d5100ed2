// What a text says about money: «under $250», «between 50 and 80», «cheapest». The words that say it are taken out, so that nothing else is read from them.
import { unitPattern } from './measures.ts';

export type PriceWish = {
  /** In units of the catalogue's currency; both count as fitting. */
  min?: number;
  max?: number;
  /** Which to show first. */
  order?: 'cheapest' | 'dearest';
};

const currency = '(?:[$€£]|usd|eur|gbp)';
const named = '(?:[$€£]|usd|eur|gbp|dollars?|bucks|euros?|pounds?|quid)';
/** A longer one is a SKU. */
const digits = '(?<!\\d)(\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d{1,7}(?:\\.\\d+)?)(k\\b)?(?![\\d.,]*\\d)';
const noUnit = `(?!${unitPattern})`;
/** An amount, with or without a currency; nothing with a unit. */
const amount = `${currency}?\\s?${digits}${noUnit}\\s?${named}?`;
const upTo =
  'under|below|less than|lower than|cheaper than|up to|max(?:imum)?(?: of)?|at (?:the )?most|no more than|(?:not|nothing|none) (?:over|above|more than)|within|(?:a |my )?budget(?: is| of|:)?(?: about| around)?|not exceeding|spend(?: about| around)?|inside';
const from = 'over|above|more than|at least|starting (?:at|from)|min(?:imum)?(?: of)?|upwards of|(?:not|nothing|none) (?:under|below|less than)';
const about = 'around|about|approx(?:imately|\\.)?|roughly|circa|~';

type Rule = { pattern: RegExp; read: (amounts: number[]) => PriceWish };
const rule = (pattern: string, read: Rule['read']): Rule => ({ pattern: new RegExp(pattern, 'i'), read });
const [min, max] = [([value]: number[]): PriceWish => bound('min', value), ([value]: number[]): PriceWish => bound('max', value)];
const both = ([low, high]: number[]): PriceWish => ({ ...bound('min', low), ...bound('max', high) });
const near = ([value = 0]: number[]): PriceWish => ({ min: Math.round(value * 80) / 100, max: Math.round(value * 120) / 100 });

/** The first that fits is taken; a number that could be a size needs a currency. */
const rules: readonly Rule[] = [
  rule(`\\bbetween\\s+${amount}\\s*(?:and|to|-|–)\\s*${amount}`, both),
  rule(`\\bfrom\\s+${amount}\\s*(?:to|-|–)\\s*${amount}`, both),
  rule(`${currency}\\s?${digits}${noUnit}\\s*(?:to|-|–)\\s*${amount}`, both),
  rule(`\\b${digits}\\s*(?:to|-|–)\\s*${digits}${noUnit}\\s?${named}`, both),
  rule(`(?:\\b(?:${about})|~)\\s+${amount}`, near),
  rule(`\\b(?:${upTo})\\s+${amount}`, max),
  rule(`\\b(?:${from})\\s+${amount}`, min),
  rule(`${currency}?\\s?${digits}${noUnit}\\s?${named}?\\s+(?:or (?:less|under|below|cheaper)|max(?:imum)?|tops|at most)\\b`, max),
  rule(`${currency}\\s?${digits}${noUnit}\\s?(?:\\+|or (?:more|over)|and (?:up|over|above))`, min),
  rule(`${currency}\\s?${digits}${noUnit}`, max),
  rule(`\\b${digits}${noUnit}\\s?${named}(?![a-z])`, max),
];

const cheapest =
  /\b(?:cheap(?:est|er|ish)?|least expensive|lowest[- ]priced?|lowest price|low[- ]cost|inexpensive|affordable|budget[- ]friendly|on a (?:tight )?budget|(?:not|(?<=n['’])t)(?: be| cost)? (?:too |very |so )?(?:expensive|pricey|dear|much)|best value|good value|bargain)\b/i;
const dearest = /\b(?:most expensive|dearest|priciest|premium|high[- ]end|luxur(?:y|ious)|top of the (?:range|line)|fanciest)\b/i;

/** @returns the wish, and the text without the words that it was read from */
export function readPrices(text: string): { price: PriceWish; rest: string } {
  let rest = inDigits(text);
  const price: PriceWish = {};
  for (const { pattern, read } of rules) {
    const found = pattern.exec(rest);
    if (!found) continue;
    Object.assign(price, { ...read(amountsOf(found)), ...price });
    rest = without(rest, found);
  }
  for (const [order, pattern] of [
    ['dearest', dearest],
    ['cheapest', cheapest],
  ] as const) {
    const found = pattern.exec(rest);
    if (!found) continue;
    price.order ??= order;
    rest = without(rest, found);
  }
  return { price, rest };
}

function bound(name: 'min' | 'max', value: number | undefined): PriceWish {
  return value === undefined ? {} : { [name]: value };
}

/** Each number is followed by its «k», if it has one. */
function amountsOf(found: RegExpExecArray): number[] {
  return found.slice(1).flatMap((text, at, all) => (text && /^\d/.test(text) ? Number(text.replaceAll(',', '')) * (all[at + 1] ? 1000 : 1) : []));
}

const without = (text: string, found: RegExpExecArray): string => `${text.slice(0, found.index)} , ${text.slice(found.index + found[0].length)}`;

const small: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const smallWords = Object.keys(small).join('|');

/** «A hundred and fifty dollars» as 150; «one» alone mostly is no number. */
function inDigits(text: string): string {
  const scaled = new RegExp(`\\b(?:(a|one|${smallWords}|\\d+)\\s+)(hundred|thousand|grand)\\b(?:\\s+(?:and\\s+)?(${smallWords})\\b)?`, 'gi');
  return text
    .replace(scaled, (_all, ...[count = '', scale = '', rest]: string[]) => {
      const factor = small[count.toLowerCase()] ?? (/^\d/.test(count) ? Number(count) : 1);
      return String(factor * (scale.toLowerCase() === 'hundred' ? 100 : 1000) + (small[rest?.toLowerCase() ?? ''] ?? 0));
    })
    .replace(new RegExp(`\\b(?:${smallWords})\\b`, 'gi'), (word) => String(small[word.toLowerCase()]));
}

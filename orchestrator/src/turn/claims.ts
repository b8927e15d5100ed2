// What a sentence claims: numbers, prices, dates, durations, identifiers and order states, each in a form that can be compared.
import {
  articlePattern,
  countablePattern,
  currencyOf,
  currencyPattern,
  durationKey,
  durationPattern,
  isArticle,
  isDollar,
  monthOf,
  monthPattern,
  numberWordPattern,
  valueOfWord,
} from './claim-words.ts';
import { stateClaims } from './state-claims.ts';

export type ClaimKind = 'number' | 'percent' | 'price' | 'date' | 'time' | 'duration' | 'identifier' | 'relative_day' | 'state';

/**
 * One claim. `keys` are its readings («1.299» is 1299 or 1.299): support for any of them is support. `implies` is what else a source that
 * says this supports: a source with «$12» supports the bare «12», but one with «12» does not support «$12».
 */
export type Claim = { kind: ClaimKind; text: string; keys: string[]; implies: string[] };

const number = String.raw`\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?`;
/** Between two amounts that share a unit: «3-5 days», «$5 to $10». */
const rangeMark = String.raw`\s*(?:-|to|and|or|bis|und|oder|à|et|ou)\s*`;

/** Takes what it knows out of the text, so that no later reader sees it again. */
type Reader = { pattern: RegExp; read: (match: (string | undefined)[] & { 0: string }) => Claim[] };

/** @param text a sentence, or a whole passage when its own claims are wanted */
export function claimsOf(text: string): Claim[] {
  let rest = withoutWriting(text);
  const claims: Claim[] = [...stateClaims(rest)];
  for (const { pattern, read } of readers) {
    rest = rest.replace(pattern, (match: string, ...parts: (string | undefined)[]) => {
      // Behind the groups stand the offset and the whole text.
      const found = read([match, ...parts.slice(0, -2)]);
      claims.push(...found);
      return found.length > 0 ? ' ; ' : match;
    });
  }
  return claims;
}

/** Leaves away what is form and not content: addresses, Markdown, list marks, the numbers of steps. */
function withoutWriting(text: string): string {
  return text
    .replace(/\]\([^)\s]*\)/g, ']')
    .replace(/\bhttps?:\/\/\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+/gi, ' ')
    .replace(/[*`~]+|\b_+|_+\b/g, '')
    .replace(/[–—‑‒]/g, '-')
    .replace(/^[ \t]*(?:>[ \t]*)?(?:[-+•]|\d{1,3}[.)])[ \t]+/gm, '')
    .replace(/\b(?:step|schritt|étape|option)\s+\d{1,2}\b/gi, ' ');
}

const readers: Reader[] = [
  { pattern: /\b(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2})\S*)?/g, read: ([text, y, m, d, time]) => [...date(text, [y, m, d]), ...timeOf(text, time)] },
  { pattern: /\b(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?(?!\d)/g, read: ([text, d, m, y]) => date(text, [y, m, d]) },
  { pattern: /\b(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})\b/g, read: ([text, a, b, y]) => eitherDate(date(text, [y, b, a]), date(text, [y, a, b])) },
  ...namedDateReaders(),
  {
    pattern: /\b(1[0-2]|0?\d)(?:[:.]([0-5]\d))?\s*(?:(a)|p)\.?m\b\.?/gi,
    read: ([text, h, min, am]) => clock(text, twelveHours(Number(h), !!am), min),
  },
  { pattern: /\b([01]?\d|2[0-3])(?:[:.]([0-5]\d))?\s*(?:uhr|o['’]clock)\b/gi, read: ([text, h, min]) => clock(text, Number(h), min) },
  { pattern: /\b([01]?\d|2[0-3])[:h]([0-5]\d)\b/g, read: ([text, h, min]) => clock(text, Number(h), min) },
  ...priceReaders(),
  {
    pattern: regex(`(?:(${number})${rangeMark})?(${number})\\s?(?:%|percent|per cent|prozent|pour ?cent)`),
    read: ([text, low, high]) => percents(text, [low, high]),
  },
  { pattern: /(?<![\p{L}\d])(?:\+|0)\d[\d ()/-]{6,}\d(?!\d)/gu, read: ([text]) => [identifier(text)] },
  ...durationReaders(),
  {
    pattern:
      /#\s?\d{2,}\b|\b(?=[\d_-]*[A-Za-z])(?=(?:[A-Za-z_-]*\d){4})[A-Za-z0-9][\w-]{4,}\b|\b[A-Z]{1,6}-?\d{3,}\b|(?<![\d.,])\d{6,}(?![\d.,]*\d)/g,
    read: ([text]) => [identifier(text)],
  },
  {
    pattern: /(?<![\p{L}\d])(\p{L}*\p{Lu}\p{L}*) (\d{1,5})(?![\p{L}\d.,]*\d)(?!\p{L})/gu,
    read: ([text, , value]) => [{ ...numeric(text, value ?? ''), keys: [identifierKey(text), ...readings(value ?? '').map((n) => `n:${n}`)] }],
  },
  {
    pattern: regex(`(?<![\\p{L}\\d])(${number})(?=(?:\\s?(?:kg|g|mm|cm|m|km|l|ml|gb|tb|mb|mah|w|v|hz|inch|in|oz|lbs?|x))?(?![\\p{L}\\d]))`),
    read: ([text, value]) => [numeric(text, value ?? '')],
  },
  {
    pattern: regex(`(?<![\\p{L}\\d-])(${numberWordPattern})[\\s-]+(?:\\p{L}+\\s)?${countablePattern}(?!\\p{L})`),
    read: ([text, word]) => counted(text, word ?? ''),
  },
  { pattern: /\b(today|tomorrow|yesterday|heute|morgen|gestern|demain|hier)\b/gi, read: ([text]) => relativeDay(text) },
];

function regex(pattern: string): RegExp {
  return new RegExp(pattern, 'giu');
}

/** @returns the values a written number may have: «1.299» is 1299 in German and 1.299 in English */
export function readings(written: string): number[] {
  const text = written.replace(/['’\u00a0\u202f ]/g, '');
  const separators = text.match(/[.,]/g) ?? [];
  const last = separators.at(-1);
  if (!last) return [Number(text)];
  const decimal = Number(`${text.slice(0, text.lastIndexOf(last)).replace(/[.,]/g, '')}.${text.slice(text.lastIndexOf(last) + 1)}`);
  const whole = Number(text.replace(/[.,]/g, ''));
  const isGrouped = /^\d{1,3}([.,])\d{3}(\1\d{3})*$/.test(text);
  if (isGrouped) return separators.length > 1 ? [whole] : [whole, decimal];
  return [decimal];
}

function numeric(text: string, value: string): Claim {
  return { kind: 'number', text: text.trim(), keys: readings(value).map((n) => `n:${n}`), implies: [] };
}

function counted(text: string, word: string): Claim[] {
  const value = valueOfWord(word);
  // «un article» counts nothing.
  if (value === undefined || isArticle(word)) return [];
  return [{ kind: 'number', text, keys: [`n:${value}`], implies: [] }];
}

function percents(text: string, values: (string | undefined)[]): Claim[] {
  return given(values).map((value) => {
    const amounts = readings(value);
    return { kind: 'percent', text, keys: amounts.map((n) => `%:${n}`), implies: amounts.map((n) => `n:${n}`) };
  });
}

function identifier(text: string): Claim {
  const digits = text.replace(/\D/g, '');
  const isNumber = /^\d+$/.test(text.trim());
  return { kind: 'identifier', text: text.trim(), keys: [identifierKey(text), ...(isNumber ? [`n:${Number(digits)}`] : [])], implies: [] };
}

/** Letters and digits alone, so that «#w-2530531» and «W2530531» meet. */
export function identifierKey(text: string): string {
  return `i:${text.toUpperCase().replace(/[^\p{L}\d]/gu, '')}`;
}

function priceReaders(): Reader[] {
  const amount = `(?:${number}|\\d{1,3}(?: \\d{3})+(?:[.,]\\d{1,2})?)(?:[.,]-)?`;
  return [
    {
      pattern: regex(
        `(${currencyPattern})\\s?(${amount})(?:${rangeMark}(?:${currencyPattern}\\s?)?(${amount})(?!\\s*(?:${durationPattern}|%|\\p{L})))?`,
      ),
      read: ([text, currency, low, high]) => prices(text, currency ?? '', [low, high]),
    },
    {
      pattern: regex(`(?<![\\p{L}\\d])(?:(${amount})${rangeMark})?(${amount})\\s?(${currencyPattern})`),
      read: ([text, low, high, currency]) => prices(text, currency ?? '', [low, high]),
    },
    {
      pattern: regex(`(?<![\\p{L}\\d])(${numberWordPattern})\\s(${currencyPattern})`),
      read: ([text, word, currency]) => prices(text, currency ?? '', [String(valueOfWord(word ?? '') ?? '')]),
    },
  ];
}

function prices(text: string, written: string, values: (string | undefined)[]): Claim[] {
  const currency = currencyOf(written);
  return given(values).map((value) => {
    const amounts = readings(value.replace(/[.,]-$/, ''));
    if (currency === 'cent')
      return {
        kind: 'price',
        text,
        keys: amounts.map((n) => `p:*:${n / 100}`),
        implies: amounts.flatMap((n) => [`n:${n}`, `p:$:${n / 100}`, `p:EUR:${n / 100}`, `p:USD:${n / 100}`]),
      };
    const keys = amounts.map((n) => `p:${currency}:${n}`);
    return { kind: 'price', text, keys, implies: amounts.flatMap((n) => moneyKeys(currency, n)) };
  });
}

/** What a source that knows an amount of money supports. */
export function moneyKeys(currency: string, amount: number): string[] {
  const written = [`n:${amount}`, `p:${currency}:${amount}`, `p:*:${amount}`];
  if (currency === '$') return [...written, `p:USD:${amount}`];
  return isDollar(currency) ? [...written, `p:$:${amount}`] : written;
}

function durationReaders(): Reader[] {
  const amount = `(?:${number}|${numberWordPattern}|${articlePattern})`;
  return [
    {
      pattern: regex(
        `(?<![\\p{L}\\d.,])(?:(${amount})${rangeMark})?(${amount})(?:[\\s-]+|(?=h\\b|min\\b))((?:business|working|work|open)[\\s-]+|jours? )?(${durationPattern})( ouvr\\p{L}+)?(?![\\p{L}])`,
      ),
      read: ([text, low, high, working, unit, french]) =>
        durations(text, [low, high], { unit: working?.startsWith('jour') ? 'day' : (unit ?? ''), isWorking: !!working || !!french }),
    },
  ];
}

function durations(text: string, values: (string | undefined)[], { unit, isWorking }: { unit: string; isWorking: boolean }): Claim[] {
  return given(values).map((value): Claim => {
    const word = valueOfWord(value);
    const amounts = word === undefined ? readings(value) : [word];
    return { kind: 'duration', text, keys: amounts.map((n) => durationKey(n, unit, isWorking)), implies: amounts.map((n) => `n:${n}`) };
  });
}

function namedDateReaders(): Reader[] {
  const day = '(\\d{1,2})(?:st|nd|rd|th|\\.)?';
  const year = '(?:,?\\s+(\\d{4}))?(?!\\d)';
  const month = `(${monthPattern})\\b\\.?`;
  return [
    {
      pattern: regex(`\\b(?:${day}${rangeMark})?${day}\\s+(?:of\\s+)?${month}${year}`),
      read: ([text, from, to, m, y]) => dates(text, [from, to], { m, y }),
    },
    {
      pattern: regex(`\\b${month}\\s+${day}(?:${rangeMark}${day}(?!\\s*\\p{L}))?${year}(?!\\s*(?:${durationPattern}|%))`),
      read: ([text, m, from, to, y]) => dates(text, [from, to], { m, y }),
    },
    {
      pattern: regex(`\\b${month}\\s+(\\d{4})\\b`),
      read: ([text, m, y]) => [{ kind: 'date', text, keys: [`d:${y}-${two(monthOf(m ?? ''))}`], implies: [`d:-${two(monthOf(m ?? ''))}`, `n:${y}`] }],
    },
    {
      pattern: regex(
        `\\b(?:in|since|until|by|from|before|after|im|seit|bis|ab|en|depuis)\\s+(?:early |late |mid-)?(${monthPattern})\\b(?!\\s+\\p{Ll})`,
      ),
      read: ([text, m]) => monthAlone(text, m ?? ''),
    },
  ];
}

/** «may» and «mar» are words of their own unless they are written as names. */
function monthAlone(text: string, month: string): Claim[] {
  return /^\p{Lu}/u.test(month) ? [{ kind: 'date', text, keys: [`d:-${two(monthOf(month))}`], implies: [] }] : [];
}

function dates(text: string, days: (string | undefined)[], { m, y }: { m: string | undefined; y: string | undefined }): Claim[] {
  return given(days).flatMap((day) => date(text, [y, String(monthOf(m ?? '')), day]));
}

/** A date without a year is another claim than one with it: a source without the year does not support the year. */
function date(text: string, [y, m, d]: (string | undefined)[]): Claim[] {
  const [month, day] = [Number(m), Number(d)];
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return [];
  const short = `d:--${two(month)}-${two(day)}`;
  if (y === undefined || y === '') return [{ kind: 'date', text: text.trim(), keys: [short], implies: [`d:-${two(month)}`] }];
  const year = y.length === 2 ? `20${y}` : y;
  const implies = [short, `d:${year}-${two(month)}`, `d:-${two(month)}`, `n:${Number(year)}`];
  return [{ kind: 'date', text: text.trim(), keys: [`d:${year}-${two(month)}-${two(day)}`], implies }];
}

function eitherDate(first: Claim[], second: Claim[]): Claim[] {
  const both = [...first, ...second];
  const [one] = both;
  return one ? [{ ...one, keys: both.flatMap((claim) => claim.keys), implies: both.flatMap((claim) => claim.implies) }] : [];
}

function timeOf(text: string, time: string | undefined): Claim[] {
  return time ? [{ kind: 'time', text, keys: [`h:${time}`], implies: [] }] : [];
}

function clock(text: string, hour: number, minute: string | undefined): Claim[] {
  return [{ kind: 'time', text, keys: [`h:${two(hour)}:${minute ?? '00'}`], implies: [] }];
}

function twelveHours(hour: number, isMorning: boolean): number {
  return (hour % 12) + (isMorning ? 0 : 12);
}

const dayOffsets: Record<string, number> = { today: 0, heute: 0, tomorrow: 1, morgen: 1, demain: 1, yesterday: -1, gestern: -1, hier: -1 };

function relativeDay(text: string): Claim[] {
  return [{ kind: 'relative_day', text, keys: [`r:${dayOffsets[text.toLowerCase()] ?? 0}`], implies: [] }];
}

function given(values: (string | undefined)[]): string[] {
  return values.filter((value): value is string => value !== undefined && value !== '');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

// How a text of ours is known again with its values in it: the kinds of placeholders, and what their English values mean.

/**
 * text: as it stands; between « and » without another ». name: as it stands, without a semicolon. any: as it stands, in a text so short that it is only said and never known again. told: itself a text of ours. words: such a text, or
 * as it stands. id: W2403075. n: 12. brackets: « (…)», or nothing. The others are as English writes them: money $188.67, date 3 March 2026, weekday, month,
 * zone (Pacific Time).
 */
export type Kind = 'text' | 'any' | 'name' | 'told' | 'words' | 'id' | 'n' | 'brackets' | 'money' | 'date' | 'weekday' | 'month' | 'zone';

export const placeholders = /\{([a-z]+(?:_[a-z]+)*)(?::([a-z]+))?\}/g;

const forms: Record<Kind, string> = {
  text: '(.+?)',
  any: '(.+?)',
  name: '([^;]+?)',
  told: '(.+?)',
  words: '(.+?)',
  id: '([A-Z0-9][A-Z0-9-]*)',
  n: '([\\d,]+)',
  brackets: '((?: \\(.+?\\))?)',
  money: '(-?[^\\s\\d-]{1,4}\\s?[\\d,]+(?:\\.\\d+)?)',
  date: '(\\d{1,2} \\p{L}+ \\d{4})',
  weekday: '(\\p{L}+)',
  month: '(\\p{L}+)',
  zone: '(.+?)',
};

/** fixed: how many characters of it are no value. */
export type Pattern = { form: RegExp; names: { name: string; kind: Kind }[]; fixed: number };

/** @throws Error naming the placeholder whose kind is none */
export function pattern(text: string): Pattern {
  const names = [...text.matchAll(placeholders)].map(([all, name = '', kind = 'text']) => {
    if (!isKind(kind)) throw new Error(`languages: ${all} in «${text}»: its kind is not one of ${Object.keys(forms).join(', ')}`);
    return { name, kind };
  });
  const fixed = text.split(placeholderAlone);
  const formAt = (at: number): string => {
    const kind = names[at]?.kind ?? 'text';
    return kind === 'text' && fixed[at]?.endsWith('«') && fixed[at + 1]?.startsWith('»') ? '([^»]+)' : forms[kind];
  };
  const parts = fixed.map((part, at) => `${escaped(part)}${at < names.length ? formAt(at) : ''}`);
  return { form: new RegExp(`^${parts.join('')}$`, 'u'), names, fixed: fixed.join('').length };
}

/** Captures nothing, so that splitting leaves only what stands between. */
const placeholderAlone = /\{[a-z_]+(?::[a-z]+)?\}/;

function isKind(text: string): text is Kind {
  return Object.hasOwn(forms, text);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

export type EnglishParts =
  | { kind: 'money'; amount: number; currency: string }
  | { kind: 'date'; iso: string }
  | { kind: 'name'; in: (locale: string) => string };

/** @returns undefined for what is not of that kind */
export function toEnglishParts(value: string, kind: Exclude<Kind, 'told' | 'words'>): EnglishParts | undefined {
  switch (kind) {
    case 'money':
      return moneyIn(value);
    case 'date': {
      const ms = Date.parse(`${value} UTC`);
      return Number.isNaN(ms) ? undefined : { kind: 'date', iso: new Date(ms).toISOString() };
    }
    case 'n':
      // 1,200 is written as the language does; 0042 stays what it is.
      return {
        kind: 'name',
        in: (locale) => (value.includes(',') ? new Intl.NumberFormat(locale).format(Number(value.replaceAll(',', ''))) : value),
      };
    case 'weekday':
      return nameIn(value, { weekday: 'long' }, weekdays);
    case 'month':
      return nameIn(value, { month: 'long' }, months);
    case 'zone':
      return zoneIn(value);
    default:
      return { kind: 'name', in: () => value };
  }
}

const amountsOf = (currency: string) => new Intl.NumberFormat('en-US', { style: 'currency', currency });

/** By how English writes it: «$» is USD, «CA$» is CAD, «CHF» itself. */
const currencies: ReadonlyMap<string, string> = new Map(
  Intl.supportedValuesOf('currency').map((code) => [
    amountsOf(code)
      .formatToParts(1)
      .find(({ type }) => type === 'currency')?.value ?? code,
    code,
  ]),
);

function moneyIn(text: string): EnglishParts | undefined {
  const [, sign, symbol = '', digits = ''] = /^(-?)([^\s\d]{1,4})\s?([\d,]+(?:\.\d+)?)$/.exec(text) ?? [];
  const currency = currencies.get(symbol);
  return currency === undefined ? undefined : { kind: 'money', amount: Number(`${sign}${digits.replaceAll(',', '')}`), currency };
}

/** 4 January 1970 is a Sunday. */
const weekdays = [4, 5, 6, 7, 8, 9, 10].map((day) => Date.UTC(1970, 0, day));
const months = [...Array(12).keys()].map((month) => Date.UTC(1970, month, 15));

function nameIn(value: string, options: Intl.DateTimeFormatOptions, instants: readonly number[]): EnglishParts | undefined {
  const format = (locale: string) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  const instant = instants.find((one) => format('en-GB').format(one) === value);
  return instant === undefined ? undefined : { kind: 'name', in: (locale) => format(locale).format(instant) };
}

function zoneIn(value: string): EnglishParts {
  const nameOf = (locale: string, timeZone: string) =>
    new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0).find(({ type }) => type === 'timeZoneName')?.value;
  const zone = Intl.supportedValuesOf('timeZone').find((timeZone) => nameOf('en-GB', timeZone) === value);
  return { kind: 'name', in: (locale) => (zone === undefined ? value : (nameOf(locale, zone) ?? value)) };
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** A line's sentences, each changed, with the spaces between them. @returns undefined where one of them can't be changed */
export function sentencesIn(line: string, change: (sentence: string) => string | undefined): string | undefined {
  const changed = segmentsOf(line).map((segment) => {
    const sentence = segment.trim();
    const said = sentence === '' ? '' : change(sentence);
    return said === undefined ? undefined : segment.replace(sentence, () => said);
  });
  return changed.includes(undefined) ? undefined : changed.join('');
}

/** What stands between « and » ends no sentence. */
function segmentsOf(line: string): string[] {
  const segments: string[] = [];
  for (const { segment } of segmenter.segment(line)) {
    const last = segments.at(-1) ?? '';
    if (last.lastIndexOf('«') > last.lastIndexOf('»')) segments[segments.length - 1] = last + segment;
    else segments.push(segment);
  }
  return segments;
}

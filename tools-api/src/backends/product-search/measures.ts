// Numbers with units, and words with hyphens, in one spelling: «32 GB», «32GB» and «32-gb» are the same, «1000ml» is a liter.

const units: Readonly<Record<string, string>> = {
  gb: 'gb|gigs?|gigabytes?',
  tb: 'tb|terabytes?',
  mp: 'mp|megapixels?',
  mah: 'mah',
  mm: 'mm|millimet(?:er|re)s?',
  cm: 'cm|centimet(?:er|re)s?',
  ml: 'ml|millilit(?:er|re)s?',
  l: 'l|lit(?:er|re)s?',
  lb: 'lbs?|pounds?(?= (?:weight|dumbbell))',
  in: 'inches|inch|in(?=\\W*$)|["”]',
  ft: 'ft|feet|foot',
  h: 'hours?|hrs?|h',
  w: 'w|watts?',
  bar: 'bars?',
  cup: 'cups?',
  piece: 'pieces?|pcs?|pc',
  x: 'x|times(?= zoom)',
  degree: 'degrees?|°',
  pct: '%|percent',
  k: 'k',
  p: 'p',
};

/** What follows a number that is no amount of money. */
export const unitPattern = `(?:[-\\s]?(?:${Object.values(units).join('|')}))(?![a-z])`;

const measured = Object.entries(units).map(([unit, words]) => ({ unit, pattern: new RegExp(`(\\d+(?:\\.\\d+)?)[-\\s]?(?:${words})(?![a-z])`, 'g') }));

export type Measure = { value: number; unit: string };

/** @returns small letters, measures written together, hyphens gone */
export function unify(text: string): string {
  let unified = ` ${text.toLowerCase().replaceAll(/[’‘]/g, "'").replaceAll('“', '"')} `;
  for (const { unit, pattern } of measured) unified = unified.replace(pattern, (_all, value: string) => written({ value: Number(value), unit }));
  // «T-shirt» and «Wi-Fi» are one word, «over-ear» is two.
  return unified
    .replace(/\b([a-z]{1,2})-(?=[a-z]{2,})/g, '$1')
    .replace(/([a-z]{2,})-([a-z]{1,2})\b/g, '$1$2')
    .replaceAll('-', ' ')
    .trim();
}

/** @returns the words, with the marks between clauses as words of their own */
export function wordsOf(text: string): string[] {
  return unify(text).match(/\d+(?:\.\d+)?[a-z]*|\p{L}[\p{L}\p{N}]*(?:'\p{L}+)?|[,;:!?]/gu) ?? [];
}

/** Such as 32gb. */
export function measureOf(word: string): Measure | undefined {
  const [, value, unit] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(word) ?? [];
  return value === undefined ? undefined : { value: Number(value), unit: unit ?? '' };
}

/** «30-50 lbs» as what lies between. */
export function rangeOf(value: string): { from: number; to: number; unit: string } | undefined {
  const [, from, rest = ''] = /^(\d+)\s?-\s?(\d.*)$/.exec(value) ?? [];
  const to = measureOf(wordsOf(rest)[0] ?? '');
  return from === undefined || !to ? undefined : { from: Number(from), to: to.value, unit: to.unit };
}

function written({ value, unit }: Measure): string {
  return unit === 'ml' ? `${value / 1000}l` : `${value}${unit}`;
}

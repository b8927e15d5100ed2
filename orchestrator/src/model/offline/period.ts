// Reads the period that a message names: «2026», «last year», «from March to May», «since 1 July». Days of the calendar, in UTC, both in it.

/** YYYY-MM-DD. */
export type Period = { from: string; to: string };

type Reader = (text: string, today: Date) => Period | undefined;
/** month: 0 to 11. */
type NamedMonth = { month: number; year: number | undefined };
type NamedDay = NamedMonth & { day: number };

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** «May I have …» is no month. */
const may = String.raw`(?<=\b(?:in|of|since|from|to|till|until|through|and|between|\d|st|nd|rd|th|[-–])\s*)may|may(?=\s*(?:\d|to\b|till\b|until\b|and\b|through\b|[-–]))`;
const month = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|${may})`;
const year = String.raw`(20\d\d)(?![\w-])`;
const ending = '(?:st|nd|rd|th)?';
const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const number = String.raw`(\d{1,3}|${numbers.slice(1).join('|')})`;
const open = /\b(?:since|after|starting|onwards?)\b|\bfrom\b(?!.*\b(?:to|till|until|through)\b|.*[-–])/;
const ordinals = ['first', 'second', 'third', 'fourth'];
const everything = /\bever\b|\ball[- ]time\b|\b(?:since|from) the (?:very )?(?:beginning|start)\b/;
const longestYears = 10;
/** What may stand beside a period that is all a message says. */
const beside =
  /\b(?:for|the|of|in|from|to|till|until|since|last|this|past|previous|current|whole|full|calendar|years?|months?|quarter|days?|and|between|through|please|pls|thanks|just|everything|all|ever|bought|ordered|i)\b/g;

const readers: readonly Reader[] = [readDays, readMonths, readQuarter, readYears, readRelative, readSpan, readEverything];

/** @param todayIso the moment at which it was written, which «last year» is counted from */
export function readPeriod(text: string, todayIso: string): Period | undefined {
  const [small, today] = [text.toLowerCase(), new Date(todayIso)];
  for (const read of readers) {
    const found = read(small, today);
    if (found) return found.from <= found.to ? found : { from: found.to, to: found.from };
  }
  return undefined;
}

/** Whether a message says nothing but a period, as an answer to the question for which. */
export function isPeriodAlone(text: string, todayIso: string): boolean {
  if (readPeriod(text, todayIso) === undefined) return false;
  const rest = text
    .toLowerCase()
    .replace(new RegExp(`\\bq[1-4]\\b|${month}|${number}`, 'g'), '')
    .replace(beside, '')
    .replace(new RegExp(`\\b(?:${ordinals.join('|')}|st|nd|rd|th)\\b`, 'g'), '');
  return !/\p{L}/u.test(rest);
}

function readDays(text: string, today: Date): Period | undefined {
  const days = daysIn(text).map((one, at, all) => dated(one, all.find(({ year: known }, other) => other > at && known)?.year, today));
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return undefined;
  return { from: first, to: days.length === 1 && open.test(text) ? iso(today) : last };
}

/** As written: 2026-03-01, 1.3.2026, 1 March 2026, March 1st. What may be day or month first (1/3/2026) is not guessed at. */
function daysIn(text: string): NamedDay[] {
  const found = [
    ...matches(text, /(?<![\w-])(20\d\d)-(\d\d)-(\d\d)(?![\w-])/g, ([, y, m, d]) => ({ year: Number(y), month: Number(m) - 1, day: Number(d) })),
    ...matches(text, /(?<![\w.])(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d\d)\b/g, ([, d, m, y]) => ({
      year: Number(y),
      month: Number(m) - 1,
      day: Number(d),
    })),
    ...matches(text, new RegExp(`\\b(\\d{1,2})${ending}\\.?\\s+(?:of\\s+)?(${month})\\b\\.?(?:,?\\s+${year})?`, 'g'), ([, d, m, y]) => ({
      ...named(m, y),
      day: Number(d),
    })),
    ...matches(text, new RegExp(`\\b(${month})\\b\\.?\\s+(\\d{1,2})${ending}\\b(?:,?\\s+${year})?`, 'g'), ([, m, d, y]) => ({
      ...named(m, y),
      day: Number(d),
    })),
  ];
  const days = found.toSorted((a, b) => a.at - b.at).map(({ value }) => value);
  return days.filter(({ day, month: of, year: known = 2024 }) => new Date(Date.UTC(known, of, day)).getUTCMonth() === of && day > 0);
}

function readMonths(text: string, today: Date): Period | undefined {
  const found = matches(text, new RegExp(`\\b(${month})\\b\\.?(?:,?\\s+(?:of\\s+)?${year})?`, 'g'), ([, m, y]) => named(m, y)).map(
    ({ value }) => value,
  );
  const [first, last] = [found[0], found.at(-1)];
  if (!first || !last) return undefined;
  // «March to May 2025», «March 2025 to May», «November to February».
  const lastYear = last.year ?? (first.year === undefined ? latest(last, today) : first.year + Number(last.month < first.month));
  const firstYear = first.year ?? (found.length === 1 ? lastYear : lastYear - Number(first.month > last.month));
  const to = found.length === 1 && open.test(text) ? iso(today) : dayOf(lastYear, last.month + 1, 0);
  return { from: dayOf(firstYear, first.month, 1), to };
}

function readQuarter(text: string, today: Date): Period | undefined {
  const said = new RegExp(String.raw`\bq([1-4])\b(?:\s*(?:of\s+)?${year})?|\b(${ordinals.join('|')}) quarter\b(?:\s*(?:of\s+)?${year})?`).exec(text);
  if (said) {
    const quarter = said[1] ? Number(said[1]) - 1 : ordinals.indexOf(said[3] ?? '');
    const of = Number(said[2] ?? said[4] ?? latest({ month: quarter * 3 }, today));
    return { from: dayOf(of, quarter * 3, 1), to: dayOf(of, quarter * 3 + 3, 0) };
  }
  const relative = /\b(last|previous|past|this|current) quarter\b/.exec(text)?.[1];
  if (!relative) return undefined;
  const first = Math.floor(today.getUTCMonth() / 3) * 3 - (isThis(relative) ? 0 : 3);
  return { from: dayOf(today.getUTCFullYear(), first, 1), to: dayOf(today.getUTCFullYear(), first + 3, 0) };
}

function readYears(text: string, today: Date): Period | undefined {
  const range = /(?<![\w-])(20\d\d)\s?[-–]\s?(20\d\d)(?![\w-])/.exec(text);
  const alone = [...text.matchAll(/(?<![\w/.$€£-])(20\d\d)(?![\w/-]|\.\d)/g)].map(([, found]) => Number(found));
  const years = (range ? [Number(range[1]), Number(range[2])] : alone).filter((one) => one <= today.getUTCFullYear());
  if (years.length === 0) return undefined;
  const isOpen = years.length === 1 && /\bsince\b/.test(text);
  return { from: dayOf(Math.min(...years), 0, 1), to: isOpen ? iso(today) : dayOf(Math.max(...years), 11, 31) };
}

/** «The past year» is that up to today; a fiscal year is whatever somebody's books say. */
function readRelative(text: string, today: Date): Period | undefined {
  const said =
    /\b(last|previous|this|current) (?:calendar |whole |full )?(year|month)\b/.exec(text) ?? /\b(year) to date\b|\bof the (year)\b/.exec(text);
  if (!said) return undefined;
  const [isYear, back] = [said[0].includes('year'), /^(?:last|previous)/.test(said[0]) ? 1 : 0];
  const [y, m] = [today.getUTCFullYear(), today.getUTCMonth()];
  return isYear ? { from: dayOf(y - back, 0, 1), to: dayOf(y - back, 11, 31) } : { from: dayOf(y, m - back, 1), to: dayOf(y, m - back + 1, 0) };
}

function readSpan(text: string, today: Date): Period | undefined {
  const said = new RegExp(String.raw`\b(?:last|past|previous) (?:${number} )?(day|week|month|year)s?\b`).exec(text);
  if (!said) return undefined;
  const count = said[1] === undefined ? 1 : numbers.includes(said[1]) ? numbers.indexOf(said[1]) : Number(said[1]);
  const [y, m, d] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  const from = {
    day: () => dayOf(y, m, d - count + 1),
    week: () => dayOf(y, m, d - 7 * count + 1),
    month: () => dayOf(y, m - count, d + 1),
    year: () => dayOf(y - Math.min(count, longestYears), m, d + 1),
  }[said[2] as 'day' | 'week' | 'month' | 'year'];
  return { from: from(), to: iso(today) };
}

function readEverything(text: string, today: Date): Period | undefined {
  if (!everything.test(text)) return undefined;
  return { from: dayOf(today.getUTCFullYear() - longestYears, today.getUTCMonth(), today.getUTCDate() + 1), to: iso(today) };
}

function isThis(word: string): boolean {
  return word === 'this' || word === 'current';
}

function matches<T>(text: string, pattern: RegExp, read: (match: string[]) => T): { at: number; value: T }[] {
  return [...text.matchAll(pattern)].map((match) => ({ at: match.index, value: read([...match]) }));
}

function named(name = '', of?: string): NamedMonth {
  return { month: months.indexOf(name.slice(0, 3)), year: of === undefined ? undefined : Number(of) };
}

/** A day without a year has that of the one after it, or else was the last such day. */
function dated({ year: known, month: of, day }: NamedDay, next: number | undefined, today: Date): string {
  return dayOf(known ?? next ?? latest({ month: of }, today), of, day);
}

/** The year of the newest such month that has begun. */
function latest({ month: of }: { month: number }, today: Date): number {
  return today.getUTCFullYear() - Number(of > today.getUTCMonth());
}

function dayOf(y: number, m: number, d: number): string {
  return iso(new Date(Date.UTC(y, m, d)));
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}

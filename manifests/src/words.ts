// What the services say to a visitor, in his language. Everything is written, kept and signed in English; the files of ../languages say it in others, and
// a text without a translation stays English.
import de from '../languages/de.json' with { type: 'json' };
import fr from '../languages/fr.json' with { type: 'json' };
import { type Kind, pattern, placeholders, sentencesIn, toEnglishParts } from './word-patterns.ts';

type Values = Record<string, string | number>;

export type Words = {
  /** BCP 47: of numbers, dates and pages. */
  language: string;
  /** The text with its placeholders still in it. */
  text: (english: string) => string;
  /** A text of one's own, with {placeholders} filled. */
  say: (english: string, values?: Values) => string;
  /**
   * What was said in English by a service, its values filled in: known by the text that it was made from. Line by line, sentence by sentence; what is
   * not known is left as it is, so a visitor's own words and a shop's names stay what they are.
   */
  tell: (english: string) => string;
  money: (amount: number, currency: string) => string;
  /** @param iso an instant; the day is UTC's */
  day: (iso: string) => string;
  /** Day and time in UTC, to the second. */
  moment: (iso: string) => string;
  list: (items: readonly string[], type?: 'conjunction' | 'disjunction') => string;
};

/** Longer lines are nobody's sentence of ours. */
const lineCharactersMax = 800;

const shipped: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries({ de, fr }).map(([language, texts]) => [language, new Map(Object.entries(texts))]),
);

/** Languages that the services speak beside English. */
export const languages: readonly string[] = [...shipped.keys()];

const english: Words = {
  language: 'en',
  text: (text) => text,
  say: fill,
  tell: (text) => text,
  // As the tools' own sentences write them.
  ...formats({ money: 'en-US', dates: 'en-GB', lists: 'en' }),
};

/** Made once for each language: to know texts by their patterns takes all of them. */
const spoken: ReadonlyMap<string, Recogniser> = new Map([...shipped].map(([language, texts]) => [language, recogniserOf(texts)]));

/**
 * @param language BCP 47, such as de-AT, for which de is spoken; English where it is unknown or left out
 */
export function wordsIn(language: string | undefined): Words {
  const [, spokenIn = '', region] = /^([a-z]{2,3})(?:-[A-Za-z0-9]{3,8})*?(?:-([A-Z]{2}))?(?:-|$)/.exec(language ?? '') ?? [];
  const texts = shipped.get(spokenIn);
  const recogniser = spoken.get(spokenIn);
  if (!(texts && recogniser)) return english;
  const locale = region === undefined ? spokenIn : `${spokenIn}-${region}`;
  const own = formats({ money: locale, dates: locale, lists: locale });
  const recognise = (said: string): string | undefined => recogniser(said, (value, kind) => convert(value, kind));
  const convert = (value: string, kind: Kind): string | undefined => {
    if (kind === 'told') return recognise(value);
    if (kind === 'words') return recognise(value) ?? value;
    const parts = toEnglishParts(value, kind);
    return (
      parts && (parts.kind === 'money' ? own.money(parts.amount, parts.currency) : parts.kind === 'date' ? own.day(parts.iso) : parts.in(locale))
    );
  };
  const tellLine = (line: string): string => {
    if (line === '' || line.length > lineCharactersMax) return line;
    const [, mark = '', said = ''] = /^(- )?(.*)$/.exec(line) ?? [];
    return `${mark}${sentencesIn(said, recognise) ?? recognise(said) ?? sentencesIn(said, (sentence) => recognise(sentence) ?? sentence)}`;
  };
  const tell = (said: string) => said.split('\n').map(tellLine).join('\n');
  const text = (said: string) => texts.get(said) ?? tell(said);
  return {
    language: locale,
    text,
    say: (said, values) => fill(text(said), values),
    tell,
    ...own,
  };
}

/** Whose page, or whose agent, says in which language he is spoken to. */
export function wordsFor({ language, agent }: { language?: string | undefined; agent?: { language?: string | undefined } | undefined }): Words {
  return wordsIn(language ?? agent?.language);
}

function fill(text: string, values: Values = {}): string {
  return text.replace(placeholders, (all, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : all));
}

function formats({ money, dates, lists }: { money: string; dates: string; lists: string }): Pick<Words, 'money' | 'day' | 'moment' | 'list'> {
  return {
    money: (amount, currency) => new Intl.NumberFormat(money, { style: 'currency', currency }).format(amount),
    day: (iso) => new Date(iso).toLocaleDateString(dates, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }),
    moment: (iso) => `${new Date(iso).toLocaleString(dates, { timeZone: 'UTC', dateStyle: 'long', timeStyle: 'medium' })} UTC`,
    list: (items, type = 'conjunction') => new Intl.ListFormat(lists, { type }).format(items),
  };
}

type Convert = (value: string, kind: Kind) => string | undefined;
type Recogniser = (text: string, convert: Convert) => string | undefined;

/** Texts that say the most of themselves are tried first, so that none is taken for a shorter one. */
function recogniserOf(texts: ReadonlyMap<string, string>): Recogniser {
  const patterns = [...texts]
    .filter(([text]) => text.match(placeholders))
    .map(([text, translated]) => ({ ...pattern(text), translated }))
    .filter(({ names }) => names.every(({ kind }) => kind !== 'any'))
    .toSorted((a, b) => b.fixed - a.fixed);
  return (text, convert) => {
    const whole = texts.get(text);
    if (whole !== undefined) return whole;
    for (const { form, names, translated } of patterns) {
      const found = form.exec(text);
      const values = found && valuesOf(names, found, convert);
      if (values) return fill(translated, values);
    }
    return undefined;
  };
}

/** @returns undefined where one of them is not of its kind */
function valuesOf(names: readonly { name: string; kind: Kind }[], found: RegExpExecArray, convert: Convert): Values | undefined {
  const values: Values = {};
  for (const [at, { name, kind }] of names.entries()) {
    const said = found[at + 1] ?? '';
    const value = kind === 'text' || said === '' ? said : convert(said, kind);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  return values;
}

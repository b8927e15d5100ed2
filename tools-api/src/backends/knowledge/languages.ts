// Which of Postgres' text search configurations reads a language.

/** The languages that Postgres 15 and later stems, by their ISO 639-1 codes. */
const configurations: Readonly<Record<string, string>> = {
  ar: 'arabic',
  hy: 'armenian',
  eu: 'basque',
  ca: 'catalan',
  da: 'danish',
  nl: 'dutch',
  en: 'english',
  fi: 'finnish',
  fr: 'french',
  de: 'german',
  el: 'greek',
  hi: 'hindi',
  hu: 'hungarian',
  id: 'indonesian',
  ga: 'irish',
  it: 'italian',
  lt: 'lithuanian',
  ne: 'nepali',
  no: 'norwegian',
  nb: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  es: 'spanish',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
  yi: 'yiddish',
};

/** @param language BCP 47, such as de or de-AT; one that Postgres doesn't know is indexed word for word */
export function textSearchOf(language: string): string {
  return configurations[primaryOf(language)] ?? 'simple';
}

/** The dictionary that turns a word of the configuration into its stem. */
export function stemmerOf(textSearch: string): string {
  return textSearch === 'simple' ? 'simple' : `${textSearch}_stem`;
}

/** de-AT → de */
export function primaryOf(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}

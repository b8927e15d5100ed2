// The words that numbers, dates, prices and order states hide in, in English, and in German and French where that is cheap.

const monthNames = [
  'january|januar|jänner|janvier|jan',
  'february|februar|feber|février|feb',
  'march|märz|mars|mar|mär',
  'april|avril|apr|avr',
  'may|mai',
  'june|juni|juin|jun',
  'july|juli|juillet|jul',
  'august|août|aug',
  'september|septembre|sept|sep',
  'october|oktober|octobre|oct|okt',
  'november|novembre|nov',
  'december|dezember|décembre|dec|dez|déc',
];
export const monthPattern = `(?:${monthNames.join('|')})`;

/** @returns 1 to 12 */
export function monthOf(name: string): number {
  const wanted = name.toLowerCase();
  return monthNames.findIndex((names) => names.split('|').includes(wanted)) + 1;
}

const units = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
  ' ',
);
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const german = 'eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn'.split(' ');
const french = 'un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze'.split(' ');
const wordValues = new Map<string, number>([
  ...[units, german, french].flatMap((words) => words.map((word, index): [string, number] => [word, index + 1])),
  ...tens.flatMap((ten, index): [string, number][] => [
    [ten, (index + 2) * 10],
    ...units.slice(0, 9).flatMap((unit, one): [string, number][] => ['-', ' '].map((join) => [`${ten}${join}${unit}`, (index + 2) * 10 + one + 1])),
  ]),
  ['dreißig', 30],
  ['trente', 30],
  ['hundred', 100],
  ['a hundred', 100],
  ['one hundred', 100],
]);
/** Longest first, so that «twenty-one» is not read as «twenty». */
export const numberWordPattern = [...wordValues.keys()].toSorted((a, b) => b.length - a.length).join('|');

export function valueOfWord(word: string): number | undefined {
  return isArticle(word) ? 1 : wordValues.get(word.toLowerCase());
}

/** «within a week» is one week; «twice a week» is none. */
export const articlePattern = String.raw`(?<=\b(?:within|in|after|takes?|for|up to|about|least|innerhalb|binnen|nach|für|sous|dans|après|pendant)\s+)(?:an?|eine[mnrs]?|ein|une?)`;

export function isArticle(word: string): boolean {
  return /^(?:an?|eine[mnrs]?|ein|une?)$/i.test(word);
}

/** Units of time that can be told in one another: minutes, and months. */
const durations: [RegExp, string, number][] = [
  [/^(minutes?|mins?|minuten)$/i, 'min', 1],
  [/^(hours?|hrs?|h|stunden?|heures?)$/i, 'min', 60],
  [/^(days?|tage?n?|jours?)$/i, 'min', 1440],
  [/^(weeks?|wochen?|semaines?)$/i, 'min', 10_080],
  [/^(months?|monate?n?|mois)$/i, 'month', 1],
  [/^(years?|jahre?n?|ans?|années?)$/i, 'month', 12],
  [/^(werktage?n?)$/i, 'workday', 1],
];
export const durationPattern =
  '(?:minuten|minutes?|mins?|hours?|hrs?|h|stunden?|heures?|days?|werktage?n?|tage?n?|jours?|weeks?|wochen?|semaines?|months?|monate?n?|mois|years?|jahre?n?|ans?|années?)';

/** @returns such as «t:min:43200» for thirty days, «t:workday:5» for five working days */
export function durationKey(amount: number, unit: string, isWorking: boolean): string {
  const [, base, factor] = durations.find(([names]) => names.test(unit)) ?? [undefined, unit.toLowerCase(), 1];
  if (isWorking) return `t:workday:${amount * (base === 'min' ? factor / 1440 : factor)}`;
  return `t:${base}:${amount * factor}`;
}

const currencies: [RegExp, string][] = [
  [/^(us\$|usd)$/i, 'USD'],
  [/^(c\$|ca\$|cad)$/i, 'CAD'],
  [/^(a\$|au\$|aud)$/i, 'AUD'],
  [/^(\$|dollars?)$/i, '$'],
  [/^(€|eur|euros?)$/i, 'EUR'],
  [/^(£|gbp|pounds?)$/i, 'GBP'],
  [/^(¥|jpy|yen)$/i, 'JPY'],
  [/^(chf|francs?|franken|fr\.)$/i, 'CHF'],
  [/^(cents?|ct|¢)$/i, 'cent'],
];
export const currencyPattern =
  '(?:US\\$|CA?\\$|AU?\\$|\\$|€|£|¥|¢|(?<!\\p{L})(?:USD|CAD|AUD|EUR|GBP|JPY|CHF|SEK|NOK|DKK|PLN|dollars?|euros?|pounds?|yen|francs?|franken|cents?|ct)(?!\\p{L}))';

export function currencyOf(text: string): string {
  return currencies.find(([names]) => names.test(text))?.[1] ?? text.toUpperCase();
}

/** What a currency's amounts are also written as: dollars of any country with a bare dollar sign. */
export function isDollar(currency: string): boolean {
  return ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD'].includes(currency);
}

/** Things that are counted of an order; other counts («two ways to pay») are the writer's own. */
export const countablePattern =
  '(?:items?|articles?|products?|pieces?|parcels?|packages?|shipments?|orders?|refunds?|payments?|invoices?|instal?lments?|times|people|pairs?|artikel|stück|pakete?|sendungen?|colis)';

/** States of an order, and the words that state them. Verbs of their own need no «has been» before them. */
export const states: { state: string; words: RegExp; isVerb?: true; implies?: string[] }[] = [
  { state: 'shipped', words: /\b(shipped|dispatched|sent(?: out)?|posted|mailed|versandt|verschickt|versendet|expédiée?)(?![\p{L}])/giu },
  {
    state: 'shipped',
    words:
      /\b(on (?:its|the|their|your) way|in transit|left (?:our|the) (?:warehouse|store|depot)|underway|unterwegs|handed (?:over )?to (?:the )?(?:carrier|courier))(?![\p{L}])/giu,
    isVerb: true,
  },
  { state: 'out_for_delivery', words: /\b(out for delivery|in zustellung)(?![\p{L}])/giu, isVerb: true, implies: ['shipped'] },
  { state: 'delivered', words: /\b(delivered|zugestellt|geliefert|livrée?)(?![\p{L}])/giu, implies: ['shipped'] },
  { state: 'delivered', words: /\b(arrived|angekommen)(?![\p{L}])/giu, isVerb: true, implies: ['shipped'] },
  { state: 'cancelled', words: /\b(cancell?ed|storniert|annulée?)(?![\p{L}])/giu },
  { state: 'refunded', words: /\b(refunded|reimbursed|credited|erstattet|rückerstattet|remboursée?)(?![\p{L}])/giu },
  { state: 'pending', words: /\b(pending|prepared|made ready|packed|in preparation|in bearbeitung|en préparation)(?![\p{L}])/giu },
  { state: 'processed', words: /\b(processed|processing|bearbeitet)(?![\p{L}])/giu },
  { state: 'returned', words: /\b(returned|received back|zurückgeschickt|retournée?)(?![\p{L}])/giu },
  { state: 'paid', words: /\b(paid|charged|bezahlt|payée?)(?![\p{L}])/giu },
  { state: 'lost', words: /\b(lost|verloren|perdue?)(?![\p{L}])/giu },
  { state: 'delayed', words: /\b(delayed|held up|on hold|verspätet|retardée?)(?![\p{L}])/giu },
  { state: 'approved', words: /\b(approved|accepted|confirmed|genehmigt|bestätigt|confirmée?)(?![\p{L}])/giu },
  { state: 'declined', words: /\b(declined|rejected|denied|refused|abgelehnt|refusée?)(?![\p{L}])/giu },
];

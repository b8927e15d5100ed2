// Reads a postal address as people in the United States write it, in one run of words: number and street, perhaps a flat, city, state, ZIP code.
// Anything less is not an address for a rule to read.

export type PostalAddress = { address1: string; address2?: string; city: string; state: string; zip: string };

/** USPS codes by name (Publication 28, appendix B). */
const states: Record<string, string> = {
  alabama: 'AL',
  alaska: 'AK',
  arizona: 'AZ',
  arkansas: 'AR',
  california: 'CA',
  colorado: 'CO',
  connecticut: 'CT',
  delaware: 'DE',
  'district of columbia': 'DC',
  florida: 'FL',
  georgia: 'GA',
  hawaii: 'HI',
  idaho: 'ID',
  illinois: 'IL',
  indiana: 'IN',
  iowa: 'IA',
  kansas: 'KS',
  kentucky: 'KY',
  louisiana: 'LA',
  maine: 'ME',
  maryland: 'MD',
  massachusetts: 'MA',
  michigan: 'MI',
  minnesota: 'MN',
  mississippi: 'MS',
  missouri: 'MO',
  montana: 'MT',
  nebraska: 'NE',
  nevada: 'NV',
  'new hampshire': 'NH',
  'new jersey': 'NJ',
  'new mexico': 'NM',
  'new york': 'NY',
  'north carolina': 'NC',
  'north dakota': 'ND',
  ohio: 'OH',
  oklahoma: 'OK',
  oregon: 'OR',
  pennsylvania: 'PA',
  'rhode island': 'RI',
  'south carolina': 'SC',
  'south dakota': 'SD',
  tennessee: 'TN',
  texas: 'TX',
  utah: 'UT',
  vermont: 'VT',
  virginia: 'VA',
  washington: 'WA',
  'west virginia': 'WV',
  wisconsin: 'WI',
  wyoming: 'WY',
};
const codes = new Set(Object.values(states));

const kinds =
  'street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|boulevard|blvd|way|square|sq|place|pl|close|row|terrace|ter|parkway|pkwy|circle|cir|trail|trl|highway|hwy|walk|view|crest';
const flats = 'apt|apartment|suite|ste|unit|flat|room|#';
const named = Object.keys(states).join('|');
/** The street ends with its kind, so that the words before the city are not taken for it. */
const pattern = new RegExp(
  `\\b(?<street>\\d{1,6}[a-z]?(?:\\s+[\\p{L}\\d.'’-]+){0,4}?\\s+(?:${kinds})\\b\\.?)(?:[\\s,]+(?<kind>${flats})\\.?\\s*(?<flat>[\\w-]{1,8})\\b)?[\\s,]+(?<city>\\p{L}[\\p{L}.'’-]*(?:\\s+\\p{L}[\\p{L}.'’-]*){0,3}?)[\\s,]+(?<state>${named}|[a-z]{2})\\.?[\\s,]+(?<zip>\\d{5}(?:-\\d{4})?)\\b`,
  'iu',
);

/** @returns undefined unless every part is there and the state is one */
export function readAddress(text: string): PostalAddress | undefined {
  const { street = '', kind, flat, city = '', state = '', zip = '' } = pattern.exec(text.replace(/\s+/g, ' '))?.groups ?? {};
  const code = states[state.toLowerCase()] ?? state.toUpperCase();
  if (!codes.has(code)) return undefined;
  return {
    address1: titled(street.replace(/\.$/, '')),
    ...(kind && flat ? { address2: titled(`${kind} ${flat}`) } : {}),
    city: titled(city),
    state: code,
    zip,
  };
}

/** Small letters at a word's beginning become large; what has large ones already stays as it was written. */
function titled(words: string): string {
  return words.replace(/(?<![\p{L}\d'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}

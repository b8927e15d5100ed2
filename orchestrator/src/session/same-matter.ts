// Whether two messages are about the same matter, and what a message says of the answer before it; by their words. Pure.

const numbers = /\b(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,20}\b/gi;
const fillers = new Set(
  (
    'a an and any are can could did do does for from get got had has have hello hey hi how i if in is it its just kindly may me my need not now of ' +
    'on or please possible still tell that the there this to want was we were what when where which who why will with would you your again ' +
    'ich du sie wir der die das ein eine einen ist sind und oder wie was wann wo kann bitte mein meine mit für ' +
    'je tu vous nous le la les un une des est et ou comment quand où puis mon ma mes avec pour que'
  ).split(' '),
);
/** So much of the shorter message's words have to stand in the other one. */
const shareMin = 0.5;

const notHelped =
  /\b(?:did(?:n['’]t| not) help|does(?:n['’]t| not) (?:help|work)|not helpful|no help|still not|hilft (?:mir )?nicht|ne m['’]aide pas)\b/iu;
const helped =
  /^(?:(?:ok(?:ay)?|great|perfect|super|cool|alright|all right|ah|oh|yes|so)[\s,.!]*)*(?:thanks|thank you|thx|cheers|that (?:helped|helps|worked)|it works|solved|danke|merci|vielen dank)\b/iu;
/** A longer message says more than thanks. */
const thanksLengthMax = 80;

/** The same number of an order or a ticket; where not both name one, half of the words that carry meaning. */
export function isSameMatter(one: string, other: string): boolean {
  const [a, b] = [matterOf(one), matterOf(other)];
  if (a.numbers.size > 0 && b.numbers.size > 0) return [...a.numbers].some((number) => b.numbers.has(number));
  const [fewer, more] = a.words.size < b.words.size ? [a.words, b.words] : [b.words, a.words];
  if (fewer.size === 0) return false;
  return [...fewer].filter((word) => more.has(word)).length / fewer.size >= shareMin;
}

/** @returns undefined when the message says neither */
export function verdictOf(text: string): 'helped' | 'not_helped' | undefined {
  if (notHelped.test(text)) return 'not_helped';
  return text.length <= thanksLengthMax && helped.test(text.trim()) ? 'helped' : undefined;
}

function matterOf(text: string): { words: Set<string>; numbers: Set<string> } {
  const found = text.match(numbers) ?? [];
  const words = text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];
  return { words: new Set(words.filter((word) => !fillers.has(word))), numbers: new Set(found.map((number) => number.toUpperCase())) };
}

/** What wordings of one question have in common: its words that carry meaning, in no order. Empty for small talk. */
export function matterKey(text: string): string {
  return verdictOf(text) === undefined ? [...matterOf(text.replace(numbers, ' ')).words].sort().join(' ') : '';
}

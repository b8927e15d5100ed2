// Puts typing errors right: a word that no dictionary knows becomes the nearest one that is known, if one is near enough.
import { distance } from 'fastest-levenshtein';

/** Shorter words have too many neighbours, and numbers are never wrong by accident only. */
const correctedLengthMin = 4;
const twoErrorsLengthMin = 8;

/**
 * @param dictionaries in the order of preference; within one, the earlier of two equally near words is taken
 * @returns the word that was probably meant, or undefined
 */
export function correctSpelling(word: string, dictionaries: readonly (readonly string[])[]): string | undefined {
  if (word.length < correctedLengthMin || !/^\p{L}+$/u.test(word)) return undefined;
  const swapped = new Set(swaps(word));
  for (const dictionary of dictionaries) {
    const near = dictionary.find((known) => swapped.has(known)) ?? nearest(word, dictionary);
    if (near !== undefined) return near;
  }
  return undefined;
}

/** Two neighbouring letters in the wrong order are one error, though an edit distance counts two. */
function swaps(word: string): string[] {
  return [...word].slice(1).map((letter, index) => word.slice(0, index) + letter + word[index] + word.slice(index + 2));
}

/** The first letter is almost never the wrong one. */
function nearest(word: string, dictionary: readonly string[]): string | undefined {
  let errorsMax = word.length >= twoErrorsLengthMin ? 2 : 1;
  let best: string | undefined;
  for (const known of dictionary) {
    if (known[0] !== word[0] || known.length < correctedLengthMin || Math.abs(known.length - word.length) > errorsMax) continue;
    const errors = distance(word, known);
    if (errors > errorsMax) continue;
    best = known;
    errorsMax = errors - 1;
  }
  return best;
}

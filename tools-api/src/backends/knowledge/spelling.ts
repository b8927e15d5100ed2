// Puts typing errors right: a word that neither the help centre nor English knows becomes the nearest one that is known, if one is near enough.
import english from 'dictionary-en';
import { distance } from 'fastest-levenshtein';
import nspell from 'nspell';
import type { LocalEmbedder } from '../embedding/local.ts';

/** Shorter words have too many neighbours. */
const correctedLengthMin = 4;
const twoErrorsLengthMin = 8;

export type Spelling = {
  /** Whether it is an English word or name; most brands and words of a trade are none. */
  isEnglish: (word: string) => boolean;
  /**
   * @param words those of the help centre, which go before English ones
   * @returns the word that was probably meant, or undefined
   */
  correct: (word: string, words: readonly string[]) => string | undefined;
};

/** Opens it at the first call, for all who share it. @param words whose dictionary says which words are common */
export function createSpelling(words: LocalEmbedder): () => Promise<Spelling> {
  let opening: Promise<Spelling> | undefined;
  return async () => {
    opening ??= words.dictionary().then(openSpelling);
    return await opening;
  };
}

/**
 * Takes some 0.2 s and 20 MB.
 * @param common English words that a misspelled one may become, the commonest first: a rare one, or a name, was hardly meant
 */
export function openSpelling(common: readonly string[]): Spelling {
  const dictionary = nspell({ aff: Buffer.from(english.aff), dic: Buffer.from(english.dic) });
  return {
    isEnglish: (word) => dictionary.correct(word) || dictionary.correct(capitalised(word)),
    correct: (word, words) => {
      if (word.length < correctedLengthMin || !/^\p{L}+$/u.test(word)) return undefined;
      return nearestOf(word, words) ?? nearestOf(word, common);
    },
  };
}

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** @returns the earlier one of two equally near words */
function nearestOf(word: string, words: readonly string[]): string | undefined {
  const swapped = new Set(swaps(word));
  return words.find((known) => swapped.has(known)) ?? nearest(word, words);
}

/** Two neighbouring letters in the wrong order are one error, though an edit distance counts two. */
function swaps(word: string): string[] {
  return [...word].slice(1).map((letter, index) => word.slice(0, index) + letter + word[index] + word.slice(index + 2));
}

/** The first letter is almost never the wrong one. */
function nearest(word: string, words: readonly string[]): string | undefined {
  let errorsMax = word.length >= twoErrorsLengthMin ? 2 : 1;
  let best: string | undefined;
  for (const known of words) {
    if (known[0] !== word[0] || known.length < correctedLengthMin || Math.abs(known.length - word.length) > errorsMax) continue;
    const errors = distance(word, known);
    if (errors > errorsMax) continue;
    best = known;
    errorsMax = errors - 1;
  }
  return best;
}

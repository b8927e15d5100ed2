// Makes the words of visitors and of the catalogue comparable: spelled right, as stems, with the trade's words for the same thing side by side.
import type { Database } from '@aiguy/manifests/database';
import { LRUCache } from 'lru-cache';
import type { Spelling } from '../knowledge/spelling.ts';
import { stemsOf } from '../knowledge/vocabulary.ts';
import { wordsOf } from './measures.ts';
import { tradeWords } from './trade-words.ts';

/** A text word by word. meanings: the stem, and a mark for each line of the trade's words that it is in. */
export type Reading = { words: string[]; stems: string[]; meanings: ReadonlySet<string>[] };
/** Texts read together; what is read twice is the same object. */
export type Readings = (text: string) => Reading;

const textSearch = 'english';
/** Some 100 bytes each. */
const rememberedMax = 20_000;

export type Lexicon = {
  /** @returns how to read any of the texts given; readings of the catalogue's names are remembered, those of what was said are not */
  read: (texts: { said: readonly string[]; names: Iterable<string> }) => Promise<Readings>;
  /** @param known words that a misspelled one may become, before those of the trade */
  spell: (text: string, known: Iterable<string>) => Promise<string>;
};

export function createLexicon(database: Database, spelling: () => Promise<Spelling>): Lexicon {
  const stems = new LRUCache<string, string>({ max: rememberedMax });
  const ofNames = new LRUCache<string, Reading>({ max: rememberedMax });
  const learn = async (words: readonly string[]): Promise<void> => {
    const missing = [...new Set(words)].filter((word) => !stems.has(word));
    if (missing.length === 0) return;
    for (const { word, stem } of await stemsOf(database, textSearch, missing)) stems.set(word, stem ?? word);
  };
  const stem = (word: string): string => stems.get(word) ?? word;
  return {
    read: async ({ said, names }) => {
      const strange = [...names].filter((name) => !ofNames.has(name));
      const all = new Map([...strange, ...said].map((text) => [text, wordsOf(text)]));
      await learn([...[...all.values()].flat(), ...tradePhrases.flatMap(({ words }) => words)]);
      const phrases = tradePhrases.map(({ line, words }) => ({ line, stems: words.map(stem) }));
      const readings = new Map([...all].map(([text, words]) => [text, readingOf(words, words.map(stem), phrases)]));
      for (const name of strange) ofNames.set(name, readings.get(name) ?? nothingRead);
      return (text) => readings.get(text) ?? ofNames.get(text) ?? nothingRead;
    },
    spell: async (text, known) => {
      const words = [...new Set([...[...known].flatMap(wordsOf), ...tradePhrases.flatMap((phrase) => phrase.words)])];
      await learn(words);
      await learn(wordsOf(text));
      const knownStems = new Set(words.map(stem));
      const { isEnglish, correct } = await spelling();
      return joined(text, new Set(words)).replace(/\p{L}{4,}/gu, (word) => {
        const small = word.toLowerCase();
        return knownStems.has(stem(small)) || isEnglish(small) ? word : (correct(small, words) ?? word);
      });
    },
  };
}

/** «Sun glasses» where there are sunglasses. */
function joined(text: string, known: ReadonlySet<string>): string {
  return text.replace(/(\p{L}{3,}) (?=(\p{L}{3,}))/gu, (both, ...[first = '', second = '']: string[]) =>
    known.has(`${first}${second}`.toLowerCase()) ? first : both,
  );
}

const nothingRead: Reading = { words: [], stems: [], meanings: [] };

const tradePhrases = tradeWords.flatMap((line, at) => line.map((phrase) => ({ line: `=${at}`, words: wordsOf(phrase) })));

type Phrase = { line: string; stems: string[] };

function readingOf(words: string[], stems: string[], phrases: readonly Phrase[]): Reading {
  const meanings = stems.map((one) => new Set([one]));
  for (const { line, stems: phrase } of phrases) {
    for (const [at, one] of stems.entries()) {
      if (one !== phrase[0] || phrase.some((next, step) => stems[at + step] !== next)) continue;
      for (let step = 0; step < phrase.length; step += 1) meanings[at + step]?.add(line);
    }
  }
  return { words, stems, meanings };
}

/** @returns the places in a text where a word of a name is meant, by itself or by another word for it */
export function placesOf(name: Reading, at: number, text: Reading): number[] {
  const meant = name.meanings[at] ?? new Set<string>();
  return text.meanings.flatMap((meanings, place) => ([...meant].some((one) => meanings.has(one)) ? [place] : []));
}

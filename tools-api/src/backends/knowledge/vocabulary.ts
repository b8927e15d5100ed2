// The words of the help centre with how many passages hold each: weighs a question's words and puts typing errors right.
import type { Database } from '@aiguy/manifests/database';
import { distance } from 'fastest-levenshtein';

/** Stem → number of passages that hold it. */
export type Vocabulary = { passages: number; counts: ReadonlyMap<string, number> };

export async function readVocabulary(database: Database): Promise<Vocabulary> {
  const words = await database.query<{ word: string; ndoc: number }>(`SELECT word, ndoc FROM ts_stat('SELECT search FROM chunks')`);
  const { rows } = await database.query<{ passages: number }>('SELECT count(*)::int AS passages FROM chunks');
  return { passages: rows[0]?.passages ?? 0, counts: new Map(words.rows.map(({ word, ndoc }) => [word, Number(ndoc)])) };
}

/** Inverse document frequency: the rarer a word, the more it says; a word that stands nowhere says most. */
export function weightOf(vocabulary: Vocabulary, stem: string): number {
  return Math.log(1 + vocabulary.passages / (1 + (vocabulary.counts.get(stem) ?? 0)));
}

/** Words shorter than this have too many neighbours to be corrected. */
const correctedLengthMin = 4;

/** @returns the stem itself where it is known, the nearest known stem within one error (two in long words), or undefined */
export function nearestStem(vocabulary: Vocabulary, stem: string): string | undefined {
  if (vocabulary.counts.has(stem)) return stem;
  if (stem.length < correctedLengthMin || /\d/.test(stem)) return undefined;
  const errorsMax = stem.length >= 7 ? 2 : 1;
  const near = [...vocabulary.counts]
    .filter(([known]) => known[0] === stem[0] && Math.abs(known.length - stem.length) <= errorsMax)
    .map(([known, passages]) => ({ known, passages, errors: distance(stem, known) }))
    .filter(({ errors }) => errors <= errorsMax)
    .sort((a, b) => a.errors - b.errors || b.passages - a.passages || a.known.localeCompare(b.known));
  return near[0]?.known;
}

// The words of the help centre: how many passages hold each, and which words are spelled right. Read once for each state of the corpus.
import type { Database } from '@aiguy/manifests/database';
import type { LocalEmbedder } from '../embedding/local.ts';

export type Vocabulary = {
  passages: number;
  /** Stem → number of passages that hold it. */
  counts: ReadonlyMap<string, number>;
  /** Stems of every word that is spelled right, of the help centre and of English. */
  stems: ReadonlySet<string>;
  /** Words that a misspelled one may become: those of the help centre first. */
  dictionaries: readonly (readonly string[])[];
};

export async function readVocabulary(database: Database, embedder: LocalEmbedder): Promise<Vocabulary> {
  const english = await embedder.dictionary();
  const [words, count, own] = await Promise.all([
    database.query<{ word: string; ndoc: number }>(`SELECT word, ndoc FROM ts_stat('SELECT search FROM chunks')`),
    database.query<{ passages: number }>('SELECT count(*)::int AS passages FROM chunks'),
    database.query<{ word: string }>('SELECT word FROM words ORDER BY word'),
  ]);
  const counts = new Map(words.rows.map(({ word, ndoc }) => [word, Number(ndoc)]));
  const stems = new Set([...counts.keys(), ...(await stemsOf(database, english)).map(({ word, stem }) => stem ?? word)]);
  return { passages: count.rows[0]?.passages ?? 0, counts, stems, dictionaries: [own.rows.map(({ word }) => word), english] };
}

/** Inverse document frequency: the rarer a word, the more it says; a word that stands nowhere says most. */
export function weightOf(vocabulary: Vocabulary, stem: string): number {
  return Math.log(1 + vocabulary.passages / (1 + (vocabulary.counts.get(stem) ?? 0)));
}

/** @returns each word with its stem as the full-text index has it; null for words such as «the» that say nothing */
export async function stemsOf(database: Database, words: readonly string[]): Promise<{ word: string; stem: string | null }[]> {
  const { rows } = await database.query<{ word: string; stem: string | null }>(
    `SELECT word, (ts_lexize('english_stem', word))[1] AS stem FROM unnest($1::text[]) WITH ORDINALITY AS words (word, position) ORDER BY position`,
    [words],
  );
  return rows;
}

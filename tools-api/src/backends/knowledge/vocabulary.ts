// What the help centre as a whole looks like: how many passages hold each word, which words are spelled right, where its vectors lie.
import type { Database } from '@aiguy/manifests/database';
import type { Index } from './indexes.ts';
import { stemmerOf } from './languages.ts';

export type Vocabulary = {
  /** The configuration that most passages are read with. */
  textSearch: string;
  passages: number;
  /** Mean number of counted words of a passage. */
  lengthMean: number;
  /** Stem → number of passages that hold it. */
  counts: ReadonlyMap<string, number>;
  /** Words of the help centre, which a misspelled one may become. */
  words: readonly string[];
  /** Mean of the vectors; undefined before the first ingestion. */
  centre: number[] | undefined;
};

/** As many vectors give the mean well enough. */
const sampledVectors = 4000;

export async function readVocabulary(database: Database, index: Index | undefined): Promise<Vocabulary> {
  const [stems, totals, words, centre] = [
    await database.query<{ word: string; ndoc: number }>(`SELECT word, ndoc FROM ts_stat('SELECT search FROM chunks')`),
    await database.query<{ passages: number; textSearch: string | null; lengthMean: number | null }>(selectTotals),
    await database.query<{ word: string }>('SELECT word FROM words ORDER BY word'),
    index ? await database.query<{ centre: string | null }>(selectCentre, [index.indexId, sampledVectors]) : undefined,
  ];
  const { passages = 0, textSearch, lengthMean } = totals.rows[0] ?? {};
  const mean = centre?.rows[0]?.centre;
  return {
    textSearch: textSearch ?? 'english',
    passages,
    lengthMean: lengthMean ?? 1,
    counts: new Map(stems.rows.map(({ word, ndoc }) => [word, Number(ndoc)])),
    words: words.rows.map(({ word }) => word),
    centre: mean ? (JSON.parse(mean) as number[]) : undefined,
  };
}

const selectTotals = `
  SELECT count(*)::int AS passages, (mode() WITHIN GROUP (ORDER BY text_search::text)) AS "textSearch", avg(length(search))::float8 AS "lengthMean"
  FROM chunks`;

/** The same vectors each time, spread over all documents. */
const selectCentre = `
  WITH every AS (SELECT greatest(1, count(*) / $2) AS nth FROM embeddings WHERE index_id = $1)
  SELECT avg(embedding)::text AS centre FROM embeddings, every
  WHERE index_id = $1 AND (hashtext(chunk_id) & 65535) % every.nth = 0`;

/** Inverse document frequency: the rarer a word, the more it says; a word that stands nowhere says most. */
export function weightOf(vocabulary: Vocabulary, stem: string): number {
  return Math.log(1 + vocabulary.passages / (1 + (vocabulary.counts.get(stem) ?? 0)));
}

/** @returns each word with its stem as the full-text index has it; null for words such as «the» that say nothing */
export async function stemsOf(database: Database, textSearch: string, words: readonly string[]): Promise<{ word: string; stem: string | null }[]> {
  const { rows } = await database.query<{ word: string; stem: string | null }>(
    `SELECT word, (ts_lexize($2::regdictionary, word))[1] AS stem FROM unnest($1::text[]) WITH ORDINALITY AS words (word, position) ORDER BY position`,
    [words, stemmerOf(textSearch)],
  );
  return rows;
}

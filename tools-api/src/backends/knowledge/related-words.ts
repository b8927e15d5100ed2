// Words of the help centre that mean nearly the same as a word of the question, as their vectors or the words of support have it: looked up once a word, then
// remembered while the corpus is the same.
import type { Database } from '@aiguy/manifests/database';
import { LRUCache } from 'lru-cache';
import { toSql } from 'pgvector/pg';
import type { Embedder } from '../embedding/embedder.ts';
import { supportWords } from './support-words.ts';
import { stemsOf } from './vocabulary.ts';

/** A stem of the help centre with the part of the word that it covers: 1 = as good as the word itself. */
export type Related = { stem: string; part: number };
export type RelatedRequest = { corpusVersion: string; textSearch: string; words: readonly { word: string; stem: string }[]; signal: AbortSignal };

/** @returns for each word what stands for it, nothing for one that is unlike all others; an aborted signal rejects with its reason */
export type RelatedWords = (request: RelatedRequest) => Promise<ReadonlyMap<string, readonly Related[]>>;

/** Below this cosine two words are taken as unrelated; from full they count as the same. Set by looking at pairs such as package–parcel (0.65) and sell–buy (0.81). */
const near = { from: 0.55, zero: 0.5, full: 0.85 };
const relatedMax = 24;
/** Of a word, by another one that means the same in support: less than the word itself, so that nothing is taken for answered by these alone. */
const sameInSupport = 0.7;
/** Some 2 KB each at most. */
const rememberedMax = 5000;

/** @param ports.words the model that the words of the help centre were learnt with */
export function createRelatedWords(ports: { database: Database; words: Embedder }): RelatedWords {
  const remembered = new LRUCache<string, readonly Related[]>({ max: rememberedMax });
  return async ({ corpusVersion, textSearch, words, signal }) => {
    const keyOf = (word: string): string => `${corpusVersion} ${textSearch} ${word}`;
    const known = new Map(words.map(({ word }) => [word, remembered.get(keyOf(word))]));
    const missing = words.filter(({ word }) => !known.get(word));
    if (missing.length > 0) {
      const nearby = await findRelated(ports, { textSearch, words: missing.map(({ word }) => word), signal });
      const same = textSearch === 'english' ? await readSupportStems(ports.database) : undefined;
      for (const { word, stem } of missing) {
        const found = [...(nearby.get(word) ?? []), ...(same?.get(stem) ?? [])];
        remembered.set(keyOf(word), found);
        known.set(word, found);
      }
    }
    return new Map([...known].map(([word, related]) => [word, related ?? []]));
  };
}

/** For the stem of each word of support, the stems of its line. */
async function readSupportStems(database: Database): Promise<Map<string, Related[]>> {
  const stems = new Map((await stemsOf(database, 'english', supportWords.flat())).map(({ word, stem }) => [word, stem ?? word]));
  const lines = supportWords.map((words) => [...new Set(words.map((word) => stems.get(word) ?? word))]);
  return new Map(lines.flatMap((line) => line.map((stem) => [stem, line.map((other) => ({ stem: other, part: sameInSupport }))])));
}

/** From the words that the help centre holds itself or, for a strange word, from the model. */
async function findRelated(
  { database, words: embedder }: { database: Database; words: Embedder },
  { textSearch, words, signal }: { textSearch: string; words: readonly string[]; signal: AbortSignal },
): Promise<Map<string, Related[]>> {
  const known = await database.query<{ word: string }>('SELECT word FROM words WHERE text_search = $1::regconfig AND word = ANY ($2)', [
    textSearch,
    words,
  ]);
  const own = new Set(known.rows.map(({ word }) => word));
  const strange = words.filter((word) => !own.has(word));
  const vectors = await embedder.embed(strange, { purpose: 'query', signal });
  const { rows } = await database.query<{ asked: string; stem: string; cosine: number }>(selectRelated, [
    textSearch,
    words,
    strange,
    vectors.map((vector) => toSql(vector)),
    near.from,
  ]);
  const related = new Map(words.map((word): [string, Related[]] => [word, []]));
  for (const { asked, stem, cosine } of rows) {
    related.get(asked)?.push({ stem, part: Math.min(1, (cosine - near.zero) / (near.full - near.zero)) });
  }
  return related;
}

const selectRelated = `
  WITH asked AS MATERIALIZED (
    SELECT word, embedding FROM words WHERE text_search = $1::regconfig AND word = ANY ($2)
    UNION ALL SELECT word, embedding::vector(512) FROM unnest($3::text[], $4::text[]) AS strange (word, embedding))
  SELECT asked.word AS asked, nearest.stem, max(1 - nearest.distance) AS cosine
  FROM asked CROSS JOIN LATERAL (
    -- OFFSET 0: each distance is computed once, not once for the order and once for the result.
    SELECT stem, distance FROM (
      SELECT stem, words.embedding <=> asked.embedding AS distance FROM words WHERE text_search = $1::regconfig OFFSET 0
    ) AS every ORDER BY distance LIMIT ${relatedMax}
  ) AS nearest
  WHERE 1 - nearest.distance > $5::float8 GROUP BY 1, 2`;

// What a question asks for: its words spelled right, their stems, and the words of the help centre that mean nearly the same.
import type { Database } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { LocalEmbedder } from '../embedding/local.ts';
import { correctSpelling } from './spelling.ts';
import { stemsOf, type Vocabulary, weightOf } from './vocabulary.ts';

/** A content word of the question. */
export type Term = {
  stem: string;
  /** How much it says. */
  weight: number;
  /** Stems of the help centre that stand for it, with the part of it that they cover: 1 = the word itself. */
  stands: ReadonlyMap<string, number>;
};

export type Question = { vector: string; terms: Term[] };

/** Below this cosine two words are taken as unrelated; from full they count as the same. Set by looking at pairs such as package–parcel (0.65) and sell–buy (0.81). */
const near = { from: 0.55, zero: 0.5, full: 0.85 };

type Ports = { database: Database; embedder: LocalEmbedder; signal: AbortSignal };

export async function readQuestion(ports: Ports, vocabulary: Vocabulary, text: string): Promise<Question> {
  const words = await spellWords(ports.database, vocabulary, text);
  const terms = (await stemsOf(ports.database, words)).flatMap(({ word, stem }) => (stem === null ? [] : [{ word, stem }]));
  const [vector = [], ...vectors] = await ports.embedder.embed([words.join(' '), ...terms.map(({ word }) => word)], {
    purpose: 'query',
    signal: ports.signal,
  });
  const related = await findRelated(
    ports.database,
    terms.map(({ stem }) => stem),
    vectors,
  );
  return { vector: toSql(vector) ?? '[]', terms: [...related].map(([stem, stands]) => ({ stem, stands, weight: weightOf(vocabulary, stem) })) };
}

/** Words that neither the help centre nor English knows are put right where a known one is near; a strange word stays, for it says that something is missing. */
async function spellWords(database: Database, vocabulary: Vocabulary, text: string): Promise<string[]> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const stems = await stemsOf(database, words);
  return stems.map(({ word, stem }) => {
    if (stem === null || vocabulary.stems.has(stem)) return word;
    return correctSpelling(word, vocabulary.dictionaries) ?? word;
  });
}

async function findRelated(database: Database, stems: string[], vectors: number[][]): Promise<Map<string, Map<string, number>>> {
  const { rows } = await database.query<{ asked: string; stem: string; cosine: number }>(selectRelated, [stems, vectors.map(toSql), near.from]);
  const related = new Map(stems.map((stem) => [stem, new Map([[stem, 1]])] as [string, Map<string, number>]));
  for (const { asked, stem, cosine } of rows) {
    const stands = related.get(asked);
    stands?.set(stem, Math.max(stands.get(stem) ?? 0, Math.min(1, (cosine - near.zero) / (near.full - near.zero))));
  }
  return related;
}

/** The question's vectors are read from text once, not once for each word they are compared with. */
const selectRelated = `
  WITH asked AS MATERIALIZED (SELECT stem, embedding::vector AS embedding FROM unnest($1::text[], $2::text[]) AS asked (stem, embedding))
  SELECT asked.stem AS asked, words.stem, max(1 - (words.embedding <=> asked.embedding)) AS cosine
  FROM asked CROSS JOIN words WHERE words.embedding <=> asked.embedding < 1 - $3::float8 GROUP BY 1, 2`;

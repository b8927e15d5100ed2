// Finds passages that may answer a question: nearest vectors and shared words, each list by itself, then fused.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import { type Index, indexedVector } from './indexes.ts';
import { primaryOf } from './languages.ts';
import type { Question, Term } from './question.ts';
import { bm25 } from './score.ts';
import type { Vocabulary } from './vocabulary.ts';

export type Audience = 'public' | 'customers';
/** What a reader may see. */
export type Reader = {
  audiences: readonly Audience[];
  /** The site he is at: he sees what it has put itself, and what the operator has ingested. Without one only the latter. */
  site?: string | undefined;
  /** The parts of the knowledge that the agent he speaks to is kept to; all of it when left out. */
  collections?: readonly string[] | undefined;
};
/** What a reader may see and wants to see; enforced where the passages are found. */
export type Filter = Reader & {
  /** BCP 47; passages of another language are left out. */
  language?: string | undefined;
  /** Passages of documents with any of these tags, and of documents without tags. */
  productTags?: readonly string[] | undefined;
};

/** Chunk ids, the likeliest first. */
export type Lists = { vectors: string[]; words: string[]; fused: string[] };

const vectorsAtOnce = 120;
const wordsMax = 60;
export const candidatesMax = 100;
/** The words that say most; common ones would match every passage. */
const searchedTermsMax = 12;
/** A related word finds a passage when it covers this much of the question's own. */
export const relatedFrom = 0.4;
/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) with its usual constant. */
const fusionConstant = 60;

export async function findCandidates(
  database: Database,
  question: Question,
  { index, vocabulary, filter }: { index: Index | undefined; vocabulary: Vocabulary; filter: Filter },
): Promise<Lists> {
  const [vectors, words] = [
    index && question.vector ? await nearestVectors(database, question.vector, { index, filter }) : [],
    await sharedWords(database, { terms: question.terms, vocabulary, filter }),
  ];
  return { vectors, words, fused: fuse([vectors, words]).slice(0, candidatesMax) };
}

/** A question that the filter leaves little for looks further into the HNSW index instead of coming back with less (pgvector 0.8). */
async function nearestVectors(database: Database, vector: number[], { index, filter }: { index: Index; filter: Filter }): Promise<string[]> {
  const rows = await inTransaction(database, async (connection) => {
    await connection.query(`SET LOCAL hnsw.ef_search = ${vectorsAtOnce}; SET LOCAL hnsw.iterative_scan = strict_order`);
    const found = await connection.query<{ chunk_id: string }>(
      `SELECT chunk_id FROM embeddings JOIN chunks USING (chunk_id) JOIN documents USING (document_id)
       WHERE index_id = ${index.indexId} AND ${filterSql}
       ORDER BY ${indexedVector(index, 'embedding')} <=> ${indexedVector(index, '$1')} LIMIT ${vectorsAtOnce}`,
      [toSql(vector), ...filterValues(filter)],
    );
    return found.rows;
  });
  return [...new Set(rows.map(({ chunk_id }) => chunk_id))];
}

/** Okapi BM25 over the passages that hold any of the words that say most; of a word and those related to it, the best counts. */
async function sharedWords(
  database: Database,
  { terms, vocabulary, filter }: { terms: Term[]; vocabulary: Vocabulary; filter: Filter },
): Promise<string[]> {
  const searched = [...terms]
    .sort((a, b) => b.weight - a.weight)
    .slice(0, searchedTermsMax)
    .flatMap(({ weight, stands }, term) =>
      [...stands].filter(([, part]) => part >= relatedFrom).map(([stem, part]) => ({ term, stem, weight: weight * part })),
    );
  if (searched.length === 0) return [];
  const query = searched.map(({ stem }) => `'${stem.replaceAll("'", "''")}'`).join(' | ');
  const { rows } = await database.query<{ chunk_id: string }>(selectSharingWords, [
    query,
    ...filterValues(filter),
    JSON.stringify(searched),
    vocabulary.lengthMean,
  ]);
  return rows.map(({ chunk_id }) => chunk_id);
}

/** Of the table documents. @param from number of the first of its three values, as readerValues has them */
export function readerSql(from: number): string {
  return `audience = ANY ($${from}::text[]) AND (site IS NULL OR site = $${from + 1}::text)
  AND ($${from + 2}::text[] IS NULL OR collection = ANY ($${from + 2}::text[]))`;
}

export function readerValues({ audiences, site, collections }: Reader): unknown[] {
  return [audiences, site ?? null, collections ?? null];
}

/** Of chunks and documents, with filterValues from $2 on. */
export const filterSql = `${readerSql(2)} AND ($5::text IS NULL OR lower(split_part(language, '-', 1)) = $5)
  AND ($6::text[] IS NULL OR product_tags && $6::text[] OR product_tags = '{}')`;

export function filterValues({ language, productTags, ...reader }: Filter): unknown[] {
  return [...readerValues(reader), language ? primaryOf(language) : null, productTags?.length ? productTags : null];
}

const selectSharingWords = `
  WITH searched AS MATERIALIZED (SELECT term, stem, weight FROM jsonb_to_recordset($7::jsonb) AS row(term integer, stem text, weight float8))
  SELECT chunk_id FROM chunks JOIN documents USING (document_id) CROSS JOIN LATERAL (
    SELECT sum(best) AS score FROM (
      SELECT max(weight * cardinality(positions) * ${bm25.k1 + 1} / (cardinality(positions) + ${bm25.k1} * (${1 - bm25.b} + ${bm25.b} * length(search) / $8::float8))) AS best
      FROM unnest(search) JOIN searched ON stem = lexeme GROUP BY term) AS terms) AS found
  WHERE search @@ $1::tsquery AND ${filterSql}
  ORDER BY score DESC, chunk_id LIMIT ${wordsMax}`;

function fuse(lists: string[][]): string[] {
  const fused = new Map<string, number>();
  for (const list of lists) {
    for (const [rank, chunkId] of list.entries()) fused.set(chunkId, (fused.get(chunkId) ?? 0) + 1 / (fusionConstant + rank + 1));
  }
  return [...fused].sort(([idA, a], [idB, b]) => b - a || idA.localeCompare(idB)).map(([chunkId]) => chunkId);
}

// Scores candidates against the question: how near their statements and they as a whole are, and how much of the question's words they hold.
import type { Database } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { Index } from './indexes.ts';
import { type Question, type Term, unit } from './question.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How near a passage is to the question. */
export type Nearness = {
  /** Cosine of the nearest single statement, about the middle of the help centre's vectors. */
  statement: number;
  /** Cosine of the passage as a whole, about the same middle. */
  passage: number;
  /** 0 to 1: part of the question's words, weighed by rarity, that the passage holds, in these or in related words. */
  coverage: number;
  /** 0 and up: Okapi BM25 of the question's own words, over 15. */
  bm25: number;
};

export type Candidate = {
  chunkId: string;
  documentId: string;
  position: number;
  title: string;
  heading: string;
  url: string;
  text: string;
  lastUpdated: string;
  stems: readonly string[];
  nearness: Nearness;
  /** 0 to 1, comparable between passages of one question. */
  score: number;
};

/** Fitted on questions over two help centres; see the README. */
const weights = { statement: 5, passage: 8, coverage: 5, bm25: 3.7 };
/** The strength that is shown as a score of 0.5. */
const middleStrength = 7;
/** Okapi BM25 with its usual constants (Robertson, Zaragoza 2009). */
export const bm25 = { k1: 1.2, b: 0.75, scale: 15 };

export type ScoreOptions = { index: Index | undefined; vocabulary: Vocabulary; questionsCentre: number[] | undefined };

/** @returns the candidates, the best first */
export async function scoreCandidates(database: Database, question: Question, options: ScoreOptions & { chunkIds: string[] }): Promise<Candidate[]> {
  const { chunkIds, vocabulary } = options;
  const cosines = await readCosines(database, question, options);
  const { rows } = await database.query<Row>(selectCandidates, [chunkIds]);
  return rows
    .map(({ stems, counts, ...row }) => {
      const nearness = {
        ...(cosines.get(row.chunkId) ?? { statement: 0, passage: 0 }),
        coverage: coverageOf(question.terms, stems),
        bm25: bm25Of(question.terms, new Map(stems.map((stem, at) => [stem, counts[at] ?? 1])), vocabulary),
      };
      return { ...row, stems, nearness, score: scoreOf(nearness) };
    })
    .sort((a, b) => b.score - a.score || a.chunkId.localeCompare(b.chunkId));
}

type Row = Omit<Candidate, 'nearness' | 'score'> & { stems: string[]; counts: number[] };

const selectCandidates = `
  SELECT chunk_id AS "chunkId", document_id AS "documentId", position, chunks.title, heading, chunks.url, body AS text,
    to_char(last_updated, 'YYYY-MM-DD') AS "lastUpdated", tsvector_to_array(search) AS stems,
    ARRAY(SELECT cardinality(positions) FROM unnest(search)) AS counts
  FROM chunks JOIN documents USING (document_id) WHERE chunk_id = ANY ($1)`;

type Cosines = Pick<Nearness, 'statement' | 'passage'>;

/** Questions lie together in one corner of the space and statements in another; about their own middles they compare better. */
async function readCosines(
  database: Database,
  question: Question,
  { chunkIds, ...options }: ScoreOptions & { chunkIds: string[] },
): Promise<Map<string, Cosines>> {
  const { index, vocabulary, questionsCentre } = options;
  if (!(index && question.vector)) return new Map();
  const vector = unit(question.vector.map((value, at) => value - (questionsCentre?.[at] ?? 0)));
  const centre = vocabulary.centre ?? question.vector.map(() => 0);
  const { rows } = await database.query<Cosines & { chunkId: string }>(selectCosines, [index.indexId, chunkIds, toSql(vector), toSql(centre)]);
  return new Map(rows.map(({ chunkId, ...cosines }) => [chunkId, cosines]));
}

const selectCosines = `
  WITH near AS MATERIALIZED (
    SELECT chunk_id, position, 1 - ((embedding - $4::vector) <=> $3::vector) AS cosine FROM embeddings WHERE index_id = $1 AND chunk_id = ANY ($2))
  SELECT chunk_id AS "chunkId", coalesce(max(cosine) FILTER (WHERE position > 0), 0) AS statement,
    coalesce(max(cosine) FILTER (WHERE position = 0), 0) AS passage
  FROM near WHERE cosine <> 'NaN' GROUP BY 1`;

/** How well a passage fits, from about 0 to 15; comparable between passages of one question. */
export function strengthOf({ statement, passage, coverage, bm25: words }: Nearness): number {
  return weights.statement * statement + weights.passage * passage + weights.coverage * coverage + weights.bm25 * words;
}

function scoreOf(nearness: Nearness): number {
  return 1 / (1 + Math.exp(middleStrength - strengthOf(nearness)));
}

function coverageOf(terms: Term[], stems: readonly string[]): number {
  const all = terms.reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return 0;
  return terms.reduce((sum, { weight, stands }) => sum + weight * Math.max(0, ...stems.map((stem) => stands.get(stem) ?? 0)), 0) / all;
}

function bm25Of(terms: Term[], counts: ReadonlyMap<string, number>, { passages, counts: holders, lengthMean }: Vocabulary): number {
  const lengthPart = 1 - bm25.b + (bm25.b * counts.size) / lengthMean;
  return terms.reduce((sum, { stem }) => {
    const count = counts.get(stem) ?? 0;
    const holding = holders.get(stem) ?? 0;
    const rarity = Math.log(1 + (passages - holding + 0.5) / (holding + 0.5));
    return sum + (rarity * count * (bm25.k1 + 1)) / (count + bm25.k1 * lengthPart) / bm25.scale;
  }, 0);
}

// Finds the passages that fit a question: nearest statements, nearest passages and shared words, fused, then scored against the question.
import type { Database } from '@aiguy/manifests/database';
import type { LocalEmbedder } from '../embedding/local.ts';
import { confidenceOf, isAnswerable } from './answerability.ts';
import { type Question, readQuestion, type Term } from './question.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

export type Passage = {
  id: string;
  document_id: string;
  title: string;
  heading: string;
  url: string;
  text: string;
  last_updated: string;
  /** 0 to 1, for comparing passages of one answer. */
  score: number;
};

export type SearchResult = { passages: Passage[]; answerable: boolean; confidence: number; corpus_version: string };

/** Contract: nothing found is an empty list, never an error; the same question over the same corpus gives the same answer. */
export type Knowledge = { search: (question: string, limit: number, signal: AbortSignal) => Promise<SearchResult> };

/** How near a passage is to the question, each 0 to 1. */
export type Nearness = {
  /** Cosine of the nearest single statement. */
  statement: number;
  /** Cosine of the passage as a whole. */
  passage: number;
  /** Part of the question's words, weighed by rarity, that the passage holds, in these or in related words. */
  coverage: number;
};

const candidatesMax = 20;
const openingsOf = 5;
/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) with its usual constant. */
const fusionConstant = 60;

type Corpus = { version: string; vocabulary: Vocabulary };
type Candidate = { chunkId: string; fused: number };

export function createKnowledge(database: Database, embedder: LocalEmbedder): Knowledge {
  let corpus: Corpus | undefined;
  const currentCorpus = async (): Promise<Corpus> => {
    const version = await readCorpusVersion(database);
    if (corpus?.version !== version) corpus = { version, vocabulary: await readVocabulary(database, embedder) };
    return corpus;
  };
  return {
    search: async (text, limit, signal) => {
      const { version, vocabulary } = await currentCorpus();
      const question = await readQuestion({ database, embedder, signal }, vocabulary, text);
      signal.throwIfAborted();
      const found = await scoreCandidates(database, question, withOpenings(await findCandidates(database, question)));
      const best = found[0]?.nearness;
      const confidence = best ? confidenceOf(best) : 0;
      return {
        passages: withOpening(found, limit).map((one) => one.passage),
        answerable: isAnswerable(confidence),
        confidence: round(confidence),
        corpus_version: version,
      };
    },
  };
}

/** Changes with every ingestion, and when the words of it have been learnt. */
async function readCorpusVersion(database: Database): Promise<string> {
  const { rows } = await database.query<{ version: string }>(
    `SELECT count(*) || '-' || coalesce(floor(extract(epoch FROM max(ingested_at)) * 1000), 0)::bigint
      || '-' || (SELECT count(*) FROM words) AS version FROM documents`,
  );
  return rows[0]?.version ?? '0';
}

async function findCandidates(database: Database, question: Question): Promise<Candidate[]> {
  const anyWord = question.terms.map(({ stem }) => `'${stem.replaceAll("'", "''")}'`).join(' | ');
  const lists = await Promise.all([
    database.query<{ chunk_id: string }>('SELECT chunk_id FROM sentences ORDER BY embedding <=> $1 LIMIT 40', [question.vector]),
    database.query<{ chunk_id: string }>(`SELECT chunk_id FROM chunks ORDER BY embedding <=> $1 LIMIT ${candidatesMax}`, [question.vector]),
    database.query<{ chunk_id: string }>(
      `SELECT chunk_id FROM chunks WHERE search @@ $1::tsquery ORDER BY ts_rank_cd(search, $1::tsquery) DESC, chunk_id LIMIT ${candidatesMax}`,
      [anyWord],
    ),
  ]);
  const fused = new Map<string, number>();
  for (const list of lists) {
    const ranked = [...new Set(list.rows.map((row) => row.chunk_id))];
    for (const [rank, chunkId] of ranked.entries()) fused.set(chunkId, (fused.get(chunkId) ?? 0) + 1 / (fusionConstant + rank + 1));
  }
  return [...fused]
    .map(([chunkId, score]) => ({ chunkId, fused: score }))
    .sort((a, b) => b.fused - a.fused || a.chunkId.localeCompare(b.chunkId))
    .slice(0, candidatesMax);
}

/** Adds the opening passages of the candidates' articles: an article's first sentences state its answer, often in other words than the question. */
function withOpenings(candidates: Candidate[]): Candidate[] {
  const openings = candidates.slice(0, openingsOf).map(({ chunkId }) => ({ chunkId: openingOf(chunkId), fused: 0 }));
  const known = new Set(candidates.map(({ chunkId }) => chunkId));
  return [...candidates, ...openings.filter(({ chunkId }) => !known.has(chunkId))];
}

/** The best passages, among them the opening of the best one's article. */
function withOpening(found: Scored[], limit: number): Scored[] {
  const best = found.slice(0, limit);
  const first = best[0];
  const opening = first && found.find(({ passage }) => passage.id === openingOf(first.passage.id));
  if (!(first && opening) || best.includes(opening) || limit === 1) return best;
  return [first, opening, ...best.slice(1, -1)];
}

function openingOf(chunkId: string): string {
  return chunkId.replace(/#\d+$/, '#0');
}

type Row = Omit<Passage, 'score'> & { statement: number; passage: number; words: string[] };
type Scored = { passage: Passage; nearness: Nearness };

async function scoreCandidates(database: Database, question: Question, candidates: Candidate[]): Promise<Scored[]> {
  const { rows } = await database.query<Row>(selectCandidates, [candidates.map(({ chunkId }) => chunkId), question.vector]);
  return rows
    .map(({ statement, passage, words, ...rest }) => {
      const nearness = { statement: clamp(statement), passage: clamp(passage), coverage: coverageOf(question.terms, words) };
      return { passage: { ...rest, score: round(scoreOf(nearness)) }, nearness };
    })
    .sort((a, b) => b.passage.score - a.passage.score || a.passage.id.localeCompare(b.passage.id));
}

const selectCandidates = `
  SELECT chunk_id AS id, document_id, chunks.title, heading, chunks.url, body AS text, to_char(last_updated, 'YYYY-MM-DD') AS last_updated,
    1 - (embedding <=> $2) AS passage, tsvector_to_array(search) AS words,
    coalesce((SELECT max(1 - (sentences.embedding <=> $2)) FROM sentences WHERE sentences.chunk_id = chunks.chunk_id), 0) AS statement
  FROM chunks JOIN documents USING (document_id) WHERE chunk_id = ANY ($1)`;

function scoreOf({ statement, passage, coverage }: Nearness): number {
  return 0.45 * statement + 0.25 * passage + 0.3 * coverage;
}

function coverageOf(terms: Term[], words: string[]): number {
  const all = terms.reduce((sum, term) => sum + term.weight, 0);
  if (all === 0) return 0;
  return terms.reduce((sum, { weight, stands }) => sum + weight * Math.max(0, ...words.map((word) => stands.get(word) ?? 0)), 0) / all;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

// Answers what the help centre says to a question: find candidates, score them, decide whether one answers, and hand out the best passages.
import type { Database } from '@aiguy/manifests/database';
import type { Embedder } from '../embedding/embedder.ts';
import type { LocalEmbedder } from '../embedding/local.ts';
import { confidenceOf, isAnswerable } from './answerability.ts';
import { type Filter, findCandidates, type Lists } from './candidates.ts';
import { createCorpusReader, readCorpusState } from './corpus.ts';
import { selectPassages } from './passages.ts';
import { type Asked, type Question, readQuestion } from './question.ts';
import { createReference, type Expectation } from './reference.ts';
import { createRelatedWords } from './related-words.ts';
import { judge } from './rerank/judge.ts';
import type { Reranker } from './rerank/reranker.ts';
import { type Candidate, scoreCandidates } from './score.ts';
import { createSpelling, type Spelling } from './spelling.ts';

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
export type SearchRequest = Asked & Filter & { limit: number; signal: AbortSignal };
export type Ranking = {
  question: Question;
  lists: Lists;
  candidates: Candidate[];
  /** Undefined without an embedding model, or as long as that is not known. */
  expectation: Expectation | undefined;
  corpusVersion: string;
  /** Whether words and reference questions were weighed as this version of the corpus has them, not yet as an earlier one had, and the embedding model could be asked. */
  isCurrent: boolean;
};
/** A provisional result is right, but a moment later the same search may find a better one: it is not for keeping. */
export type Found = { result: SearchResult; isProvisional: boolean };
/** A search with what it went by. judge: who decided whether it is answerable. */
export type Explained = Found & Pick<Ranking, 'question' | 'lists' | 'candidates'> & { judge: 'score' | 'model' };

/** Contract: nothing found is an empty list, never an error; the same question over the same corpus gives the same answer. */
export type Knowledge = {
  search: (request: SearchRequest) => Promise<SearchResult>;
  /** What search chooses from, step by step; for measuring. */
  rank: (request: Omit<SearchRequest, 'limit'>) => Promise<Ranking>;
  /** A search that is neither remembered nor recalled, with the reasons for its result. */
  explain: (request: SearchRequest) => Promise<Explained>;
  /** Changes with everything that a reader can notice. */
  version: () => Promise<string>;
};

export type SearchEngine = Knowledge & { find: (request: SearchRequest) => Promise<Found> };

export type KnowledgePorts = {
  database: Database;
  /** The local model: words are looked up without asking a provider. */
  words: LocalEmbedder;
  /** Those that can be asked; the one that made the active index's vectors is used. Without it words alone find passages. */
  embedders: readonly Embedder[];
  /** Shared with whoever else puts spelling right; one of its own when left out. */
  spelling?: (() => Promise<Spelling>) | undefined;
  /** Puts the best passages in a better order; without it the score's order stays. */
  reranker?: Reranker | undefined;
};

export function createKnowledge(ports: KnowledgePorts): SearchEngine {
  const { database } = ports;
  const openSpelling = ports.spelling ?? createSpelling(ports.words);
  const relatedWords = createRelatedWords(ports);

  const currentCorpus = createCorpusReader(database);
  const reference = createReference(database);

  const rank: Knowledge['rank'] = async ({ text, context, signal, ...filter }) => {
    const { version, index, vocabulary, isCurrent } = await currentCorpus();
    const embedder = ports.embedders.find(({ model, dimensions }) => model === index?.model && dimensions === index.dimensions);
    const spelling = await openSpelling();
    const asked = { text, context };
    const question = await readQuestion({ database, spelling, relatedWords, embedder }, vocabulary, { asked, corpusVersion: version, signal });
    signal.throwIfAborted();
    const lists = await findCandidates(database, question, { index, vocabulary, filter });
    const { vector } = question;
    const measured = embedder && index && vector && (await reference({ vector, embedder, index, filter, corpusVersion: version, signal }));
    const candidates = await scoreCandidates(database, question, { index, vocabulary, questionsCentre: measured?.centre, chunkIds: lists.fused });
    const isWhole = !embedder || measured?.isCurrent === true;
    return { question, lists, candidates, expectation: measured?.expectation, corpusVersion: version, isCurrent: isCurrent && isWhole };
  };

  const explain: SearchEngine['explain'] = async ({ limit, ...request }) => {
    const startedMs = performance.now();
    const { question, lists, candidates, expectation, corpusVersion, isCurrent } = await rank(request);
    const judged = await judge(ports.reranker, { ...request, candidates, elapsedMs: performance.now() - startedMs });
    const confidence = confidenceOf(question, candidates, expectation);
    const result = {
      passages: selectPassages(judged.candidates, limit),
      // A judge has read the passages; the score has only counted.
      answerable: judged.answerable ?? isAnswerable(confidence),
      confidence: Math.round(confidence * 1000) / 1000,
      corpus_version: corpusVersion,
    };
    const isProvisional = !isCurrent || judged.isProvisional;
    return { result, isProvisional, question, lists, candidates, judge: judged.answerable === undefined ? 'score' : 'model' };
  };

  const find: SearchEngine['find'] = async (request) => {
    const { result, isProvisional } = await explain(request);
    return { result, isProvisional };
  };

  return {
    rank,
    explain,
    find,
    search: async (request) => (await find(request)).result,
    version: async () => (await readCorpusState(database)).version,
  };
}

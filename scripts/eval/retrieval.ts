// Scores retrieval: a corpus is ingested into an index of its own, each question is asked, and each step of the search is measured by itself.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { createLocalEmbedder } from '../../tools-api/src/backends/embedding/local.ts';
import { confidenceOf, isAnswerable } from '../../tools-api/src/backends/knowledge/answerability.ts';
import { ingestSources } from '../../tools-api/src/backends/knowledge/ingest-source.ts';
import { createKnowledge, type Knowledge, type Ranking } from '../../tools-api/src/backends/knowledge/search.ts';
import { openSource } from '../../tools-api/src/backends/knowledge/sources/open-source.ts';
import { migrationsFolder } from '../../tools-api/src/demo/load-demo.ts';
import { dataDirectory } from '../data-directory.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { answeredWronglyAt, mean, percentile, type Scores, scoreRankings } from './metrics.ts';
import type { EvalQuestion } from './questions.ts';

export const retrievers = ['vectors', 'words', 'fused', 'reranked'] as const;
export type Retriever = (typeof retrievers)[number];

export type Asked = { question: EvalQuestion; found: Record<Retriever, string[]>; confidence: number; ms: number };
export type Report = Scores & {
  questions: number;
  msPerQuestionP50: number;
  byStyle: Record<string, Scores & { questions: number }>;
  /** Each step by itself, over all questions. */
  byRetriever: Record<Retriever, Scores>;
  /** Share of the answerable questions that are answered, and of the others; undefined without any such question. */
  answered?: number;
  answeredWrongly?: number;
  /** Share of the others that would be answered with a threshold that answers nine in ten. */
  answeredWronglyAt90?: number;
};

const questionTimeoutMs = 60_000;
const sayEveryMs = 5000;
/** How much of a conversation a question is asked with. */
const contextMax = 4;

/** @param options.say gets a line now and then while the corpus is ingested */
export async function evalRetrieval(options: {
  corpus: string;
  questions: EvalQuestion[];
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<Asked[]> {
  const folder = resolve(options.corpus);
  // Kept, so that the next run ingests only what has changed.
  const kept = join(dataDirectory(), 'eval', createHash('sha256').update(folder).digest('hex').slice(0, 16));
  const embedded = await startEmbeddedPostgres({ dataDir: kept });
  await migrate({ url: embedded.url, folder: migrationsFolder });
  const database = openDatabase({
    url: embedded.url,
    connectionsMax: embeddedConnectionsMax,
    connectTimeoutMs: 5000,
    statementTimeoutMs: questionTimeoutMs,
  });
  try {
    const local = createLocalEmbedder();
    const source = await openSource(folder, { siteUrl: 'https://eval.example' });
    let saidMs = 0;
    const [summary] = await ingestSources({ database, embedder: local, words: local }, [source], {
      signal: options.signal,
      onProgress: (progress) => {
        if (progress.step !== 'documents' || performance.now() - saidMs < sayEveryMs) return;
        saidMs = performance.now();
        options.say(`ingesting ${progress.done} of ${progress.total ?? '?'}`);
      },
    });
    for (const { key, reason } of summary?.failures ?? []) options.say(`${key}: ${reason}`);
    const knowledge = createKnowledge({ database, words: local, embedders: [local] });
    return await askAll(knowledge, options.questions, options.signal);
  } finally {
    await database.end();
    await embedded.stop();
  }
}

async function askAll(knowledge: Knowledge, questions: EvalQuestion[], signal: AbortSignal): Promise<Asked[]> {
  const ask = async ({ question, history = [] }: EvalQuestion): Promise<Ranking> => {
    const context = history.slice(-contextMax).map(({ content }) => content);
    return await knowledge.rank({
      text: question,
      context,
      audiences: ['public', 'customers'],
      signal: AbortSignal.any([signal, AbortSignal.timeout(questionTimeoutMs)]),
    });
  };
  // The first one loads the model and the vocabulary.
  if (questions[0]) await ask(questions[0]);
  const asked: Asked[] = [];
  for (const question of questions) {
    const startedMs = performance.now();
    const { question: read, lists, candidates, expectation } = await ask(question);
    const ms = performance.now() - startedMs;
    const found = { ...mapLists(lists), reranked: documentsOf(candidates.map(({ chunkId }) => chunkId)) };
    asked.push({ question, found, confidence: confidenceOf(read, candidates, expectation), ms });
  }
  return asked;
}

const mapLists = (lists: Ranking['lists']) => ({
  vectors: documentsOf(lists.vectors),
  words: documentsOf(lists.words),
  fused: documentsOf(lists.fused),
});

/** A document stands where its best passage does. */
function documentsOf(chunkIds: string[]): string[] {
  return [...new Set(chunkIds.map((chunkId) => chunkId.replace(/#\d+$/, '')))];
}

export function reportOf(asked: readonly Asked[]): Report {
  const answerable = asked.filter(({ question }) => question.expected_article_ids.length > 0);
  const others = asked.filter(({ question }) => question.expected_article_ids.length === 0);
  const styles = [...new Set(answerable.map(({ question }) => question.style ?? 'none'))].sort();
  return {
    ...scoresOf(answerable, 'reranked'),
    questions: asked.length,
    msPerQuestionP50: percentile(
      asked.map(({ ms }) => ms),
      50,
    ),
    byStyle: Object.fromEntries(
      styles.map((style) => {
        const own = ofStyle(answerable, style);
        return [style, { ...scoresOf(own, 'reranked'), questions: own.length }];
      }),
    ),
    byRetriever: Object.fromEntries(retrievers.map((retriever) => [retriever, scoresOf(answerable, retriever)])) as Report['byRetriever'],
    ...(answerable.length > 0 ? { answered: answeredShare(answerable) } : {}),
    ...(others.length > 0 ? { answeredWrongly: answeredShare(others) } : {}),
    ...(answerable.length > 0 && others.length > 0
      ? { answeredWronglyAt90: answeredWronglyAt(0.9, { answerable: confidencesOf(answerable), unanswerable: confidencesOf(others) }) }
      : {}),
  };
}

export function scoresOf(asked: readonly Asked[], retriever: Retriever): Scores {
  return scoreRankings(asked.map(({ found, question }) => ({ found: found[retriever], expected: question.expected_article_ids })));
}

export function ofStyle(asked: readonly Asked[], style: string): Asked[] {
  return asked.filter(({ question }) => (question.style ?? 'none') === style);
}

const confidencesOf = (asked: readonly Asked[]): number[] => asked.map(({ confidence }) => confidence);
const answeredShare = (asked: readonly Asked[]): number => mean(asked.map(({ confidence }) => (isAnswerable(confidence) ? 1 : 0)));

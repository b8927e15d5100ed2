// npm run bench -- knowledge: how fast, how exact and how large the vector index is, embedded and on a server, at growing numbers of chunks.
import { cpus, loadavg, totalmem } from 'node:os';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { type BenchDatabase, type BenchDatabaseKind, embedded, native } from './knowledge-databases.ts';
import { type Exercise, type Figures, measure, prepareExercise } from './knowledge-measure.ts';
import { toReport } from './knowledge-report.ts';
import { realSentences } from './knowledge-texts.ts';
import { makeCorpus, neighbourhood, toVectors, type Vectors } from './knowledge-vectors.ts';
import { duration, number } from './progress.ts';

export type KnowledgeBench = {
  /** `load` is the mean number of processes that wanted a processor in the last 15 minutes of the run, ours among them. */
  machine: { processor: string; processors: number; memoryGb: number; node: string; load: number };
  /** Of 500 made chunks. */
  vectors: { nearestCosine: number; spread: number };
  results: Figures[];
};

export const defaultSizes = '1000,10000,100000';
const embeddingTimeoutMs = 600_000;
const seed = 20_261_121;
const sizeLimitMs = 600_000;
const sentences = 2400;
/** Held out of what the chunks are made of. */
const everyQuery = 24;

/** Needs no key and no network once Postgres' files are there. @param options.say takes lines for people */
export async function benchKnowledge(options: { sizes: number[]; say: (line: string) => void }): Promise<KnowledgeBench> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupt);
  const { base, queries } = await embedSentences(options.say);
  const results: Figures[] = [];
  for (const size of options.sizes) {
    options.say(`Making ${number(size)} chunks and the exact answers …`);
    const exercise = prepareExercise(makeCorpus(base, size, seed), queries);
    for (const kind of [embedded, native]) {
      const figures = await measureSize(kind, exercise, { say: options.say, interrupted: interrupted.signal });
      if (figures) results.push(figures);
    }
  }
  for (const line of toReport(results)) options.say(line);
  return { machine: describeMachine(), vectors: neighbourhood(makeCorpus(base, 500, seed), 500), results };
}

/** @throws Error naming what is wrong with the list */
export function parseSizes(list: string): number[] {
  const sizes = list.split(',').map(Number);
  const isGood = sizes.every((size) => Number.isInteger(size) && size >= 100 && size <= 1_000_000);
  if (!isGood)
    throw new Error(`--sizes takes whole numbers from 100 to 1000000 with commas between them, for example ${defaultSizes}; not «${list}».`);
  return sizes;
}

async function embedSentences(say: (line: string) => void): Promise<{ base: Vectors; queries: Vectors }> {
  const texts = realSentences(sentences);
  say(`Embedding ${number(texts.length)} sentences (about a minute) …`);
  const rows = await createLocalEmbedder().embed(texts, { purpose: 'passage', signal: AbortSignal.timeout(embeddingTimeoutMs) });
  const isQuery = (_: unknown, index: number) => index % everyQuery === 0;
  return { base: toVectors(rows.filter((row, index) => !isQuery(row, index))), queries: toVectors(rows.filter(isQuery)) };
}

type Surroundings = { say: (line: string) => void; interrupted: AbortSignal };

/** @returns undefined when this machine can't run the database, which is said */
async function measureSize(kind: BenchDatabaseKind, exercise: Exercise, { say, interrupted }: Surroundings): Promise<Figures | undefined> {
  const name = `${kind.name}, ${number(exercise.corpus.count)} chunks`;
  interrupted.throwIfAborted();
  let database: BenchDatabase;
  try {
    database = await kind.start();
  } catch (error) {
    say(`${name}: left out. ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const figures: Figures = { database: kind.name, chunks: exercise.corpus.count, searches: [] };
  const limit = AbortSignal.timeout(sizeLimitMs);
  try {
    say(`${name} …`);
    await measure({ name, database, exercise, say, signal: AbortSignal.any([limit, interrupted]) }, figures);
  } catch (error) {
    if (!limit.aborted || interrupted.aborted) throw error;
    figures.stopped = `stopped after ${duration(sizeLimitMs / 1000)}`;
    say(`${name}: ${figures.stopped}; figures that are missing were not reached.`);
  } finally {
    await database.stop();
  }
  return figures;
}

function describeMachine(): KnowledgeBench['machine'] {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? '',
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[2] ?? Number.NaN,
  };
}

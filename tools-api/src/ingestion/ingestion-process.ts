// The process that ingests for the tools API, so that computing vectors never holds up an answer: does one task, tells what came out, ends.
import { constants, setPriority } from 'node:os';
import { openDatabase } from '@aiguy/manifests/database';
import { createEmbedder } from '../backends/embedding/create-embedder.ts';
import { createLocalEmbedder } from '../backends/embedding/local.ts';
import { rebuildIndex } from '../backends/knowledge/indexes.ts';
import { ingestSources, type KnowledgeWriters, type Summary } from '../backends/knowledge/ingest-source.ts';
import { withIngestionLock } from '../backends/knowledge/ingestion-lock.ts';
import { openSource } from '../backends/knowledge/sources/open-source.ts';
import { type Source, SourceError } from '../backends/knowledge/sources/source.ts';
import { learnWords } from '../backends/knowledge/words.ts';
import { type Config, readConfig } from '../config.ts';
import type { IngestionMessage, IngestionTask } from './run-ingestion.ts';

const connectTimeoutMs = 5000;
const statementTimeoutMs = 600_000;
const tellEveryMs = 30_000;

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort());
// The tools API is gone.
process.on('disconnect', () => stopping.abort());
// Answering goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const tell = (message: IngestionMessage) => process.connected && process.send?.(message);
try {
  tell(await perform(process.argv[2] as IngestionTask, readConfig()));
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
} finally {
  if (process.connected) process.disconnect();
}

async function perform(task: IngestionTask, config: Config): Promise<IngestionMessage> {
  const tasks: Record<IngestionTask, typeof refresh> = { rebuild, learn, refresh };
  const url = config.TOOLS_DATABASE_URL;
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
  const writers = { database, embedder: createEmbedder(config), words: createLocalEmbedder() };
  try {
    const outcome = await withIngestionLock(url, async () => await tasks[task](writers, config));
    return outcome.isBusy ? { kind: 'busy' } : { kind: 'done', summaries: outcome.result };
  } finally {
    await database.end();
  }
}

async function learn(writers: KnowledgeWriters): Promise<Summary[]> {
  await rebuild(writers);
  await learnWords(writers, stopping.signal);
  return [];
}

async function rebuild(writers: KnowledgeWriters): Promise<Summary[]> {
  await rebuildIndex(writers, { signal: stopping.signal, onProgress: everySoOften(({ done, total }) => tell({ kind: 'rebuilding', done, total })) });
  return [];
}

async function refresh(writers: KnowledgeWriters, config: Config): Promise<Summary[]> {
  const refused: Summary[] = [];
  const sources: Source[] = [];
  for (const text of config.KNOWLEDGE_SOURCES) {
    try {
      sources.push(await openSource(text, { siteUrl: config.KNOWLEDGE_SITE_URL }));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const counts = { new: 0, changed: 0, unchanged: 0, removed: 0, tooOld: 0, failed: 0, chunks: 0 };
      refused.push({ source: text, counts, failures: [], refused: error.message, seconds: 0 });
    }
  }
  const maxAgeDays = config.KNOWLEDGE_MAX_AGE_DAYS || undefined;
  return [...refused, ...(await ingestSources(writers, sources, { signal: stopping.signal, maxAgeDays }))];
}

function everySoOften<T>(say: (value: T) => void): (value: T) => void {
  let saidMs = performance.now();
  return (value) => {
    if (performance.now() - saidMs < tellEveryMs) return;
    saidMs = performance.now();
    say(value);
  };
}

// Ingests one folder in a process of its own, so that its memory is seen apart; tells the figures at a tenth, half and all of the way.
import { createHash } from 'node:crypto';
import { migrate, openDatabase } from '@aiguy/manifests/database';
import type { Embedder } from '../tools-api/src/backends/embedding/embedder.ts';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { ingestSources, type Progress } from '../tools-api/src/backends/knowledge/ingest-source.ts';
import { openSource } from '../tools-api/src/backends/knowledge/sources/open-source.ts';
import { migrationsFolder } from '../tools-api/src/demo/load-demo.ts';

export type IngestJob = { databaseUrl: string; folder: string; embedder: 'made' | 'local' };
export type Milestone = { documents: number; seconds: number; rssMb: number };
export type IngestDone = { documents: number; passages: number; failed: number; documentsSeconds: number; seconds: number; milestones: Milestone[] };
export type IngestSaid = { kind: 'milestone'; milestone: Milestone } | { kind: 'done'; done: IngestDone };

const timeoutMs = 3_600_000;
const dimensions = 512;
const parts = [0.1, 0.5, 1];

process.once('message', async (job: IngestJob) => {
  process.send?.({ kind: 'done', done: await run(job) } satisfies IngestSaid);
  process.disconnect();
});

async function run({ databaseUrl, folder, embedder: kind }: IngestJob): Promise<IngestDone> {
  await migrate({ url: databaseUrl, folder: migrationsFolder });
  const database = openDatabase({ url: databaseUrl, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 600_000 });
  const embedder = kind === 'made' ? madeEmbedder() : createLocalEmbedder();
  const milestones: Milestone[] = [];
  const startedMs = performance.now();
  const elapsed = () => (performance.now() - startedMs) / 1000;
  const onProgress = (progress: Progress) => {
    if (progress.step !== 'documents' || progress.total === undefined) return;
    const next = parts[milestones.length];
    if (next === undefined || progress.done < next * progress.total) return;
    const milestone = { documents: progress.done, seconds: elapsed(), rssMb: process.memoryUsage.rss() / 2 ** 20 };
    milestones.push(milestone);
    process.send?.({ kind: 'milestone', milestone } satisfies IngestSaid);
  };
  const source = await openSource(folder, { siteUrl: 'https://shop.example/help' });
  const [summary] = await ingestSources({ database, embedder, words: embedder }, [source], { signal: AbortSignal.timeout(timeoutMs), onProgress });
  await database.end();
  if (!summary) throw new Error('nothing was ingested');
  const { counts, seconds } = summary;
  return { documents: counts.new, passages: counts.chunks, failed: counts.failed, documentsSeconds: seconds, seconds: elapsed(), milestones };
}

/** Vectors that mean nothing and cost next to nothing. */
function madeEmbedder(): Embedder {
  return {
    model: 'bench:made',
    dimensions,
    embed: async (texts) =>
      texts.map((text) => {
        const numbers = [...createHash('shake256', { outputLength: dimensions }).update(text).digest()].map((byte) => byte - 127.5);
        const length = Math.hypot(...numbers);
        return numbers.map((number) => number / length);
      }),
  };
}

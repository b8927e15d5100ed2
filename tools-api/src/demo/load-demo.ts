// The demo: Fernhill Goods' customers, orders, products and invoices, and its help centre. Called by `npm start`; may run at every start.
import { fileURLToPath } from 'node:url';
import { type Database, inTransaction, migrate, openDatabase } from '@aiguy/manifests/database';
import type { Embedder } from '../backends/embedding/embedder.ts';
import { createLocalEmbedder } from '../backends/embedding/local.ts';
import { fits, readActiveIndex } from '../backends/knowledge/indexes.ts';
import { type Failure, ingestSources } from '../backends/knowledge/ingest-source.ts';
import { openSource } from '../backends/knowledge/sources/open-source.ts';
import { loadStore } from './load-store.ts';

const articlesFolder = fileURLToPath(new URL('../../demo/articles/', import.meta.url));
export const migrationsFolder = new URL('../../migrations/', import.meta.url).pathname;
const ingestionTimeoutMs = 600_000;

/** An article fails when the owner's own documents have one of its id; the owner's stays. */
export type LoadedDemo = { records: number; articles: number; articlesIngested: number; failures: Failure[] };

/**
 * Brings the schema and the demo's data up to date; articles that have not changed are skipped.
 * @param options.embedder the configured one; an index of the local model stays that until the tools API has built another beside it
 * @param options.local the model in the process; it finds the words, too
 * @param options.siteUrl the site's home URL without a trailing slash; an article stands at <siteUrl>/help/<id>/
 * @param options.withArticles false: the shop alone
 */
export async function loadDemo(options: {
  databaseUrl: string;
  siteUrl: string;
  embedder?: Embedder;
  local?: Embedder;
  withArticles?: boolean;
}): Promise<LoadedDemo> {
  await migrate({ url: options.databaseUrl, folder: migrationsFolder });
  const database = openDatabase({ url: options.databaseUrl, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 });
  try {
    const records = await inTransaction(database, loadStore);
    if (options.withArticles === false) return { records, articles: 0, articlesIngested: 0, failures: [] };
    return { records, ...(await loadArticles({ ...options, database })) };
  } finally {
    await database.end();
  }
}

type Place = { database: Database; siteUrl: string; embedder?: Embedder; local?: Embedder };

async function loadArticles({ database, siteUrl, embedder: configured, local = createLocalEmbedder() }: Place): Promise<Omit<LoadedDemo, 'records'>> {
  const active = await readActiveIndex(database);
  const isLocal = !configured || configured.model === local.model || (active && fits(active, local));
  const embedder = isLocal ? local : configured;
  // By a name of its own, so that the project's folder may be moved.
  const source = { ...(await openSource(articlesFolder, { siteUrl: `${siteUrl}/help` })), name: 'demo' };
  const signal = AbortSignal.timeout(ingestionTimeoutMs);
  const [summary] = await ingestSources({ database, embedder, words: local }, [source], { signal });
  if (!summary || summary.refused) throw new Error(`the demo articles can't be read: ${summary?.refused}`);
  const { new: fresh, changed, unchanged } = summary.counts;
  return { articles: fresh + changed + unchanged, articlesIngested: fresh + changed, failures: summary.failures };
}

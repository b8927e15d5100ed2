// The demo: Fernhill Goods' customers, orders, products and invoices, and its help centre. Called by `npm start`; may run at every start.
import { readdir, readFile } from 'node:fs/promises';
import { inTransaction, migrate, openDatabase } from '@aiguy/manifests/database';
import { createLocalEmbedder } from '../backends/embedding/local.ts';
import { readArticle } from '../backends/knowledge/formats/markdown.ts';
import { ingestArticle, learnWords } from '../backends/knowledge/ingest.ts';
import { loadStore } from './load-store.ts';

const articlesFolder = new URL('../../demo/articles/', import.meta.url);
export const migrationsFolder = new URL('../../migrations/', import.meta.url).pathname;

export type LoadedDemo = { records: number; articles: number; articlesIngested: number };

/**
 * Brings the schema and the demo's data up to date; articles that have not changed are skipped.
 * @param options.siteUrl the site's home URL without a trailing slash; an article stands at <siteUrl>/help/<id>/
 */
export async function loadDemo(options: { databaseUrl: string; siteUrl: string }): Promise<LoadedDemo> {
  await migrate({ url: options.databaseUrl, folder: migrationsFolder });
  const database = openDatabase({ url: options.databaseUrl, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 });
  try {
    const records = await inTransaction(database, loadStore);
    const ports = { database, embedder: createLocalEmbedder() };
    const articles = await readArticles(`${options.siteUrl}/help`);
    let articlesIngested = 0;
    for (const article of articles) {
      if (await ingestArticle(ports, article, article.url)) articlesIngested += 1;
    }
    await learnWords(ports);
    return { records, articles: articles.length, articlesIngested };
  } finally {
    await database.end();
  }
}

async function readArticles(siteUrl: string): Promise<ReturnType<typeof readArticle>[]> {
  const files = (await readdir(articlesFolder)).filter((name) => name.endsWith('.md')).sort();
  return await Promise.all(files.map(async (file) => readArticle(file, await readFile(new URL(file, articlesFolder), 'utf8'), siteUrl)));
}

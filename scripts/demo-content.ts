// What a tools API's database in memory begins with: its schema, and the demo.
import { openDatabase } from '@aiguy/manifests/database';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { loadDemo } from '../tools-api/src/demo/load-demo.ts';
import type { Content } from './embedded-postgres.ts';
import { keepEmbeddings } from './kept-embeddings.ts';

/** The demo's articles stand on this site until they are moved. */
export const contentSiteUrl = 'https://shop.example';

/** @param withArticles false: the shop alone */
export function shopContent(withArticles: boolean): Content {
  return {
    name: withArticles ? 'demo' : 'shop',
    madeFrom: ['tools-api/{src,demo,migrations}/**/*.*', 'manifests/src/*.ts', 'package-lock.json', 'scripts/demo-content.ts'],
    load: async (url) =>
      void (await loadDemo({ databaseUrl: url, siteUrl: contentSiteUrl, local: keepEmbeddings(createLocalEmbedder()), withArticles })),
  };
}

/** @param siteUrl where the articles stand from now on, without a trailing slash */
export async function moveArticles(databaseUrl: string, siteUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connectionsMax: 1, connectTimeoutMs: 20_000, statementTimeoutMs: 20_000 });
  for (const table of ['documents', 'chunks']) await database.query(`UPDATE ${table} SET url = replace(url, $1, $2)`, [contentSiteUrl, siteUrl]);
  await database.end();
}

// A knowledge for a test of ingestion: a real Postgres dialect, a real folder, and an embedder whose vectors mean nothing and cost nothing.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Database, migrate, openDatabase } from '@aiguy/manifests/database';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import type { LocalEmbedder } from '../src/backends/embedding/local.ts';
import { type IngestOptions, ingestSources, type Summary } from '../src/backends/knowledge/ingest-source.ts';
import { openSource } from '../src/backends/knowledge/sources/open-source.ts';
import type { Source } from '../src/backends/knowledge/sources/source.ts';
import { migrationsFolder } from '../src/demo/load-demo.ts';

export const site = 'https://shop.example/help';

export type KnowledgeHarness = { database: Database; url: string; close: () => Promise<void>; empty: () => Promise<void> };

export async function startKnowledge(): Promise<KnowledgeHarness> {
  const embedded = await startEmbeddedPostgres();
  await migrate({ url: embedded.url, folder: migrationsFolder });
  const database = openDatabase({ url: embedded.url, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 });
  return {
    database,
    url: embedded.url,
    empty: async () => void (await database.query('DELETE FROM documents; DELETE FROM indexes; DELETE FROM words')),
    close: async () => {
      await database.end();
      await embedded.stop();
    },
  };
}

export type FakeEmbedder = LocalEmbedder & { texts: string[]; beforeEach: ((text: string) => void) | undefined };

/** Remembers what it was asked for; beforeEach may throw or abort. */
export function fakeEmbedder(model = 'fake:hash', dimensions = 512): FakeEmbedder {
  const fake: FakeEmbedder = {
    model,
    dimensions,
    texts: [],
    beforeEach: undefined,
    dictionary: async () => [],
    embed: async (texts, { signal }) => {
      signal.throwIfAborted();
      for (const text of texts) {
        fake.beforeEach?.(text);
        signal.throwIfAborted();
      }
      fake.texts.push(...texts);
      return texts.map((text) => hashVector(text, dimensions));
    },
  };
  return fake;
}

/** A direction of its own for each text, of unit length. */
export function hashVector(text: string, dimensions: number): number[] {
  const bytes = createHash('shake256', { outputLength: dimensions }).update(text).digest();
  const numbers = [...bytes].map((byte) => byte - 127.5);
  const length = Math.hypot(...numbers);
  return numbers.map((number) => number / length);
}

export type Folder = { path: string; write: (name: string, content: string | Uint8Array, day?: string) => void; remove: (name: string) => void };

export function makeFolder(t: TestContext): Folder {
  const path = mkdtempSync(join(tmpdir(), 'aiguy-ingest-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write: (name, content, day) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
      if (day) utimesSync(join(path, name), new Date(day), new Date(day));
    },
    remove: (name) => rmSync(join(path, name)),
  };
}

type IngestTask = { database: Database; embedder: FakeEmbedder; source: string | Source } & Partial<IngestOptions>;

/** One run over one source. */
export async function ingest({ database, embedder, source, ...options }: IngestTask): Promise<Summary> {
  const opened = typeof source === 'string' ? await openSource(source, { siteUrl: site }) : source;
  const signal = options.signal ?? AbortSignal.timeout(60_000);
  const [summary] = await ingestSources({ database, embedder, words: fakeEmbedder('fake:words') }, [opened], { ...options, signal });
  if (!summary) throw new Error('no summary');
  return summary;
}

/** Every document with its key and passages, in order. */
export async function stored(database: Database): Promise<Record<string, { key: string; text: string }>> {
  const { rows } = await database.query<{ id: string; key: string; text: string }>(
    `SELECT document_id AS id, source_key AS key, string_agg(body, ' | ' ORDER BY position) AS text
     FROM documents JOIN chunks USING (document_id) GROUP BY 1, 2 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ id, key, text }) => [id, { key, text }]));
}

/** How many passages lack vectors of the active index, or vectors lack their passage; 0 in a consistent one. */
export async function inconsistencies(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM chunks WHERE NOT EXISTS (
       SELECT 1 FROM embeddings JOIN indexes USING (index_id) WHERE state = 'active' AND embeddings.chunk_id = chunks.chunk_id))::int
     + (SELECT count(*) FROM documents WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.document_id = documents.document_id))::int AS count`,
  );
  return rows[0]?.count ?? -1;
}

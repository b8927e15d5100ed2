// Puts one document into the index: cut, embed, replace. Nothing is computed for a document that has not changed.
import { createHash } from 'node:crypto';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import type { Embedder } from '../embedding/embedder.ts';
import { chunkMarkdown } from './chunk.ts';
import { type EmbeddableChunk, embedInParts, type Index, storeEmbeddings } from './indexes.ts';
import { textSearchOf } from './languages.ts';
import { type Article, DocumentError } from './sources/source.ts';

export type DocumentPorts = { database: Database; embedder: Embedder; index: Index };
/** Where a document comes from: its source, its key there, and the source's sign of a change. */
export type Origin = { source: string; key: string; fingerprint: string | undefined };
export type Ingested = { was: 'new' | 'changed' | 'unchanged'; chunks: number };

/** Raised whenever passages are made in another way, so that every document is ingested again. */
const wayOfCutting = 2;

/**
 * Readers see the old passages or the new ones, never a mixture.
 * @throws DocumentError when the article has no text or another source has a document of its id; EmbeddingError
 */
export async function ingestDocument(ports: DocumentPorts, article: Article, options: { origin: Origin; signal: AbortSignal }): Promise<Ingested> {
  const { origin, signal } = options;
  const { database, index } = ports;
  const was = await compareDocument(database, article, origin.source);
  if (was === 'unchanged') {
    await database.query('UPDATE documents SET source_key = $2, fingerprint = $3 WHERE document_id = $1', [
      article.documentId,
      origin.key,
      fingerprintOf(origin),
    ]);
    return { was, chunks: 0 };
  }
  const chunks = cutArticle(article);
  const embeddings = await Array.fromAsync(embedInParts(ports.embedder, chunks, signal));
  signal.throwIfAborted();
  await inTransaction(database, async (connection) => {
    await replaceDocument(connection, article, { origin, chunks });
    await storeEmbeddings(connection, index, embeddings);
  });
  return { was, chunks: chunks.length };
}

/**
 * The same without vectors, for who can't wait for them: the document is found by its words until the process that ingests has computed them.
 * @throws DocumentError as ingestDocument does
 */
export async function storeDocument(database: Database, article: Article, origin: Origin): Promise<Ingested> {
  const was = await compareDocument(database, article, origin.source);
  const chunks = cutArticle(article);
  if (was === 'unchanged') return { was, chunks: chunks.length };
  await inTransaction(database, async (connection) => {
    // Of two at the same time the later one stays.
    await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [article.documentId]);
    await replaceDocument(connection, article, { origin, chunks });
  });
  return { was, chunks: chunks.length };
}

/** In the connection's transaction. */
async function replaceDocument(connection: Connection, article: Article, { origin, chunks }: { origin: Origin; chunks: ChunkRow[] }): Promise<void> {
  // A file that now says another id replaces the document that it was.
  await connection.query('DELETE FROM documents WHERE document_id = $1 OR (source = $2 AND source_key = $3)', [
    article.documentId,
    origin.source,
    origin.key,
  ]);
  await insertDocument(connection, article, origin);
  await connection.query(insertChunks, [JSON.stringify(chunks)]);
  await connection.query('UPDATE corpus SET version = version + 1');
}

/**
 * Changes nothing.
 * @throws DocumentError when another source has a document of this id
 */
export async function compareDocument(database: Database, article: Article, source: string): Promise<Ingested['was']> {
  const { rows } = await database.query<{ source: string; source_key: string; content_hash: string }>(
    'SELECT source, source_key, content_hash FROM documents WHERE document_id = $1',
    [article.documentId],
  );
  const known = rows[0];
  if (!known) return 'new';
  if (known.source !== source) {
    throw new DocumentError(`has the id «${article.documentId}», which ${known.source_key} of ${known.source} has already; ids must be unique`);
  }
  return known.content_hash === contentHash(article) ? 'unchanged' : 'changed';
}

type ChunkRow = EmbeddableChunk & { document_id: string; position: number; url: string; text_search: string };

/** @throws DocumentError when the article has no text */
export function cutArticle(article: Article): ChunkRow[] {
  const chunks = chunkMarkdown(article.markdown);
  if (chunks.length === 0) throw new DocumentError('holds no text');
  return chunks.map(({ position, heading, anchor, text, statements }) => ({
    chunk_id: `${article.documentId}#${position}`,
    document_id: article.documentId,
    position,
    title: article.title,
    heading,
    url: anchor ? `${article.url}#${anchor}` : article.url,
    body: text,
    statements: position === 0 ? [article.title, ...statements] : statements,
    text_search: textSearchOf(article.language),
  }));
}

/** Changes when anything changes that a passage is made from, the way of cutting included. */
export function contentHash(article: Article): string {
  return createHash('sha256')
    .update(JSON.stringify([wayOfCutting, article]))
    .digest('hex');
}

/** As it is kept: a document that was cut in another way counts as changed. */
export function fingerprintOf({ fingerprint }: Pick<Origin, 'fingerprint'>): string | null {
  return fingerprint === undefined ? null : `${wayOfCutting} ${fingerprint}`;
}

async function insertDocument(connection: Connection, article: Article, origin: Origin): Promise<void> {
  const { documentId, title, url, language, audience, productTags, lastUpdated, collection = 'general' } = article;
  await connection.query(
    `INSERT INTO documents (document_id, source, source_key, fingerprint, title, url, language, audience, product_tags, last_updated, content_hash, collection)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[documentId, origin.source, origin.key, fingerprintOf(origin)],
      ...[title, url, language, audience, productTags, lastUpdated, contentHash(article), collection],
    ],
  );
}

const insertChunks = `
  INSERT INTO chunks (chunk_id, document_id, position, title, heading, url, body, statements, text_search)
  SELECT chunk_id, document_id, position, title, heading, url, body, ARRAY(SELECT jsonb_array_elements_text(statements)), text_search::regconfig
  FROM jsonb_to_recordset($1::jsonb)
    AS row(chunk_id text, document_id text, position integer, title text, heading text, url text, body text, statements jsonb, text_search text)`;

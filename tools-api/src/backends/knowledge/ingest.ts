// Puts an article into the database: cut, embed, replace. Nothing is computed for an article that has not changed.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { Embedder, EmbedOptions } from '../embedding/embedder.ts';
import { type Chunk, chunkMarkdown } from './chunk.ts';
import { type Article, contentHash } from './document.ts';

type Ports = { database: Database; embedder: Embedder };
const articleTimeoutMs = 300_000;
const wordsTimeoutMs = 600_000;

type Embedded = { chunk: Chunk; embedding: number[]; sentences: number[][] };

/** @returns whether the article was new or changed; readers see the old passages or the new ones, never a mixture */
export async function ingestArticle(ports: Ports, article: Article, url: string): Promise<boolean> {
  const hash = contentHash(article, url);
  const known = await ports.database.query('SELECT 1 FROM documents WHERE document_id = $1 AND content_hash = $2', [article.documentId, hash]);
  if (known.rowCount) return false;
  const chunks = await embedChunks(ports.embedder, article);
  await inTransaction(ports.database, async (connection) => {
    await connection.query('DELETE FROM documents WHERE document_id = $1', [article.documentId]);
    await connection.query('INSERT INTO documents (document_id, title, url, language, last_updated, content_hash) VALUES ($1, $2, $3, $4, $5, $6)', [
      article.documentId,
      article.title,
      url,
      article.language,
      article.lastUpdated,
      hash,
    ]);
    await connection.query(insertChunks, [JSON.stringify(chunks.map((embedded) => chunkRow(article, url, embedded)))]);
    await connection.query(insertSentences, [JSON.stringify(chunks.flatMap((embedded) => sentenceRows(article, embedded)))]);
  });
  return true;
}

/** Learns the words that no earlier ingestion brought; called once after the articles of one. Searching works before, only less well. */
export async function learnWords({ database, embedder }: Ports): Promise<void> {
  const { rows } = await database.query<{ word: string; stem: string }>(selectNewWords);
  const vectors = await embedder.embed(
    rows.map(({ word }) => word),
    passagesWithin(wordsTimeoutMs),
  );
  const learnt = rows.map((row, index) => ({ ...row, embedding: toSql(vectors[index] ?? []) }));
  await database.query(
    `INSERT INTO words (word, stem, embedding) SELECT word, stem, embedding::vector
     FROM jsonb_to_recordset($1::jsonb) AS row(word text, stem text, embedding text) ON CONFLICT DO NOTHING`,
    [JSON.stringify(learnt)],
  );
}

const selectNewWords = `
  SELECT word, (ts_lexize('english_stem', word))[1] AS stem
  FROM ts_stat($$SELECT to_tsvector('simple', title || ' ' || heading || ' ' || body) FROM chunks$$)
  WHERE word ~ '^[[:alpha:]]{2,40}$' AND (ts_lexize('english_stem', word))[1] IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM words WHERE words.word = ts_stat.word)
  ORDER BY word`;

function passagesWithin(timeoutMs: number): EmbedOptions {
  return { purpose: 'passage', signal: AbortSignal.timeout(timeoutMs) };
}

async function embedChunks(embedder: Embedder, article: Article): Promise<Embedded[]> {
  const chunks = chunkMarkdown(article.markdown);
  const options = passagesWithin(articleTimeoutMs);
  const passages = await embedder.embed(
    chunks.map((chunk) => `${article.title}. ${chunk.heading}. ${chunk.text}`),
    options,
  );
  const sentences = await embedder.embed(
    chunks.flatMap((chunk) => chunk.sentences),
    options,
  );
  let taken = 0;
  return chunks.map((chunk, index) => {
    const own = sentences.slice(taken, taken + chunk.sentences.length);
    taken += own.length;
    return { chunk, embedding: passages[index] ?? [], sentences: own };
  });
}

const insertChunks = `
  INSERT INTO chunks (chunk_id, document_id, position, title, heading, url, body, embedding)
  SELECT chunk_id, document_id, position, title, heading, url, body, embedding::vector
  FROM jsonb_to_recordset($1::jsonb)
    AS row(chunk_id text, document_id text, position integer, title text, heading text, url text, body text, embedding text)`;

function chunkRow(article: Article, url: string, { chunk, embedding }: Embedded): Record<string, unknown> {
  return {
    chunk_id: chunkId(article, chunk),
    document_id: article.documentId,
    position: chunk.position,
    title: article.title,
    heading: chunk.heading,
    url: chunk.anchor ? `${url}#${chunk.anchor}` : url,
    body: chunk.text,
    embedding: toSql(embedding),
  };
}

const insertSentences = `
  INSERT INTO sentences (chunk_id, position, body, embedding)
  SELECT chunk_id, position, body, embedding::vector
  FROM jsonb_to_recordset($1::jsonb) AS row(chunk_id text, position integer, body text, embedding text)`;

function sentenceRows(article: Article, { chunk, sentences }: Embedded): Record<string, unknown>[] {
  return chunk.sentences.map((body, position) => ({
    chunk_id: chunkId(article, chunk),
    position,
    body,
    embedding: toSql(sentences[position] ?? []),
  }));
}

function chunkId(article: Article, chunk: Chunk): string {
  return `${article.documentId}#${chunk.position}`;
}

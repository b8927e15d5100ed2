// The sets of vectors: one in use, and while the embedding model is being changed another that is built beside it and then takes its place.
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { Embedder } from '../embedding/embedder.ts';

export type Index = { indexId: number; model: string; dimensions: number };

/** pgvector's HNSW indexes hold vectors of up to 2,000 dimensions in full and up to 4,000 in half precision. */
const dimensionsMax = { vector: 2000, halfvec: 4000 };
const chunksAtOnce = 16;

/** @returns the set of vectors that answers questions now; none before the first ingestion */
export async function readActiveIndex(database: Database | Connection): Promise<Index | undefined> {
  return await readIndex(database, 'active');
}

/**
 * @returns the set that this model's vectors go into: the active one, or one that is being built and not yet asked
 * @throws RangeError when the model has more dimensions than can be indexed
 */
export async function openIndex(database: Database, embedder: Embedder): Promise<Index> {
  return await inTransaction(database, async (connection) => {
    await connection.query('LOCK TABLE indexes IN SHARE ROW EXCLUSIVE MODE');
    const active = await readIndex(connection, 'active');
    if (active && fits(active, embedder)) return active;
    const building = await readIndex(connection, 'building');
    if (building && fits(building, embedder)) return building;
    // A change of model that was given up for a third one.
    if (building) await dropIndex(connection, building);
    return await createIndex(connection, embedder, active ? 'building' : 'active');
  });
}

export type RebuildProgress = { done: number; total: number };

/**
 * Gives every passage that lacks them its vectors of the embedder's model, then lets that set answer. Questions are answered from the old one until then.
 * Continues where an earlier call was interrupted; does nothing when the active set is already of this model and complete.
 * @returns whether the set in use was changed or completed
 */
export async function rebuildIndex(
  ports: { database: Database; embedder: Embedder },
  options: { signal: AbortSignal; onProgress?: (progress: RebuildProgress) => void },
): Promise<boolean> {
  const { database, embedder } = ports;
  const index = await openIndex(database, embedder);
  for (let embeddedAny = false; ; embeddedAny = true) {
    options.signal.throwIfAborted();
    const { rows } = await database.query<EmbeddableChunk>(selectMissing, [index.indexId]);
    if (rows.length === 0) return (await activate(database, index)) || (embeddedAny && (await announceCompletion(database)));
    const embedded = await embedChunks(embedder, rows, options.signal);
    // A passage that was replaced meanwhile is left out; its successor is found by the next look.
    await database.query(insertEmbeddings, [index.indexId, toJson(embedded)]);
    options.onProgress?.(await readProgress(database, index));
  }
}

const selectMissing = `
  SELECT chunk_id, title, heading, body, statements FROM chunks
  WHERE NOT EXISTS (SELECT 1 FROM embeddings WHERE index_id = $1 AND embeddings.chunk_id = chunks.chunk_id)
  ORDER BY chunk_id LIMIT ${chunksAtOnce}`;

export type EmbeddableChunk = { chunk_id: string; title: string; heading: string; body: string; statements: string[] };
/** Kept in the precision that the database has, because a long document has a hundred thousand of them. */
export type EmbeddingRow = { chunk_id: string; position: number; embedding: Float32Array };

/** @returns rows for insertEmbeddings: of each passage the whole with its title, then each statement */
async function embedChunks(embedder: Embedder, chunks: readonly EmbeddableChunk[], signal: AbortSignal): Promise<EmbeddingRow[]> {
  const places = chunks.flatMap((chunk) => textsOf(chunk).map((text, position) => ({ chunk_id: chunk.chunk_id, position, text })));
  const vectors = await embedder.embed(
    places.map(({ text }) => text),
    { purpose: 'passage', signal },
  );
  return places.map(({ chunk_id, position }, index) => ({ chunk_id, position, embedding: Float32Array.from(vectors[index] ?? []) }));
}

/** Embeds the passages of a document, however long it is. */
export async function* embedInParts(embedder: Embedder, chunks: readonly EmbeddableChunk[], signal: AbortSignal): AsyncGenerator<EmbeddingRow[]> {
  for (let from = 0; from < chunks.length; from += chunksAtOnce) yield await embedChunks(embedder, chunks.slice(from, from + chunksAtOnce), signal);
}

/** In the connection's transaction. */
export async function storeEmbeddings(connection: Connection, index: Index, parts: readonly EmbeddingRow[][]): Promise<void> {
  for (const rows of parts) await connection.query(insertEmbeddings, [index.indexId, toJson(rows)]);
}

function toJson(rows: readonly EmbeddingRow[]): string {
  return JSON.stringify(rows.map(({ embedding, ...row }) => ({ ...row, embedding: toSql([...embedding]) })));
}

function textsOf({ title, heading, body, statements }: EmbeddableChunk): string[] {
  return [`${title}. ${heading}. ${body}`, ...statements];
}

const insertEmbeddings = `
  INSERT INTO embeddings (index_id, chunk_id, position, embedding)
  SELECT $1, chunk_id, position, embedding::vector
  FROM jsonb_to_recordset($2::jsonb) AS row(chunk_id text, position integer, embedding text)
  WHERE EXISTS (SELECT 1 FROM chunks WHERE chunks.chunk_id = row.chunk_id)
  ON CONFLICT DO NOTHING`;

async function readProgress(database: Database, index: Index): Promise<RebuildProgress> {
  const { rows } = await database.query<RebuildProgress>(
    `SELECT (SELECT count(DISTINCT chunk_id)::int FROM embeddings WHERE index_id = $1) AS done, (SELECT count(*)::int FROM chunks) AS total`,
    [index.indexId],
  );
  return rows[0] ?? { done: 0, total: 0 };
}

/** What was found by words alone is found by its meaning now, so what is remembered of searches is old. */
async function announceCompletion(database: Database): Promise<true> {
  await database.query('UPDATE corpus SET version = version + 1');
  return true;
}

async function activate(database: Database, index: Index): Promise<boolean> {
  return await inTransaction(database, async (connection) => {
    await connection.query('LOCK TABLE indexes IN SHARE ROW EXCLUSIVE MODE');
    const active = await readIndex(connection, 'active');
    if (active?.indexId === index.indexId) return false;
    if (active) await dropIndex(connection, active);
    await connection.query(`UPDATE indexes SET state = 'active' WHERE index_id = $1`, [index.indexId]);
    await connection.query('UPDATE corpus SET version = version + 1');
    return true;
  });
}

/** The column's vectors have no fixed length, so each set has an index of its own over its own length. @returns the expression that it covers */
export function indexedVector({ dimensions }: Pick<Index, 'dimensions'>, vector: string): string {
  return `${vector}::${dimensions <= dimensionsMax.vector ? 'vector' : 'halfvec'}(${dimensions})`;
}

async function createIndex(connection: Connection, { model, dimensions }: Embedder, state: 'building' | 'active'): Promise<Index> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > dimensionsMax.halfvec) {
    throw new RangeError(`${model} has ${dimensions} dimensions; up to ${dimensionsMax.halfvec} can be indexed`);
  }
  const { rows } = await connection.query<{ index_id: number }>(
    'INSERT INTO indexes (model, dimensions, state) VALUES ($1, $2, $3) RETURNING index_id',
    [model, dimensions, state],
  );
  const index = { indexId: Number(rows[0]?.index_id), model, dimensions };
  const operators = dimensions <= dimensionsMax.vector ? 'vector_cosine_ops' : 'halfvec_cosine_ops';
  await connection.query(
    `CREATE INDEX ${nameOf(index)} ON embeddings USING hnsw ((${indexedVector(index, 'embedding')}) ${operators}) WHERE index_id = ${index.indexId}`,
  );
  return index;
}

async function dropIndex(connection: Connection, index: Index): Promise<void> {
  await connection.query(`DROP INDEX IF EXISTS ${nameOf(index)}`);
  await connection.query('DELETE FROM indexes WHERE index_id = $1', [index.indexId]);
}

const nameOf = ({ indexId }: Index): string => `embeddings_hnsw_${indexId}`;

/** Whether the vectors of the set can be compared with those of the model. */
export function fits(index: Index, embedder: Embedder): boolean {
  return index.model === embedder.model && index.dimensions === embedder.dimensions;
}

async function readIndex(database: Database | Connection, state: 'building' | 'active'): Promise<Index | undefined> {
  const { rows } = await database.query<Index>(`SELECT index_id AS "indexId", model, dimensions FROM indexes WHERE state = $1`, [state]);
  return rows[0];
}

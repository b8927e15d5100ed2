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

export type RebuildProgress = { chunksDone: number; chunks: number };

/**
 * Gives every passage its vectors of the embedder's model, then lets that set answer. Questions are answered from the old one until then.
 * Continues where an earlier call was interrupted; does nothing when the active set is already of this model and complete.
 * @returns whether the set in use was changed
 */
export async function rebuildIndex(
  ports: { database: Database; embedder: Embedder },
  options: { signal: AbortSignal; onProgress?: (progress: RebuildProgress) => void },
): Promise<boolean> {
  const { database, embedder } = ports;
  const index = await openIndex(database, embedder);
  for (;;) {
    options.signal.throwIfAborted();
    const chunks = await database.query<EmbeddableChunk>(selectMissing, [index.indexId]);
    if (chunks.rows.length === 0) break;
    await embedInto(ports, { index, chunks: chunks.rows, signal: options.signal });
    options.onProgress?.(await readProgress(database, index));
  }
  return await activate(database, index);
}

const selectMissing = `
  SELECT chunk_id, title, heading, body, statements FROM chunks
  WHERE NOT EXISTS (SELECT 1 FROM embeddings WHERE index_id = $1 AND embeddings.chunk_id = chunks.chunk_id)
  ORDER BY chunk_id LIMIT ${chunksAtOnce}`;

async function embedInto(
  { database, embedder }: { database: Database; embedder: Embedder },
  { index, chunks, signal }: { index: Index; chunks: EmbeddableChunk[]; signal: AbortSignal },
): Promise<void> {
  const rows = await embedChunks(embedder, chunks, signal);
  // A passage that was replaced meanwhile is left out; its successor is found by the next look.
  await database.query(insertEmbeddings, [index.indexId, JSON.stringify(rows)]);
}

export type EmbeddableChunk = { chunk_id: string; title: string; heading: string; body: string; statements: string[] };
export type EmbeddingRow = { chunk_id: string; position: number; embedding: string };

/** @returns rows for insertEmbeddings: of each passage the whole with its title, then each statement */
export async function embedChunks(embedder: Embedder, chunks: readonly EmbeddableChunk[], signal: AbortSignal): Promise<EmbeddingRow[]> {
  const places = chunks.flatMap((chunk) => textsOf(chunk).map((text, position) => ({ chunk_id: chunk.chunk_id, position, text })));
  const vectors = await embedder.embed(
    places.map(({ text }) => text),
    { purpose: 'passage', signal },
  );
  return places.map(({ chunk_id, position }, index) => ({ chunk_id, position, embedding: toSql(vectors[index] ?? []) ?? '' }));
}

function textsOf({ title, heading, body, statements }: EmbeddableChunk): string[] {
  return [`${title}. ${heading}. ${body}`, ...statements];
}

export const insertEmbeddings = `
  INSERT INTO embeddings (index_id, chunk_id, position, embedding)
  SELECT $1, chunk_id, position, embedding::vector
  FROM jsonb_to_recordset($2::jsonb) AS row(chunk_id text, position integer, embedding text)
  WHERE EXISTS (SELECT 1 FROM chunks WHERE chunks.chunk_id = row.chunk_id)
  ON CONFLICT DO NOTHING`;

async function readProgress(database: Database, index: Index): Promise<RebuildProgress> {
  const { rows } = await database.query<RebuildProgress>(
    `SELECT (SELECT count(DISTINCT chunk_id)::int FROM embeddings WHERE index_id = $1) AS "chunksDone", (SELECT count(*)::int FROM chunks) AS chunks`,
    [index.indexId],
  );
  return rows[0] ?? { chunksDone: 0, chunks: 0 };
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

function fits(index: Index, embedder: Embedder): boolean {
  return index.model === embedder.model && index.dimensions === embedder.dimensions;
}

async function readIndex(database: Database | Connection, state: 'building' | 'active'): Promise<Index | undefined> {
  const { rows } = await database.query<Index>(`SELECT index_id AS "indexId", model, dimensions FROM indexes WHERE state = $1`, [state]);
  return rows[0];
}

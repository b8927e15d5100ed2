// The record of every attempt to call a tool. It names nobody: subject and session are keyed hashes, arguments a digest.
// Each row is chained to the one before by the database (migrations/0014_guards.sql), which lets its writers in one after the other.
import { createHmac, randomBytes } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { createBatches } from './batches.ts';

export type AuditEntry = {
  requestId: string;
  issuer: string;
  subject: string;
  sessionId: string | undefined;
  tool: string;
  argsDigest: string;
  decision: 'allowed' | 'denied' | 'failed';
  /** ok, replayed (the first answer again), previewed, or a code of the error table. */
  code: string;
  latencyMs: number;
};

export type Audit = {
  /**
   * Resolves when the row is written.
   * @param connection a transaction that the row belongs to; it is on record when that is committed, which must be the next thing that it does
   */
  record: (entry: AuditEntry, connection?: Connection) => Promise<void>;
};

type Row = [string, string, string, string | null, string, string, string, string, number];

/** Rows that wait for the one before are written together, with one wait for the disk. */
const rowsTogetherMax = 200;

const insert = `
  INSERT INTO audit (request_id, issuer, subject_hash, session_hash, tool, args_digest, decision, code, latency_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])`;

/** Opens the record; its key is made once and kept beside it. */
export async function openAudit(database: Database): Promise<Audit> {
  await database.query('INSERT INTO audit_key (key) VALUES ($1) ON CONFLICT DO NOTHING', [randomBytes(32).toString('base64url')]);
  const { rows } = await database.query<{ key: string }>('SELECT key FROM audit_key');
  const key = rows[0]?.key ?? '';
  const hash = hashing(key);
  const together = createBatches<Row>(rowsTogetherMax, async (batch) => await write(database, batch));
  return {
    record: async (entry, connection) => {
      const row = rowOf(entry, hash);
      if (connection) await write(connection, [row]);
      else await together(row);
    },
  };
}

async function write(database: Pick<Connection, 'query'>, rows: readonly Row[]): Promise<void> {
  const columns = Array.from({ length: 9 }, (_, column) => rows.map((row) => row[column]));
  await database.query(insert, columns);
}

const hashing = (key: string) => (text: string) => createHmac('sha256', key).update(text).digest('base64url');

/** Rows of a subject. */
export async function countRecorded(database: Database, { issuer, subject }: { issuer: string; subject: string }): Promise<number> {
  const { rows } = await database.query<{ key: string }>('SELECT key FROM audit_key');
  const hash = hashing(rows[0]?.key ?? '');
  const found = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM audit WHERE subject_hash = $1', [
    hash(`${issuer} ${subject}`),
  ]);
  return found.rows[0]?.count ?? 0;
}

function rowOf(entry: AuditEntry, hash: (text: string) => string): Row {
  const { requestId, issuer, subject, sessionId, tool, argsDigest, decision, code, latencyMs } = entry;
  const session = sessionId === undefined ? null : hash(sessionId);
  return [requestId, issuer, hash(`${issuer} ${subject}`), session, tool, argsDigest, decision, code, Math.round(latencyMs)];
}

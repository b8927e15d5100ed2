// The record of every attempt to call a tool. It names nobody: subject and session are keyed hashes, arguments a digest.
import { createHmac, randomBytes } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';

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
  /** @param connection a transaction that the row belongs to; it is on record when that is committed */
  record: (entry: AuditEntry, connection?: Connection) => Promise<void>;
};

/** Opens the record; its key is made once and kept beside it. */
export async function openAudit(database: Database): Promise<Audit> {
  await database.query('INSERT INTO audit_key (key) VALUES ($1) ON CONFLICT DO NOTHING', [randomBytes(32).toString('base64url')]);
  const { rows } = await database.query<{ key: string }>('SELECT key FROM audit_key');
  const key = rows[0]?.key ?? '';
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    record: async (entry, connection) => {
      await (connection ?? database).query(
        `INSERT INTO audit (request_id, issuer, subject_hash, session_hash, tool, args_digest, decision, code, latency_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          entry.requestId,
          entry.issuer,
          hash(`${entry.issuer} ${entry.subject}`),
          entry.sessionId === undefined ? null : hash(entry.sessionId),
          entry.tool,
          entry.argsDigest,
          entry.decision,
          entry.code,
          Math.round(entry.latencyMs),
        ],
      );
    },
  };
}

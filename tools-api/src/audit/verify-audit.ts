// Reads the record from its beginning and puts the chain together again, here and not in the database whose keeper may have changed it.
import { createHash } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';

/** The end of the chain at some time: who keeps it elsewhere can tell later whether rows were cut off, or all of them made anew. */
export type Head = { auditId: number; hash: string };

export type Verdict =
  | { isIntact: true; rows: number; head: Head | undefined }
  /** auditId: the first row that doesn't fit, or the one that is missing. */
  | { isIntact: false; auditId: number; reason: string };

type Row = {
  audit_id: string;
  request_id: string;
  at: string;
  issuer: string;
  subject_hash: string;
  session_hash: string | null;
  tool: string;
  args_digest: string;
  decision: string;
  code: string;
  latency_ms: number;
  hash: string;
};

const rowsAtOnce = 2000;
const selectRows = `
  SELECT audit_id, request_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, issuer, subject_hash, session_hash, tool,
         args_digest, decision, code, latency_ms, hash
  FROM audit WHERE audit_id > $1 ORDER BY audit_id LIMIT $2`;

/** @param known a head that was noted before; the chain must still go through it */
export async function verifyAudit(database: Database, known?: Head): Promise<Verdict> {
  let last: Head | undefined;
  let rows = 0;
  for await (const row of rowsInOrder(database)) {
    const checked = checkRow(row, { last, known });
    if ('reason' in checked) return { isIntact: false, ...checked };
    last = checked;
    rows += 1;
  }
  const end = last?.auditId ?? 0;
  if (known && known.auditId > end) return { isIntact: false, auditId: end + 1, reason: `it is missing, and so are all up to ${known.auditId}` };
  return { isIntact: true, rows, head: last };
}

async function* rowsInOrder(database: Database): AsyncGenerator<Row> {
  let page: Row[];
  let after = '0';
  do {
    ({ rows: page } = await database.query<Row>(selectRows, [after, rowsAtOnce]));
    yield* page;
    after = page.at(-1)?.audit_id ?? after;
  } while (page.length === rowsAtOnce);
}

function checkRow(row: Row, { last, known }: { last: Head | undefined; known: Head | undefined }): Head | { auditId: number; reason: string } {
  const auditId = Number(row.audit_id);
  if (row.hash !== hashOf(last?.hash ?? '', row)) return { auditId, reason: 'its hash does not fit it and the row before it' };
  if (known && known.auditId === auditId && known.hash !== row.hash) return { auditId, reason: 'its hash is not the one that was noted' };
  return { auditId, hash: row.hash };
}

/** As audit_hash in migrations/0014_guards.sql: Postgres writes a comma and a space between the values of a JSON array. */
function hashOf(before: string, row: Row): string {
  const { audit_id, request_id, at, issuer, subject_hash, session_hash, tool, args_digest, decision, code, latency_ms } = row;
  const values = [Number(audit_id), request_id, at, issuer, subject_hash, session_hash, tool, args_digest, decision, code, latency_ms];
  return createHash('sha256')
    .update(`${before}[${values.map((value) => JSON.stringify(value)).join(', ')}]`)
    .digest('hex');
}

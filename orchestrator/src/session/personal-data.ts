// Everything that is kept of one subject: read for him page by page, and erased. What hangs on a session is found in the schema itself, so that a table
// that is added later is covered.
import { randomUUID } from 'node:crypto';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import type { PrivacyExport } from '@aiguy/manifests/generated/http';
import { tombstoneOf } from './sessions.ts';

export type DataSubject = { issuer: string; subject: string };
export type PersonalRecord = PrivacyExport['records'][number];
type PersonalTable = { name: string; column: string };

/** Rows of a page; a page ends earlier at so many characters. */
const pageRowsMax = 100;
const pageCharactersMax = 1_000_000;
/** Erased in one transaction, so that none holds the database for long. */
const sessionsAtOnceMax = 50;

/** Told by the messages, or of the machine and not of a person. */
const untold = new Set(['events', 'runs', 'page_requests', 'continue_links']);
/** Credentials, digests, and what repeats whose row it is. */
const hidden = new Set([
  'session_id',
  'issuer',
  'subject',
  'assertion',
  'visitor',
  'args_digest',
  'form_values',
  'token',
  'token_digest',
  'key',
  'continued_from',
  'last_seq',
]);

/** Conversations themselves: when each was, on which page it began and with which browser. */
const conversations: PersonalTable = { name: 'sessions', column: 'id' };

/** Tables whose rows go with their session, and the column that names it. */
async function sessionTables(database: Pick<Database, 'query'>): Promise<PersonalTable[]> {
  const { rows } = await database.query<PersonalTable>(
    `SELECT conrelid::regclass::text AS name, quote_ident(attname) AS "column" FROM pg_constraint
     JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
     WHERE contype = 'f' AND confrelid = 'sessions'::regclass AND confdeltype = 'c' AND cardinality(conkey) = 1 ORDER BY 1, 2`,
  );
  return rows;
}

/** Tables that name issuer and subject in each row, whether or not a session stands behind it. */
async function subjectTables(database: Pick<Database, 'query'>): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT pg_class.oid::regclass::text AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND oid <> 'sessions'::regclass
       AND (SELECT count(*) FROM pg_attribute WHERE attrelid = pg_class.oid AND attname IN ('issuer', 'subject') AND NOT attisdropped) = 2 ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const ownSessions = 'SELECT id FROM sessions WHERE issuer = $1 AND subject = $2';

/** What was said, by whoever said it; also what a step took back again, because it is kept. */
const messagesSql = `
  WITH own AS (${ownSessions}), said AS (
    SELECT session_id, seq, created_at, message ->> 'role' AS "from", message ->> 'content' AS text
    FROM events, json_array_elements(event #> '{input,messages}') AS message
    WHERE type = 'RUN_STARTED' AND json_typeof(event #> '{input,messages}') = 'array' AND session_id IN (SELECT id FROM own)
    UNION ALL
    SELECT session_id, seq, created_at, message ->> 'role', message ->> 'content' FROM events, json_array_elements(event -> 'messages') AS message
    WHERE type = 'MESSAGES_SNAPSHOT' AND session_id IN (SELECT id FROM own)
    UNION ALL
    SELECT session_id, min(seq), min(created_at), 'assistant', string_agg(event ->> 'delta', '' ORDER BY seq) FROM events
    WHERE type = 'TEXT_MESSAGE_CONTENT' AND session_id IN (SELECT id FROM own) GROUP BY session_id, event ->> 'messageId'
  )
  SELECT left(session_id, 8) || ' ' || seq AS id, json_build_object('conversation', left(session_id, 8), 'at', created_at, 'from', "from", 'text', text) AS fields
  FROM said WHERE text IS NOT NULL ORDER BY session_id, seq, text OFFSET $3 LIMIT $4`;

/** @param cursor kind and number of the first row; messages:0 is the beginning */
export async function exportPage(database: Database, who: DataSubject, cursor: string): Promise<PrivacyExport> {
  const named = (await sessionTables(database)).filter(({ name }) => !untold.has(name));
  const tables = [conversations, ...new Map(named.map((table) => [table.name, table])).values()];
  const kinds = ['messages', ...tables.map(({ name }) => name)];
  const [kind = '', from = '0'] = cursor.split(':');
  if (!kinds.includes(kind)) return { records: [] };
  const table = tables.find(({ name }) => name === kind);
  const sql = table ? rowsSql(table) : messagesSql;
  const { rows } = await database.query<{ id: string; fields: Record<string, unknown> }>(sql, [
    who.issuer,
    who.subject,
    Number(from),
    pageRowsMax + 1,
  ]);
  const records = fittingRecords(kind, rows.slice(0, pageRowsMax));
  const next = kinds[kinds.indexOf(kind) + 1];
  if (rows.length > records.length) return { records, cursor: `${kind}:${Number(from) + records.length}` };
  return next === undefined ? { records } : { records, cursor: `${next}:0` };
}

function rowsSql({ name, column }: PersonalTable): string {
  return `SELECT left(${column}, 8) || ' ' || (row_number() OVER (PARTITION BY ${column} ORDER BY to_jsonb(kept)::text)) AS id, to_jsonb(kept) - '${column}' AS fields
    FROM ${name} AS kept WHERE ${column} IN (${ownSessions}) ORDER BY ${column}, to_jsonb(kept)::text OFFSET $3 LIMIT $4`;
}

/** At least one, so that there is an end. */
function fittingRecords(kind: string, rows: { id: string; fields: Record<string, unknown> }[]): PersonalRecord[] {
  const records: PersonalRecord[] = [];
  let characters = 0;
  for (const { id, fields } of rows) {
    const told = Object.entries(fields).filter(([name, value]) => !hidden.has(name) && value !== null && value !== '');
    const record = { kind, id, fields: told.map(([name, value]) => ({ name, value: inText(value) })) };
    characters += JSON.stringify(record).length;
    if (records.length > 0 && characters > pageCharactersMax) break;
    records.push(record);
  }
  return records;
}

const inText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export type OwnSession = { id: string; isRunning: boolean; isInDoubt: boolean };

/** Sessions of a subject; in doubt is one with a change that was sent and of which nobody knows yet what came of it. */
export async function findOwnSessions(database: Database, { issuer, subject }: DataSubject): Promise<OwnSession[]> {
  const { rows } = await database.query<OwnSession>(
    `SELECT id, EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status = 'running') AS "isRunning",
       EXISTS (SELECT FROM effects WHERE session_id = sessions.id AND status IN ('dispatched', 'unknown')) AS "isInDoubt"
     FROM sessions WHERE issuer = $1 AND subject = $2`,
    [issuer, subject],
  );
  return rows;
}

/**
 * Deletes sessions in which nothing is running or in doubt, with everything that hangs on them, and what other tables say of the subject.
 * Of a session remains a digest of its random id, so that an open tab is told; it names nobody.
 * @returns rows by their table, and whether there may be more
 */
export async function eraseRows(database: Database, who: DataSubject): Promise<{ erased: Record<string, number>; more: boolean }> {
  return await inTransaction(database, async (connection) => {
    const { rows } = await connection.query<{ id: string }>(
      `SELECT id FROM sessions WHERE issuer = $1 AND subject = $2
         AND NOT EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status = 'running')
         AND NOT EXISTS (SELECT FROM effects WHERE session_id = sessions.id AND status IN ('dispatched', 'unknown'))
       ORDER BY id LIMIT $3 FOR UPDATE`,
      [who.issuer, who.subject, sessionsAtOnceMax],
    );
    const ids = rows.map(({ id }) => id);
    const erased: Record<string, number> = {};
    const add = (table: string, count: number | null) => {
      if (count) erased[table] = (erased[table] ?? 0) + count;
    };
    for (const { name, column } of await sessionTables(connection)) {
      const counted = await connection.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${name} WHERE ${column} = ANY($1)`, [ids]);
      add(name, counted.rows[0]?.count ?? 0);
    }
    const digests = ids.map((sid) => tombstoneOf({ iss: who.issuer, sub: who.subject, sid }));
    await connection.query('INSERT INTO expired_sessions (digest) SELECT unnest($1::text[]) ON CONFLICT (digest) DO UPDATE SET expired_at = now()', [
      digests,
    ]);
    await unname(connection, ids);
    add('sessions', (await connection.query('DELETE FROM sessions WHERE id = ANY($1)', [ids])).rowCount);
    const hanging = new Set((await sessionTables(connection)).map(({ name }) => name));
    for (const name of (await subjectTables(connection)).filter((table) => !hanging.has(table)))
      add(name, (await connection.query(`DELETE FROM ${name} WHERE issuer = $1 AND subject = $2`, [who.issuer, who.subject])).rowCount);
    return { erased, more: ids.length === sessionsAtOnceMax };
  });
}

/** Figures outlive conversations: those of an erased one stay together, under a name that leads to nobody. */
async function unname(connection: Connection, ids: readonly string[]): Promise<void> {
  const names = ids.map(() => randomUUID());
  for (const table of ['usage_calls', 'usage_runs'])
    await connection.query(
      `UPDATE ${table} SET session_id = unnamed.name FROM unnest($1::text[], $2::text[]) AS unnamed (id, name) WHERE session_id = unnamed.id`,
      [ids, names],
    );
}

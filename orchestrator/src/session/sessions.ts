// Sessions: made by the site, known here from the first valid assertion on, never visible to anybody else, deleted after a long pause or by the site's people.
import { createHash } from 'node:crypto';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

export type Session = { id: string; createdAt: Date; activeAt: Date; lastSeq: number; running: boolean };
type Ids = Pick<VisitorAssertion, 'iss' | 'sub' | 'sid'>;
type Owner = Pick<VisitorAssertion, 'iss' | 'sub' | 'sid' | 'agent' | 'client'>;

/** Deleted at once, so that no sweep holds the database for long. */
const expiredAtOnceMax = 20;
/** For so long a visitor who comes back is told that the conversation was deleted. */
const tombstoneDays = 365;

/**
 * Makes the session of an assertion if it is new, also where an earlier one of the same id was deleted, and notes to the hour that its visitor is active.
 * @throws AiguyError not_found when the id belongs to another site or subject: the same answer as for no session
 */
export async function ensureSession(on: Database | Connection, visitor: Owner): Promise<void> {
  const { rows } = await on.query<{ is_new: boolean }>(
    `INSERT INTO sessions (id, issuer, subject, retention_days, page, browser, agent) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET active_at = now(), retention_days = $4
       WHERE sessions.active_at < now() - interval '1 hour' AND sessions.issuer = $2 AND sessions.subject = $3
     RETURNING xmax = 0 AS is_new`,
    [
      visitor.sid,
      visitor.iss,
      visitor.sub,
      visitor.agent?.retention_days ?? null,
      visitor.client?.page ?? null,
      visitor.client?.browser ?? null,
      visitor.agent?.id ?? null,
    ],
  );
  if (rows[0]?.is_new) {
    await on.query('DELETE FROM expired_sessions WHERE digest = $1', [tombstoneOf(visitor)]);
    return;
  }
  const { rowCount } = await on.query('SELECT FROM sessions WHERE id = $1 AND issuer = $2 AND subject = $3', [visitor.sid, visitor.iss, visitor.sub]);
  if (rowCount !== 1) throw new AiguyError('not_found');
}

/**
 * The session that the assertion names.
 * @throws AiguyError session_expired for one that was deleted, not_found for an unknown session and for somebody else's
 */
export async function findSession(database: Database, visitor: Owner): Promise<Session> {
  const { rows } = await database.query<{ id: string; created_at: Date; active_at: Date; last_seq: number; running: boolean }>(
    `SELECT id, created_at, active_at, last_seq, EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status = 'running') AS running
     FROM sessions WHERE id = $1 AND issuer = $2 AND subject = $3`,
    [visitor.sid, visitor.iss, visitor.sub],
  );
  const row = rows[0];
  if (!row) {
    await assertNotExpired(database, visitor);
    throw new AiguyError('not_found');
  }
  return { id: row.id, createdAt: row.created_at, activeAt: row.active_at, lastSeq: row.last_seq, running: row.running };
}

/** @throws AiguyError not_found for a conversation that was had with another agent of the site */
export async function assertSameAgent(database: Database, { sid, agent }: Owner): Promise<void> {
  const { rowCount } = await database.query('SELECT FROM sessions WHERE id = $1 AND (agent IS NULL OR agent = COALESCE($2, agent))', [
    sid,
    agent?.id ?? null,
  ]);
  if (rowCount !== 1) throw new AiguyError('not_found');
}

/** @throws AiguyError session_expired */
export async function assertNotExpired(database: Database, visitor: Owner): Promise<void> {
  const { rowCount } = await database.query('SELECT FROM expired_sessions WHERE digest = $1', [tombstoneOf(visitor)]);
  if (rowCount !== 0) throw new AiguyError('session_expired');
}

/**
 * Deletes sessions without activity for so long, or for as long as their site's owner wants if that is less, with everything of them; of each remains that it was. One with a run under way or a change in doubt waits.
 * @returns how many
 */
export async function expireSessions(database: Database, idleDays: number): Promise<number> {
  return await inTransaction(database, async (connection) => {
    const { rows } = await connection.query<Ids>(
      `SELECT id AS sid, issuer AS iss, subject AS sub FROM sessions WHERE active_at < now() - least($1, retention_days) * interval '1 day'
         AND NOT EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status IN ('running', 'queued'))
         AND NOT EXISTS (SELECT FROM effects WHERE session_id = sessions.id AND status IN ('planned', 'dispatched', 'unknown'))
       ORDER BY active_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [idleDays, expiredAtOnceMax],
    );
    if (rows.length === 0) return 0;
    await deleteAll(connection, rows);
    await connection.query(`DELETE FROM expired_sessions WHERE expired_at < now() - $1 * interval '1 day'`, [tombstoneDays]);
    return rows.length;
  });
}

/**
 * Deletes one conversation of a site with everything of it, as its people want it; what it came to stays in the figures.
 * @throws AiguyError turn_in_progress while an answer is under way, or a change in doubt; not_found
 */
export async function deleteSession(database: Database, { issuer, id }: { issuer: string; id: string }): Promise<void> {
  await inTransaction(database, async (connection) => {
    const { rows } = await connection.query<Ids & { busy: boolean }>(
      `SELECT id AS sid, issuer AS iss, subject AS sub,
         EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status IN ('running', 'queued'))
         OR EXISTS (SELECT FROM effects WHERE session_id = sessions.id AND status IN ('planned', 'dispatched', 'unknown')) AS busy
       FROM sessions WHERE id = $1 AND issuer = $2 FOR UPDATE`,
      [id, issuer],
    );
    const [row] = rows;
    if (!row) throw new AiguyError('not_found');
    if (row.busy) throw new AiguyError('turn_in_progress');
    await deleteAll(connection, [row]);
  });
}

async function deleteAll(connection: Connection, sessions: readonly Ids[]): Promise<void> {
  await connection.query('INSERT INTO expired_sessions (digest) SELECT unnest($1::text[]) ON CONFLICT (digest) DO UPDATE SET expired_at = now()', [
    sessions.map(tombstoneOf),
  ]);
  await connection.query('DELETE FROM sessions WHERE id = ANY($1)', [sessions.map(({ sid }) => sid)]);
}

/** What remains of a deleted session. Whoever doesn't hold the assertion can't ask whether it was. */
export function tombstoneOf({ iss, sub, sid }: Ids): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, sub, sid]))
    .digest('base64url');
}

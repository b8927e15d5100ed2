// Sessions: made by the site, known here from the first valid assertion on, never visible to anybody else.
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

export type Session = { id: string; createdAt: Date; lastSeq: number; running: boolean };

/**
 * Makes the session of an assertion if it is new.
 * @throws AiguyError not_found when the id belongs to another site or subject: the same answer as for no session
 */
export async function ensureSession(on: Database | Connection, visitor: VisitorAssertion): Promise<void> {
  await on.query('INSERT INTO sessions (id, issuer, subject) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', [
    visitor.sid,
    visitor.iss,
    visitor.sub,
  ]);
  const { rowCount } = await on.query('SELECT FROM sessions WHERE id = $1 AND issuer = $2 AND subject = $3', [visitor.sid, visitor.iss, visitor.sub]);
  if (rowCount !== 1) throw new AiguyError('not_found');
}

/** The session that the assertion names. @throws AiguyError not_found for an unknown session and for somebody else's */
export async function findSession(database: Database, visitor: VisitorAssertion): Promise<Session> {
  const { rows } = await database.query<{ id: string; created_at: Date; last_seq: number; running: boolean }>(
    `SELECT id, created_at, last_seq, EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status = 'running') AS running
     FROM sessions WHERE id = $1 AND issuer = $2 AND subject = $3`,
    [visitor.sid, visitor.iss, visitor.sub],
  );
  const row = rows[0];
  if (!row) throw new AiguyError('not_found');
  return { id: row.id, createdAt: row.created_at, lastSeq: row.last_seq, running: row.running };
}

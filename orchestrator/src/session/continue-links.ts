// Links with which a conversation goes on on another device. The token is known to the visitor alone; here is only its digest.
import { createHash, randomBytes } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

export const linkLifetimeMs = 900_000;
const tokenBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

type Visitor = Pick<VisitorAssertion, 'iss' | 'sub' | 'sid' | 'agent'>;

/** Makes a link to the visitor's own session. Expired ones of everybody are cleared away. */
export async function makeLink(database: Database, visitor: Visitor): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(tokenBytes).toString('base64url');
  await database.query('DELETE FROM continue_links WHERE expires_at < now()');
  const { rows } = await database.query<{ expires_at: Date }>(
    `INSERT INTO continue_links (token_digest, session_id, issuer, subject, expires_at)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond') RETURNING expires_at`,
    [digest(token), visitor.sid, visitor.iss, visitor.sub, linkLifetimeMs],
  );
  return { token, expiresAt: rows[0]?.expires_at ?? new Date() };
}

/**
 * The session behind a link that this visitor may use: a signed-in one his own, on the same site; a guest one of a guest of the same site.
 * It leads to the agent it was made at alone, because another one may answer from other knowledge. A link of a guest is none for somebody who is signed in, so that nobody's conversation is put under another one's name.
 * @throws AiguyError link_invalid, the same for every reason
 */
export async function findLinked(on: Database | Connection, visitor: Visitor, token: string): Promise<string> {
  if (!tokenPattern.test(token)) throw new AiguyError('link_invalid');
  const { rows } = await on.query<{ session_id: string; subject: string }>(
    `SELECT session_id, continue_links.subject FROM continue_links JOIN sessions ON sessions.id = session_id
     WHERE token_digest = $1 AND continue_links.issuer = $2 AND session_id <> $3 AND used_at IS NULL AND expires_at > now()
       AND (agent IS NULL OR agent = COALESCE($4, agent))`,
    [digest(token), visitor.iss, visitor.sid, visitor.agent?.id ?? null],
  );
  const link = rows[0];
  if (!(link && mayUse(link.subject, visitor.sub))) throw new AiguyError('link_invalid');
  return link.session_id;
}

/** @throws AiguyError link_invalid when another request was first */
export async function useLink(connection: Connection, token: string): Promise<void> {
  const { rowCount } = await connection.query(
    'UPDATE continue_links SET used_at = now() WHERE token_digest = $1 AND used_at IS NULL AND expires_at > now()',
    [digest(token)],
  );
  if (rowCount !== 1) throw new AiguyError('link_invalid');
}

function mayUse(linked: string, subject: string): boolean {
  return linked.startsWith('anon:') ? subject.startsWith('anon:') : linked === subject;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

// The conversations of one signed-in visitor, on whichever device he had them.
import type { Database } from '@aiguy/manifests/database';
import type { OwnSession } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

const sessionsMax = 50;
const titleCharactersMax = 80;

/** A subject's conversations with this agent in which something was said, the latest first; titled by the beginning of the first message. */
export async function listSessions(database: Database, { iss, sub, agent }: Pick<VisitorAssertion, 'iss' | 'sub' | 'agent'>): Promise<OwnSession[]> {
  const { rows } = await database.query<{ id: string; title: string; created_at: Date; last_at: Date }>(
    `SELECT sessions.id, created_at, last.at AS last_at, COALESCE(left(first.text, $4), '') AS title
     FROM sessions
     CROSS JOIN LATERAL (SELECT max(COALESCE(finished_at, started_at)) AS at FROM runs WHERE session_id = sessions.id) AS last
     LEFT JOIN LATERAL (
       SELECT input ->> 'text' AS text FROM runs WHERE session_id = sessions.id AND input ->> 'kind' = 'message' ORDER BY first_seq LIMIT 1
     ) AS first ON true
     WHERE issuer = $1 AND subject = $2 AND last.at IS NOT NULL AND (agent IS NULL OR agent = COALESCE($5, agent))
     ORDER BY last.at DESC LIMIT $3`,
    [iss, sub, sessionsMax, titleCharactersMax, agent?.id ?? null],
  );
  return rows.map((row) => ({ sessionId: row.id, title: row.title, createdAt: row.created_at.toISOString(), lastAt: row.last_at.toISOString() }));
}

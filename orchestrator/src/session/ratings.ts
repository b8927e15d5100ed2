// What visitors thought of an answer or of the whole conversation: a row each, the newest word counts; the log tells every tab and every reload.
import type { Connection } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Feedback } from '@aiguy/manifests/generated/http';
import { personChanged, rated } from './run-events.ts';
import { lastSeqOf, lockSession, type Runs } from './runs.ts';

/**
 * Keeps a rating and tells it in the log, without the visitor's own words; the same rating again changes nothing. After a second answer in a row that was
 * no help, by rating or by itself, a person is offered.
 * @returns the number of the newest event of the session
 * @throws AiguyError not_found for a run that the session does not have or that has not ended, and for a conversation in which nothing was said
 */
export async function rate(runs: Runs, sessionId: string, { runId = '', score, reason, comment }: Feedback): Promise<number> {
  const words = comment?.trim() || null;
  return await runs.inSession(sessionId, async (connection, append) => {
    await lockSession(connection, sessionId);
    const { rowCount } = await connection.query(
      `SELECT FROM runs WHERE session_id = $1 AND ($2 = '' OR id = $2) AND status NOT IN ('queued', 'running') LIMIT 1`,
      [sessionId, runId],
    );
    if (rowCount === 0) throw new AiguyError('not_found');
    const { rows } = await connection.query<{ score: number; reason: string | null; comment: string | null }>(
      'SELECT score, reason, comment FROM ratings WHERE session_id = $1 AND run_id = $2',
      [sessionId, runId],
    );
    const before = rows[0];
    if (before?.score === score && before.reason === (reason ?? null) && before.comment === words) return await lastSeqOf(connection, sessionId);
    await connection.query(
      `INSERT INTO ratings (session_id, run_id, score, reason, comment) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (session_id, run_id) DO UPDATE SET score = EXCLUDED.score, reason = EXCLUDED.reason, comment = EXCLUDED.comment, rated_at = now()`,
      [sessionId, runId, score, reason ?? null, words],
    );
    const isOffered = await noteHelp(connection, sessionId, { runId, score, isNew: before?.score !== score });
    const value = { runId, score, ...(reason === undefined ? {} : { reason }) };
    return await append(runId, [rated(value), ...(isOffered ? [personChanged({ status: 'offered' })] : [])]);
  });
}

type Rated = { runId: string; score: number; isNew: boolean };

/** What the visitor says of an answer counts more than what was judged of it. @returns whether a person should be offered now */
async function noteHelp(connection: Connection, sessionId: string, { runId, score, isNew }: Rated): Promise<boolean> {
  if (runId === '') return false;
  await connection.query('UPDATE runs SET unhelped = $3 WHERE session_id = $1 AND id = $2', [sessionId, runId, score < 0]);
  if (score > 0 || !isNew) return false;
  const { rows } = await connection.query<{ id: string; unhelped: boolean }>(
    `SELECT id, unhelped FROM runs
     WHERE session_id = $1 AND input ->> 'kind' = 'message' AND status IN ('success', 'error', 'interrupt')
       AND NOT EXISTS (SELECT FROM handoffs WHERE session_id = $1 AND closed_at IS NULL)
     ORDER BY first_seq DESC LIMIT 2`,
    [sessionId],
  );
  return rows.length === 2 && rows.every(({ unhelped }) => unhelped) && rows.some(({ id }) => id === runId);
}

// Says what nobody asked for just now: something that was under way has ended.
import { randomUUID } from 'node:crypto';
import type { AGUIEvent } from '@ag-ui/core';
import type { Connection } from '@aiguy/manifests/database';
import type { RunInput } from './run.ts';
import { runFinished, runStarted } from './run-events.ts';
import { lockSession, type Runs } from './runs.ts';

/**
 * Says something in a session when nothing is running in it, as a run of its own.
 * @param say makes the events in the same transaction; undefined when there is nothing to say any more, because another process was first
 * @returns false when it was not said, for that or because the session is busy
 */
export async function announce(runs: Runs, sessionId: string, say: (connection: Connection) => Promise<AGUIEvent[] | undefined>): Promise<boolean> {
  return await runs.inSession(sessionId, async (connection, append) => {
    await lockSession(connection, sessionId);
    const busy = await connection.query(`SELECT FROM runs WHERE session_id = $1 AND status IN ('running', 'queued') LIMIT 1`, [sessionId]);
    const said = busy.rowCount === 0 ? await say(connection) : undefined;
    if (!said) return false;
    const id = randomUUID();
    const input: RunInput = { kind: 'notice' };
    const firstSeq = await append(id, [runStarted(sessionId, id, input), ...said, runFinished(sessionId, id)]);
    await connection.query(
      `INSERT INTO runs (session_id, id, message_id, message_digest, status, owner, lease_until, finished_at, first_seq, input)
       VALUES ($1, $2, $2, '', 'success', $3, now(), now(), $4, $5)`,
      [sessionId, id, runs.owner, firstSeq, JSON.stringify(input)],
    );
    return true;
  });
}

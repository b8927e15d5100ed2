// What a person of the site and a visitor write to each other: runs that begin and end in one transaction, because no model works on them.
import type { AGUIEvent } from '@ag-ui/core';
import type { Connection } from '@aiguy/manifests/database';
import type { Run, RunInput } from './run.ts';
import { authorNamed, runFinished, runStarted, textMessage } from './run-events.ts';

/** The whole of such a run: a person's words with their author, or a visitor's message that waits for the person. */
export function instantRun(sessionId: string, runId: string, input: RunInput): AGUIEvent[] {
  const said =
    input.kind === 'person' ? [authorNamed({ messageId: input.messageId, name: input.name }), ...textMessage(input.text, input.messageId)] : [];
  return [runStarted(sessionId, runId, input), ...said, runFinished(sessionId, runId)];
}

/** Where a new run stands: behind others, at work, or over at once because a person answers. waiting: runs before it that wait too. */
export type Place = { status: 'queued' | 'running' | 'success'; waiting: number };

/** The caller holds the session's row. */
export async function placeFor(connection: Connection, sessionId: string, input: RunInput): Promise<Place> {
  const { rows } = await connection.query<{ waiting: number; running: number; attended: boolean }>(
    `SELECT count(*) FILTER (WHERE status = 'queued')::int AS waiting, count(*) FILTER (WHERE status = 'running')::int AS running,
       EXISTS (SELECT FROM handoffs WHERE session_id = $1 AND taken_at IS NOT NULL AND closed_at IS NULL) AS attended
     FROM runs WHERE session_id = $1 AND status IN ('queued', 'running')`,
    [sessionId],
  );
  const { waiting = 0, running = 0, attended = false } = rows[0] ?? {};
  if (waiting + running > 0) return { status: 'queued', waiting };
  return { status: attended && input.kind === 'message' ? 'success' : 'running', waiting };
}

/** The first events of a run that does not wait; all of them when it is over at once. */
export function begin(status: 'running' | 'success', sessionId: string, { runId, input }: { runId: string; input: RunInput }): AGUIEvent[] {
  return status === 'success' ? instantRun(sessionId, runId, input) : [runStarted(sessionId, runId, input)];
}

/** Whether no model is asked for it. The caller holds the session's row, so that nobody takes over or hands back in between. */
export async function isAnsweredByPerson(connection: Connection, sessionId: string, input: RunInput): Promise<boolean> {
  if (input.kind === 'person') return true;
  if (input.kind !== 'message') return false;
  const { rowCount } = await connection.query('SELECT FROM handoffs WHERE session_id = $1 AND taken_at IS NOT NULL AND closed_at IS NULL', [
    sessionId,
  ]);
  return rowCount === 1;
}

/** Ends a run that has waited, with what instantRun gave. */
export async function endAtOnce(connection: Connection, sessionId: string, { id, firstSeq }: Pick<Run, 'id' | 'firstSeq'>): Promise<void> {
  await connection.query(
    `UPDATE runs SET status = 'success', first_seq = $3, finished_at = now(), visitor = NULL, assertion = NULL WHERE session_id = $1 AND id = $2`,
    [sessionId, id, firstSeq],
  );
}

/** The number that the session's next event gets. */
export async function nextSeqOf(connection: Connection, sessionId: string): Promise<number> {
  const { rows } = await connection.query<{ last_seq: number }>('SELECT last_seq FROM sessions WHERE id = $1', [sessionId]);
  return (rows[0]?.last_seq ?? 0) + 1;
}

// What ended runs have come to, read from their events once and kept as facts without words: the figures of a report outlive the conversations.
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import { isSameMatter, verdictOf } from './same-matter.ts';

type ToolUse = { name: string; failed: boolean };
type Ended = { session_id: string; id: string; kind: string; text: string; status: string; started_at: Date; issuer: string; subject: string };
type Events = {
  session_id: string;
  run_id: string;
  first_text_ms: number | null;
  cited: boolean | null;
  results: { name: string | null; content: string }[];
};

const runsAtOnce = 50;
/** A visitor who writes again after a longer pause had left; who comes back on the same matter within the other time was not helped. */
export const pauseMinutes = 30;
export const returnHours = 24;
const earlierMessagesMax = 20;

/** Refusals that are an answer: the tool works. */
const answers = new Set(['not_found', 'not_allowed_now', 'sign_in_required', 'proof_required', 'proof_failed', 'code_wrong', 'rejected_by_visitor']);
const personTools = new Set(['escalate_to_human', 'create_support_ticket', 'request_handoff']);

/** @returns how many runs were noted; the next call goes on with the rest */
export async function noteRuns(database: Database): Promise<number> {
  const { rowCount } = await database.query('SELECT FROM runs WHERE NOT noted AND finished_at IS NOT NULL LIMIT 1');
  if (rowCount === 0) return 0;
  return await inTransaction(database, async (connection) => {
    const { rows } = await connection.query<Ended>(
      `SELECT runs.session_id, runs.id, runs.input ->> 'kind' AS kind, COALESCE(runs.input ->> 'text', '') AS text, runs.status, runs.started_at,
         sessions.issuer, sessions.subject
       FROM runs JOIN sessions ON sessions.id = runs.session_id
       WHERE NOT runs.noted AND runs.finished_at IS NOT NULL ORDER BY runs.started_at LIMIT $1 FOR UPDATE OF runs SKIP LOCKED`,
      [runsAtOnce],
    );
    const events = await readEvents(connection, rows);
    for (const run of rows) {
      await keepFacts(connection, run, events.get(keyOf(run.session_id, run.id)));
      if (run.kind === 'message') await markReopened(connection, run);
    }
    return rows.length;
  });
}

const eventsSql = `
  WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[]) AS run (session_id, run_id)),
  figures AS (
    SELECT session_id, run_id,
      extract(epoch FROM min(created_at) FILTER (WHERE type = 'TEXT_MESSAGE_CONTENT') - min(created_at) FILTER (WHERE type = 'RUN_STARTED')) * 1000
        AS first_text_ms,
      bool_or(type = 'CUSTOM' AND event ->> 'name' = 'aiguy.citations') AS cited
    FROM events JOIN wanted USING (session_id, run_id) GROUP BY session_id, run_id
  ),
  results AS (
    SELECT result.session_id, result.run_id, json_agg(json_build_object('content', result.event ->> 'content', 'name', (
      SELECT start.event ->> 'toolCallName' FROM events AS start
      WHERE start.session_id = result.session_id AND start.type = 'TOOL_CALL_START' AND start.event ->> 'toolCallId' = result.event ->> 'toolCallId' LIMIT 1
    ))) AS results
    FROM events AS result JOIN wanted USING (session_id, run_id) WHERE result.type = 'TOOL_CALL_RESULT' GROUP BY result.session_id, result.run_id
  )
  SELECT figures.session_id, figures.run_id, figures.first_text_ms::float8 AS first_text_ms, figures.cited, COALESCE(results.results, '[]') AS results
  FROM figures LEFT JOIN results USING (session_id, run_id)`;

async function readEvents(connection: Connection, runs: readonly Ended[]): Promise<Map<string, Events>> {
  const { rows } = await connection.query<Events>(eventsSql, [runs.map(({ session_id: id }) => id), runs.map(({ id }) => id)]);
  return new Map(rows.map((row) => [keyOf(row.session_id, row.run_id), row]));
}

async function keepFacts(connection: Connection, run: Ended, events: Events | undefined): Promise<void> {
  const tools = (events?.results ?? []).map(toolUse);
  const isAnswered = run.status === 'success' || run.status === 'interrupt';
  const worked = tools.filter(({ ok }) => ok);
  const supported = isAnswered && (events?.cited === true || worked.some(({ name }) => name !== 'retrieve_docs'));
  await connection.query(
    `INSERT INTO usage_runs (session_id, run_id, issuer, asked_at, kind, status, first_text_ms, supported, escalated, verdict, tools)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9 OR EXISTS (SELECT FROM handoffs WHERE session_id = $1 AND (closed_at IS NULL OR closed_at >= $4)), $10, $11)
     ON CONFLICT (session_id, run_id) DO UPDATE SET asked_at = $4, kind = $5, status = $6, first_text_ms = $7, supported = $8, escalated = EXCLUDED.escalated,
       verdict = $10, tools = $11`,
    [
      run.session_id,
      run.id,
      run.issuer,
      run.started_at,
      run.kind,
      run.status,
      events?.first_text_ms == null ? null : Math.max(0, Math.round(events.first_text_ms)),
      supported,
      worked.some(({ name }) => personTools.has(name)),
      run.kind === 'message' ? (verdictOf(run.text) ?? null) : null,
      JSON.stringify(tools.map(({ name, failed }): ToolUse => ({ name, failed }))),
    ],
  );
  await connection.query('UPDATE runs SET noted = true WHERE session_id = $1 AND id = $2', [run.session_id, run.id]);
}

/** A person was asked for, or has stepped in, after the latest message: its run may have been noted before. */
export async function noteEscalation(connection: Connection, sessionId: string): Promise<void> {
  await connection.query(
    `UPDATE usage_runs SET escalated = true WHERE session_id = $1
       AND run_id = (SELECT run_id FROM usage_runs WHERE session_id = $1 AND kind = 'message' ORDER BY asked_at DESC LIMIT 1)`,
    [sessionId],
  );
}

function toolUse({ name, content }: Events['results'][number]): ToolUse & { ok: boolean } {
  const result = parsed(content);
  return { name: name ?? 'unknown', ok: result.ok, failed: !(result.ok || answers.has(result.code)) };
}

function parsed(content: string): { ok: boolean; code: string } {
  try {
    const { ok, code } = JSON.parse(content) as { ok?: unknown; code?: unknown };
    return { ok: ok === true, code: typeof code === 'string' ? code : '' };
  } catch {
    return { ok: false, code: '' };
  }
}

/** Marks the message with which the visitor had left, when this one takes the same matter up again. */
async function markReopened(connection: Connection, run: Ended): Promise<void> {
  const { rows } = await connection.query<{ session_id: string; id: string; text: string; started_at: Date }>(
    `SELECT runs.session_id, runs.id, COALESCE(runs.input ->> 'text', '') AS text, runs.started_at
     FROM runs JOIN sessions ON sessions.id = runs.session_id
     WHERE sessions.issuer = $1 AND sessions.subject = $2 AND runs.input ->> 'kind' = 'message'
       AND runs.started_at < $3 AND runs.started_at >= $3::timestamptz - $4 * interval '1 hour' AND NOT (runs.session_id = $5 AND runs.id = $6)
     ORDER BY runs.started_at DESC LIMIT $7`,
    [run.issuer, run.subject, run.started_at, returnHours, run.session_id, run.id, earlierMessagesMax],
  );
  const [last] = rows;
  if (!last || run.started_at.getTime() - last.started_at.getTime() <= pauseMinutes * 60_000) return;
  if (!rows.some(({ text }) => isSameMatter(text, run.text))) return;
  await connection.query('UPDATE usage_runs SET reopened = true WHERE session_id = $1 AND run_id = $2', [last.session_id, last.id]);
}

function keyOf(sessionId: string, runId: string): string {
  return `${sessionId}/${runId}`;
}

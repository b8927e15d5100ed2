// Long tasks of a session: what the tools API does after a call was answered, and when to ask how it goes. Asked in growing pauses for a day.
import type { Connection, Database } from '@aiguy/manifests/database';
import type { FileValue, TaskValue } from '@aiguy/manifests/generated/events';
import type { TaskReference, TaskStatus } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { wordsFor } from '@aiguy/manifests/words';
import { fileMade, taskChanged, taskOpened } from './run-events.ts';
import type { Append } from './runs.ts';
import { toldTask } from './told.ts';

export type NewTask = { task: TaskReference; tool: string; sessionId: string; runId: string; visitor: VisitorAssertion; assertion: string };
/** unsaid: what is still to be said of it in the conversation. */
export type OpenTask = {
  id: string;
  sessionId: string;
  runId: string;
  tool: string;
  state: TaskValue['state'];
  unsaid: string | null;
  visitor: VisitorAssertion;
  assertion: string;
};

/** file: what the task has made, once it is done. */
export type TaskChange = { task: OpenTask; status: TaskStatus; said: string | undefined; file: FileValue['file'] | undefined };

type TaskRow = Omit<OpenTask, 'sessionId' | 'runId'> & { session_id: string; run_id: string };

/** Pauses double from a second to a minute. The assertion proves its visitor to the tools API for a day. */
const longestPauseS = 60;
const followedHours = 24;
/** A conversation in which something is running is looked at again after this. */
const busyPauseS = 2;

export class Tasks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps a task, once, and tells every tab of it. The caller's transaction holds the session's row. */
  async open(connection: Connection, append: Append, task: NewTask): Promise<void> {
    if (await this.insert(connection, task)) await append(task.runId, [taskOpened({ task: toldTask(wordsFor(task.visitor), task.task) })]);
  }

  /** As open, for a caller who tells it by himself. @returns whether it was new */
  async insert(connection: Connection, { task, tool, sessionId, runId, visitor, assertion }: NewTask): Promise<boolean> {
    const { rowCount } = await connection.query(
      `INSERT INTO tasks (id, session_id, run_id, tool, title, visitor, assertion, look_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now())
       ON CONFLICT (id) DO NOTHING`,
      [task.id, sessionId, runId, tool, task.title, JSON.stringify(visitor), assertion],
    );
    return rowCount === 1;
  }

  /** Takes tasks whose time to be looked at has come; each is given to one process until its next time. */
  async takeDue(limit: number): Promise<OpenTask[]> {
    await this.#database.query(
      `UPDATE tasks SET look_at = NULL, visitor = NULL, assertion = NULL
       WHERE look_at < now() AND unsaid IS NULL AND created_at < now() - $1 * interval '1 hour'`,
      [followedHours],
    );
    const { rows } = await this.#database.query<TaskRow>(
      `UPDATE tasks SET asked = asked + 1, look_at = now() + LEAST($1, power(2, LEAST(asked, 10))) * interval '1 second'
       WHERE id IN (SELECT id FROM tasks WHERE look_at <= now() ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, session_id, run_id, tool, state, unsaid, visitor, assertion`,
      [longestPauseS, limit],
    );
    return rows.map(({ session_id: sessionId, run_id: runId, ...row }) => ({ ...row, sessionId, runId }));
  }

  /**
   * Keeps what the tools API said and tells every tab; what it said before, or said late, changes nothing. The caller's transaction holds the
   * session's row.
   * @param change.said what is to be said of it once it has ended
   * @returns what is now to be said in the conversation
   */
  async change(connection: Connection, append: Append, { task, status, said, file }: TaskChange): Promise<string | null> {
    const { state, progress, message } = status;
    const { rows } = await connection.query<{ title: string; unsaid: string | null }>(
      `UPDATE tasks SET state = $2, progress = $3, message = $4, as_of = $5,
         unsaid = CASE WHEN $2 IN ('done', 'failed') AND state <> $2 THEN $6 ELSE unsaid END,
         look_at = CASE WHEN $2 = 'done' AND $6::text IS NULL THEN NULL ELSE look_at END
       WHERE id = $1 AND state <> 'done' AND (as_of IS NULL OR as_of <= $5) AND (state, progress, message) IS DISTINCT FROM ($2, $3::real, $4)
       RETURNING title, unsaid`,
      [task.id, state, progress ?? null, message ?? null, status.updated_at, said ?? null],
    );
    const row = rows[0];
    if (!row) return task.unsaid;
    const words = wordsFor(task.visitor);
    const value: TaskValue = {
      taskId: task.id,
      title: words.text(row.title),
      state,
      ...(progress === undefined ? {} : { progress }),
      ...(message === undefined ? {} : { message: words.tell(message) }),
    };
    const made = file ? [fileMade({ toolCallId: task.id, tool: task.tool, file })] : [];
    await append(task.runId, [taskChanged(value), ...made]);
    return row.unsaid;
  }

  /** Notes that it is said, in the transaction that says it. @returns false when another process was quicker, so that nothing is said twice */
  async said(connection: Connection, id: string, text: string): Promise<boolean> {
    const { rowCount } = await connection.query(
      `UPDATE tasks SET unsaid = NULL, look_at = CASE WHEN state = 'done' THEN NULL ELSE look_at END,
         visitor = CASE WHEN state = 'done' THEN NULL ELSE visitor END, assertion = CASE WHEN state = 'done' THEN NULL ELSE assertion END
       WHERE id = $1 AND unsaid = $2`,
      [id, text],
    );
    return rowCount === 1;
  }

  /** The conversation is busy: what is unsaid is tried again soon. */
  async sayLater(id: string): Promise<void> {
    await this.#database.query("UPDATE tasks SET look_at = now() + $2 * interval '1 second' WHERE id = $1 AND unsaid IS NOT NULL", [id, busyPauseS]);
  }
}

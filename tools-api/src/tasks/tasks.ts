// Long tasks as rows: what others may know of work that goes on after a call was answered.
//
// State    what holds                                          enters from            leaves to
// queued   it waits for its first or its next attempt          the call, running, failed   running, failed
// running  an attempt is under way, or its process has died    queued, running        done, queued, failed
// done     its result is there                                 running                –
// failed   it lies among the dead letters                      queued, running        queued, when it is redriven
import { createHash } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { TaskStatus } from '@aiguy/manifests/generated/http';
import type { Queryable, Subject } from '../backends/shop.ts';

export type TaskState = TaskStatus['state'];
export type NewTask = {
  id: string;
  tool: string;
  subject: Subject;
  /** Whom the task is for: tasks of the same are done in their order. */
  orderKey: string;
  input: Record<string, unknown>;
  title: string;
  message: string;
};

/** One attempt at a task. attempts and refusals count those before it. */
export type Task = { id: string; tool: string; input: Record<string, unknown>; attempts: number; refusals: number };
export type TaskRow = {
  id: string;
  tool: string;
  title: string;
  state: TaskState;
  progress: number | null;
  message: string | null;
  reason: string | null;
  attempts: number;
  order_key: string;
  created_at: Date;
  updated_at: Date;
};

const columns = 'id, tool, title, state, progress, message, reason, attempts, order_key, created_at, updated_at';
const keptDays = 30;

/** Keeps a task in the caller's transaction. */
export async function insertTask(connection: Queryable, task: NewTask): Promise<void> {
  await connection.query('INSERT INTO tasks (id, tool, subject_digest, order_key, input, title, message) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    task.id,
    task.tool,
    subjectDigest(task.subject),
    orderKeyOf(task),
    JSON.stringify(task.input),
    task.title,
    task.message,
  ]);
}

/** Contract: another's task and no task are both undefined. */
export async function findTask(database: Database, id: string, who: Subject): Promise<TaskRow | undefined> {
  const { rows } = await database.query<TaskRow>(`SELECT ${columns} FROM tasks WHERE id = $1 AND subject_digest = $2`, [id, subjectDigest(who)]);
  return rows[0];
}

/** For the operator, whoever it is for. */
export async function readTask(database: Database, id: string): Promise<(TaskRow & Pick<Task, 'input'>) | undefined> {
  const { rows } = await database.query<TaskRow & Pick<Task, 'input'>>(`SELECT ${columns}, input FROM tasks WHERE id = $1`, [id]);
  return rows[0];
}

/** Begins an attempt. @returns undefined for a task that is done or gone: there is nothing left to do */
export async function beginAttempt(database: Database, id: string): Promise<Task | undefined> {
  const { rows } = await database.query<Task>(
    `UPDATE tasks SET state = 'running', attempts = attempts + 1, updated_at = now() WHERE id = $1 AND state <> 'done'
     RETURNING id, tool, input, attempts - 1 AS attempts, refusals`,
    [id],
  );
  return rows[0];
}

export async function keepProgress(database: Database, id: string, progress: { share: number; message: string }): Promise<void> {
  await database.query("UPDATE tasks SET progress = $2, message = $3, updated_at = now() WHERE id = $1 AND state = 'running'", [
    id,
    progress.share,
    progress.message,
  ]);
}

export async function endTask(database: Database, id: string, message: string): Promise<void> {
  await database.query("UPDATE tasks SET state = 'done', progress = 1, message = $2, reason = NULL, updated_at = now() WHERE id = $1", [id, message]);
}

/** It is done, and nobody asks about it. */
export async function forgetTask(database: Database, id: string): Promise<void> {
  await database.query('DELETE FROM tasks WHERE id = $1', [id]);
}

/** The attempt failed, and another one follows. */
export async function putBack(database: Database, id: string, why: { message: string; reason: string; isRefused: boolean }): Promise<void> {
  await database.query(
    `UPDATE tasks SET state = 'queued', message = $2, reason = $3, refusals = refusals + $4, updated_at = now() WHERE id = $1 AND state = 'running'`,
    [id, why.message, why.reason, why.isRefused ? 1 : 0],
  );
}

/** It lies among the dead letters now. */
export async function giveUp(database: Database, id: string, message: string): Promise<void> {
  await database.query("UPDATE tasks SET state = 'failed', message = $2, updated_at = now() WHERE id = $1 AND state IN ('queued', 'running')", [
    id,
    message,
  ]);
}

/** Begins a given-up task anew, in the caller's transaction. */
export async function startAgain(connection: Queryable, id: string): Promise<void> {
  await connection.query("UPDATE tasks SET state = 'queued', refusals = 0, updated_at = now() WHERE id = $1 AND state <> 'done'", [id]);
}

/** Tasks that are not done, by state. */
export async function countOpen(database: Database): Promise<{ state: TaskState; count: number }[]> {
  const { rows } = await database.query<{ state: TaskState; count: number }>(
    "SELECT state, count(*)::int AS count FROM tasks WHERE state <> 'done' GROUP BY state",
  );
  return rows;
}

/** Forgets tasks that are long done. */
export async function forgetDone(database: Database): Promise<void> {
  await database.query("DELETE FROM tasks WHERE state = 'done' AND updated_at < now() - $1 * interval '1 day'", [keptDays]);
}

/** SHA-256 of issuer and subject, base64url. */
export function subjectDigest({ issuer, subject }: Subject): string {
  return digest([issuer, subject]);
}

/** SHA-256, base64url: names nobody to whoever reads the queue. */
export function orderKeyOf({ tool, orderKey }: Pick<NewTask, 'tool' | 'orderKey'>): string {
  return digest([tool, orderKey]);
}

function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

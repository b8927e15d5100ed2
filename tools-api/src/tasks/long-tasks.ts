// Long tasks as the rest of the process sees them: begun within a call, done in the background, counted.
import { randomUUID } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { TaskReference } from '@aiguy/manifests/generated/http';
import type { Registry } from 'prom-client';
import type { Queryable } from '../backends/shop.ts';
import { createTaskMetrics } from '../observe/task-metrics.ts';
import { openTaskQueue, type TaskQueue } from './queue.ts';
import { giveUpTask, runTask, type TaskPorts, type TaskRunners } from './run-task.ts';
import { forgetDone, insertTask, type NewTask, orderKeyOf } from './tasks.ts';

export type LongTasks = {
  /** Whether calls of a tool leave a task behind. */
  has: (tool: string) => boolean;
  /** Keeps a task and its job in the caller's transaction. */
  start: (connection: Queryable, task: Omit<NewTask, 'id'>) => Promise<TaskReference>;
  /** To be called after the commit, so that the task is begun at once. */
  wake: () => void;
};

type Log = { warn: (details: object, message: string) => void };

export type OpenTasks = LongTasks & {
  /** Begins to work on what is there and what will come. */
  work: (ports: { log: Log; metrics: Registry }) => Promise<void>;
  /** Marks tasks as failed whose jobs are among the dead letters, and lets go on what waited behind them. */
  clearAway: () => Promise<void>;
  queue: TaskQueue;
  stop: () => Promise<void>;
};

const clearAwayEveryMs = 10_000;
const forgetEveryMs = 3_600_000;

/** Opens the queue; nothing is worked on before `work`. */
export async function openLongTasks(options: { database: Database; databaseUrl: string; runners: TaskRunners }): Promise<OpenTasks> {
  const { database, databaseUrl, runners } = options;
  let log: Log | undefined;
  const queue = await openTaskQueue({
    databaseUrl,
    supervises: true,
    onProblem: (reason) => log?.warn({ reason }, 'the queue of tasks has a problem'),
  });
  const timers: ReturnType<typeof setInterval>[] = [];
  let ports: TaskPorts = { database, runners, attempted: () => undefined };
  let isClearing = false;
  const clearAway = async () => {
    await queue.clearAway(async (dead) => {
      await giveUpTask(ports, dead);
      log?.warn({ task: dead.taskId, reason: dead.reason }, 'a task was given up: npm run tasks -- list');
    });
  };
  /** What fails now is done at the next tick. */
  const everyMs = (intervalMs: number, work: () => Promise<void>) => timers.push(setInterval(() => void work().catch(() => undefined), intervalMs));
  const clearAwayOnce = async () => {
    if (isClearing) return;
    isClearing = true;
    await clearAway().finally(() => {
      isClearing = false;
    });
  };
  return {
    has: (tool) => Object.hasOwn(runners, tool),
    start: async (connection, task) => {
      const id = randomUUID();
      await insertTask(connection, { ...task, id });
      await queue.send(connection, { id, orderKey: orderKeyOf(task), pauseMaxS: runners[task.tool]?.pauseMaxS });
      return { id, title: task.title };
    },
    wake: queue.wake,
    work: async ({ log: given, metrics }) => {
      log = given;
      ports = { ...ports, attempted: createTaskMetrics(metrics, database).attempted };
      await queue.work(async (taskId, signal) => await runTask(ports, taskId, signal));
      everyMs(clearAwayEveryMs, clearAwayOnce);
      everyMs(forgetEveryMs, async () => await forgetDone(database));
    },
    clearAway,
    queue,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await queue.stop();
    },
  };
}

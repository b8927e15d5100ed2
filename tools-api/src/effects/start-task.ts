// How a call leaves work to the queue: at most one task a call; that of a write in the call's transaction.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import type { TaskReference } from '@aiguy/manifests/generated/http';
import type { Queryable } from '../backends/shop.ts';
import type { LongTasks } from '../tasks/long-tasks.ts';
import type { Admitted } from '../tool-call.ts';
import type { ReadContext, WriteContext } from '../tools/handler.ts';

/** @returns what the handler gets, and afterwards the task that it began */
export function startTaskOf(
  tasks: LongTasks | undefined,
  { name, tool, caller }: Admitted,
  connection: Queryable,
): { startTask: WriteContext['startTask']; started: () => TaskReference | undefined } {
  const { task } = tool.manifest;
  if (!(task && tasks?.has(name))) return { startTask: undefined, started: () => undefined };
  let reference: TaskReference | undefined;
  return {
    startTask: async (wanted) => {
      if (reference) throw new Error('a call begins one task at most');
      reference = await tasks.start(connection, { ...wanted, tool: name, subject: caller.subject, title: task.title });
    },
    started: () => reference,
  };
}

/** @returns what a read's handler gets, and afterwards the task that it began or found */
export function leaveTaskOf(
  { database, tasks }: { database: Database; tasks?: LongTasks | undefined },
  { name, tool, caller }: Admitted,
): { leaveTask: ReadContext['leaveTask']; left: () => TaskReference | undefined } {
  const { task } = tool.manifest;
  if (!(task && tasks?.has(name))) return { leaveTask: undefined, left: () => undefined };
  let reference: TaskReference | undefined;
  return {
    leaveTask: async ({ openMax, within, ...wanted }) => {
      if (reference) throw new Error('a call begins one task at most');
      const whole = { ...wanted, tool: name, subject: caller.subject, title: task.title };
      reference = await inTransaction(database, async (connection) => await tasks.startOrJoin(connection, whole, { openMax, within }));
      tasks.wake();
      return reference !== undefined;
    },
    left: () => reference,
  };
}

// Follows the long tasks of all sessions, whether or not a tab is open: each change goes into the log at once, the result is said when nothing runs.
import { announce } from '../session/announce.ts';
import { textMessage } from '../session/run-events.ts';
import { lockSession } from '../session/runs.ts';
import type { OpenTask } from '../session/tasks.ts';
import type { TurnPorts } from './turn.ts';

const atOnceMax = 50;

export async function followTasks(ports: TurnPorts, signal: AbortSignal): Promise<void> {
  const due = await ports.tasks.takeDue(atOnceMax);
  await Promise.all(due.map(async (task) => await follow(ports, task, signal)));
}

async function follow(ports: TurnPorts, task: OpenTask, signal: AbortSignal): Promise<void> {
  const unsaid = task.state === 'done' ? task.unsaid : await lookAt(ports, task, signal);
  if (unsaid !== null) await say(ports, task, unsaid);
}

/** @returns what is to be said */
async function lookAt(ports: TurnPorts, task: OpenTask, signal: AbortSignal): Promise<string | null> {
  const tool = ports.catalogue.get(task.tool);
  const { sessionId, visitor, assertion } = task;
  const status = tool && (await ports.askTask(tool, task.id, { visitor, assertion, signal }));
  if (!status) return task.unsaid;
  return await ports.runs.inSession(sessionId, async (connection, append) => {
    await lockSession(connection, sessionId);
    return await ports.tasks.change(connection, append, { task, status });
  });
}

async function say(ports: TurnPorts, { id, sessionId }: OpenTask, text: string): Promise<void> {
  const isSaid = await announce(ports.runs, sessionId, async (connection) =>
    (await ports.tasks.said(connection, id, text)) ? textMessage(text) : undefined,
  );
  if (!isSaid) await ports.tasks.sayLater(id);
}

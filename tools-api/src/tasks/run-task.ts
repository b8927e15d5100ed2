// One attempt at one task, whatever the task is: begin, run within its time, keep what came of it.
import type { Database } from '@aiguy/manifests/database';
import { inSpan } from '@aiguy/manifests/telemetry';
import { DeskError } from '../backends/ticket-desk/desk.ts';
import type { AttemptEnd, DeadLetter } from './queue.ts';
import { beginAttempt, endTask, forgetTask, giveUp, keepProgress, putBack, readTask, type Task } from './tasks.ts';

type Input = Task['input'];

export type TaskAttempt = {
  id: string;
  /** An earlier attempt may have done all of it. */
  isRepeated: boolean;
  signal: AbortSignal;
  /** How much is done, from 0 to 1, and what the visitor reads meanwhile. */
  progress: (share: number, message: string) => Promise<void>;
};

/** What a kind of task does. The words are for the visitor, at most 300 characters, and name nothing that he doesn't know. */
export type TaskRunner = {
  /**
   * Contract: may be called again after a success that nobody heard of, and does then no harm. Throws a DeskError, or anything for «try again later».
   * @returns what the visitor reads when it is done
   */
  run: (input: Input, attempt: TaskAttempt) => Promise<string>;
  /** Nobody asks what became of it, so nothing is left of it once it is done. */
  leavesNothing?: true;
  /** At most so long between two attempts, s, where a later one is of no use. */
  pauseMaxS?: number;
  waiting: (input: Input) => string;
  givenUp: (input: Input) => string;
};

/** Runners by the name of the tool that begins the task. */
export type TaskRunners = Readonly<Record<string, TaskRunner>>;
export type AttemptResult = 'done' | 'retried' | 'buried' | 'nothing_to_do';
export type TaskPorts = { database: Database; runners: TaskRunners; attempted: (tool: string, result: AttemptResult) => void };

/** The other side refuses what it refused: two more attempts are for what somebody may have mended meanwhile. */
const refusalsMax = 3;
/** Below what the queue allows, so that the end is kept by this process. */
const attemptTimeoutMs = 45_000;

export async function runTask(ports: TaskPorts, taskId: string, stopping: AbortSignal): Promise<AttemptEnd> {
  const task = await beginAttempt(ports.database, taskId);
  const runner = task && ports.runners[task.tool];
  if (!task) return end(ports, { tool: 'unknown', result: 'nothing_to_do' }, { kind: 'done' });
  if (!runner) return end(ports, { tool: task.tool, result: 'buried' }, { kind: 'bury', reason: 'nothing here runs tasks of this tool' });
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(attemptTimeoutMs)]);
    const progress = async (share: number, message: string) => await keepProgress(ports.database, task.id, { share, message });
    const attempt = { id: task.id, isRepeated: task.attempts > 0, signal, progress };
    const message = await inSpan(`task ${task.tool}`, {}, async () => await runner.run(task.input, attempt));
    await (runner.leavesNothing ? forgetTask(ports.database, task.id) : endTask(ports.database, task.id, message));
    return end(ports, { tool: task.tool, result: 'done' }, { kind: 'done' });
  } catch (error) {
    return await fail(ports, { task, runner }, error);
  }
}

async function fail(ports: TaskPorts, { task, runner }: { task: Task; runner: TaskRunner }, error: unknown): Promise<AttemptEnd> {
  const isRefused = error instanceof DeskError && error.kind === 'refused';
  // Messages of other errors may quote what the task is about.
  const reason = error instanceof DeskError ? error.message : `failed with ${error instanceof Error ? error.name : 'no error'}`;
  await putBack(ports.database, task.id, { message: runner.waiting(task.input), reason, isRefused });
  const isTooLate = error instanceof DeskError && error.kind === 'too_late';
  const isBuried = isTooLate || (isRefused && task.refusals + 1 >= refusalsMax);
  return end(ports, { tool: task.tool, result: isBuried ? 'buried' : 'retried' }, { kind: isBuried ? 'bury' : 'retry', reason });
}

function end(ports: TaskPorts, { tool, result }: { tool: string; result: AttemptResult }, attemptEnd: AttemptEnd): AttemptEnd {
  ports.attempted(tool, result);
  return attemptEnd;
}

/** A task whose job lies among the dead letters has failed, also when the process died that made the last attempt. */
export async function giveUpTask({ database, runners }: TaskPorts, { taskId }: DeadLetter): Promise<void> {
  const task = await readTask(database, taskId);
  if (task) await giveUp(database, taskId, runners[task.tool]?.givenUp(task.input) ?? 'This could not be finished. Our team has been told.');
}

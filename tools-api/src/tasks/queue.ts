// The queue of long tasks: pg-boss in the database of the tools. A job is sent in the transaction of the call that wants it; tasks of one key go one
// after the other; one that can't be done lies among the dead letters until somebody sends it again.
import type { Database } from '@aiguy/manifests/database';
import { inTransaction } from '@aiguy/manifests/database';
import { type Job, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Queryable } from '../backends/shop.ts';
import { startAgain } from './tasks.ts';

export type DeadLetter = { taskId: string; orderKey: string; since: Date; reason: string | undefined };
/** retry: later, with growing pauses. bury: to the dead letters at once. */
export type AttemptEnd = { kind: 'done' } | { kind: 'retry' | 'bury'; reason: string };
export type Attempt = (taskId: string, signal: AbortSignal) => Promise<AttemptEnd>;

export type TaskQueue = {
  /** Sends a job in the caller's transaction, which must call wake after its commit. */
  send: (connection: Queryable, task: { id: string; orderKey: string; pauseMaxS?: number | undefined }) => Promise<void>;
  /** Works here until stop. */
  work: (attempt: Attempt) => Promise<void>;
  /** Looks for jobs now rather than at the next look. */
  wake: () => void;
  /** Dead letters, the oldest first. */
  deadLetters: () => Promise<DeadLetter[]>;
  /** Frees the way for what waits behind tasks that were given up, each after `giveUp` has resolved. */
  clearAway: (giveUp: (dead: DeadLetter) => Promise<void>) => Promise<void>;
  /** @returns how many of them were sent again */
  redrive: (database: Database, taskIds: readonly string[]) => Promise<number>;
  stop: () => Promise<void>;
};

type JobData = { taskId: string };

const schema = 'task_jobs';
const queue = 'tasks';
const deadQueue = 'dead-tasks';
/**
 * Pauses double from 10 s to 15 min, those below that each random between half and whole, so that tasks don't come back in step: about a day in all.
 * An attempt has a minute; the job of a process that died goes back when its heartbeat has been missing.
 */
const retries = { retryLimit: 100, retryDelay: 10, retryBackoff: true, retryDelayMax: 900 };
const limits = { expireInSeconds: 60, heartbeatSeconds: 20 };
const retentionSeconds = 30 * 86_400;
const deadRetentionSeconds = 90 * 86_400;
const deleteAfterSeconds = 86_400;
/** How often the jobs of processes that died are looked for. */
const superviseSeconds = 10;
const pollingIntervalSeconds = 5;
const workers = 2;
const stopTimeoutMs = 10_000;

/** @param options.supervises false for a command that only looks and sends again */
export async function openTaskQueue(options: { databaseUrl: string; supervises: boolean; onProblem: (reason: string) => void }): Promise<TaskQueue> {
  const { databaseUrl, supervises, onProblem } = options;
  const boss = new PgBoss({
    connectionString: databaseUrl,
    // A connection of its own, and no more, because the embedded Postgres has one session.
    max: 1,
    schema,
    application_name: 'aiguy-tasks',
    schedule: false,
    supervise: supervises,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  });
  boss.on('error', (error) => onProblem(error.message));
  await boss.start();
  await boss.createQueue(deadQueue, { retentionSeconds: deadRetentionSeconds, deleteAfterSeconds });
  const settings = { ...retries, ...limits, retentionSeconds, deleteAfterSeconds, deadLetter: deadQueue };
  await boss.createQueue(queue, { policy: 'key_strict_fifo', ...settings });
  await boss.updateQueue(queue, settings);
  await rememberQueues(boss);
  const working: string[] = [];
  const wake = () => {
    for (const id of working) boss.notifyWorker(id);
  };
  return {
    send: async (connection, { id, ...rest }) => await send(boss, connection, { taskId: id, ...rest }),
    work: async (attempt) => {
      const handle = async ([job]: JobWithMetadata<JobData>[]) => {
        if (!job) return [];
        const result = await attemptJob(attempt, job);
        // Where one was there may be another; without this the next look is a whole interval away.
        wake();
        return [result];
      };
      for (let worker = 0; worker < workers; worker += 1)
        working.push(await boss.work(queue, { pollingIntervalSeconds, includeMetadata: true, perJobResults: true }, handle));
    },
    wake,
    deadLetters: async () => (await deadJobs(boss)).map(toDeadLetter),
    clearAway: async (giveUp) => await clearAway(boss, giveUp),
    redrive: async (database, taskIds) => await redrive({ boss, database }, taskIds),
    stop: async () => await boss.stop({ graceful: true, timeout: stopTimeoutMs }),
  };
}

/** pg-boss asks for a queue's settings once; inside a caller's transaction the embedded database could not answer it on another connection. */
async function rememberQueues(boss: PgBoss): Promise<void> {
  await boss.findJobs(queue, { id: '00000000-0000-0000-0000-000000000000' });
  await boss.findJobs(deadQueue, { id: '00000000-0000-0000-0000-000000000000' });
}

type NewJob = JobData & { orderKey: string; pauseMaxS?: number | undefined };

async function send(boss: PgBoss, connection: Queryable, { taskId, orderKey, pauseMaxS }: NewJob): Promise<void> {
  const pause = pauseMaxS === undefined ? {} : { retryBackoff: true, retryDelayMax: pauseMaxS };
  const sent = await boss.send(queue, { taskId } satisfies JobData, { singletonKey: orderKey, ...pause, db: onConnection(connection) });
  if (sent === null) throw new Error('the task was not taken by the queue');
}

function onConnection(connection: Queryable) {
  return { executeSql: async (text: string, values?: unknown[]) => await connection.query(text, values) };
}

/** Never rejects: what goes wrong unforeseen is tried again. */
async function attemptJob(attempt: Attempt, job: Job<JobData>): Promise<JobResult> {
  try {
    const end = await attempt(job.data.taskId, job.signal);
    if (end.kind === 'done') return { id: job.id, status: 'completed' };
    return { id: job.id, status: end.kind === 'bury' ? 'deadletter' : 'failed', output: { reason: end.reason } };
  } catch (error) {
    return { id: job.id, status: 'failed', output: { reason: error instanceof Error ? error.message : 'unknown' } };
  }
}

async function deadJobs(boss: PgBoss): Promise<JobWithMetadata<JobData>[]> {
  const jobs = await boss.findJobs<JobData>(deadQueue, { queued: true });
  return jobs.toSorted((one, other) => one.createdOn.getTime() - other.createdOn.getTime());
}

function toDeadLetter({ data, singletonKey, createdOn, output }: JobWithMetadata<JobData>): DeadLetter {
  const reason = output instanceof Object && 'reason' in output && typeof output.reason === 'string' ? output.reason : undefined;
  return { taskId: data.taskId, orderKey: singletonKey ?? '', since: createdOn, reason };
}

/** The job that failed stands in the way of its key's others until it is deleted; its dead letter stays. */
async function clearAway(boss: PgBoss, giveUp: (dead: DeadLetter) => Promise<void>): Promise<void> {
  const keys = await boss.getBlockedKeys(queue);
  if (keys.length === 0) return;
  const dead = await deadJobs(boss);
  for (const job of dead.filter(({ singletonKey }) => singletonKey !== null && keys.includes(singletonKey))) {
    await giveUp(toDeadLetter(job));
    if (job.sourceId !== null) await boss.deleteJob(queue, job.sourceId);
  }
}

async function redrive({ boss, database }: { boss: PgBoss; database: Database }, taskIds: readonly string[]): Promise<number> {
  const wanted = (await deadJobs(boss)).filter(({ data }) => taskIds.includes(data.taskId));
  for (const job of wanted) {
    if (job.sourceId !== null) await boss.deleteJob(queue, job.sourceId);
    await inTransaction(database, async (connection) => {
      await boss.deleteJob(deadQueue, job.id, { db: onConnection(connection) });
      await send(boss, connection, { taskId: job.data.taskId, orderKey: job.singletonKey ?? job.data.taskId });
      await startAgain(connection, job.data.taskId);
    });
  }
  return wanted.length;
}

// Refreshes the configured sources by a schedule. Of several processes on one database one does it: pg-boss hands each job out once.
import { type Job, PgBoss } from 'pg-boss';
import type { Ingestion, Log } from './run-ingestion.ts';

export type ScheduleOptions = { databaseUrl: string; cron: string; ingest: Ingestion; log: Log };

const queue = 'refresh-knowledge';
const schema = 'knowledge_jobs';
const pollingIntervalSeconds = 30;
/** A process that died with a job loses it after this; another one then goes on. */
const heartbeatSeconds = 120;
const jobTimeoutSeconds = 6 * 3600;
const retries = { retryLimit: 3, retryDelay: 600 };
const stopTimeoutMs = 15_000;

/** @returns a function that ends the schedule here, and the refresh that is going on here, which starts again somewhere else */
export async function startSchedule({ databaseUrl, cron, ingest, log }: ScheduleOptions): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  // A connection of its own, and no more, because the embedded Postgres has one session.
  const boss = new PgBoss({ connectionString: databaseUrl, max: 1, schema, application_name: 'aiguy-knowledge' });
  boss.on('error', (error) => log.warn({ reason: error.message }, 'the schedule of the knowledge has a problem'));
  await boss.start();
  const options = { policy: 'singleton', expireInSeconds: jobTimeoutSeconds, heartbeatSeconds, ...retries };
  await boss.createQueue(queue, options);
  await boss.updateQueue(queue, { expireInSeconds: jobTimeoutSeconds, heartbeatSeconds, ...retries });
  await boss.schedule(queue, cron, null, { tz: 'UTC' });
  await boss.work(queue, { pollingIntervalSeconds }, async ([job]: Job[]) => {
    if (!job) return;
    const end = await ingest('refresh', AbortSignal.any([stopping.signal, job.signal]));
    // pg-boss tries again what throws.
    if (end.kind === 'failed') throw new Error(end.reason);
  });
  return async () => {
    stopping.abort();
    await boss.stop({ graceful: true, timeout: stopTimeoutMs });
  };
}

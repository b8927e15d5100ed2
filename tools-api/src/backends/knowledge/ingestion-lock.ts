// One ingestion at a time: two would do the same work twice and each take the other's documents for a collision.
import { openDatabase } from '@aiguy/manifests/database';

const connectTimeoutMs = 5000;
const statementTimeoutMs = 10_000;
/** Any number that nothing else of ours locks. */
const lockKey = 4_261_121;

export type Outcome<T> = { isBusy: true } | { isBusy: false; result: T };

/**
 * Holds a connection of its own while the work goes on; a process that dies lets go. The embedded Postgres is one session, where every lock is
 * granted, and writes of several processes come one after the other anyway.
 */
export async function withIngestionLock<T>(databaseUrl: string, work: () => Promise<T>): Promise<Outcome<T>> {
  const database = openDatabase({ url: databaseUrl, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
  try {
    const connection = await database.connect();
    // One that breaks meanwhile must not end the process.
    connection.on('error', () => undefined);
    try {
      const { rows } = await connection.query<{ granted: boolean }>('SELECT pg_try_advisory_lock($1) AS granted', [lockKey]);
      return rows[0]?.granted ? { isBusy: false, result: await work() } : { isBusy: true };
    } finally {
      // Closing it lets go.
      connection.release(true);
    }
  } finally {
    await database.end();
  }
}

// Postgres by `pg`: a pool whose waits are limited, migrations in plain SQL, and the one judgement of «the database is down».
import { runner } from 'node-pg-migrate';
import pg from 'pg';

export type Database = pg.Pool;
export type Connection = pg.PoolClient;

export type DatabaseOptions = { url: string; connectionsMax: number; connectTimeoutMs: number; statementTimeoutMs: number };

/**
 * Opens a pool; the caller ends it. Numeric columns come as numbers (amounts fit a double), timestamps as Date. A transaction in which nothing
 * happens for one and a half times the time of a statement is ended by the server: whoever was stopped in it would hold its locks against everybody. A
 * statement that has begun to wait for them just before gives up within two and a half times, so that a takeover stays under its 15 s.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: Math.round(1.5 * options.statementTimeoutMs),
    types: { getTypeParser: (oid, format) => (oid === pg.types.builtins.NUMERIC ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // An idle connection that breaks must not end the process; the next query opens a new one.
  pool.on('error', () => undefined);
  return pool;
}

/** Brings the schema up to date with the SQL files of a folder; safe when several processes start at once. */
export async function migrate(options: { url: string; folder: string }): Promise<void> {
  await runner({
    databaseUrl: options.url,
    dir: options.folder,
    direction: 'up',
    migrationsTable: 'migrations',
    log: () => undefined,
    lockTimeout: 20_000,
  } as never);
}

/**
 * Runs work in one transaction: commit when it resolves, roll back when it rejects.
 * @param begin what begins it, when it is to be of another kind
 */
export async function inTransaction<T>(
  database: Pick<Database, 'connect'>,
  work: (connection: Connection) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  const connection = await database.connect();
  // A connection that is lost between two statements says so to listeners alone; without one the process would end. The next statement fails.
  const lost = () => undefined;
  connection.on('error', lost);
  try {
    await connection.query(begin);
    const result = await work(connection);
    await connection.query('COMMIT');
    connection.release();
    return result;
  } catch (error) {
    // A connection that can't roll back is thrown away rather than handed to the next caller mid-transaction.
    const rolledBack = await connection.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    connection.release(!rolledBack);
    throw error;
  } finally {
    connection.off('error', lost);
  }
}

/** Whether an error says that the database can't be reached or is shutting down (PostgreSQL classes 08 and 57P). */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(08|57P|53300)/.test(code)) return true;
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code)) return 'syscall' in error || 'errors' in error;
  return /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error)/.test(
    error.message,
  );
}

// Runs: at most one working run a session, each owned by a lease with a fencing epoch, each ended by exactly one terminal event.
import { createHash } from 'node:crypto';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import { AiguyError, type ErrorCode } from '@aiguy/manifests/errors';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { EventLog, LoggedEvent } from './event-log.ts';
import { ensureSession } from './sessions.ts';

export type Run = { sessionId: string; id: string; epoch: number; firstSeq: number };
export type RunStatus = 'running' | 'success' | 'cancelled' | 'error';
export type NewMessage = { visitor: VisitorAssertion; text: string; messageId: string; runId: string };

type RunRow = { id: string; status: RunStatus; epoch: number; first_seq: number; message_digest: string; expired: boolean };

/** A lease is renewed every third of its length; a run whose lease ran out is nobody's. */
export const leaseMs = 15_000;

export class Runs {
  readonly #database: Database;
  readonly #log: EventLog;
  /** Names this process in the leases. */
  readonly owner: string;

  constructor(database: Database, log: EventLog, owner: string) {
    this.#database = database;
    this.#log = log;
    this.owner = owner;
  }

  /**
   * Takes a visitor's message: session, run and RUN_STARTED in one transaction, so that it is either kept whole or refused.
   * @returns the run; fresh is false when the same messageId was sent before
   * @throws AiguyError turn_in_progress, idempotency_conflict, not_found
   */
  async start(message: NewMessage): Promise<{ run: Run; fresh: boolean }> {
    const appended: LoggedEvent[] = [];
    const started = await inTransaction(this.#database, async (connection) => {
      await ensureSession(connection, message.visitor);
      const { rows } = await connection.query<{ last_seq: number }>('SELECT last_seq FROM sessions WHERE id = $1 FOR UPDATE', [message.visitor.sid]);
      const earlier = await this.#findRepeated(connection, message);
      if (earlier) return { run: earlier, fresh: false };
      const taken = await this.#endAbandoned(connection, message.visitor.sid);
      appended.push(...taken);
      const lastSeq = (rows[0]?.last_seq ?? 0) + taken.length;
      const run = { sessionId: message.visitor.sid, id: message.runId, epoch: 1, firstSeq: lastSeq + 1 };
      await connection.query(
        `INSERT INTO runs (session_id, id, message_id, message_digest, owner, lease_until, first_seq)
         VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond', $7)`,
        [run.sessionId, run.id, message.messageId, digest(message.text), this.owner, leaseMs, run.firstSeq],
      );
      appended.push(...(await this.#log.appendOn(connection, run, [runStarted(run, message)])));
      return { run, fresh: true };
    });
    this.#log.publish(message.visitor.sid, appended);
    return started;
  }

  async #findRepeated(connection: Connection, message: NewMessage): Promise<Run | undefined> {
    const { rows } = await connection.query<RunRow>(
      'SELECT id, status, epoch, first_seq, message_digest, false AS expired FROM runs WHERE session_id = $1 AND (message_id = $2 OR id = $3)',
      [message.visitor.sid, message.messageId, message.runId],
    );
    const row = rows[0];
    if (!row) return undefined;
    if (row.message_digest !== digest(message.text)) throw new AiguyError('idempotency_conflict');
    return { sessionId: message.visitor.sid, id: row.id, epoch: row.epoch, firstSeq: row.first_seq };
  }

  /** Ends a running run whose process is gone, or refuses because its process still works on it. */
  async #endAbandoned(connection: Connection, sessionId: string): Promise<LoggedEvent[]> {
    const { rows } = await connection.query<RunRow>(
      `SELECT id, status, epoch, first_seq, message_digest, lease_until < now() AS expired FROM runs WHERE session_id = $1 AND status = 'running'`,
      [sessionId],
    );
    const row = rows[0];
    if (!row) return [];
    if (!row.expired) throw new AiguyError('turn_in_progress');
    const run = { sessionId, id: row.id, epoch: row.epoch + 1, firstSeq: row.first_seq };
    await connection.query('UPDATE runs SET epoch = $3, owner = $4 WHERE session_id = $1 AND id = $2', [sessionId, run.id, run.epoch, this.owner]);
    return await this.#end(connection, run, { status: 'error', events: [runError('run_interrupted')] });
  }

  async #end(connection: Connection, run: Run, ending: { status: RunStatus; events: AGUIEvent[] }): Promise<LoggedEvent[]> {
    const logged = await this.#log.appendOn(connection, run, ending.events);
    await connection.query('UPDATE runs SET status = $3, finished_at = now() WHERE session_id = $1 AND id = $2', [
      run.sessionId,
      run.id,
      ending.status,
    ]);
    return logged;
  }

  /** Appends the last events of a run, the terminal one among them, and ends it, together or not at all. */
  async finish(run: Run, ending: { status: RunStatus; events: AGUIEvent[] }): Promise<void> {
    const logged = await inTransaction(this.#database, async (connection) => await this.#end(connection, run, ending));
    this.#log.publish(run.sessionId, logged);
  }

  /** Ends every run whose lease ran out, at boot and whenever a listener waits for nothing. */
  async endAllAbandoned(): Promise<void> {
    const { rows } = await this.#database.query<{ session_id: string }>(
      `SELECT session_id FROM runs WHERE status = 'running' AND lease_until < now() LIMIT 1000`,
    );
    for (const { session_id: sessionId } of rows) {
      const logged = await inTransaction(this.#database, async (connection) => {
        await connection.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [sessionId]);
        return await this.#endAbandoned(connection, sessionId).catch((error: unknown) => {
          if (error instanceof AiguyError) return [];
          throw error;
        });
      });
      this.#log.publish(sessionId, logged);
    }
  }

  /** @returns whether the run is still this process' own, and whether its visitor asked to stop */
  async renew(run: Run): Promise<{ held: boolean; cancelRequested: boolean }> {
    const { rows } = await this.#database.query<{ cancel_requested: boolean }>(
      `UPDATE runs SET lease_until = now() + $4 * interval '1 millisecond'
       WHERE session_id = $1 AND id = $2 AND epoch = $3 AND status = 'running' RETURNING cancel_requested`,
      [run.sessionId, run.id, run.epoch, leaseMs],
    );
    return { held: rows.length === 1, cancelRequested: rows[0]?.cancel_requested ?? false };
  }

  /** Notes the wish to stop, for whichever process owns the run. @returns the id of the running run, if there is one */
  async requestCancel(sessionId: string): Promise<string | undefined> {
    const { rows } = await this.#database.query<{ id: string }>(
      `UPDATE runs SET cancel_requested = true WHERE session_id = $1 AND status = 'running' RETURNING id`,
      [sessionId],
    );
    return rows[0]?.id;
  }

  async isRunning(sessionId: string): Promise<boolean> {
    const { rowCount } = await this.#database.query(`SELECT FROM runs WHERE session_id = $1 AND status = 'running'`, [sessionId]);
    return (rowCount ?? 0) > 0;
  }
}

export function runError(code: ErrorCode): AGUIEvent {
  return { type: EventType.RUN_ERROR, timestamp: Date.now(), message: new AiguyError(code).message, code };
}

function runStarted(run: Run, message: NewMessage): AGUIEvent {
  return {
    type: EventType.RUN_STARTED,
    timestamp: Date.now(),
    threadId: run.sessionId,
    runId: run.id,
    input: {
      threadId: run.sessionId,
      runId: run.id,
      messages: [{ id: message.messageId, role: 'user', content: message.text }],
      tools: [],
      context: [],
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

// Runs: at most one working run a session, the others queued behind it; each owned by a lease with a fencing epoch and ended by one terminal event.
import { createHash } from 'node:crypto';
import type { AGUIEvent } from '@ag-ui/core';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import { wordsFor } from '@aiguy/manifests/words';
import { type EventLog, LeaseLostError, type LoggedEvent } from './event-log.ts';
import { forgetFormValues, insertInterrupts } from './interrupt-rows.ts';
import { begin, endAtOnce, instantRun, isAnsweredByPerson, nextSeqOf, placeFor } from './people.ts';
import {
  type Assignment,
  type Ending,
  type NewMessage,
  type NewRun,
  type Run,
  type RunInput,
  type RunRow,
  type Started,
  toAssignment,
} from './run.ts';
import { queuedEvent, runCancelled, runError, runStarted } from './run-events.ts';
import { ensureSession } from './sessions.ts';

/** A lease is renewed every third of its length; a run whose lease ran out is nobody's. With the sweep it bounds how long a turn rests. */
export const leaseMs = 9000;
/** A live run of this process is renewed well before so much of its lease is gone. */
const renewedWithinMs = 5000;
const triesMax = 3;
/** Messages that may wait behind a running one. */
const queuedMax = 3;
const takenAtOnceMax = 100;

/** $1 this process, $2 ms, $3 the prefix of processes that are gone. A live run of this process has more of its lease left than $2. */
const nobodys = `status = 'running' AND (lease_until < now() OR (owner = $1 AND lease_until < now() + $2 * interval '1 millisecond')
  OR (starts_with(owner, $3) AND owner <> $1))`;

export class Runs {
  readonly #database: Database;
  readonly #log: EventLog;
  /** Names this process in the leases: the instance, which outlives restarts, and the boot. */
  readonly owner: string;

  constructor(database: Database, log: EventLog, owner: string) {
    this.#database = database;
    this.#log = log;
    this.owner = owner;
  }

  /**
   * Takes a visitor's message: session, run and its first event in one transaction, so that it is either kept whole or refused.
   * @throws AiguyError turn_in_progress when too many wait already, idempotency_conflict, not_found
   */
  async start(message: NewMessage): Promise<Started> {
    const { visitor, assertion, text, messageId, runId, ticket, product } = message;
    return await this.inSession(visitor.sid, async (connection, append) => {
      await ensureSession(connection, visitor);
      await lockSession(connection, visitor.sid);
      const earlier = await findRepeated(connection, message);
      if (earlier) return { run: earlier, assignment: undefined };
      const input: RunInput = { kind: 'message', messageId, text, ...(ticket ? { ticket } : {}), ...(product ? { product } : {}) };
      return await this.enter(connection, append, { visitor, assertion, runId, key: messageId, keyDigest: digest(text), input });
    });
  }

  /** Runs work in a transaction and publishes what it appended after the commit. */
  async inSession<T>(sessionId: string, work: (connection: Connection, append: Append) => Promise<T>): Promise<T> {
    const appended: LoggedEvent[] = [];
    const result = await inTransaction(this.#database, async (connection) => {
      return await work(connection, async (run, events) => {
        appended.push(...(await this.#log.appendBeside(connection, { sessionId, id: run }, events)));
        return appended.at(-events.length)?.seq ?? 0;
      });
    });
    this.#log.publish(sessionId, appended);
    return result;
  }

  /** Makes a run: at once when nothing is running in the session, behind the others otherwise. The caller holds the session's row. */
  async enter(connection: Connection, append: Append, entry: NewRun): Promise<Started> {
    const sessionId = entry.visitor.sid;
    const { runId, input: wish } = entry;
    const { status, waiting } = await placeFor(connection, sessionId, wish);
    if (waiting >= queuedMax && wish.kind === 'message') throw new AiguyError('turn_in_progress');
    const firstEvents = status === 'queued' ? queuedEvent(runId, wish, waiting + 1) : begin(status, sessionId, { runId, input: wish });
    const firstSeq = firstEvents.length > 0 ? await append(entry.runId, firstEvents) : await nextSeqOf(connection, sessionId);
    await connection.query(
      `WITH spoken AS (UPDATE sessions SET spoken_at = now() WHERE id = $1)
       INSERT INTO runs (session_id, id, message_id, message_digest, status, owner, lease_until, first_seq, input, visitor, assertion, checkpoint, checkpoint_seq, finished_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond', $8, $9, $10, $11, $12, $8, CASE WHEN $5 = 'success' THEN now() END)`,
      [
        sessionId,
        entry.runId,
        entry.key,
        entry.keyDigest,
        status,
        this.owner,
        leaseMs,
        firstSeq,
        JSON.stringify(entry.input),
        status === 'success' ? null : JSON.stringify(entry.visitor),
        status === 'success' ? null : entry.assertion,
        entry.checkpoint === undefined ? null : JSON.stringify(entry.checkpoint),
      ],
    );
    const run = { sessionId, id: entry.runId, epoch: 1, firstSeq };
    if (status !== 'running') return { run, assignment: undefined };
    const { visitor, assertion, input, checkpoint } = entry;
    return { run, assignment: { run, visitor, assertion, input, checkpoint, checkpointSeq: firstSeq, isTakenOver: false } };
  }

  /**
   * Appends the last events of a run, the terminal one among them, and ends it, together or not at all; then begins the next that waits.
   * @returns the next run
   * @throws LeaseLostError when the run is another process'
   */
  async finish(run: Run, ending: Ending): Promise<Assignment | undefined> {
    return await this.inSession(run.sessionId, async (connection, append) => {
      await lockSession(connection, run.sessionId);
      await assertHeld(connection, run);
      return await this.#end(connection, append, { run, ending });
    });
  }

  async #end(connection: Connection, append: Append, { run, ending }: { run: Run; ending: Ending }): Promise<Assignment | undefined> {
    if (ending.interrupts) await insertInterrupts(connection, run, ending.interrupts);
    await append(run.id, ending.events);
    await forgetFormValues(connection, run);
    await connection.query(
      `UPDATE runs SET status = $3, finished_at = now(), visitor = NULL, assertion = NULL, checkpoint = $4, unhelped = $5, tool_failed = $6
       WHERE session_id = $1 AND id = $2`,
      [
        run.sessionId,
        run.id,
        ending.status,
        ending.checkpoint === undefined ? null : JSON.stringify(ending.checkpoint),
        ending.unhelped ?? ending.status === 'error',
        ending.toolFailed ?? false,
      ],
    );
    return await this.#promote(connection, append, run.sessionId);
  }

  async #promote(connection: Connection, append: Append, sessionId: string): Promise<Assignment | undefined> {
    const { rows } = await connection.query<RunRow>(
      `SELECT * FROM runs WHERE session_id = $1 AND status = 'queued' ORDER BY first_seq, started_at LIMIT 1`,
      [sessionId],
    );
    const row = rows[0];
    if (!row) return undefined;
    if (await isAnsweredByPerson(connection, sessionId, row.input)) {
      await endAtOnce(connection, sessionId, { id: row.id, firstSeq: await append(row.id, instantRun(sessionId, row.id, row.input)) });
      return await this.#promote(connection, append, sessionId);
    }
    const firstSeq = await append(row.id, [runStarted(sessionId, row.id, row.input)]);
    await connection.query(
      `UPDATE runs SET status = 'running', first_seq = $3, checkpoint_seq = $3, owner = $4, lease_until = now() + $5 * interval '1 millisecond'
       WHERE session_id = $1 AND id = $2`,
      [sessionId, row.id, firstSeq, this.owner, leaseMs],
    );
    return { ...toAssignment(sessionId, { ...row, first_seq: firstSeq, checkpoint_seq: firstSeq }), isTakenOver: false };
  }

  /**
   * Takes up to a hundred runs that are nobody's any more. One that was taken up three times without getting on is ended instead.
   * @param options.isLive whether this process is working on a run
   * @param options.earlierBootsOf the instance whose earlier processes are known to be gone: at boot, before anything else
   * @returns runs to go on with
   */
  async takeOver(options: { isLive: (sessionId: string, runId: string) => boolean; earlierBootsOf?: string }): Promise<Assignment[]> {
    const prefix = options.earlierBootsOf === undefined ? null : `${options.earlierBootsOf} `;
    const { rows } = await this.#database.query<{ session_id: string; id: string }>(`SELECT session_id, id FROM runs WHERE ${nobodys} LIMIT $4`, [
      this.owner,
      leaseMs - renewedWithinMs,
      prefix,
      takenAtOnceMax,
    ]);
    const abandoned = rows.filter((row) => !options.isLive(row.session_id, row.id));
    const taken = await Promise.all(abandoned.map(async (row) => await this.#take(prefix, { sessionId: row.session_id, id: row.id })));
    return taken.filter((assignment) => assignment !== undefined);
  }

  async #take(prefix: string | null, { sessionId, id }: { sessionId: string; id: string }): Promise<Assignment | undefined> {
    return await this.inSession(sessionId, async (connection, append) => {
      await lockSession(connection, sessionId);
      const { rows } = await connection.query<RunRow>(
        `UPDATE runs SET epoch = epoch + 1, tries = tries + 1, owner = $1, lease_until = now() + $6 * interval '1 millisecond'
         WHERE session_id = $4 AND id = $5 AND ${nobodys} RETURNING *`,
        [this.owner, leaseMs - renewedWithinMs, prefix, sessionId, id, leaseMs],
      );
      const row = rows[0];
      if (!row) return undefined;
      const assignment = toAssignment(sessionId, row);
      if (row.tries <= triesMax) return assignment;
      await connection.query(
        `UPDATE effects SET status = 'unknown', visitor = $3, assertion = $4, check_at = now() WHERE session_id = $1 AND run_id = $2 AND status = 'dispatched'`,
        [sessionId, id, JSON.stringify(row.visitor), row.assertion],
      );
      return await this.#end(connection, append, {
        run: assignment.run,
        ending: { status: 'error', events: [runError('run_abandoned', wordsFor(row.visitor))] },
      });
    });
  }

  /**
   * Keeps where the turn stands. A step that is kept is never done again, and counts as getting on; only now may be forgotten what was typed for it.
   * @throws LeaseLostError when the run is another process'
   */
  async keep(run: Run, checkpoint: unknown): Promise<void> {
    const { rowCount } = await this.#database.query(
      `WITH kept AS (
         UPDATE runs SET checkpoint = $4, checkpoint_seq = (SELECT last_seq FROM sessions WHERE id = $1), tries = 1
         WHERE session_id = $1 AND id = $2 AND epoch = $3 AND status = 'running' RETURNING id
       ), forgotten AS (
         UPDATE interrupts SET form_values = NULL FROM kept WHERE session_id = $1 AND continued_by = kept.id AND form_values IS NOT NULL
       )
       SELECT FROM kept`,
      [run.sessionId, run.id, run.epoch, JSON.stringify(checkpoint)],
    );
    if (rowCount !== 1) throw new LeaseLostError();
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

  /** Gives a run back unfinished, so that the next process goes on with it at once. */
  async release(run: Run): Promise<void> {
    await this.#database.query(`UPDATE runs SET lease_until = '-infinity', tries = 1 WHERE session_id = $1 AND id = $2 AND epoch = $3`, [
      run.sessionId,
      run.id,
      run.epoch,
    ]);
  }

  /** Notes the wish to stop, for whichever process owns the run. @returns the id of the running run, if there is one */
  async requestCancel(sessionId: string): Promise<string | undefined> {
    const { rows } = await this.#database.query<{ id: string }>(
      `UPDATE runs SET cancel_requested = true WHERE session_id = $1 AND status = 'running' RETURNING id`,
      [sessionId],
    );
    return rows[0]?.id;
  }

  /** Ends what waits in a session; nothing of it is begun. */
  async cancelQueued(sessionId: string): Promise<void> {
    await this.inSession(sessionId, async (connection, append) => {
      await lockSession(connection, sessionId);
      const { rows } = await connection.query<Pick<RunRow, 'id' | 'input'>>(
        `UPDATE runs SET status = 'cancelled', finished_at = now(), visitor = NULL, assertion = NULL WHERE session_id = $1 AND status = 'queued'
         RETURNING id, input`,
        [sessionId],
      );
      for (const { id, input } of rows) await append(id, [runStarted(sessionId, id, input), runCancelled(sessionId, id)]);
    });
  }

  /** Whether a run is running or waits for its turn. */
  async isRunning(sessionId: string): Promise<boolean> {
    const { rowCount } = await this.#database.query(`SELECT FROM runs WHERE session_id = $1 AND status IN ('running', 'queued') LIMIT 1`, [
      sessionId,
    ]);
    return (rowCount ?? 0) > 0;
  }
}

/** Appends events in the caller's transaction. @returns the sequence number of the first of them */
export type Append = (runId: string, events: AGUIEvent[]) => Promise<number>;

export async function lockSession(connection: Connection, sessionId: string): Promise<void> {
  await connection.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [sessionId]);
}

/** @throws LeaseLostError */
export async function assertHeld(connection: Connection, run: Run): Promise<void> {
  const { rowCount } = await connection.query(`SELECT FROM runs WHERE session_id = $1 AND id = $2 AND epoch = $3 AND status = 'running' FOR UPDATE`, [
    run.sessionId,
    run.id,
    run.epoch,
  ]);
  if (rowCount !== 1) throw new LeaseLostError();
}

export async function lastSeqOf(connection: Connection, sessionId: string): Promise<number> {
  const { rows } = await connection.query<{ last_seq: number }>('SELECT last_seq FROM sessions WHERE id = $1', [sessionId]);
  return (rows[0]?.last_seq ?? 0) + 1;
}

async function findRepeated(connection: Connection, message: NewMessage): Promise<Run | undefined> {
  const { rows } = await connection.query<RunRow>(
    'SELECT id, epoch, first_seq, message_digest FROM runs WHERE session_id = $1 AND (message_id = $2 OR id = $3)',
    [message.visitor.sid, message.messageId, message.runId],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.message_digest !== digest(message.text)) throw new AiguyError('idempotency_conflict');
  return { sessionId: message.visitor.sid, id: row.id, epoch: row.epoch, firstSeq: row.first_seq };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

// The log of a session: rows in Postgres, appended before they are sent, and their delivery to whoever listens in this process.

import type { AGUIEvent } from '@ag-ui/core';
import type { Connection, Database } from '@aiguy/manifests/database';
import type { FileValue } from '@aiguy/manifests/generated/events';

/** An event as it stands in the log; seq counts from 1 in its session, without holes. */
export type LoggedEvent = { seq: number; runId: string; event: AGUIEvent };

type Listener = (events: LoggedEvent[]) => void;
/** Whoever waits in vain asks the rows; those who do within this time ask as one, or a thousand idle readers would be a thousand queries. */
const gatherMs = 250;

/** The process that appends no longer owns the run: another one has taken it over or ended it. */
export class LeaseLostError extends Error {
  constructor() {
    super('the run belongs to another process or has ended');
    this.name = 'LeaseLostError';
  }
}

// The session's row is locked first, as everywhere, then the run's: a row lock sees the newest epoch, a plain EXISTS would see the statement's snapshot.
const appendSql = `
  WITH session AS MATERIALIZED (SELECT id FROM sessions WHERE id = $1 FOR UPDATE),
  held AS MATERIALIZED (
    SELECT runs.session_id FROM session JOIN runs ON runs.session_id = session.id
    WHERE runs.id = $2 AND runs.epoch = $3 AND runs.status = 'running' FOR UPDATE OF runs
  ),
  slot AS (
    UPDATE sessions SET last_seq = last_seq + cardinality($4::text[]) FROM held WHERE sessions.id = held.session_id
    RETURNING last_seq - cardinality($4::text[]) AS before
  )
  INSERT INTO events (session_id, seq, run_id, type, event)
  SELECT $1, slot.before + item.position, $2, item.event::json ->> 'type', item.event::json
  FROM slot, unnest($4::text[]) WITH ORDINALITY AS item (event, position)
  RETURNING seq`;

const appendBesideSql = `
  WITH slot AS (
    UPDATE sessions SET last_seq = last_seq + cardinality($3::text[]) WHERE id = $1 RETURNING last_seq - cardinality($3::text[]) AS before
  )
  INSERT INTO events (session_id, seq, run_id, type, event)
  SELECT $1, slot.before + item.position, $2, item.event::json ->> 'type', item.event::json
  FROM slot, unnest($3::text[]) WITH ORDINALITY AS item (event, position)
  RETURNING seq`;

export class EventLog {
  readonly #database: Database;
  readonly #listeners = new Map<string, Set<Listener>>();
  #looking: { sessionIds: Set<string>; newest: Promise<Map<string, number>> } | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A file that the visitor was told of in this session. */
  async findFile(sessionId: string, fileId: string): Promise<FileValue | undefined> {
    const { rows } = await this.#database.query<{ value: FileValue }>(
      `SELECT event -> 'value' AS value FROM events
       WHERE session_id = $1 AND type = 'CUSTOM' AND event ->> 'name' = 'aiguy.file' AND event #>> '{value,file,id}' = $2 LIMIT 1`,
      [sessionId, fileId],
    );
    return rows[0]?.value;
  }

  /**
   * Appends events of a run, then hands them to the listeners of the session.
   * @throws LeaseLostError when the epoch is not the run's any more; nothing was written then
   */
  async append(run: { sessionId: string; id: string; epoch: number }, events: AGUIEvent[]): Promise<LoggedEvent[]> {
    const logged = await this.appendOn(this.#database, run, events);
    this.publish(run.sessionId, logged);
    return logged;
  }

  /** Appends inside a caller's transaction; the caller publishes after its commit. */
  async appendOn(on: Database | Connection, run: { sessionId: string; id: string; epoch: number }, events: AGUIEvent[]): Promise<LoggedEvent[]> {
    const { rows } = await on.query<{ seq: number }>(appendSql, [run.sessionId, run.id, run.epoch, events.map((event) => JSON.stringify(event))]);
    const first = rows[0];
    if (!first) throw new LeaseLostError();
    return events.map((event, index) => ({ seq: first.seq + index, runId: run.id, event }));
  }

  /**
   * Appends events that no lease stands behind: the outcome of a card, a message that waits. The caller's transaction holds the session's row,
   * and publishes after its commit.
   */
  async appendBeside(on: Connection, run: { sessionId: string; id: string }, events: AGUIEvent[]): Promise<LoggedEvent[]> {
    const { rows } = await on.query<{ seq: number }>(appendBesideSql, [run.sessionId, run.id, events.map((event) => JSON.stringify(event))]);
    const before = (rows[0]?.seq ?? 1) - 1;
    return events.map((event, index) => ({ seq: before + 1 + index, runId: run.id, event }));
  }

  publish(sessionId: string, events: LoggedEvent[]): void {
    for (const listener of this.#listeners.get(sessionId) ?? []) listener(events);
  }

  /** How far the session's log has come, by whichever process; answered within the database's limits and 250 ms. */
  async look(sessionId: string): Promise<number> {
    this.#looking ??= this.#lookSoon();
    this.#looking.sessionIds.add(sessionId);
    const newest = await this.#looking.newest;
    return newest.get(sessionId) ?? 0;
  }

  #lookSoon(): { sessionIds: Set<string>; newest: Promise<Map<string, number>> } {
    const sessionIds = new Set<string>();
    const ask = async () => {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      this.#looking = undefined;
      const { rows } = await this.#database.query<{ id: string; last_seq: number }>('SELECT id, last_seq FROM sessions WHERE id = ANY($1)', [
        [...sessionIds],
      ]);
      return new Map(rows.map((row) => [row.id, row.last_seq]));
    };
    return { sessionIds, newest: ask() };
  }

  /** Events with seq > after, oldest first, at most `limit`. */
  async read(sessionId: string, after: number, limit: number): Promise<LoggedEvent[]> {
    const { rows } = await this.#database.query<{ seq: number; run_id: string; event: AGUIEvent }>(
      'SELECT seq, run_id, event FROM events WHERE session_id = $1 AND seq > $2 ORDER BY seq LIMIT $3',
      [sessionId, after, limit],
    );
    return rows.map((row) => ({ seq: row.seq, runId: row.run_id, event: row.event }));
  }

  /** The events of the newest runs of a session, oldest first. */
  async readRuns(sessionId: string, runsMax: number): Promise<LoggedEvent[]> {
    const { rows } = await this.#database.query<{ seq: number; run_id: string; event: AGUIEvent }>(
      `SELECT seq, run_id, event FROM events
       WHERE session_id = $1 AND run_id IN (SELECT id FROM runs WHERE session_id = $1 ORDER BY first_seq DESC LIMIT $2) ORDER BY seq`,
      [sessionId, runsMax],
    );
    return rows.map((row) => ({ seq: row.seq, runId: row.run_id, event: row.event }));
  }

  /** The events of one run with seq > after, oldest first. */
  async readRun(run: { sessionId: string; id: string }, after: number): Promise<LoggedEvent[]> {
    const { rows } = await this.#database.query<{ seq: number; event: AGUIEvent }>(
      'SELECT seq, event FROM events WHERE session_id = $1 AND run_id = $2 AND seq > $3 ORDER BY seq',
      [run.sessionId, run.id, after],
    );
    return rows.map((row) => ({ seq: row.seq, runId: run.id, event: row.event }));
  }

  /** The number of a run's newest event; 0 for none. */
  async lastSeqOf(run: { sessionId: string; id: string }): Promise<number> {
    const { rows } = await this.#database.query<{ seq: number | null }>('SELECT max(seq) AS seq FROM events WHERE session_id = $1 AND run_id = $2', [
      run.sessionId,
      run.id,
    ]);
    return rows[0]?.seq ?? 0;
  }

  /** @returns a function that ends the subscription */
  subscribe(sessionId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set();
    this.#listeners.set(sessionId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(sessionId);
    };
  }
}

// Between a visitor and a person of the site: asked for, taken by one person, handed back. Each change is in the log with its row, or neither is.
//
// Status   what holds                                      enters from              leaves to
// waiting  the visitor was told that somebody will join    the visitor asks         joined, closed
// joined   one person answers; no model is asked           waiting, or steps in     closed
// closed   the agent answers                               joined, waiting          –
import { randomUUID } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { PersonValue } from '@aiguy/manifests/generated/events';
import type { HandoffInfo } from '@aiguy/manifests/generated/http';
import type { StaffAssertion } from '@aiguy/manifests/tokens';
import { instantRun, nextSeqOf } from './people.ts';
import type { Run, RunInput } from './run.ts';
import { personChanged } from './run-events.ts';
import { noteEscalation } from './run-facts.ts';
import { type Append, lockSession, type Runs } from './runs.ts';

export type HandoffReason = 'asked_for_human' | 'not_helped' | 'stepped_in';
type Row = { id: string; reason: HandoffReason; asked_at: Date; taken_by: string | null; taken_name: string | null; taken_at: Date | null };
export type Person = Pick<StaffAssertion, 'iss' | 'sub' | 'name'>;
/** people: whether they are there at this hour, and else from when, in words. */
export type Ask = { issuer: string; reason: HandoffReason; people: { state: 'open' | 'closed' | 'unknown'; text?: string } };
type Expectation = HandoffInfo & Pick<PersonValue, 'status'>;
export type Said = { messageId: string; text: string };

/** Somebody whose screen has asked within this time is there. */
const presentForS = 120;
/** Nobody waits in the chat for longer; what was asked then is answered by ticket or not at all. */
const waitingHoursMax = 24;
const closedAtOnceMax = 20;
const ticketTools = ['create_support_ticket', 'escalate_to_human'];
const nameless = 'Support';

export class Handoffs {
  readonly #database: Database;
  readonly #runs: Runs;
  readonly #waitS: number;

  /** @param waitS seconds after which a visitor who waits is offered to leave a message */
  constructor(database: Database, runs: Runs, waitS: number) {
    this.#database = database;
    this.#runs = runs;
    this.#waitS = waitS;
  }

  /** Asks for a person; while one is asked for or there, it is the same handoff. Out of hours, with nobody there, it says so and waits for nobody. */
  async ask(sessionId: string, { issuer, reason, people }: Ask): Promise<Expectation> {
    const isPresent = await this.#isAnybodyPresent(issuer);
    return await this.#change(sessionId, async (connection, append, open) => {
      if (open) return this.#infoOf(open, isPresent);
      const isAway = people.state === 'closed' && !isPresent;
      const { rows } = await connection.query<Row>(
        `INSERT INTO handoffs (id, session_id, reason, closed_at) VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END) RETURNING *`,
        [randomUUID(), sessionId, reason, isAway],
      );
      // A conversation in which nothing was written yet is one now.
      await connection.query('UPDATE sessions SET spoken_at = now() WHERE id = $1 AND spoken_at IS NULL', [sessionId]);
      const row = rows[0] as Row;
      await noteEscalation(connection, sessionId);
      const info: Expectation = isAway
        ? { status: 'away', ...(people.text === undefined ? {} : { hours: people.text }) }
        : this.#infoOf(row, isPresent);
      await append(row.id, [personChanged(info)]);
      return info;
    });
  }

  /**
   * From here on this person answers. A run that is running is asked to stop; what waits behind it waits for the person.
   * @returns the run that is to be stopped
   * @throws AiguyError conversation_taken with the name of whoever has it
   */
  async take(sessionId: string, person: Person): Promise<string | undefined> {
    return await this.#change(sessionId, async (connection, append, open) => {
      if (open?.taken_by === person.sub) return undefined;
      if (open?.taken_at) throw takenBy(open);
      const name = person.name ?? nameless;
      const { rows } = await connection.query<{ id: string }>(
        `INSERT INTO handoffs (id, session_id, reason, taken_by, taken_name, taken_at) VALUES ($1, $2, 'stepped_in', $3, $4, now())
         ON CONFLICT (session_id) WHERE closed_at IS NULL DO UPDATE SET taken_by = $3, taken_name = $4, taken_at = now() RETURNING id`,
        [randomUUID(), sessionId, person.sub, name],
      );
      await noteEscalation(connection, sessionId);
      await append(rows[0]?.id ?? '', [personChanged({ status: 'joined', name })]);
      const running = await connection.query<{ id: string }>(
        `UPDATE runs SET cancel_requested = true WHERE session_id = $1 AND status = 'running' RETURNING id`,
        [sessionId],
      );
      return running.rows[0]?.id;
    });
  }

  /**
   * Says something to the visitor; the same messageId again changes nothing. Behind a run that is still ending it waits for that.
   * @throws AiguyError conversation_taken, conversation_not_taken
   */
  async say(sessionId: string, person: Person, { messageId, text }: Said): Promise<void> {
    await this.#change(sessionId, async (connection, append, open) => {
      const { rows } = await connection.query<{ busy: boolean; said: boolean }>(
        `SELECT EXISTS (SELECT FROM runs WHERE session_id = $1 AND status IN ('running', 'queued')) AS busy,
           EXISTS (SELECT FROM runs WHERE session_id = $1 AND message_id = $2) AS said`,
        [sessionId, messageId],
      );
      if (rows[0]?.said) return;
      if (!open?.taken_at) throw new AiguyError('conversation_not_taken');
      if (open.taken_by !== person.sub) throw takenBy(open);
      const input: RunInput = { kind: 'person', messageId, text, name: open.taken_name ?? nameless };
      const runId = randomUUID();
      const isBusy = rows[0]?.busy ?? false;
      const firstSeq = isBusy ? await nextSeqOf(connection, sessionId) : await append(runId, instantRun(sessionId, runId, input));
      await connection.query(
        `WITH spoken AS (UPDATE sessions SET spoken_at = now() WHERE id = $1)
         INSERT INTO runs (session_id, id, message_id, message_digest, status, owner, lease_until, finished_at, first_seq, input)
         VALUES ($1, $2, $3, '', $4, $5, now(), CASE WHEN $4 = 'success' THEN now() END, $6, $7)`,
        [sessionId, runId, messageId, isBusy ? 'queued' : 'success', this.#runs.owner, firstSeq, JSON.stringify(input)],
      );
    });
  }

  /**
   * The agent answers again; with nothing open it changes nothing.
   * @param by who must have it; undefined when anybody may end it
   * @throws AiguyError conversation_taken
   */
  async close(sessionId: string, by?: Person): Promise<void> {
    await this.#change(sessionId, async (connection, append, open) => {
      if (!open) return;
      if (by && open.taken_by !== null && open.taken_by !== by.sub) throw takenBy(open);
      await closeRow(connection, append, { row: open });
    });
  }

  /** Ends what nobody has taken: where the visitor has left a ticket instead, and after a day. */
  async closeForgotten(): Promise<void> {
    const { rows } = await this.#database.query<Row & { session_id: string; reference: string | null }>(
      `SELECT handoffs.*, left_ticket.reference FROM handoffs
       LEFT JOIN LATERAL (
         SELECT outcome #>> '{output,reference}' AS reference FROM effects
         WHERE effects.session_id = handoffs.session_id AND tool = ANY($1) AND status = 'settled' AND outcome ->> 'ok' = 'true' AND settled_at > asked_at
         ORDER BY settled_at LIMIT 1
       ) AS left_ticket ON true
       WHERE closed_at IS NULL AND taken_at IS NULL AND (left_ticket.reference IS NOT NULL OR asked_at < now() - $2 * interval '1 hour') LIMIT $3`,
      [ticketTools, waitingHoursMax, closedAtOnceMax],
    );
    for (const { session_id: sessionId, id, reference } of rows)
      await this.#change(sessionId, async (connection, append, open) => {
        if (open?.id === id && open.taken_at === null) await closeRow(connection, append, { row: open, ticket: reference });
      });
  }

  /** Whether a person is waited for or answers. */
  async isOpen(sessionId: string): Promise<boolean> {
    const { rowCount } = await this.#database.query('SELECT FROM handoffs WHERE session_id = $1 AND closed_at IS NULL', [sessionId]);
    return rowCount === 1;
  }

  /** Whether a person should be offered now: this answer did not help, the one before it did not either, and nobody is asked for yet. */
  async shouldOffer({ sessionId, id }: Pick<Run, 'sessionId' | 'id'>): Promise<boolean> {
    const { rows } = await this.#database.query<{ unhelped: boolean }>(
      `SELECT unhelped FROM runs
       WHERE session_id = $1 AND id <> $2 AND input ->> 'kind' = 'message' AND status IN ('success', 'error', 'interrupt')
         AND NOT EXISTS (SELECT FROM handoffs WHERE session_id = $1 AND closed_at IS NULL)
       ORDER BY first_seq DESC LIMIT 1`,
      [sessionId, id],
    );
    return rows[0]?.unhelped ?? false;
  }

  /** Notes that somebody has the conversations open. */
  async notePresence({ iss, sub }: Person): Promise<void> {
    await this.#database.query(
      `INSERT INTO staff_presence (issuer, subject) VALUES ($1, $2) ON CONFLICT (issuer, subject) DO UPDATE SET seen_at = now()`,
      [iss, sub],
    );
  }

  async #isAnybodyPresent(issuer: string): Promise<boolean> {
    const { rowCount } = await this.#database.query(
      `SELECT FROM staff_presence WHERE issuer = $1 AND seen_at > now() - $2 * interval '1 second' LIMIT 1`,
      [issuer, presentForS],
    );
    return rowCount === 1;
  }

  #infoOf({ taken_at: takenAt, taken_name: name, asked_at: askedAt }: Row, isPresent: boolean): Expectation {
    if (takenAt) return { status: 'joined', name: name ?? nameless };
    return { status: 'waiting', until: new Date(askedAt.getTime() + this.#waitS * 1000).toISOString(), present: isPresent };
  }

  async #change<T>(sessionId: string, work: (connection: Connection, append: Append, open: Row | undefined) => Promise<T>): Promise<T> {
    return await this.#runs.inSession(sessionId, async (connection, append) => {
      await lockSession(connection, sessionId);
      const { rows } = await connection.query<Row>('SELECT * FROM handoffs WHERE session_id = $1 AND closed_at IS NULL', [sessionId]);
      return await work(connection, append, rows[0]);
    });
  }
}

function takenBy({ taken_name: name }: Row): AiguyError {
  return new AiguyError('conversation_taken', { details: [{ pointer: '/conversation', rule: `is answered by ${name ?? nameless}` }] });
}

async function closeRow(connection: Connection, append: Append, { row, ticket = null }: { row: Row; ticket?: string | null }): Promise<void> {
  await connection.query('UPDATE handoffs SET closed_at = now(), ticket = $2 WHERE id = $1', [row.id, ticket]);
  const value: PersonValue = { status: 'left', ...(row.taken_name === null ? {} : { name: row.taken_name }) };
  await append(row.id, [personChanged(value)]);
}

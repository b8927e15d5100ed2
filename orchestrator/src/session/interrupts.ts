// Confirmations and input requests: rows that one click settles, once, for all tabs. A run of their own goes on from the answer.
//
// Status      what holds                                        enters from   leaves to
// pending     the card is open                                  the question  each of the others
// approved    the write's intent is in the ledger               pending       –
// submitted   the form's values are kept until the tool ran     pending       –
// rejected    nothing runs; the model hears of it               pending       –
// cancelled   as rejected, for a form                           pending       –
// expired     nothing runs and nobody is told but the log       pending       –
import { randomUUID } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { effectKey, planEffect } from './effects.ts';
import { findInterrupt, type InterruptRow, type InterruptStatus, interruptBehind, pendingCards } from './interrupt-rows.ts';
import type { Run, Started } from './run.ts';
import { interruptSettled } from './run-events.ts';
import { type Append, lockSession, type Runs } from './runs.ts';

export type Answer = { kind: 'confirmation'; decision: 'approve' | 'reject' } | { kind: 'input'; values: Record<string, unknown> | undefined };
type Settled = Exclude<InterruptStatus, 'pending' | 'expired'>;
export type Decision = { visitor: VisitorAssertion; assertion: string; interruptId: string; answer: Answer };

const expiredAtOnceMax = 100;

export class Interrupts {
  readonly #database: Database;
  readonly #runs: Runs;

  constructor(database: Database, runs: Runs) {
    this.#database = database;
    this.#runs = runs;
  }

  /**
   * Settles a card by its visitor's answer. The same answer again leads to the same run.
   * @param assertValid throws what is wrong with the values of a tool's form; the card stays open then
   * @throws AiguyError not_found, interrupt_decided when another answer was first, interrupt_expired
   */
  async decide({ visitor, assertion, interruptId, answer }: Decision, assertValid: (tool: string, values: unknown) => void): Promise<Started> {
    return await this.#runs.inSession(visitor.sid, async (connection, append) => {
      await lockSession(connection, visitor.sid);
      const row = await findInterrupt(connection, { id: interruptId, sessionId: visitor.sid, issuer: visitor.iss, subject: visitor.sub });
      if (row?.card.metadata.aiguy.kind !== answer.kind) throw new AiguyError('not_found');
      const wanted = settledBy(answer);
      if (row.status === wanted && row.continued_by) return { run: await runOf(connection, visitor.sid, row.continued_by), assignment: undefined };
      assertOpen(row);
      if (answer.kind === 'input' && answer.values !== undefined) assertValid(row.tool, answer.values);
      return await this.#goOn(connection, append, { row, wanted, visitor, assertion, answer });
    });
  }

  async #goOn(
    connection: Connection,
    append: Append,
    { row, wanted, visitor, assertion, answer }: { row: InterruptRow; wanted: Settled } & Omit<Decision, 'interruptId'>,
  ): Promise<Started> {
    const runId = randomUUID();
    const values = answer.kind === 'input' ? answer.values : undefined;
    await connection.query('UPDATE interrupts SET status = $2, settled_at = now(), form_values = $3, continued_by = $4 WHERE id = $1', [
      row.id,
      wanted,
      values === undefined ? null : JSON.stringify(values),
      runId,
    ]);
    if ((wanted === 'approved' || wanted === 'submitted') && row.card.metadata.aiguy.effect === 'write') {
      const args = { ...row.args, ...values };
      await planEffect(connection, { key: effectKey(visitor, row), sessionId: visitor.sid, runId, row, args });
    }
    const { rows } = await connection.query<{ checkpoint: unknown }>(
      'UPDATE runs SET checkpoint = NULL FROM (SELECT checkpoint FROM runs WHERE session_id = $1 AND id = $2) AS before WHERE session_id = $1 AND id = $2 RETURNING before.checkpoint',
      [visitor.sid, row.run_id],
    );
    const started = await this.#runs.enter(connection, append, {
      visitor,
      assertion,
      runId,
      key: `resume-${row.id}`,
      keyDigest: wanted,
      input: { kind: 'resume', interruptId: row.id, parentRunId: row.run_id },
      checkpoint: rows[0]?.checkpoint,
    });
    await append(runId, [interruptSettled({ interruptId: row.id, outcome: wanted })]);
    return started;
  }

  /** The card behind a run that goes on from it. @throws Error when the run is no such run */
  async behind(run: Run): Promise<InterruptRow> {
    const row = await interruptBehind(this.#database, run);
    if (!row) throw new Error(`run ${run.id} goes on from no interrupt`);
    return row;
  }

  /** Cards that still wait for their visitor, oldest first. */
  async pending(sessionId: string): Promise<Interrupt[]> {
    return await pendingCards(this.#database, sessionId);
  }

  /** Settles cards whose time is over, and tells every tab. */
  async expire(): Promise<void> {
    const { rows } = await this.#database.query<{ id: string; session_id: string }>(
      `SELECT id, session_id FROM interrupts WHERE status = 'pending' AND expires_at <= clock_timestamp() LIMIT $1`,
      [expiredAtOnceMax],
    );
    for (const { id, session_id: sessionId } of rows) {
      await this.#runs.inSession(sessionId, async (connection, append) => {
        await lockSession(connection, sessionId);
        const settled = await connection.query<{ run_id: string }>(
          `UPDATE interrupts SET status = 'expired', settled_at = now() WHERE id = $1 AND status = 'pending' RETURNING run_id`,
          [id],
        );
        const runId = settled.rows[0]?.run_id;
        if (runId === undefined) return;
        await connection.query('UPDATE runs SET checkpoint = NULL WHERE session_id = $1 AND id = $2', [sessionId, runId]);
        await append(runId, [interruptSettled({ interruptId: id, outcome: 'expired' })]);
      });
    }
  }
}

/** @throws AiguyError */
function assertOpen({ status, is_over: isOver }: InterruptRow): void {
  if (status === 'expired' || (status === 'pending' && isOver)) throw new AiguyError('interrupt_expired');
  if (status !== 'pending') throw new AiguyError('interrupt_decided');
}

function settledBy(answer: Answer): Settled {
  if (answer.kind === 'confirmation') return answer.decision === 'approve' ? 'approved' : 'rejected';
  return answer.values === undefined ? 'cancelled' : 'submitted';
}

async function runOf(connection: Connection, sessionId: string, id: string): Promise<Run> {
  const { rows } = await connection.query<{ epoch: number; first_seq: number }>(
    'SELECT epoch, first_seq FROM runs WHERE session_id = $1 AND id = $2',
    [sessionId, id],
  );
  return { sessionId, id, epoch: rows[0]?.epoch ?? 1, firstSeq: rows[0]?.first_seq ?? 1 };
}

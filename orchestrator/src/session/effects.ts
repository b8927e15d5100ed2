// The effect ledger: what a write was meant to do, whether it was sent, and what came of it. Committed before each step, so that a crash leaves no doubt
// but one, and that one is asked about.
//
// Status      what holds                                                enters from        leaves to
// planned     the visitor has approved; nothing was sent                the click          dispatched
// dispatched  it may have been sent, under its key                      planned, itself    settled, unknown
// unknown     sent, and no answer came within the turn                  dispatched         settled
// settled     the tools API said what came of it                        dispatched, unknown  –
import { createHash } from 'node:crypto';
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { ToolOutcome } from '../model/port.ts';
import { LeaseLostError } from './event-log.ts';
import type { InterruptRow } from './interrupt-rows.ts';
import type { Receipts, SettledEffect } from './receipts.ts';
import type { Run } from './run.ts';

export type EffectStatus = 'planned' | 'dispatched' | 'settled' | 'unknown';
/** outcome: as the tools API gave it; undefined before. */
export type Effect = {
  key: string;
  tool: string;
  summary: string;
  args: Record<string, unknown>;
  status: EffectStatus;
  outcome: unknown;
  /** Times that it was sent, or was about to be. */
  attempts: number;
};
export type UnknownEffect = Effect & { sessionId: string; runId: string; visitor: VisitorAssertion; assertion: string };

type EffectRow = Omit<UnknownEffect, 'sessionId' | 'runId'> & { session_id: string; run_id: string };

/** What makes an effect the same effect: customer, turn, tool and arguments; 64 hexadecimal digits. */
export function effectKey(
  { iss, sub, sid }: Pick<VisitorAssertion, 'iss' | 'sub' | 'sid'>,
  of: Pick<InterruptRow, 'turn_id' | 'tool' | 'args_digest'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, sub, sid, of.turn_id, of.tool, of.args_digest]))
    .digest('hex');
}

/** Commits an intent together with the click. */
export async function planEffect(
  connection: Connection,
  plan: { key: string; sessionId: string; runId: string; row: InterruptRow; args: Record<string, unknown> },
): Promise<void> {
  await connection.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING`,
    [plan.key, plan.sessionId, plan.runId, plan.row.id, plan.row.tool, plan.row.card.message, JSON.stringify(plan.args)],
  );
}

export class Effects {
  readonly #database: Database;
  readonly #receipts: Receipts;

  constructor(database: Database, receipts: Receipts) {
    this.#database = database;
    this.#receipts = receipts;
  }

  /**
   * Commits that the effect may be sent from now on; a settled one is left as it is.
   * @throws LeaseLostError when the run is another process', so that a process that was thought dead sends nothing
   */
  async dispatch(run: Run, key: string): Promise<Effect> {
    const { rows } = await this.#database.query<EffectRow>(
      `WITH held AS MATERIALIZED (
         SELECT id FROM runs WHERE session_id = $1 AND id = $2 AND epoch = $3 AND status = 'running' FOR UPDATE
       )
       UPDATE effects SET
         status = CASE WHEN status = 'settled' THEN status ELSE 'dispatched' END,
         attempts = attempts + CASE WHEN status = 'settled' THEN 0 ELSE 1 END
       FROM held WHERE key = $4 RETURNING key, tool, summary, args, status, outcome, attempts`,
      [run.sessionId, run.id, run.epoch, key],
    );
    const row = rows[0];
    if (!row) throw new LeaseLostError();
    return row;
  }

  /**
   * Keeps what came of it, and makes the receipt of what was done, both or neither; the values of a form are forgotten. The first answer stays.
   * @param on the connection of a transaction that holds the session's row
   * @returns whether this is the first
   */
  async settle(key: string, outcome: ToolOutcome, on?: Connection): Promise<boolean> {
    if (on) return await this.#settle(on, key, outcome);
    return await inTransaction(this.#database, async (connection) => {
      await connection.query('SELECT FROM sessions WHERE id = (SELECT session_id FROM effects WHERE key = $1) FOR UPDATE', [key]);
      return await this.#settle(connection, key, outcome);
    });
  }

  async #settle(connection: Connection, key: string, outcome: ToolOutcome): Promise<boolean> {
    const { rows } = await connection.query<SettledEffect>(
      `UPDATE effects SET status = 'settled', outcome = $2, settled_at = clock_timestamp(), visitor = NULL, assertion = NULL, check_at = NULL,
         args = CASE WHEN undo_of IS NULL THEN interrupts.args ELSE effects.args END
       FROM interrupts, (SELECT args AS sent FROM effects WHERE key = $1) AS before
       WHERE key = $1 AND effects.status <> 'settled' AND interrupts.id = interrupt_id
       RETURNING key, effects.session_id, effects.tool, summary, effects.args, before.sent, undo_of, effects.settled_at, interrupts.card`,
      [key, JSON.stringify(outcome)],
    );
    const [effect] = rows;
    if (!effect) return false;
    await connection.query('UPDATE interrupts SET form_values = NULL WHERE form_values IS NOT NULL AND id = $1', [effect.card.id]);
    if (outcome.ok) await this.#receipts.issue(connection, effect, outcome.output);
    return true;
  }

  /** Nobody knows whether it was done: it is asked again later, under the same key. */
  async doubt(key: string, who: { visitor: VisitorAssertion; assertion: string }, inMs: number): Promise<void> {
    await this.#database.query(
      `UPDATE effects SET status = 'unknown', visitor = $2, assertion = $3, check_at = now() + $4 * interval '1 millisecond'
       WHERE key = $1 AND status <> 'settled'`,
      [key, JSON.stringify(who.visitor), who.assertion, inMs],
    );
  }

  /** The effect of a key, if the turn has it already. */
  async find(key: string): Promise<Effect | undefined> {
    const { rows } = await this.#database.query<EffectRow>('SELECT key, tool, summary, args, status, outcome, attempts FROM effects WHERE key = $1', [
      key,
    ]);
    return rows[0];
  }

  /** Takes effects in doubt whose time to be asked has come; each is given to one process until `againInMs` from now. */
  async takeDoubtful(againInMs: number, limit: number): Promise<UnknownEffect[]> {
    const { rows } = await this.#database.query<EffectRow>(
      `UPDATE effects SET attempts = attempts + 1, check_at = now() + $1 * interval '1 millisecond'
       WHERE key IN (SELECT key FROM effects WHERE status = 'unknown' AND check_at < now() ORDER BY check_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [againInMs, limit],
    );
    return rows.map(({ session_id: sessionId, run_id: runId, ...row }) => ({ ...row, sessionId, runId }));
  }
}

// The effect ledger: what a write was meant to do, whether it was sent, and what came of it. Committed before each step, so that a crash leaves no doubt
// but one, and that one is asked about.
//
// Status      what holds                                                enters from        leaves to
// planned     the visitor has approved; nothing was sent                the click          dispatched
// dispatched  it may have been sent, under its key                      planned, itself    settled, unknown
// unknown     sent, and no answer came within the turn                  dispatched         settled
// settled     the tools API said what came of it                        dispatched, unknown  –
import { createHash } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { LeaseLostError } from './event-log.ts';
import type { InterruptRow } from './interrupt-rows.ts';
import type { Run } from './runs.ts';

export type EffectStatus = 'planned' | 'dispatched' | 'settled' | 'unknown';
/** outcome: as the tools API gave it; undefined before. */
export type Effect = { key: string; tool: string; summary: string; args: Record<string, unknown>; status: EffectStatus; outcome: unknown };
export type UnknownEffect = Effect & { sessionId: string; runId: string; attempts: number; visitor: VisitorAssertion; assertion: string };

type EffectRow = {
  key: string;
  session_id: string;
  run_id: string;
  tool: string;
  summary: string;
  args: Record<string, unknown>;
  status: EffectStatus;
  outcome: unknown;
  attempts: number;
  visitor: VisitorAssertion;
  assertion: string;
};

/** What makes an effect the same effect: customer, turn, tool and arguments; 43 characters. */
export function effectKey(
  { iss, sub, sid }: Pick<VisitorAssertion, 'iss' | 'sub' | 'sid'>,
  of: Pick<InterruptRow, 'turn_id' | 'tool' | 'args_digest'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, sub, sid, of.turn_id, of.tool, of.args_digest]))
    .digest('base64url');
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

  constructor(database: Database) {
    this.#database = database;
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
       FROM held WHERE key = $4 RETURNING key, tool, summary, args, status, outcome`,
      [run.sessionId, run.id, run.epoch, key],
    );
    const row = rows[0];
    if (!row) throw new LeaseLostError();
    return row;
  }

  /** Keeps what came of it; the values of a form are forgotten. The first answer stays. */
  async settle(key: string, outcome: unknown, on: Database | Connection = this.#database): Promise<void> {
    await on.query(
      `UPDATE effects SET status = 'settled', outcome = $2, settled_at = now(), visitor = NULL, assertion = NULL, check_at = NULL,
         args = (SELECT args FROM interrupts WHERE id = interrupt_id)
       WHERE key = $1 AND status <> 'settled'`,
      [key, JSON.stringify(outcome)],
    );
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
    const { rows } = await this.#database.query<EffectRow>('SELECT key, tool, summary, args, status, outcome FROM effects WHERE key = $1', [key]);
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

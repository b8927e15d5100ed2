// Rows of what visitors are asked: written with the end of the run that asks, read by the run that goes on.
import type { Connection, Database } from '@aiguy/manifests/database';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import type { Run } from './run.ts';

export type InterruptStatus = 'pending' | 'approved' | 'rejected' | 'submitted' | 'cancelled' | 'expired';

/** What a turn asks. The card is what the visitor sees; args are what will run. */
export type NewInterrupt = { card: Interrupt; turnId: string; args: Record<string, unknown>; argsDigest: string; issuer: string; subject: string };

export type InterruptRow = {
  id: string;
  run_id: string;
  turn_id: string;
  tool: string;
  tool_call_id: string;
  args: Record<string, unknown>;
  args_digest: string;
  card: Interrupt;
  status: InterruptStatus;
  form_values: Record<string, unknown> | null;
  is_over: boolean;
  continued_by: string | null;
};

const columns =
  'id, run_id, turn_id, tool, tool_call_id, args, args_digest, card, status, form_values, expires_at <= clock_timestamp() AS is_over, continued_by';

export async function insertInterrupts(connection: Connection, run: Run, interrupts: readonly NewInterrupt[]): Promise<void> {
  for (const { card, turnId, args, argsDigest, issuer, subject } of interrupts) {
    await connection.query(
      `INSERT INTO interrupts (id, session_id, run_id, turn_id, issuer, subject, tool, tool_call_id, args, args_digest, card, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        card.id,
        run.sessionId,
        run.id,
        turnId,
        issuer,
        subject,
        card.metadata.aiguy.tool,
        card.toolCallId,
        JSON.stringify(args),
        argsDigest,
        JSON.stringify(card),
        card.expiresAt,
      ],
    );
  }
}

/** A card of this visitor's session; somebody else's does not exist. */
export async function findInterrupt(
  connection: Connection,
  where: { id: string; sessionId: string; issuer: string; subject: string },
): Promise<InterruptRow | undefined> {
  const { rows } = await connection.query<InterruptRow>(
    `SELECT ${columns} FROM interrupts WHERE id = $1 AND session_id = $2 AND issuer = $3 AND subject = $4 FOR UPDATE`,
    [where.id, where.sessionId, where.issuer, where.subject],
  );
  return rows[0];
}

/** The card from whose answer a run goes on. */
export async function interruptBehind(database: Database, run: Run): Promise<InterruptRow | undefined> {
  const { rows } = await database.query<InterruptRow>(`SELECT ${columns} FROM interrupts WHERE session_id = $1 AND continued_by = $2`, [
    run.sessionId,
    run.id,
  ]);
  return rows[0];
}

/** Cards that still wait for their visitor, oldest first. */
export async function pendingCards(database: Database, sessionId: string): Promise<Interrupt[]> {
  const { rows } = await database.query<{ card: Interrupt }>(
    `SELECT card FROM interrupts WHERE session_id = $1 AND status = 'pending' AND expires_at > clock_timestamp() ORDER BY created_at`,
    [sessionId],
  );
  return rows.map(({ card }) => card);
}

/** Forgets what was typed into the form that a run went on from. */
export async function forgetFormValues(connection: Connection, run: Run): Promise<void> {
  await connection.query('UPDATE interrupts SET form_values = NULL WHERE session_id = $1 AND continued_by = $2 AND form_values IS NOT NULL', [
    run.sessionId,
    run.id,
  ]);
}

// Takes a write back by the tool that its manifest names: the visitor's click is the consent, and however often it is clicked, it is one effect.
import { createHash, randomUUID } from 'node:crypto';
import type { Connection } from '@aiguy/manifests/database';
import { AiguyError, errorEntry, isErrorCode } from '@aiguy/manifests/errors';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { ToolOutcome } from '../model/port.ts';
import type { EffectStatus } from './effects.ts';
import type { Run, RunStatus, Started } from './run.ts';
import { lockSession, type Runs } from './runs.ts';

export type UndoWish = { visitor: VisitorAssertion; assertion: string; effectId: string };

type Args = Record<string, unknown>;
type DoneRow = {
  key: string;
  run_id: string;
  interrupt_id: string;
  tool: string;
  summary: string;
  args: Args;
  outcome: ToolOutcome;
  is_over: boolean;
};
type UndoRow = { status: EffectStatus; outcome: ToolOutcome | null; run_id: string; run_status: RunStatus; epoch: number; first_seq: number };

/**
 * Plans the undo and makes the run that carries it out; the same click again leads to the same run.
 * @throws AiguyError not_found when nothing of the visitor's can be taken back so, insufficient_scope, undo_expired
 */
export async function undoEffect(runs: Runs, catalogue: Catalogue, { visitor, assertion, effectId }: UndoWish): Promise<Started> {
  return await runs.inSession(visitor.sid, async (connection, append) => {
    await lockSession(connection, visitor.sid);
    const done = await findDone(connection, visitor, effectId);
    const tool = done && undoToolOf(catalogue, done.tool);
    if (!tool) throw new AiguyError('not_found');
    const key = undoKey(done.key, tool);
    const earlier = await findUndo(connection, visitor.sid, key);
    if (earlier && !mayBeginAgain(earlier)) return { run: runOf(visitor.sid, earlier), assignment: undefined };
    if (done.is_over) throw new AiguyError('undo_expired');
    if (!visitor.scopes.includes(tool.manifest.scope)) throw new AiguyError('insufficient_scope');
    const runId = randomUUID();
    await planUndo(connection, { key, sessionId: visitor.sid, runId, done, tool });
    const input = { kind: 'undo', effectKey: key, parentRunId: done.run_id } as const;
    return await runs.enter(connection, append, { visitor, assertion, runId, key: `undo-${runId}`, keyDigest: '', input });
  });
}

/** A write of this visitor's session that was done and has a time within which it can be taken back. */
async function findDone(connection: Connection, { sid, iss, sub }: VisitorAssertion, key: string): Promise<DoneRow | undefined> {
  const { rows } = await connection.query<DoneRow>(
    `SELECT effects.key, effects.run_id, interrupt_id, effects.tool, summary, effects.args, outcome,
       (receipts.value ->> 'undoUntil')::timestamptz <= clock_timestamp() AS is_over
     FROM effects JOIN receipts ON effect_key = key JOIN interrupts ON interrupts.id = interrupt_id JOIN sessions ON sessions.id = effects.session_id
     WHERE key = $1 AND effects.session_id = $2 AND sessions.issuer = $3 AND sessions.subject = $4
       AND interrupts.issuer = $3 AND interrupts.subject = $4 AND receipts.value ->> 'undoUntil' IS NOT NULL`,
    [key, sid, iss, sub],
  );
  return rows[0];
}

function undoToolOf(catalogue: Catalogue, name: string): Tool | undefined {
  return catalogue.get(catalogue.get(name)?.manifest.undo?.tool ?? '');
}

function undoKey(key: string, tool: Tool): string {
  return createHash('sha256')
    .update(JSON.stringify(['undo', key, tool.manifest.name]))
    .digest('hex');
}

async function findUndo(connection: Connection, sessionId: string, key: string): Promise<UndoRow | undefined> {
  const { rows } = await connection.query<UndoRow>(
    `SELECT effects.status, outcome, run_id, runs.status AS run_status, epoch, first_seq
     FROM effects JOIN runs ON runs.session_id = effects.session_id AND runs.id = run_id WHERE effects.session_id = $1 AND key = $2`,
    [sessionId, key],
  );
  return rows[0];
}

/** The run before has ended, and what it came to is that nothing was sent, or that it may be tried again. The key stays: it can't be done twice. */
function mayBeginAgain({ status, outcome, run_status: run }: UndoRow): boolean {
  if (run === 'running' || run === 'queued') return false;
  if (status === 'planned') return true;
  return status === 'settled' && outcome?.ok === false && isErrorCode(outcome.code) && errorEntry(outcome.code).retryable;
}

async function planUndo(
  connection: Connection,
  { key, sessionId, runId, done, tool }: { key: string; sessionId: string; runId: string; done: DoneRow; tool: Tool },
): Promise<void> {
  await connection.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, undo_of) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (key) DO UPDATE SET run_id = EXCLUDED.run_id, status = 'planned', outcome = NULL, settled_at = NULL`,
    [key, sessionId, runId, done.interrupt_id, tool.manifest.name, `Taken back: ${done.summary}`, JSON.stringify(argumentsFor(tool, done)), done.key],
  );
}

/** By the same names from the arguments, or else from the result, of the write that is taken back. @throws AiguyError not_found when they don't fit */
function argumentsFor({ manifest, validateInput }: Tool, { args, outcome }: DoneRow): Args {
  const known = { ...(outcome.ok ? outcome.output : {}), ...args };
  const names = Object.keys((manifest.input as { properties?: object }).properties ?? {});
  const filled = Object.fromEntries(names.filter((name) => Object.hasOwn(known, name)).map((name) => [name, known[name]]));
  if (!check(validateInput, filled).ok) throw new AiguyError('not_found');
  return filled;
}

function runOf(sessionId: string, { run_id: id, epoch, first_seq: firstSeq }: UndoRow): Run {
  return { sessionId, id, epoch, firstSeq };
}

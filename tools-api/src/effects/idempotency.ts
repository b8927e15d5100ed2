// The first answer to each write, by the caller's key. Taken, kept and committed in the transaction of the effect, so that neither is there alone.
import { createHash } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Subject } from '../backends/shop.ts';

/** The first answer is given again for at least so long; later the key may be used anew. */
export const answersKeptHours = 48;

export type KeptAnswer = { tool: string; argsDigest: string; status: number; body: string };
/** subjectDigest: by which it is erased with everything else of its owner, as in tasks/tasks.ts. */
export type NewAnswer = KeptAnswer & { subjectDigest: string };

/**
 * @returns SHA-256 of issuer, subject and key, base64url: nobody meets a key of somebody else's
 * @throws AiguyError idempotency_key_required unless the key is 8 to 255 visible ASCII characters
 */
export function keyDigestOf({ issuer, subject }: Subject, key: string | undefined): string {
  if (key === undefined || !/^[\x21-\x7e]{8,255}$/.test(key)) throw new AiguyError('idempotency_key_required');
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject, key]))
    .digest('base64url');
}

/**
 * Takes the key until the transaction ends, without waiting for anybody who has it. In the embedded database every client is in the same session,
 * whose locks are everybody's; there transactions run one after the other, and the second one finds the first one's answer. Nor may it end a transaction
 * that does nothing: it has no session to lose and would hang for ever.
 * @param options.statementTimeoutMs of every statement in the transaction; an idle transaction is ended by the server after twice that
 * @returns the answer that was given to this key before
 * @throws AiguyError effect_in_progress when another transaction has it
 */
export async function takeKey(connection: Connection, keyDigest: string, options: { statementTimeoutMs: number }): Promise<KeptAnswer | undefined> {
  const { statementTimeoutMs: limitMs } = options;
  const { rows } = await connection.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken,
            set_config('statement_timeout', $2, true),
            set_config('idle_in_transaction_session_timeout', CASE WHEN version() LIKE '%emscripten%' THEN '0' ELSE $3 END, true)`,
    [keyDigest, String(limitMs), String(limitMs * 2)],
  );
  if (!rows[0]?.taken) throw new AiguyError('effect_in_progress', { retryAfterS: 1 });
  // A statement of its own: its snapshot is taken when the key is ours, so it sees what the last one with the key committed.
  const kept = await connection.query<{ tool: string; args_digest: string; status: number; body: string }>(
    'SELECT tool, args_digest, status, body FROM idempotency_keys WHERE key_digest = $1',
    [keyDigest],
  );
  const [row] = kept.rows;
  return row && { tool: row.tool, argsDigest: row.args_digest, status: row.status, body: row.body };
}

/** Whether a key has its answer, which is given again whatever has become of its caller's right to ask for more. */
export async function isAnswered(database: Database, keyDigest: string): Promise<boolean> {
  const { rowCount } = await database.query('SELECT FROM idempotency_keys WHERE key_digest = $1', [keyDigest]);
  return rowCount === 1;
}

/** Fails when there is an answer to this key already, and takes the whole transaction with it. */
export async function keepAnswer(connection: Connection, keyDigest: string, answer: NewAnswer): Promise<void> {
  await connection.query(
    'INSERT INTO idempotency_keys (key_digest, tool, args_digest, status, body, subject_digest) VALUES ($1, $2, $3, $4, $5, $6)',
    [keyDigest, answer.tool, answer.argsDigest, answer.status, answer.body, answer.subjectDigest],
  );
}

/** Deletes answers, preferences and what guests have shown or tried, once its time is over. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.query("DELETE FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 hour'", [answersKeptHours]);
  await database.query('DELETE FROM preferences WHERE expires_at < now()');
  await database.query("DELETE FROM order_codes WHERE expires_at < now() - interval '1 day'");
  await database.query('DELETE FROM order_proofs WHERE status_until < now() AND coalesce(owner_until < now(), true)');
  await database.query("DELETE FROM guest_attempts WHERE at < now() - interval '1 hour'");
}

const forgetEveryMs = 3_600_000;

/** Forgets now and each hour, until it is stopped; a failure waits for the next hour. */
export function startForgetting(database: Database): { stop: () => void } {
  const forget = () => void forgetExpired(database).catch(() => undefined);
  forget();
  const timer = setInterval(forget, forgetEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

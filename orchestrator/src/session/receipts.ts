// Receipts: one for each write that was done, signed and chained in its session, made in the transaction that settles the write.
import { createHash } from 'node:crypto';
import type { Connection, Database } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { ReceiptValue } from '@aiguy/manifests/generated/events';
import type { Interrupt, Receipt, ReceiptFile } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { decodeJwt } from 'jose';
import { receiptDigest, signReceipt } from './receipt-token.ts';

type Args = Record<string, unknown>;
/** sent: the arguments as they went to the tool, with what was typed into a form. args: without it. */
export type SettledEffect = {
  key: string;
  session_id: string;
  tool: string;
  summary: string;
  args: Args;
  sent: Args;
  undo_of: string | null;
  settled_at: Date;
  card: Interrupt;
};

/** A larger result is only named by its digest. */
const resultBytesMax = 4096;
/** The newest of a session that are listed. */
const listedMax = 200;

export class Receipts {
  readonly #database: Database;
  readonly #key: SigningKey;
  readonly #catalogue: Catalogue;

  constructor(database: Database, key: SigningKey, catalogue: Catalogue) {
    this.#database = database;
    this.#key = key;
    this.#catalogue = catalogue;
  }

  /** Makes the next receipt of the session. The caller's transaction holds the session's row, so that numbers have neither holes nor doubles. */
  async issue(connection: Connection, effect: SettledEffect, output: Args): Promise<void> {
    const { rows } = await connection.query<{ number: number; token: string }>(
      'SELECT number, token FROM receipts WHERE session_id = $1 ORDER BY number DESC LIMIT 1',
      [effect.session_id],
    );
    const [last] = rows;
    const number = (last?.number ?? 0) + 1;
    const claims = claimsOf(effect, output, { number, session: sessionName(this.#key.issuer, effect.session_id) });
    const token = await signReceipt(this.#key, { ...claims, prev: last ? receiptDigest(last.token) : null });
    await connection.query('INSERT INTO receipts (session_id, number, effect_key, token, value) VALUES ($1, $2, $3, $4, $5)', [
      effect.session_id,
      number,
      effect.key,
      token,
      JSON.stringify(this.#valueOf(effect, number)),
    ]);
  }

  #valueOf({ key, tool, summary, undo_of: undoes, settled_at: at }: SettledEffect, number: number): ReceiptValue {
    const undo = undoes === null ? this.#catalogue.get(tool)?.manifest.undo : undefined;
    return {
      effectId: key,
      number,
      tool,
      summary,
      at: at.toISOString(),
      ...(undo ? { undoUntil: new Date(at.getTime() + undo.within_s * 1000).toISOString() } : {}),
      ...(undoes === null ? {} : { undoes }),
    };
  }

  /** The receipt of an effect, if it was done. */
  async ofEffect(key: string, on: Database | Connection = this.#database): Promise<ReceiptValue | undefined> {
    const { rows } = await on.query<{ value: ReceiptValue }>('SELECT value FROM receipts WHERE effect_key = $1', [key]);
    return rows[0]?.value;
  }

  async find(sessionId: string, number: number): Promise<ReceiptFile | undefined> {
    const { rows } = await this.#database.query<{ token: string }>('SELECT token FROM receipts WHERE session_id = $1 AND number = $2', [
      sessionId,
      number,
    ]);
    return rows.map(toFile)[0];
  }

  /** The newest of a session, oldest first. */
  async list(sessionId: string): Promise<ReceiptFile[]> {
    const { rows } = await this.#database.query<{ token: string }>('SELECT token FROM receipts WHERE session_id = $1 ORDER BY number DESC LIMIT $2', [
      sessionId,
      listedMax,
    ]);
    return rows.map(toFile).toReversed();
  }
}

function toFile({ token }: { token: string }): ReceiptFile {
  return { receipt: token, payload: decodeJwt<Receipt>(token) as Receipt };
}

function claimsOf(effect: SettledEffect, output: Args, place: { number: number; session: string }): Omit<Receipt, 'iss' | 'prev'> {
  const { key, tool, summary, args, undo_of: undoes, settled_at: at } = effect;
  const { facts, amount } = effect.card.metadata.aiguy;
  const result = withoutSecrets(output, secretsOf(effect)) as Args;
  const isSmall = Buffer.byteLength(JSON.stringify(result)) <= resultBytesMax;
  return {
    ...place,
    effect: key,
    ...(undoes === null ? {} : { undoes }),
    tool,
    summary,
    args_digest: argumentsDigest(args),
    // The card of an undo is that of the write it took back; what it says is the opposite of what was done.
    facts: undoes === null ? facts : [],
    ...(amount && undoes === null ? { amount } : {}),
    ...(isSmall ? { result } : { result_digest: argumentsDigest(result) }),
    at: at.toISOString(),
  };
}

function sessionName(issuer: string, sessionId: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['receipts', issuer, sessionId]))
    .digest('base64url');
}

/** What was typed into the form, wherever the tool repeats it. */
function secretsOf({ args, sent }: SettledEffect): string[] {
  const typed = Object.entries(sent).flatMap(([name, value]) => (Object.hasOwn(args, name) ? [] : [String(value).toLowerCase()]));
  return typed.filter((text) => text.length > 0);
}

function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (value === null || value === undefined || secrets.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSecrets(item, secrets)]));
  const text = String(value).toLowerCase();
  const isSecret = secrets.some((secret) => text === secret || (secret.length > 3 && text.includes(secret)));
  return isSecret ? '(not shown)' : value;
}

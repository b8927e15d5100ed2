// One-time codes. A code is made of a salt and the configured key, so a mail that waits needs the salt alone: neither queue nor table ever holds a code,
// and each attempt at a mail has the same one.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { GuestHash } from './guest-key.ts';

/** A code on its way to a guest, as it waits: names a session by its digest and says nothing of the code to who hasn't the key. */
/** language: BCP 47, of the mail; English when left out. */
export type WaitingCode = { order_id: string; session: string; salt: string; expires_at: string; language?: string };
export type NewCode = {
  session: string;
  orderId: string;
  addressHash: string;
  /** Whose order it is; undefined for a code that looks like any other, and that nobody is mailed. */
  customerId: string | undefined;
  /** A code that is already in the mail stays good when no other may follow it. */
  replaces: boolean;
};
export type AskedCode = { code_hash: string; address_hash: string; tries_left: number };

export type Codes = {
  /** The same statement whether anybody is mailed it or not. */
  issue: (code: NewCode) => Promise<WaitingCode>;
  /** @returns the code, and the address it was asked for with, while it is its session's newest for the order and nobody has used it up */
  read: (waiting: WaitingCode) => Promise<{ code: string; addressHash: string } | undefined>;
  /** @returns undefined when there is none that is still good */
  spendTry: (session: string, orderId: string) => Promise<AskedCode | undefined>;
  isRight: (asked: AskedCode, guess: { session: string; orderId: string; code: string }) => boolean;
  /** The code is gone with the statement that makes the proof of it: of two that come at once, one has it. */
  use: (asked: AskedCode, proof: { session: string; orderId: string; until: Date }) => Promise<boolean>;
};

type CodePorts = { database: Database; hash: GuestHash; nowMs: () => number };

const livesMs = 10 * 60_000;
const triesMax = 5;

export function createCodes({ database, hash, nowMs }: CodePorts): Codes {
  const codeOf = (salt: string) => String(Buffer.from(hash('one-time code', salt), 'base64url').readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
  const hashOf = (session: string, orderId: string, code: string) => hash('code', session, orderId, code);
  return {
    issue: async ({ session, orderId, addressHash, customerId, replaces }) => {
      const salt = randomBytes(16).toString('base64url');
      const expiresAt = new Date(nowMs() + livesMs);
      const codeHash = customerId === undefined ? hash('nobody', salt) : hashOf(session, orderId, codeOf(salt));
      await database.query(issueSql, [session, orderId, codeHash, addressHash, customerId ?? null, triesMax, expiresAt, replaces]);
      return { order_id: orderId, session, salt, expires_at: expiresAt.toISOString() };
    },
    read: async ({ session, order_id: orderId, salt }) => {
      const code = codeOf(salt);
      const { rows } = await database.query<{ address_hash: string }>(
        'SELECT address_hash FROM order_codes WHERE session_digest = $1 AND order_id = $2 AND code_hash = $3 AND tries_left > 0',
        [session, orderId, hashOf(session, orderId, code)],
      );
      return rows[0] && { code, addressHash: rows[0].address_hash };
    },
    spendTry: async (session, orderId) => {
      const { rows } = await database.query<AskedCode>(
        `UPDATE order_codes SET tries_left = tries_left - 1
         WHERE session_digest = $1 AND order_id = $2 AND tries_left > 0 AND expires_at > $3 RETURNING code_hash, address_hash, tries_left`,
        [session, orderId, new Date(nowMs())],
      );
      return rows[0];
    },
    isRight: ({ code_hash: asked }, { session, orderId, code }) => equal(asked, hashOf(session, orderId, code)),
    use: async ({ code_hash: asked }, { session, orderId, until }) => {
      const { rowCount } = await database.query(useSql, [session, orderId, asked, until]);
      return rowCount === 1;
    },
  };
}

const issueSql = `
  INSERT INTO order_codes (session_digest, order_id, code_hash, address_hash, customer_id, tries_left, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (session_digest, order_id) DO UPDATE
  SET code_hash = excluded.code_hash, address_hash = excluded.address_hash, customer_id = excluded.customer_id,
      tries_left = excluded.tries_left, expires_at = excluded.expires_at
  WHERE $8::boolean`;

const useSql = `
  WITH used AS (DELETE FROM order_codes WHERE session_digest = $1 AND order_id = $2 AND code_hash = $3 RETURNING customer_id)
  INSERT INTO order_proofs (session_digest, order_id, customer_id, status_until, owner_until)
  SELECT $1, $2, customer_id, $4, $4 FROM used WHERE customer_id IS NOT NULL
  ON CONFLICT (session_digest, order_id) DO UPDATE
  SET customer_id = excluded.customer_id, status_until = excluded.status_until, owner_until = excluded.owner_until`;

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

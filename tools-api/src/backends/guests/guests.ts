// What a guest has shown of an order: that he knows the address it is billed to (its status), or that he reads the mail sent there (all of it).
// Unknown order, wrong address and too many guesses are the same answer by the same statements, whatever is right.
import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Database } from '@aiguy/manifests/database';
import type { ProvenOrder, Subject } from '../shop.ts';
import { sessionDigest } from '../tickets.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import { type Billing, normalised } from './billing.ts';
import type { CodeMail, CodeMailer } from './code-mail.ts';

export type GuestSession = { subject: Subject; sessionId: string };

export type Guests = {
  /** Contract: holds for this session and this order, and for nothing else. */
  proofOf: (who: GuestSession, orderId: string) => Promise<ProvenOrder | undefined>;
  /** Whether codes can be mailed here at all. */
  mailsCodes: boolean;
  /** @returns whether the address is the order's, and not too many were guessed */
  confirmEmail: (who: GuestSession, order: { orderId: string; email: string }) => Promise<boolean>;
  /** Mails a code if the address is the order's. Nothing that is returned, nor the time it takes, says whether it is. */
  sendCode: (who: GuestSession, order: { orderId: string; email: string }) => Promise<void>;
  /** wrong: also for a code that is too old, used or was never sent. mayTryAgain: this code has tries left. */
  enterCode: (who: GuestSession, order: { orderId: string; code: string }) => Promise<{ kind: 'proven' } | { kind: 'wrong'; mayTryAgain: boolean }>;
  /** From now on is told what happens. */
  observe: (happened: (event: GuestEvent) => void) => void;
  /** Waits for mails that are on their way. */
  close: () => Promise<void>;
};

/** How guesses ended; and mails: asked for with the right address, sent, not sent because the server failed, or because three had gone out. */
export type GuestEvent = 'proven' | 'failed' | 'locked' | 'mail_asked' | 'mail_sent' | 'mail_failed' | 'mail_limited';

export type GuestPorts = {
  database: Database;
  billing: Billing;
  /** Without one nobody is mailed a code. */
  mailer?: CodeMailer | undefined;
  nowMs: () => number;
};

/** An hour, each counted by session, address and order. */
const failuresMax = 5;
/** An hour, each counted by order and address. */
const mailsMax = 3;
const proofLivesMs = 30 * 60_000;
const codeLivesMs = 10 * 60_000;
const codeTriesMax = 5;
const behindAnswerMs = 100;

/** Opens the record of guests; its key is made once and kept beside it. */
export async function openGuests(ports: GuestPorts): Promise<Guests> {
  const { database } = ports;
  await database.query('INSERT INTO guest_key (key) VALUES ($1) ON CONFLICT DO NOTHING', [randomBytes(32).toString('base64url')]);
  const { rows } = await database.query<{ key: string }>('SELECT key FROM guest_key');
  return new GuestRecord(ports, rows[0]?.key ?? '');
}

type Order = { orderId: string; email: string };
type Keys = { session: string; address: string; order: string };
type Code = { code_hash: string; address_hash: string; tries_left: number };

class GuestRecord implements Guests {
  readonly mailsCodes: boolean;
  readonly #ports: GuestPorts;
  readonly #key: string;
  readonly #attempts: ReturnType<typeof createAttempts>;
  readonly #mails = new Set<Promise<void>>();
  #happened: (event: GuestEvent) => void = () => undefined;

  constructor(ports: GuestPorts, key: string) {
    this.#ports = ports;
    this.#key = key;
    this.#attempts = createAttempts(ports.database, ports.nowMs);
    this.mailsCodes = ports.mailer !== undefined;
  }

  async proofOf(who: GuestSession, orderId: string): Promise<ProvenOrder | undefined> {
    const { rows } = await this.#ports.database.query<{ customer_id: string; is_owner: boolean }>(
      `SELECT customer_id, coalesce(owner_until > $3, false) AS is_owner
       FROM order_proofs WHERE session_digest = $1 AND order_id = $2 AND (status_until > $3 OR owner_until > $3)`,
      [digestOf(who), orderId, this.#after(0)],
    );
    const [row] = rows;
    return row && { orderId, customerId: row.customer_id, level: row.is_owner ? 'owner' : 'status' };
  }

  async confirmEmail(who: GuestSession, order: Order): Promise<boolean> {
    const { attempt, billed } = await this.#guess(who, order);
    if (billed) await this.#proveStatus(who, order.orderId, billed.customerId);
    await this.#settle(attempt, billed && 'proven');
    return billed !== undefined;
  }

  async sendCode(who: GuestSession, order: Order): Promise<void> {
    const keys = this.#keysOf(who, order);
    const { attempt, billed } = await this.#guess(who, order);
    // What nobody is mailed is counted for nobody, so that a stranger can't use up an order's mails.
    const nobody = randomBytes(16).toString('base64url');
    const counted = billed ? [keys.order, keys.address] : [nobody, `${nobody}.`];
    const mails = await this.#attempts.add(
      counted.map((key) => `mail ${key}`),
      { max: mailsMax },
    );
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const isMailed = billed !== undefined && !mails.isBeyond;
    // A code that is already in the mail stays good when no other may follow it.
    const hash = isMailed ? this.#codeHash(who, order.orderId, code) : this.#hash(nobody);
    await this.#ports.database.query(
      `INSERT INTO order_codes (session_digest, order_id, code_hash, address_hash, customer_id, tries_left, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (session_digest, order_id) DO UPDATE
       SET code_hash = excluded.code_hash, address_hash = excluded.address_hash, customer_id = excluded.customer_id,
           tries_left = excluded.tries_left, expires_at = excluded.expires_at
       WHERE $8::boolean`,
      [
        digestOf(who),
        order.orderId,
        hash,
        keys.address,
        isMailed ? billed.customerId : null,
        codeTriesMax,
        this.#after(codeLivesMs),
        !mails.isBeyond,
      ],
    );
    await this.#settle(attempt, billed && 'mail_asked', mails);
    if (isMailed) this.#mail({ to: billed.email, orderId: order.orderId, code });
    else if (billed) this.#happened('mail_limited');
  }

  async enterCode(who: GuestSession, { orderId, code }: { orderId: string; code: string }) {
    // Sent again because the answer was lost: what was shown stays shown.
    if ((await this.proofOf(who, orderId))?.level === 'owner') return { kind: 'proven' as const };
    const asked = await this.#spendTry(who, orderId);
    const { session, order } = this.#keysOf(who, { orderId, email: '' });
    const address = asked?.address_hash ?? randomBytes(16).toString('base64url');
    const attempt = await this.#attempts.add([session, order, address], { max: failuresMax });
    const isRight = asked !== undefined && equal(asked.code_hash, this.#codeHash(who, orderId, code)) && !attempt.isBeyond;
    const isProven = isRight && (await this.#useCode(who, orderId, asked.code_hash));
    await this.#settle(attempt, isProven ? 'proven' : undefined);
    return isProven ? { kind: 'proven' as const } : { kind: 'wrong' as const, mayTryAgain: (asked?.tries_left ?? 0) > 0 };
  }

  observe(happened: (event: GuestEvent) => void): void {
    this.#happened = happened;
  }

  async close(): Promise<void> {
    await Promise.all(this.#mails);
    this.#ports.mailer?.close();
  }

  /** @returns billed only when the address is right and none of the three is locked */
  async #guess(who: GuestSession, order: Order) {
    const { session, address, order: number } = this.#keysOf(who, order);
    const attempt = await this.#attempts.add([session, address, number], { max: failuresMax });
    const billed = await this.#ports.billing.find(order.orderId, order.email);
    return { attempt, billed: attempt.isBeyond ? undefined : billed };
  }

  /** A failure stays put down. What came while it was locked does not, nor a mail too many: it would lock for ever. */
  async #settle(attempt: Attempt, right: GuestEvent | undefined, mails?: Attempt): Promise<void> {
    await this.#attempts.takeBack([...(right || attempt.isBeyond ? attempt.ids : []), ...(mails?.isBeyond ? mails.ids : [])]);
    this.#happened(right ?? (attempt.isBeyond ? 'locked' : 'failed'));
  }

  async #spendTry(who: GuestSession, orderId: string): Promise<Code | undefined> {
    const { rows } = await this.#ports.database.query<Code>(
      `UPDATE order_codes SET tries_left = tries_left - 1
       WHERE session_digest = $1 AND order_id = $2 AND tries_left > 0 AND expires_at > $3 RETURNING code_hash, address_hash, tries_left`,
      [digestOf(who), orderId, this.#after(0)],
    );
    return rows[0];
  }

  /** The code is gone with the statement that makes the proof of it: of two that come at once, one has it. */
  async #useCode(who: GuestSession, orderId: string, hash: string): Promise<boolean> {
    const { rowCount } = await this.#ports.database.query(
      `WITH used AS (DELETE FROM order_codes WHERE session_digest = $1 AND order_id = $2 AND code_hash = $3 RETURNING customer_id)
       INSERT INTO order_proofs (session_digest, order_id, customer_id, status_until, owner_until)
       SELECT $1, $2, customer_id, $4, $4 FROM used WHERE customer_id IS NOT NULL
       ON CONFLICT (session_digest, order_id) DO UPDATE
       SET customer_id = excluded.customer_id, status_until = excluded.status_until, owner_until = excluded.owner_until`,
      [digestOf(who), orderId, hash, this.#after(proofLivesMs)],
    );
    return rowCount === 1;
  }

  async #proveStatus(who: GuestSession, orderId: string, customerId: string): Promise<void> {
    await this.#ports.database.query(
      `INSERT INTO order_proofs (session_digest, order_id, customer_id, status_until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (session_digest, order_id) DO UPDATE SET customer_id = excluded.customer_id, status_until = excluded.status_until`,
      [digestOf(who), orderId, customerId, this.#after(proofLivesMs)],
    );
  }

  /** Behind the answer and not waited for: the time that a mail takes would say that there was something to send. */
  #mail(mail: CodeMail): void {
    const { mailer } = this.#ports;
    const sent = setTimeout(behindAnswerMs)
      .then(async () => await mailer?.send(mail))
      .then(
        () => this.#happened('mail_sent'),
        () => this.#happened('mail_failed'),
      );
    this.#mails.add(sent);
    void sent.finally(() => this.#mails.delete(sent));
  }

  #keysOf({ subject, sessionId }: GuestSession, { orderId, email }: Order): Keys {
    return {
      session: this.#hash(JSON.stringify(['session', subject.issuer, sessionId])),
      address: this.#hash(JSON.stringify(['address', normalised(email)])),
      order: this.#hash(JSON.stringify(['order', orderId])),
    };
  }

  #codeHash(who: GuestSession, orderId: string, code: string): string {
    return this.#hash(JSON.stringify(['code', digestOf(who), orderId, code]));
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }

  #after(ms: number): Date {
    return new Date(this.#ports.nowMs() + ms);
  }
}

function digestOf({ subject, sessionId }: GuestSession): string {
  return sessionDigest(subject, sessionId) ?? '';
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

// What a guest has shown of an order: that he knows the address it is billed to (its status), or that he reads the mail sent there (all of it).
// Unknown order, wrong address and too many guesses are the same answer by the same statements, whatever is right.
import { randomBytes } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { ProvenOrder, Subject } from '../shop.ts';
import { sessionDigest } from '../tickets.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import { type Billing, normalised } from './billing.ts';
import type { Codes, WaitingCode } from './codes.ts';
import type { GuestEvent, GuestEvents } from './guest-events.ts';
import type { GuestHash } from './guest-key.ts';

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
  /** Ends what goes on behind answers. */
  close: () => void;
};

/** Where codes wait for their mail, durably; whoever takes them there sends none that is for nobody. */
export type CodePost = {
  put: (code: WaitingCode, subject: Subject) => Promise<void>;
  /** So that it is taken at once. */
  wake: () => void;
};

export type GuestPorts = {
  database: Database;
  billing: Billing;
  hash: GuestHash;
  codes: Codes;
  events: Pick<GuestEvents, 'happened'>;
  /** Without one nobody is mailed a code. */
  post?: CodePost | undefined;
  nowMs: () => number;
};

/** An hour, each counted by session, address and order. */
const failuresMax = 5;
/** An hour, each counted by order and address. */
const mailsMax = 3;
const proofLivesMs = 30 * 60_000;
const behindAnswerMs = 100;

export function createGuests(ports: GuestPorts): Guests {
  return new GuestRecord(ports);
}

type Order = { orderId: string; email: string };
type Keys = { session: string; address: string; order: string };

class GuestRecord implements Guests {
  readonly mailsCodes: boolean;
  readonly #ports: GuestPorts;
  readonly #attempts: ReturnType<typeof createAttempts>;
  readonly #wakes = new Set<ReturnType<typeof setTimeout>>();

  constructor(ports: GuestPorts) {
    this.#ports = ports;
    this.#attempts = createAttempts(ports.database, ports.nowMs);
    this.mailsCodes = ports.post !== undefined;
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
    const isMailed = billed !== undefined && !mails.isBeyond;
    const waiting = await this.#ports.codes.issue({
      session: digestOf(who),
      orderId: order.orderId,
      addressHash: keys.address,
      customerId: isMailed ? billed.customerId : undefined,
      replaces: !mails.isBeyond,
    });
    await this.#settle(attempt, billed && 'mail_asked', mails);
    if (billed && !isMailed) this.#ports.events.happened('mail_limited');
    await this.#post(waiting, who);
  }

  async enterCode(who: GuestSession, { orderId, code }: { orderId: string; code: string }) {
    // Sent again because the answer was lost: what was shown stays shown.
    if ((await this.proofOf(who, orderId))?.level === 'owner') return { kind: 'proven' as const };
    const { codes } = this.#ports;
    const asked = await codes.spendTry(digestOf(who), orderId);
    const { session, order } = this.#keysOf(who, { orderId, email: '' });
    const address = asked?.address_hash ?? randomBytes(16).toString('base64url');
    const attempt = await this.#attempts.add([session, order, address], { max: failuresMax });
    const isRight = asked !== undefined && codes.isRight(asked, { session: digestOf(who), orderId, code }) && !attempt.isBeyond;
    const isProven = isRight && (await codes.use(asked, { session: digestOf(who), orderId, until: this.#after(proofLivesMs) }));
    await this.#settle(attempt, isProven ? 'proven' : undefined);
    return isProven ? { kind: 'proven' as const } : { kind: 'wrong' as const, mayTryAgain: (asked?.tries_left ?? 0) > 0 };
  }

  close(): void {
    for (const timer of this.#wakes) clearTimeout(timer);
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
    this.#ports.events.happened(right ?? (attempt.isBeyond ? 'locked' : 'failed'));
  }

  async #proveStatus(who: GuestSession, orderId: string, customerId: string): Promise<void> {
    await this.#ports.database.query(
      `INSERT INTO order_proofs (session_digest, order_id, customer_id, status_until) VALUES ($1, $2, $3, $4)
       ON CONFLICT (session_digest, order_id) DO UPDATE SET customer_id = excluded.customer_id, status_until = excluded.status_until`,
      [digestOf(who), orderId, customerId, this.#after(proofLivesMs)],
    );
  }

  /** For nobody as for somebody, by the same statements. Taken behind the answer: the time that a mail takes would say that there was one to send. */
  async #post(waiting: WaitingCode, { subject }: GuestSession): Promise<void> {
    const { post } = this.#ports;
    await post?.put(waiting, subject);
    const timer = setTimeout(() => {
      this.#wakes.delete(timer);
      post?.wake();
    }, behindAnswerMs);
    this.#wakes.add(timer);
  }

  #keysOf({ subject, sessionId }: GuestSession, { orderId, email }: Order): Keys {
    const { hash } = this.#ports;
    return { session: hash('session', subject.issuer, sessionId), address: addressHash(hash, email), order: hash('order', orderId) };
  }

  #after(ms: number): Date {
    return new Date(this.#ports.nowMs() + ms);
  }
}

function digestOf({ subject, sessionId }: GuestSession): string {
  return sessionDigest(subject, sessionId) ?? '';
}

/** The address as failures are counted by it, in one spelling. */
export function addressHash(hash: GuestHash, email: string): string {
  return hash('address', normalised(email));
}

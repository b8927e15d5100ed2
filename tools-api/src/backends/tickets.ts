// Tickets for the support team, in a store of our own.
import { createHash, randomInt } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { Queryable, Subject } from './shop.ts';
import { statusesAtDesk, type TicketDesk } from './ticket-desk/desk.ts';

export type TicketStatus = 'open' | 'waiting_for_customer' | 'resolved' | 'closed';
/** Why a conversation goes to a person, and to which people. */
export type Handoff = { reason: 'asked_for_human' | 'missing_knowledge' | 'policy' | 'tool_failure' | 'limit'; queue: string };
export type NewTicket = {
  category: string;
  priority: string;
  summary: string;
  details?: string;
  email?: string;
  /** As the visitor wrote it; nobody has checked whose it is. */
  order_id?: string;
  handoff?: Handoff;
};
export type StoredTicket = {
  reference: string;
  category: string;
  priority: string;
  summary: string;
  details: string | null;
  order_id: string | null;
  /** What was typed into the form, or the customer's own. */
  email: string | null;
  /** Both null for a ticket that was only opened. */
  handoff_reason: Handoff['reason'] | null;
  queue: string | null;
  created_at: Date;
};
export type Ticket = { reference: string; status: TicketStatus; category: string; summary: string; created_at: Date; updated_at: Date };

/** Who opened it: an owner (owner.ts), and for guests the session too. */
export type TicketOwner = { owner: string; session: string | undefined };
/** and at which site, as whom. */
export type TicketOpener = TicketOwner & Pick<Subject, 'issuer' | 'subject'>;

export type Tickets = {
  /** Contract: another's ticket and no ticket are both undefined. Where another system holds it, its status is what that says, or said last. */
  find: (reference: string, who: TicketOwner, signal: AbortSignal) => Promise<Ticket | undefined>;
  /** Whosoever it is; for the team, never for a visitor. */
  read: (reference: string) => Promise<StoredTicket | undefined>;
  /** In a transaction of the caller's. */
  within: (connection: Queryable) => { open: (ticket: NewTicket, who: TicketOpener) => Promise<Ticket> };
};

const columns = 'reference, status, category, summary, created_at, updated_at';

/** A visitor waits: what is known already is told after this time. */
const deskTimeoutMs = 1000;

/** @param desk where tickets also are */
export function createTickets(database: Database, desk?: Pick<TicketDesk, 'statusesOf'>): Tickets {
  return {
    find: async (reference, { owner, session }, signal) => {
      const { rows } = await database.query<Ticket>(`SELECT ${columns} FROM tickets WHERE reference = $1 AND (owner = $2 OR session_digest = $3)`, [
        reference,
        owner,
        session ?? null,
      ]);
      const [ticket] = rows;
      const held = ticket && (await statusesAtDesk(desk, { references: [reference], timeoutMs: deskTimeoutMs, signal }))?.get(reference);
      return held ? { ...ticket, status: held.status, updated_at: held.updatedAt } : ticket;
    },
    read: async (reference) => {
      const { rows } = await database.query<StoredTicket>(
        `SELECT reference, category, priority, summary, details, order_id, COALESCE(tickets.email, customers.email) AS email, handoff_reason, queue, created_at
         FROM tickets LEFT JOIN customers ON owner = 'customer:' || customer_id WHERE reference = $1`,
        [reference],
      );
      return rows[0];
    },
    within: (connection) => ({ open: async (ticket, who) => await openTicket(connection, ticket, who) }),
  };
}

/** Seven hundred million references: a new one is free at once, and nobody meets another's by guessing ten a minute. */
const attemptsMax = 5;

async function openTicket(connection: Queryable, ticket: NewTicket, { owner, session, issuer, subject }: TicketOpener): Promise<Ticket> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const { rows } = await connection.query<Ticket>(
      `INSERT INTO tickets (reference, owner, session_digest, email, category, priority, summary, details, handoff_reason, queue, issuer, subject, order_id,
         status, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', now(), now()) ON CONFLICT DO NOTHING RETURNING ${columns}`,
      [
        newReference(),
        owner,
        session ?? null,
        ticket.email ?? null,
        ticket.category,
        ticket.priority,
        ticket.summary,
        ticket.details ?? null,
        ticket.handoff?.reason ?? null,
        ticket.handoff?.queue ?? null,
        issuer,
        subject,
        ticket.order_id ?? null,
      ],
    );
    if (rows[0]) return rows[0];
  }
  throw new Error('no free reference was found');
}

/** Without 0 and O, 1, I and L, and U: read over the telephone, each is one character only. */
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Such as T-7K3M9Q. */
export function newReference(): string {
  return `T-${Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')}`;
}

/** @returns SHA-256 of issuer and session, base64url; undefined for direct callers, who have none */
export function sessionDigest({ issuer }: Subject, sessionId: string | undefined): string | undefined {
  if (sessionId === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([issuer, sessionId]))
    .digest('base64url');
}

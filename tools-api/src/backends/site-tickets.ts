// Tickets as the people of their site see them and work on them: each query is cut to the site by itself.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffTicket, StaffTicketList } from '@aiguy/manifests/generated/http';
import type { StaffAssertion } from '@aiguy/manifests/tokens';
import type { Audit } from '../audit/audit.ts';
import { type DeskStatuses, statusesAtDesk, type TicketDesk } from './ticket-desk/desk.ts';
import type { TicketStatus } from './tickets.ts';

/** open: what somebody still has to do something about. before: a reference, the last of the page before. */
export type TicketSearch = { filter: 'open' | 'all'; before: string | undefined };
export type StatusChange = { reference: string; status: TicketStatus; by: Pick<StaffAssertion, 'iss' | 'sub'>; requestId: string };

export type SiteTickets = {
  /** The newest first. Where another system holds tickets, their status is what that says now, and is kept; if it is silent, as it was last told. */
  list: (issuer: string, search: TicketSearch, signal: AbortSignal) => Promise<StaffTicketList>;
  /**
   * The change and its row in the record are there together, or neither is; the same status again changes and records nothing.
   * @throws AiguyError not_found also for a ticket of another site; ticket_at_desk for one whose status another system says; tool_unavailable when that can't be asked
   */
  setStatus: (change: StatusChange, signal: AbortSignal) => Promise<StaffTicket>;
};
export type SiteTicketPorts = { database: Database; audit: Audit; desk?: Pick<TicketDesk, 'name' | 'statusesOf'> | undefined };

export const ticketsPerPage = 25;
const deskTimeoutMs = 3000;

type Row = {
  reference: string;
  status: TicketStatus;
  category: string;
  priority: string;
  summary: string;
  details: string | null;
  order_id: string | null;
  email: string | null;
  subject: string | null;
  created_at: Date;
  updated_at: Date;
};

// The address of a demo customer is the shop's; another shop's was asked for when the ticket was opened.
const select = `
  SELECT reference, status, category, priority, summary, details, order_id, COALESCE(tickets.email, customers.email) AS email, subject, created_at, updated_at
  FROM tickets LEFT JOIN customers ON owner = 'customer:' || customer_id WHERE issuer = $1`;

export function createSiteTickets({ database, audit, desk }: SiteTicketPorts): SiteTickets {
  const find = async (issuer: string, reference: string) => {
    const { rows } = await database.query<Row>(`${select} AND reference = $2`, [issuer, reference]);
    if (!rows[0]) throw new AiguyError('not_found');
    return rows[0];
  };
  return {
    list: async (issuer, { filter, before }, signal) => {
      const { rows } = await database.query<Row>(
        `${select} AND ($2 OR status IN ('open', 'waiting_for_customer'))
         AND ($3::text IS NULL OR (created_at, reference) < (SELECT created_at, reference FROM tickets WHERE issuer = $1 AND reference = $3))
         ORDER BY created_at DESC, reference DESC LIMIT $4`,
        [issuer, filter === 'all', before ?? null, ticketsPerPage + 1],
      );
      const page = rows.slice(0, ticketsPerPage);
      const last = rows.length > ticketsPerPage ? page.at(-1) : undefined;
      const held = await statusesAtDesk(desk, { references: page.map(({ reference }) => reference), timeoutMs: deskTimeoutMs, signal });
      if (held) await keepStatuses(database, issuer, held);
      const tickets = page.map((row) => toStaffTicket(row, held));
      return {
        tickets: filter === 'all' ? tickets : tickets.filter(({ status }) => isOpen(status)),
        ...(last ? { before: last.reference } : {}),
        ...(held ? {} : { deskSilent: true }),
      };
    },
    setStatus: async (change, signal) => {
      const { by, reference, status } = change;
      await find(by.iss, reference);
      const held = await statusesAtDesk(desk, { references: [reference], timeoutMs: deskTimeoutMs, signal });
      if (!held) throw new AiguyError('tool_unavailable');
      if (held.has(reference)) throw new AiguyError('ticket_at_desk');
      await inTransaction(database, async (connection) => {
        const { rowCount } = await connection.query(
          'UPDATE tickets SET status = $3, updated_at = now() WHERE issuer = $1 AND reference = $2 AND status <> $3',
          [by.iss, reference, status],
        );
        if (rowCount === 1) await audit.record(entryOf(change), connection);
      });
      return toStaffTicket(await find(by.iss, reference), held);
    },
  };
}

function entryOf({ by, reference, status, requestId }: StatusChange) {
  return {
    requestId,
    issuer: by.iss,
    subject: by.sub,
    sessionId: undefined,
    tool: 'set_ticket_status',
    argsDigest: argumentsDigest({ reference, status }),
    decision: 'allowed' as const,
    code: 'ok',
    latencyMs: 0,
  };
}

/** So that the next search for what is open is right, and an answer while the other system is silent is the newest known. */
async function keepStatuses(database: Database, issuer: string, held: DeskStatuses): Promise<void> {
  if (held.size === 0) return;
  const told = [...held];
  await database.query(
    `UPDATE tickets SET status = told.status, updated_at = told.at FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS told (reference, status, at)
     WHERE issuer = $1 AND tickets.reference = told.reference AND tickets.status <> told.status`,
    [issuer, told.map(([reference]) => reference), told.map(([, { status }]) => status), told.map(([, { updatedAt }]) => updatedAt)],
  );
}

const isOpen = (status: TicketStatus) => status === 'open' || status === 'waiting_for_customer';

function toStaffTicket(row: Row, held: DeskStatuses | undefined): StaffTicket {
  const { reference, category, priority, summary } = row;
  const told = held?.get(reference);
  return {
    ...{ reference, category, priority, summary },
    status: told?.status ?? row.status,
    ...(told ? { heldBy: 'zendesk' as const } : {}),
    ...(row.details === null ? {} : { details: row.details }),
    ...(row.order_id === null ? {} : { orderId: row.order_id }),
    ...(row.email === null ? {} : { email: row.email }),
    visitor: row.subject ?? '',
    at: row.created_at.toISOString(),
    updatedAt: (told?.updatedAt ?? row.updated_at).toISOString(),
  };
}

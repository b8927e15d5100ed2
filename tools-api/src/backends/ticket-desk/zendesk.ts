// Tickets in Zendesk, by its Ticketing API v2. Its idempotency keys live for two hours, so a repeated delivery asks by the external id first.
import type { TicketStatus } from '../tickets.ts';
import { type Delivery, DeskError, type DeskStatus, type DeskStatuses, type DeskTicket, type TicketDesk } from './desk.ts';
import { requestDesk } from './request-desk.ts';

export type ZendeskSettings = { url: string; email: string; apiToken: string };

const desk = 'Zendesk';

export function createZendesk(settings: ZendeskSettings): TicketDesk {
  return {
    name: 'zendesk',
    deliver: async (ticket, delivery) => {
      if (delivery.isRepeated && (await isThere(settings, ticket, delivery))) return;
      await create(settings, ticket, delivery);
    },
    statusesOf: async (references, signal) => await readStatuses(settings, references, signal),
    close: () => undefined,
  };
}

async function isThere(settings: ZendeskSettings, { reference }: DeskTicket, { signal }: Delivery): Promise<boolean> {
  return (await findTickets(settings, reference, signal)).length > 0;
}

async function findTickets(settings: ZendeskSettings, reference: string, signal: AbortSignal): Promise<unknown[]> {
  const url = `${settings.url}/api/v2/tickets.json?external_id=${encodeURIComponent(reference)}`;
  const { text } = await requestDesk({ desk, method: 'GET', url, headers: headersOf(settings), signal });
  const answer = parse(text);
  const tickets = answer instanceof Object && 'tickets' in answer ? answer.tickets : undefined;
  if (!Array.isArray(tickets)) throw new DeskError('unavailable', 'Zendesk answered without a list of tickets');
  return tickets;
}

async function create(settings: ZendeskSettings, ticket: DeskTicket, { id, signal }: Delivery): Promise<void> {
  const { text } = await requestDesk({
    desk,
    method: 'POST',
    url: `${settings.url}/api/v2/tickets.json`,
    headers: { ...headersOf(settings), 'Content-Type': 'application/json', 'Idempotency-Key': id },
    body: JSON.stringify({ ticket: fieldsOf(ticket) }),
    signal,
  });
  const answer = parse(text);
  const made = answer instanceof Object && 'ticket' in answer ? answer.ticket : undefined;
  if (!(made instanceof Object && 'id' in made && typeof made.id === 'number'))
    throw new DeskError('unavailable', 'Zendesk answered without a ticket');
}

/** hold: waits for somebody else than the customer. */
const statuses: Record<string, TicketStatus> = {
  new: 'open',
  open: 'open',
  hold: 'open',
  pending: 'waiting_for_customer',
  solved: 'resolved',
  closed: 'closed',
};

/** It finds a ticket by one external id at a time. */
const askedAtOnce = 5;

async function readStatuses(settings: ZendeskSettings, references: readonly string[], signal: AbortSignal): Promise<DeskStatuses> {
  const found = new Map<string, DeskStatus>();
  for (let from = 0; from < references.length; from += askedAtOnce) {
    const asked = references.slice(from, from + askedAtOnce);
    await Promise.all(
      asked.map(async (reference) => {
        const [ticket] = await findTickets(settings, reference, signal);
        if (ticket !== undefined) found.set(reference, statusIn(ticket));
      }),
    );
  }
  return found;
}

/** @throws DeskError */
function statusIn(ticket: unknown): DeskStatus {
  const { status: told, updated_at: at } = Object(ticket) as Record<string, unknown>;
  const updatedAt = new Date(typeof at === 'string' ? at : Number.NaN);
  const status = typeof told === 'string' && Object.hasOwn(statuses, told) ? statuses[told] : undefined;
  if (status === undefined || Number.isNaN(updatedAt.getTime())) throw new DeskError('unavailable', 'Zendesk answered without the state of a ticket');
  return { status, updatedAt };
}

/** The same ticket makes the same bytes, as Zendesk asks of a repeated key. */
function fieldsOf({ reference, category, priority, summary, details, email }: DeskTicket): object {
  return {
    subject: `[${reference}] ${summary}`.slice(0, 150),
    comment: { body: details === undefined ? summary : `${summary}\n\n${details}` },
    priority,
    external_id: reference,
    tags: ['aiguy', `aiguy_${category}`],
    // Zendesk wants a name for an address that it does not know yet.
    ...(email === undefined ? {} : { requester: { name: email, email } }),
  };
}

function headersOf({ email, apiToken }: ZendeskSettings): Record<string, string> {
  return { Accept: 'application/json', Authorization: `Basic ${Buffer.from(`${email}/token:${apiToken}`).toString('base64')}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// GET /staff/tickets and PUT /staff/tickets/:reference: what visitors have left, from the tools API, with the conversation that it came from.
import type { StaffTicket } from '@aiguy/manifests/generated/http';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { Conversations } from '../session/conversations.ts';
import type { SiteTickets } from '../tools/site-tickets.ts';
import { authenticateStaff } from './authenticate.ts';
import { clientSignal } from './send-events.ts';

export type StaffTicketPorts = { verifier: TokenVerifier; conversations: Conversations; siteTickets: SiteTickets };

const bodyBytesMax = 1024;

export function addStaffTicketRoutes(app: FastifyInstance, { verifier, conversations, siteTickets }: StaffTicketPorts): void {
  const withConversations = async (issuer: string, tickets: StaffTicket[]): Promise<StaffTicket[]> => {
    const references = tickets.map(({ reference }) => reference);
    const left = await conversations.leftBy(issuer, references);
    return tickets.map((ticket) => ({ ...ticket, ...left.get(ticket.reference) }));
  };

  app.get('/staff/tickets', async (request, reply) => {
    const { staff, assertion } = await authenticateStaff(verifier, request, 'conversation:read');
    const query = /\?.*$/.exec(request.url)?.[0] ?? '';
    const answer = await siteTickets.list(query, assertion, clientSignal(reply));
    reply.header('Cache-Control', 'no-store');
    if (!answer.ok) return await reply.code(answer.refusal.status).send(answer.refusal.body);
    return await reply.send({ ...answer.value, tickets: await withConversations(staff.iss, answer.value.tickets) });
  });

  app.put<{ Params: { reference: string } }>('/staff/tickets/:reference', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { staff, assertion } = await authenticateStaff(verifier, request, 'conversation:write');
    const sent = { assertion, body: request.body ?? null };
    const answer = await siteTickets.change(request.params.reference, sent, clientSignal(reply));
    reply.header('Cache-Control', 'no-store');
    if (!answer.ok) return await reply.code(answer.refusal.status).send(answer.refusal.body);
    const [ticket] = await withConversations(staff.iss, [answer.value]);
    return await reply.send(ticket);
  });
}

// get_ticket_status: the state of one of the visitor's own tickets. Another's and none are the same answer.
import { AiguyError } from '@aiguy/manifests/errors';
import { ownerOf } from '../../backends/owner.ts';
import { sessionDigest } from '../../backends/tickets.ts';
import type { Backends, Handler } from '../handler.ts';

export function createGetTicketStatus({ shop, tickets }: Pick<Backends, 'shop' | 'tickets'>): Handler {
  return async ({ reference }: { reference: string }, { subject, sessionId }) => {
    const ticket = await tickets.find(reference, { owner: await ownerOf(shop, subject), session: sessionDigest(subject, sessionId) });
    if (!ticket) throw new AiguyError('not_found');
    return { ...ticket, created_at: ticket.created_at.toISOString(), updated_at: ticket.updated_at.toISOString() };
  };
}

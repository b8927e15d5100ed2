// get_ticket_status: the state of one of the visitor's own tickets. Another's and none are the same answer.
import { AiguyError } from '@aiguy/manifests/errors';
import { ownerOf } from '../../backends/owner.ts';
import { sessionDigest, type TicketStatus } from '../../backends/tickets.ts';
import type { Backends, Handler } from '../handler.ts';

const words: Record<TicketStatus, string> = {
  open: 'open: our team answers by e-mail',
  waiting_for_customer: 'waiting for your answer to our e-mail',
  resolved: 'resolved',
  closed: 'closed',
};

export function createGetTicketStatus({ shop, tickets }: Pick<Backends, 'shop' | 'tickets'>): Handler {
  return async ({ reference }: { reference: string }, { subject, sessionId, signal }) => {
    const who = { owner: await ownerOf(shop, subject), session: sessionDigest(subject, sessionId) };
    const ticket = await tickets.find(reference, who, signal);
    if (!ticket) throw new AiguyError('not_found');
    return {
      ...ticket,
      status_words: words[ticket.status],
      created_at: ticket.created_at.toISOString(),
      updated_at: ticket.updated_at.toISOString(),
    };
  };
}

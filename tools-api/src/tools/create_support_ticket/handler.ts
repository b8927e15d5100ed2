// create_support_ticket: opens a ticket in our own store; its reference is there at once. Where the team works in another system, a task brings it there.
import type { NewTicket } from '../../backends/tickets.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { contentFacts, inWords, openTicket } from '../open-ticket.ts';

type Args = Omit<NewTicket, 'handoff'>;

export function createCreateSupportTicket(backends: Pick<Backends, 'shop' | 'tickets'>): WriteHandler {
  return {
    preview: async (args: Args, { subject }) => ({
      summary: 'Open a ticket with our support team',
      facts: [
        { label: 'About', value: inWords(args.category) },
        { label: 'Priority', value: inWords(args.priority) },
        ...contentFacts(args, subject),
      ],
    }),
    run: async (args: Args, context) => {
      const { reference, status, created_at: createdAt } = await openTicket(backends, args, context);
      return { reference, status, created_at: createdAt.toISOString() };
    },
  };
}

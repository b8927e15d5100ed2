// create_support_ticket: opens a ticket in our own store; its reference is there at once. Where the team works in another system, a task brings it there.
import { ownerOf } from '../../backends/owner.ts';
import { isGuest } from '../../backends/shop.ts';
import { type NewTicket, sessionDigest } from '../../backends/tickets.ts';
import type { Backends, WriteHandler } from '../handler.ts';

type Args = NewTicket & { category: string; priority: string };

export function createCreateSupportTicket({ shop, tickets }: Pick<Backends, 'shop' | 'tickets'>): WriteHandler {
  return {
    preview: async (args: Args, { subject }) => ({
      summary: 'Open a ticket with our support team',
      facts: [
        { label: 'About', value: inWords(args.category) },
        { label: 'Priority', value: inWords(args.priority) },
        { label: 'Summary', value: args.summary },
        ...(args.details ? [{ label: 'Details', value: clip(args.details) }] : []),
        // The address itself stays in the form: what a preview says may come before the model.
        {
          label: 'Answer goes to',
          value: args.email || isGuest(subject) ? 'the e-mail address that you gave' : 'the e-mail address of your account',
        },
      ],
    }),
    run: async ({ category, priority, summary, details, email }: Args, { subject, sessionId, connection, startTask }) => {
      const who = {
        owner: await ownerOf(shop.within(connection), subject),
        session: isGuest(subject) ? sessionDigest(subject, sessionId) : undefined,
      };
      const contents = { category, priority, summary, ...(details === undefined ? {} : { details }), ...(email === undefined ? {} : { email }) };
      const ticket = await tickets.within(connection).open(contents, who);
      const { reference } = ticket;
      await startTask?.({ orderKey: who.owner, input: { reference }, message: `Your ticket ${reference} is on its way to our team.` });
      return { reference, status: ticket.status, created_at: ticket.created_at.toISOString() };
    },
  };
}

function inWords(choice: string): string {
  return `${choice.charAt(0).toUpperCase()}${choice.slice(1)}`;
}

function clip(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}

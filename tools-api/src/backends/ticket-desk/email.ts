// Tickets as e-mails to the team, by SMTP. Mail knows no idempotency key: a repeated delivery has the Message-ID of the first, by which mail
// systems and people recognise it.
import { openMailer } from '../mail-transport.ts';
import type { DeskTicket, TicketDesk } from './desk.ts';

export type EmailSettings = {
  /** smtp(s)://user:password@host:port */
  url: string;
  from: string;
  to: string;
};

export function createEmail({ url, from, to }: EmailSettings): TicketDesk {
  const mailer = openMailer({ url, from });
  return {
    name: 'email',
    deliver: async (ticket, { id, signal }) => {
      await mailer.send({ to, ...contentsOf(ticket), date: ticket.createdAt }, { id, signal });
    },
    close: mailer.close,
  };
}

function contentsOf({ reference, category, priority, summary, details, email }: DeskTicket) {
  const lines = [
    `Reference: ${reference}`,
    `Category: ${category}`,
    `Priority: ${priority}`,
    '',
    summary,
    ...(details === undefined ? [] : ['', details]),
  ];
  return {
    subject: `[${reference}] ${summary.replace(/\s+/g, ' ')}`.slice(0, 150),
    text: lines.join('\n'),
    headers: { 'X-AIGuy-Reference': reference },
    ...(email === undefined ? {} : { replyTo: { name: '', address: email } }),
  };
}

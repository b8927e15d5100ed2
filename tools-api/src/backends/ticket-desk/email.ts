// Tickets as e-mails to the team, by SMTP. Mail knows no idempotency key: a repeated delivery has the Message-ID of the first, by which mail
// systems and people recognise it.
import { openMailTransport } from '../mail-transport.ts';
import { DeskError, type DeskTicket, type TicketDesk } from './desk.ts';

export type EmailSettings = {
  /** smtp(s)://user:password@host:port */
  url: string;
  from: string;
  to: string;
};

export function createEmail({ url, from, to }: EmailSettings): TicketDesk {
  const transport = openMailTransport(url);
  return {
    name: 'email',
    deliver: async (ticket, { id, signal }) => {
      const message = { from, to, ...contentsOf(ticket), messageId: `<${id}@${from.split('@').at(-1)?.replace(/>$/, '')}>`, date: ticket.createdAt };
      await ended(signal, transport.sendMail(message)).catch((error: unknown) => {
        throw toDeskError(error);
      });
    },
    close: () => transport.close(),
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

async function ended<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new DeskError('unavailable', 'the mail server did not answer in time'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** 5yz to the message itself is for ever; 4yz, a login that fails and no connection are not the ticket's fault. */
function toDeskError(error: unknown): DeskError {
  if (error instanceof DeskError) return error;
  const status = error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined;
  if (status === undefined) return new DeskError('unavailable', 'the mail server could not be reached', { cause: error });
  const isLogin = status === 530 || status === 534 || status === 535;
  return new DeskError(status >= 500 && !isLogin ? 'refused' : 'unavailable', `the mail server answered ${status}`);
}

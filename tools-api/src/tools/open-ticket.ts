// What tools that open a ticket share: whose it is, the task that brings it to the team, and what a visitor reads before.
import { ownerOf } from '../backends/owner.ts';
import { isGuest, type ShopReads, type Subject } from '../backends/shop.ts';
import { type NewTicket, sessionDigest, type Ticket } from '../backends/tickets.ts';
import type { Backends, Preview, WriteContext } from './handler.ts';

/** Keeps a ticket and, where the team works in another system, the task that brings it there; in the call's transaction. */
export async function openTicket(
  { shop, tickets }: Pick<Backends, 'shop' | 'tickets'>,
  contents: NewTicket,
  { subject, sessionId, connection, startTask, signal }: WriteContext,
): Promise<Ticket> {
  const inside = shop.within(connection, { signal });
  const owner = await ownerOf(inside, subject);
  const email = contents.email ?? (await accountEmail(inside, { subject, signal }));
  const session = isGuest(subject) ? sessionDigest(subject, sessionId) : undefined;
  const ticket = await tickets
    .within(connection)
    .open({ ...contents, ...(email ? { email } : {}) }, { owner, session, issuer: subject.issuer, subject: subject.subject });
  const { reference } = ticket;
  await startTask?.({ orderKey: owner, input: { reference }, message: `Your ticket ${reference} is on its way to our team.` });
  return ticket;
}

/** A shop that can't be reached holds up no ticket; those who answer it find the address in the shop. */
async function accountEmail(shop: ShopReads, { subject, signal }: Pick<WriteContext, 'subject' | 'signal'>): Promise<string | undefined> {
  try {
    const customerId = isGuest(subject) ? undefined : await shop.resolveCustomer(subject);
    return customerId === undefined ? undefined : await shop.emailOf(customerId, signal);
  } catch {
    return undefined;
  }
}

/** What is said of a ticket's contents. The address itself stays in the form: what a preview says may come before the model. */
export function contentFacts(
  { summary, details, order_id: orderId, email }: Omit<NewTicket, 'category' | 'priority'>,
  subject: Subject,
): Preview['facts'] {
  return [
    { label: 'Summary', value: summary },
    ...(orderId ? [{ label: 'Order', value: orderId }] : []),
    ...(details ? [{ label: 'Details', value: clip(details) }] : []),
    { label: 'Answer goes to', value: email || isGuest(subject) ? 'the e-mail address that you gave' : 'the e-mail address of your account' },
  ];
}

/** A choice such as tool_failure, as a visitor reads it. */
export function inWords(choice: string): string {
  return `${choice.charAt(0).toUpperCase()}${choice.slice(1).replaceAll('_', ' ')}`;
}

function clip(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}

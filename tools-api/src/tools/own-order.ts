// What the tools that change an order have in common: whose it is, which rule forbids it, and how money is put in words.
import { AiguyError } from '@aiguy/manifests/errors';
import type { GuestSession } from '../backends/guests/guests.ts';
import type { Refund } from '../backends/order-changes.ts';
import { isGuest, type Order, type OrderLine, type ShopReads, type Subject } from '../backends/shop.ts';
import type { ToolContext } from './handler.ts';

export type OwnOrder = { customerId: string; order: Order };

/**
 * @param find the shop's findOrder, or lockOrder before a change
 * @throws AiguyError not_found for no customer, another's order and no order, all alike
 */
export async function ownOrder(
  shop: Pick<ShopReads, 'resolveCustomer'>,
  who: Subject,
  find: (customerId: string) => Promise<Order | undefined>,
): Promise<OwnOrder> {
  const customerId = await shop.resolveCustomer(who);
  const order = customerId === undefined ? undefined : await find(customerId);
  if (customerId === undefined || !order) throw new AiguyError('not_found');
  return { customerId, order };
}

/** @throws AiguyError not_found for everybody who is no guest in a session: there is nothing for him to show */
export function guestOf({ subject, sessionId }: Pick<ToolContext, 'subject' | 'sessionId'>): GuestSession {
  if (!isGuest(subject) || sessionId === undefined) throw new AiguyError('not_found');
  return { subject, sessionId };
}

/** A rule of the shop forbids it; the rule is for the model and the visitor to read. */
export function notAllowed(rule: string, pointer = '/order_id'): AiguyError {
  return new AiguyError('not_allowed_now', { details: [{ pointer, rule }] });
}

export function totalOf(refunds: readonly Refund[]): number {
  return Math.round(refunds.reduce((sum, { amount }) => sum + amount, 0) * 100) / 100;
}

/** Such as «your Visa card ending in 4249 and your gift card». */
export function methodsInWords(refunds: readonly Refund[]): string {
  return refunds.map(({ method }) => methodInWords(method)).join(' and ') || 'nobody, as nothing was paid';
}

function methodInWords({ source, brand, last_four: lastFour, title }: Refund['method']): string {
  if (source === 'other') return title ? `where you paid from (${title.slice(0, 50)})` : 'where you paid from';
  if (source === 'gift_card') return 'your gift card';
  if (source === 'paypal') return 'your PayPal account';
  if (!brand) return lastFour ? `your card ending in ${lastFour}` : 'your card';
  const name = `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
  return lastFour ? `your ${name} card ending in ${lastFour}` : `your ${name} card`;
}

export function timingInWords(refunds: readonly Refund[]): string {
  if (refunds.some(({ method }) => method.by_hand)) return 'as soon as our team has sent it by hand';
  return refunds.every(({ method }) => method.source === 'gift_card') ? 'at once' : 'within 5 to 7 business days';
}

export function itemsInWords({ items }: { items: readonly Pick<OrderLine, 'name' | 'quantity'>[] }): string {
  const names = items.map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`)).join(', ');
  return names.length <= 500 ? names : `${names.slice(0, 499)}…`;
}

/** In the notation of English. */
export function inMoney(amount: number, currency: string): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(amount);
}

// What the tools that change where an order goes have in common: until when they may, and an address in words.
import type { Address, Order } from '../backends/shop.ts';
import { notAllowed } from './own-order.ts';

const forbidden: Record<Exclude<Order['status'], 'pending'>, string> = {
  processed: 'the order was already processed, so it can no longer be sent elsewhere',
  delivered: 'the order was already delivered',
  cancelled: 'the order was cancelled',
};

/** @throws AiguyError not_allowed_now */
export function assertAddressOpen({ status }: Order): void {
  if (status !== 'pending') throw notAllowed(forbidden[status]);
}

/** On one line, such as «986 Sunset Drive, Suite 259, Denver, CO 80279, USA». */
export function addressInWords({ address1, address2, city, state, zip, country }: Address): string {
  const region = [state, zip].filter(Boolean).join(' ');
  return [address1, address2, city, region, country].filter(Boolean).join(', ');
}

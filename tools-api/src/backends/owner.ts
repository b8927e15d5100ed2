// Whose something is that is no order: the customer's, however he is named, or that of a visitor whom the shop does not know.
import type { ShopReads, Subject } from './shop.ts';

export async function ownerOf(shop: Pick<ShopReads, 'resolveCustomer'>, who: Subject): Promise<string> {
  const customerId = await shop.resolveCustomer(who);
  return customerId === undefined ? `${who.issuer} ${who.subject}` : `customer:${customerId}`;
}

// restore_address: takes a change of address by change_address back, for as long as that tool's manifest says.
import changeAddress from '@aiguy/manifests/tools/change_address.json' with { type: 'json' };
import type { Address, Order, ShopChanges, ShopReads, Subject } from '../../backends/shop.ts';
import { addressInWords, assertAddressOpen } from '../delivery-address.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { notAllowed, ownOrder } from '../own-order.ts';

type Args = { order_id: string };

const withinS = changeAddress.undo.within_s;

export function createRestoreAddress(backends: Pick<Backends, 'shop'>): WriteHandler {
  return {
    preview: async ({ order_id: orderId }: Args, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const { order, before } = await toRestore(shop, subject, async (customer) => await shop.findOrder(customer, orderId, signal));
      return {
        summary: `Send order ${order.order_id} to its former address`,
        facts: [
          { label: 'Until now', value: addressInWords(order.shipping_address) },
          { label: 'Former address', value: addressInWords(before) },
        ],
      };
    },
    run: async ({ order_id: orderId }: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const { order, before } = await toRestore(shop, subject, async (customer) => await shop.lockOrder(customer, orderId));
      const restoredAt = await shop.restoreAddress(order, before);
      return { order_id: order.order_id, status: 'pending', restored_at: restoredAt.toISOString(), ship_to: addressInWords(before) };
    },
  };
}

/** @throws AiguyError not_found, not_allowed_now */
async function toRestore(
  shop: ShopReads & ShopChanges,
  who: Subject,
  find: (customerId: string) => Promise<Order | undefined>,
): Promise<{ order: Order; before: Address }> {
  const { order } = await ownOrder(shop, who, find);
  assertAddressOpen(order);
  const change = await shop.findAddressChange(order);
  if (!change || change.restored_at !== null || !change.is_current)
    throw notAllowed('the address was not changed in this chat, so there is none to go back to');
  if (change.seconds_ago > withinS) throw notAllowed(`more than ${withinS / 60} minutes have passed since the address was changed`);
  return { order, before: change.before };
}

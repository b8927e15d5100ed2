// cancel_return: calls a return by request_return off, for as long as that tool's manifest says.
import requestReturn from '@aiguy/manifests/tools/request_return.json' with { type: 'json' };
import type { Order, ShopChanges, ShopReads, Subject } from '../../backends/shop.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { itemsInWords, notAllowed, ownOrder } from '../own-order.ts';

type Args = { order_id: string };

const withinS = requestReturn.undo.within_s;

export function createCancelReturn(backends: Pick<Backends, 'shop'>): WriteHandler {
  return {
    preview: async ({ order_id: orderId }: Args, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const { order, skus } = await toCallOff(shop, subject, async (customer) => await shop.findOrder(customer, orderId, signal));
      return { summary: `Call off the return of order ${order.order_id}`, facts: [{ label: 'Stays with you', value: namesOf(order, skus) }] };
    },
    run: async ({ order_id: orderId }: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const { order } = await toCallOff(shop, subject, async (customer) => await shop.lockOrder(customer, orderId));
      const cancelledAt = await shop.cancelReturn(order);
      return { order_id: order.order_id, status: order.status, return_cancelled_at: cancelledAt.toISOString() };
    },
  };
}

/** @throws AiguyError not_found, not_allowed_now */
async function toCallOff(
  shop: ShopReads & ShopChanges,
  who: Subject,
  find: (customerId: string) => Promise<Order | undefined>,
): Promise<{ order: Order; skus: string[] }> {
  const { order } = await ownOrder(shop, who, find);
  const requested = await shop.findReturn(order);
  if (!requested) throw notAllowed('no return was requested for this order here');
  if (requested.seconds_ago > withinS) throw notAllowed(`more than ${withinS / 60} minutes have passed since the return was requested`);
  return { order, skus: requested.skus };
}

function namesOf({ items }: Order, skus: readonly string[]): string {
  const named = [...new Set(skus)].map((sku) => ({
    name: items.find((item) => item.sku === sku)?.name ?? 'item',
    quantity: skus.filter((other) => other === sku).length,
  }));
  return itemsInWords({ items: named });
}

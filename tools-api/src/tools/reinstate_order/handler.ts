// reinstate_order: takes a cancellation by cancel_order back, for as long as that tool's manifest says.
import cancelOrder from '@aiguy/manifests/tools/cancel_order.json' with { type: 'json' };
import type { Cancellation, OrderChanges, Refund } from '../../backends/order-changes.ts';
import type { Order, ShopReads, Subject } from '../../backends/shop.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { inMoney, itemsInWords, methodsInWords, notAllowed, type OwnOrder, ownOrder, totalOf } from '../own-order.ts';

type Args = { order_id: string };
type OwnShop = ShopReads & OrderChanges;

const withinS = cancelOrder.undo.within_s;

export function createReinstateOrder(backends: Pick<Backends, 'shop'>): WriteHandler {
  return {
    preview: async ({ order_id: orderId }: Args, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const { order, refunds } = await toReinstate(shop, subject, async (customer) => await shop.findOrder(customer, orderId));
      const amount = { value: totalOf(refunds), currency: order.currency };
      return {
        summary: `Bring order ${order.order_id} back`,
        facts: [
          { label: 'Items', value: itemsInWords(order) },
          { label: 'Refund that is called off', value: `${inMoney(amount.value, amount.currency)} to ${methodsInWords(refunds)}` },
        ],
        amount,
      };
    },
    run: async ({ order_id: orderId }: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const { customerId, order, refunds, payments } = await toReinstate(shop, subject, async (customer) => await shop.lockOrder(customer, orderId));
      const reinstatedAt = await shop.reinstateOrder(order, { customerId, payments, refunds });
      return {
        order_id: order.order_id,
        status: 'pending',
        reinstated_at: reinstatedAt.toISOString(),
        refund_called_off: totalOf(refunds),
        currency: order.currency,
        refund_to: methodsInWords(refunds),
      };
    },
  };
}

type Reinstatement = OwnOrder & { refunds: Refund[]; payments: Order['payments'] };

/** @throws AiguyError not_found, not_allowed_now */
async function toReinstate(shop: OwnShop, who: Subject, find: (customerId: string) => Promise<Order | undefined>): Promise<Reinstatement> {
  const own = await ownOrder(shop, who, find);
  const cancellation = await shop.findCancellation(own.order);
  assertInTime(own.order, cancellation);
  if (cancellation.refund_sent) throw notAllowed('the refund was already sent, so the order can’t be brought back; it can be placed again');
  const { payments_before: payments } = cancellation;
  const refunds = await shop.refundsOf(own.customerId, { ...own.order, payments });
  if (refunds.some(({ method, amount }) => method.balance !== undefined && method.balance < amount)) {
    throw notAllowed('the gift card no longer holds the refunded amount');
  }
  return { ...own, payments, refunds };
}

function assertInTime(order: Order, cancellation: Cancellation | undefined): asserts cancellation is Cancellation {
  if (order.status !== 'cancelled') throw notAllowed('the order is not cancelled');
  const isOurs = cancellation?.reinstated_at === null && cancellation.cancelled_at.getTime() === order.cancelled_at?.getTime();
  if (!cancellation || !isOurs) throw notAllowed('the order was not cancelled in this chat, so it can’t be brought back here');
  if (cancellation.seconds_ago > withinS) throw notAllowed(`more than ${withinS / 60} minutes have passed since the order was cancelled`);
}

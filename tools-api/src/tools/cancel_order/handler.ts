// cancel_order: cancels one of the customer's own orders before it is processed, and refunds it to the way it was paid.
import type { CancelReason, Refund } from '../../backends/order-changes.ts';
import type { Order } from '../../backends/shop.ts';
import type { Backends, Preview, WriteHandler } from '../handler.ts';
import { inMoney, itemsInWords, methodsInWords, notAllowed, ownOrder, timingInWords, totalOf } from '../own-order.ts';

type Args = { order_id: string; reason: CancelReason };

const reasons: Record<CancelReason, string> = { no_longer_needed: 'No longer needed', ordered_by_mistake: 'Ordered by mistake' };

export function createCancelOrder(backends: Pick<Backends, 'shop'>): WriteHandler {
  return {
    preview: async (args: Args, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const { customerId, order } = await ownOrder(shop, subject, async (customer) => await shop.findOrder(customer, args.order_id));
      assertPending(order);
      return previewOf(order, args.reason, await shop.refundsOf(customerId, order));
    },
    run: async (args: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const { customerId, order } = await ownOrder(shop, subject, async (customer) => await shop.lockOrder(customer, args.order_id));
      assertPending(order);
      const { at, refunds } = await shop.cancelOrder(order, { customerId, reason: args.reason, refunds: await shop.refundsOf(customerId, order) });
      return {
        order_id: order.order_id,
        status: 'cancelled',
        cancelled_at: at.toISOString(),
        refund_amount: totalOf(refunds),
        currency: order.currency,
        refund_to: methodsInWords(refunds),
        refund_timing: timingInWords(refunds),
      };
    },
  };
}

const forbidden: Record<Exclude<Order['status'], 'pending'>, string> = {
  processed: 'the order was already processed, so it can no longer be cancelled',
  delivered: 'the order was already delivered, so it can no longer be cancelled',
  cancelled: 'the order was already cancelled',
};

/** @throws AiguyError not_allowed_now */
function assertPending({ status }: Order): void {
  if (status !== 'pending') throw notAllowed(forbidden[status]);
}

function previewOf(order: Order, reason: CancelReason, refunds: Refund[]): Preview {
  const amount = { value: totalOf(refunds), currency: order.currency };
  return {
    summary: `Cancel order ${order.order_id}`,
    facts: [
      { label: 'Items', value: itemsInWords(order) },
      { label: 'Reason', value: reasons[reason] },
      { label: 'Refund', value: `${inMoney(amount.value, amount.currency)} to ${methodsInWords(refunds)}` },
      { label: 'When', value: timingInWords(refunds) },
    ],
    amount,
  };
}

// get_order_status: the state of one of the customer's own orders. Whose order it is, the query decides. Who has only shown that he knows the order's
// address gets its state and dates.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Order } from '../../backends/shop.ts';
import type { Backends, Handler } from '../handler.ts';

export function createGetOrderStatus({ shop }: Pick<Backends, 'shop'>): Handler {
  return async (args: { order_id: string }, { subject, signal }) => {
    const customerId = await shop.resolveCustomer(subject);
    const order = customerId === undefined ? undefined : await shop.findOrder(customerId, args.order_id, signal);
    if (!order) throw new AiguyError('not_found');
    return subject.order?.level === 'status' ? toStatus(order) : toOutput(order);
  };
}

/** Nothing that says who ordered what for how much, and no number by which a carrier would say where it goes. */
function toStatus(order: Order): Record<string, unknown> {
  return { ...stateOf(order), has_tracking: order.fulfillments.some(({ tracking_ids: numbers }) => numbers.length > 0) };
}

function stateOf(order: Order): Record<string, unknown> {
  return {
    order_id: order.order_id,
    status: order.status,
    status_text: statusText(order),
    created_at: order.created_at.toISOString(),
    updated_at: order.updated_at.toISOString(),
    ...isoDates({ shipped_at: order.shipped_at, delivered_at: order.delivered_at, cancelled_at: order.cancelled_at }),
  };
}

function toOutput(order: Order): Record<string, unknown> {
  const nameOf = new Map(order.items.map((item) => [item.sku, item.name]));
  return {
    ...stateOf(order),
    currency: order.currency,
    total: order.total,
    items: order.items.map(({ name, options, quantity, unit_price }) => ({ name, options, quantity, unit_price })),
    shipments: order.fulfillments.map(({ tracking_ids, skus }) => ({
      tracking_numbers: tracking_ids,
      item_names: skus.map((sku) => nameOf.get(sku) ?? 'item'),
    })),
    refunds: order.payments.filter(({ type }) => type === 'refund').map(({ amount }) => ({ amount: Math.abs(amount) })),
  };
}

function isoDates(dates: Record<string, Date | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(dates).flatMap(([name, date]) => (date ? [[name, date.toISOString()]] : [])));
}

/** One sentence with the date that matters, and one more for a return; in English and UTC. */
export function statusText(order: StatusDates): string {
  const { return_requested_at: returned } = order;
  return returned ? `${stateText(order)} A return was requested on ${day(returned)}.` : stateText(order);
}

type StatusDates = Pick<
  Order,
  'order_id' | 'status' | 'created_at' | 'shipped_at' | 'delivered_at' | 'completed_at' | 'cancelled_at' | 'return_requested_at'
>;

function stateText(order: StatusDates): string {
  const { order_id: id } = order;
  switch (order.status) {
    case 'pending':
      return `Order ${id} was placed on ${day(order.created_at)} and has not been shipped yet.`;
    case 'processed':
      return order.shipped_at
        ? `Order ${id} was shipped on ${day(order.shipped_at)} and is on its way.`
        : `Order ${id} has been processed and is being made ready.`;
    case 'delivered':
      if (order.delivered_at) return `Order ${id} was delivered on ${day(order.delivered_at)}.`;
      return order.completed_at ? `Order ${id} was completed on ${day(order.completed_at)}.` : `Order ${id} has been delivered.`;
    case 'cancelled':
      return order.cancelled_at ? `Order ${id} was cancelled on ${day(order.cancelled_at)}.` : `Order ${id} has been cancelled.`;
  }
}

function day(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

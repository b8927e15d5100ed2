// list_orders: the customer's own orders, newest first. Whose they are, the query decides.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Order, OrderStatus } from '../../backends/shop.ts';
import { statusText } from '../get_order_status/handler.ts';
import type { Backends, Handler } from '../handler.ts';

const limitDefault = 10;

export function createListOrders({ shop }: Pick<Backends, 'shop'>): Handler {
  return async ({ status, limit = limitDefault }: { status?: OrderStatus; limit?: number }, { subject, signal }) => {
    const customerId = await shop.resolveCustomer(subject);
    if (customerId === undefined) throw new AiguyError('not_found');
    const { orders, more } = await shop.listOrders(customerId, { ...(status ? { status } : {}), limit, signal });
    return { orders: orders.map(toOutput), more };
  };
}

function toOutput(order: Order): Record<string, unknown> {
  return {
    order_id: order.order_id,
    status: order.status,
    status_text: statusText(order),
    created_at: order.created_at.toISOString(),
    total: order.total,
    currency: order.currency,
    items: order.items.map(({ sku, name, options, quantity, unit_price }) => ({
      sku,
      name,
      ...(Object.keys(options).length > 0 ? { options } : {}),
      quantity,
      unit_price,
    })),
  };
}

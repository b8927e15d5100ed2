// Returns that customers asked for here, in a table of our own. The money goes back when the items were checked, which is the shop's to do.
import type { Refund } from './order-changes.ts';
import type { Order, Queryable } from './shop.ts';

export type RequestedReturn = { requested_at: Date; seconds_ago: number; skus: string[]; refund_amount: number };

/** Contract: the order is the customer's own, as findOrder or lockOrder has returned it. */
export type OrderReturns = {
  /** The return that was asked for and not called off. */
  findReturn: (order: Order) => Promise<RequestedReturn | undefined>;
  /** @returns when it was asked for */
  requestReturn: (order: Order, wish: { customerId: string; skus: readonly string[]; refunds: readonly Refund[] }) => Promise<Date>;
  /** @returns when it was called off */
  cancelReturn: (order: Order) => Promise<Date>;
};

export function orderReturns(connection: Queryable): OrderReturns {
  return {
    findReturn: async (order) => {
      const { rows } = await connection.query<RequestedReturn>(
        `SELECT requested_at, extract(epoch FROM now() - requested_at)::float AS seconds_ago, skus, refund_amount
         FROM order_returns WHERE order_id = $1 AND cancelled_at IS NULL`,
        [order.order_id],
      );
      return rows[0];
    },
    requestReturn: async (order, { customerId, skus, refunds }) => {
      const amount = refunds.reduce((sum, refund) => sum + refund.amount, 0);
      const { rows } = await connection.query<{ at: Date }>(
        `INSERT INTO order_returns (order_id, customer_id, skus, refund_amount, currency, refund_methods, requested_at)
         VALUES ($1, $2, $3, $4, $5, $6, now()) RETURNING requested_at AS at`,
        [
          order.order_id,
          customerId,
          JSON.stringify(skus),
          amount.toFixed(2),
          order.currency,
          JSON.stringify(refunds.map(({ method, amount }) => ({ payment_method_id: method.id, amount }))),
        ],
      );
      return timeOf(rows);
    },
    cancelReturn: async (order) => {
      const { rows } = await connection.query<{ at: Date }>(
        'UPDATE order_returns SET cancelled_at = now() WHERE order_id = $1 AND cancelled_at IS NULL RETURNING cancelled_at AS at',
        [order.order_id],
      );
      return timeOf(rows);
    },
  };
}

function timeOf(rows: { at: Date }[]): Date {
  const [row] = rows;
  if (!row) throw new Error('the return is gone');
  return row.at;
}

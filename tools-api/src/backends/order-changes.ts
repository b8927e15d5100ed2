// What the demo shop changes about an order, always in a transaction of the caller's. Which changes are allowed, the tools decide.
import { type Order, type Payment, type Queryable, selectOrder } from './shop.ts';

export type PaymentMethod = {
  id: string;
  source: 'gift_card' | 'paypal' | 'credit_card' | 'other';
  /** The shop's own name for it. */
  title?: string;
  /** It takes no refund by itself: somebody of the shop's sends it. */
  by_hand?: boolean;
  brand?: string;
  last_four?: string;
  /** What a gift card still holds. */
  balance?: number;
};

/** Money back to one way of paying. */
export type Refund = { method: PaymentMethod; amount: number };

/** refund_sent: it can't be called off any more. */
export type Cancellation = { cancelled_at: Date; seconds_ago: number; reinstated_at: Date | null; payments_before: Payment[]; refund_sent: boolean };
export type CancelReason = 'no_longer_needed' | 'ordered_by_mistake';

/** Contract: the order is the customer's own, as findOrder or lockOrder has returned it. */
export type OrderChanges = {
  /**
   * As findOrder; nobody else changes the order here, nor the customer's gift cards, until the transaction ends. A shop that stands elsewhere shows an
   * order as it was before this effect, when an earlier attempt at it was cut off: the same change, made again, completes it.
   */
  lockOrder: (customerId: string, orderId: string) => Promise<Order | undefined>;
  /** What was paid and not refunded yet, by the way it was paid. */
  refundsOf: (customerId: string, order: Order) => Promise<Refund[]>;
  /** A gift card that the customer has already. */
  giftCardOf: (customerId: string) => Promise<PaymentMethod | undefined>;
  /** The last time that the order was cancelled here. */
  findCancellation: (order: Order) => Promise<Cancellation | undefined>;
  /** @returns when it was cancelled, and the refunds as they are on their way */
  cancelOrder: (order: Order, change: { customerId: string; reason: CancelReason; refunds: Refund[] }) => Promise<{ at: Date; refunds: Refund[] }>;
  /** @returns when it was reinstated */
  reinstateOrder: (order: Order, change: { customerId: string; payments: Payment[]; refunds: Refund[] }) => Promise<Date>;
};

export function orderChanges(connection: Queryable): OrderChanges {
  const methodsOf = async (customerId: string) => {
    const { rows } = await connection.query<{ payment_methods: PaymentMethod[] }>('SELECT payment_methods FROM customers WHERE customer_id = $1', [
      customerId,
    ]);
    return rows[0]?.payment_methods ?? [];
  };
  return {
    lockOrder: async (customerId, orderId) => {
      const { rows } = await connection.query<Order>(`${selectOrder} FOR UPDATE`, [orderId, customerId]);
      if (rows[0]) await connection.query('SELECT FROM customers WHERE customer_id = $1 FOR UPDATE', [customerId]);
      return rows[0];
    },
    refundsOf: async (customerId, order) => refundsOf(order.payments, await methodsOf(customerId)),
    giftCardOf: async (customerId) => (await methodsOf(customerId)).find(({ source }) => source === 'gift_card'),
    findCancellation: async (order) => {
      const { rows } = await connection.query<Cancellation>(
        `SELECT cancelled_at, extract(epoch FROM now() - cancelled_at)::float AS seconds_ago, reinstated_at, payments_before, false AS refund_sent
         FROM order_cancellations WHERE order_id = $1`,
        [order.order_id],
      );
      return rows[0];
    },
    cancelOrder: async (order, { customerId, reason, refunds }) => {
      await moveGiftCards(connection, { customerId, methods: await methodsOf(customerId), refunds });
      const returned = refunds.map(({ method, amount }) => ({ type: 'refund', amount, payment_method_id: method.id }));
      await connection.query(
        `INSERT INTO order_cancellations (order_id, reason, cancelled_at, payments_before) VALUES ($1, $2, now(), $3)
         ON CONFLICT (order_id) DO UPDATE
         SET reason = excluded.reason, cancelled_at = excluded.cancelled_at, payments_before = excluded.payments_before, reinstated_at = NULL`,
        [order.order_id, reason, JSON.stringify(order.payments)],
      );
      await connection.query("UPDATE invoices SET status = 'refunded', amount_refunded = amount_paid WHERE order_id = $1", [order.order_id]);
      const { rows } = await connection.query<{ at: Date }>(
        "UPDATE orders SET status = 'cancelled', cancelled_at = now(), updated_at = now(), payments = $2 WHERE order_id = $1 RETURNING cancelled_at AS at",
        [order.order_id, JSON.stringify([...order.payments, ...returned])],
      );
      return { at: timeOf(rows), refunds };
    },
    reinstateOrder: async (order, { customerId, payments, refunds }) => {
      const takenBack = refunds.map(({ method, amount }) => ({ method, amount: -amount }));
      await moveGiftCards(connection, { customerId, methods: await methodsOf(customerId), refunds: takenBack });
      await connection.query('UPDATE order_cancellations SET reinstated_at = now() WHERE order_id = $1', [order.order_id]);
      await connection.query("UPDATE invoices SET status = 'paid', amount_refunded = 0 WHERE order_id = $1", [order.order_id]);
      const { rows } = await connection.query<{ at: Date }>(
        "UPDATE orders SET status = 'pending', cancelled_at = NULL, updated_at = now(), payments = $2 WHERE order_id = $1 RETURNING updated_at AS at",
        [order.order_id, JSON.stringify(payments)],
      );
      return timeOf(rows);
    },
  };
}

/** @returns for each way of paying what was paid with it less what was refunded to it, where anything is left */
export function refundsOf(payments: readonly Payment[], methods: readonly PaymentMethod[]): Refund[] {
  const left = new Map<string, number>();
  for (const { type, amount, payment_method_id: id } of payments) {
    left.set(id, (left.get(id) ?? 0) + (type === 'payment' ? amount : -Math.abs(amount)));
  }
  return [...left].flatMap(([id, amount]) => {
    const method = methods.find((candidate) => candidate.id === id);
    return method && amount >= 0.005 ? [{ method, amount: inCents(amount) }] : [];
  });
}

type GiftCards = { customerId: string; methods: PaymentMethod[]; refunds: Refund[] };

/** A gift card has its money back at once; other ways of paying are the bank's. */
async function moveGiftCards(connection: Queryable, { customerId, methods, refunds }: GiftCards): Promise<void> {
  const changed = methods.map((method) => {
    const refund = refunds.find((candidate) => candidate.method.id === method.id);
    return refund && method.balance !== undefined ? { ...method, balance: inCents(method.balance + refund.amount) } : method;
  });
  await connection.query('UPDATE customers SET payment_methods = $2 WHERE customer_id = $1', [customerId, JSON.stringify(changed)]);
}

function inCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function timeOf(rows: { at: Date }[]): Date {
  const [row] = rows;
  if (!row) throw new Error('the order is gone');
  return row.at;
}

// To whom an order was billed: the only question that a guest's number and address are put to.
import type { Database } from '@aiguy/manifests/database';

export type BilledOrder = {
  customerId: string;
  /** As the shop has it, which is where mail goes; not as somebody typed it. */
  email: string;
};

export type Billing = {
  /** Contract: an unknown order and another address are both undefined, by the same query. */
  find: (orderId: string, email: string) => Promise<BilledOrder | undefined>;
  /** Where mail about an order goes now; undefined when it is gone. */
  emailOf: (orderId: string) => Promise<string | undefined>;
};

export function createDemoBilling(database: Database): Billing {
  return {
    find: async (orderId, email) => {
      const { rows } = await database.query<{ customer_id: string; email: string }>(
        'SELECT customer_id, email FROM orders JOIN customers USING (customer_id) WHERE order_id = $1 AND lower(email) = $2',
        [orderId, normalised(email)],
      );
      return rows[0] && { customerId: rows[0].customer_id, email: rows[0].email };
    },
    emailOf: async (orderId) => {
      const { rows } = await database.query<{ email: string }>('SELECT email FROM orders JOIN customers USING (customer_id) WHERE order_id = $1', [
        orderId,
      ]);
      return rows[0]?.email;
    },
  };
}

/** One spelling for each address. */
export function normalised(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

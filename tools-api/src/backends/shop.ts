// The shop behind the tools. The port is what tools need of any shop; the implementation reads the demo shop's tables.
import type { Connection, Database } from '@aiguy/manifests/database';
import { type OrderChanges, orderChanges } from './order-changes.ts';

/** Who asks, as a trusted issuer named them. */
export type Subject = {
  issuer: string;
  subject: string;
  /** The one order that a guest has shown to be his, for this call alone; only tools get it whose manifest says so, and they look at this order only. */
  order?: ProvenOrder | undefined;
};

/** status: state and dates alone. owner: everything that this order's customer may see and do. */
export type ProvenOrder = { orderId: string; customerId: string; level: 'status' | 'owner' };

/** A visitor whom the site has not signed in. */
export function isGuest({ subject }: Subject): boolean {
  return subject.startsWith('anon:');
}

/** A pool, or a transaction. */
export type Queryable = Pick<Connection, 'query'>;

/** How an issuer's subjects become customers: users of the shop's own site, or the shop's customer ids themselves. */
export type CustomerNaming = 'wp-users' | 'direct';

export type OrderLine = { sku: string; name: string; options: Record<string, string>; quantity: number; unit_price: number };

export type Order = {
  order_id: string;
  status: 'pending' | 'processed' | 'delivered' | 'cancelled';
  created_at: Date;
  updated_at: Date;
  shipped_at: Date | null;
  delivered_at: Date | null;
  cancelled_at: Date | null;
  currency: string;
  total: number;
  items: OrderLine[];
  fulfillments: { tracking_ids: string[]; skus: string[] }[];
  payments: Payment[];
};

export type Payment = { type: 'payment' | 'refund'; amount: number; payment_method_id: string };

/** Contract: nothing is returned that does not belong to the customer named; another's order and no order are both undefined. */
export type ShopReads = {
  /** @returns the shop's customer id; undefined for unknown users, issuers whose naming does not cover the subject, and guests who have shown no order */
  resolveCustomer: (who: Subject) => Promise<string | undefined>;
  findOrder: (customerId: string, orderId: string) => Promise<Order | undefined>;
};

export type Shop = ShopReads & {
  /** The same shop in a transaction, where orders can be changed. */
  within: (connection: Queryable) => ShopReads & OrderChanges;
};

type Namings = ReadonlyMap<string, readonly CustomerNaming[]>;

export function createDemoShop(database: Database, namings: Namings): Shop {
  return {
    ...shopReads(database, namings),
    within: (connection) => ({ ...shopReads(connection, namings), ...orderChanges(connection) }),
  };
}

function shopReads(database: Queryable, namings: Namings): ShopReads {
  const mayName = (who: Subject, naming: CustomerNaming) => namings.get(who.issuer)?.includes(naming) ?? false;
  return {
    resolveCustomer: async (who) => {
      if (who.order) return who.order.customerId;
      const user = /^wp:\d+:(\d+)$/.exec(who.subject)?.[1];
      if (user !== undefined && mayName(who, 'wp-users')) return await customerId(database, 'wp_user_id', user);
      const direct = /^customer:(.+)$/.exec(who.subject)?.[1];
      if (direct !== undefined && mayName(who, 'direct')) return await customerId(database, 'customer_id', direct);
      return undefined;
    },
    findOrder: async (customer, orderId) => {
      const { rows } = await database.query<Order>(selectOrder, [orderId, customer]);
      return rows[0];
    },
  };
}

export const selectOrder = `
  SELECT order_id, status, created_at, updated_at, shipped_at, delivered_at, cancelled_at, currency, total, items, fulfillments, payments
  FROM orders WHERE order_id = $1 AND customer_id = $2`;

async function customerId(database: Queryable, column: 'wp_user_id' | 'customer_id', value: string): Promise<string | undefined> {
  const { rows } = await database.query<{ customer_id: string }>(`SELECT customer_id FROM customers WHERE ${column} = $1`, [value]);
  return rows[0]?.customer_id;
}

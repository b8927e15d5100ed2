// The shop behind the tools. The port is what tools need of any shop; the implementation reads the demo shop's tables.
import type { Connection, Database } from '@aiguy/manifests/database';
import { type AddressChanges, addressChanges } from './address-changes.ts';
import type { AgentHours } from './opening-hours.ts';
import { type OrderChanges, orderChanges } from './order-changes.ts';
import { type OrderReturns, orderReturns } from './order-returns.ts';

/** Who asks, as a trusted issuer named them. */
export type Subject = {
  issuer: string;
  subject: string;
  /** The one order that a guest has shown to be his, for this call alone; only tools get it whose manifest says so, and they look at this order only. */
  order?: ProvenOrder | undefined;
  /** The parts of the knowledge that the agent he speaks to answers from, as his site says; all when left out. */
  collections?: readonly string[] | undefined;
  /** BCP 47: of what is written to him. */
  language?: string | undefined;
  /** When people answer, as the site says for that agent; as configured when left out. */
  openingHours?: AgentHours;
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

export type OrderStatus = 'pending' | 'processed' | 'delivered' | 'cancelled';

/** In the shop's own notation; each shop decides how it names a country. */
export type Address = { address1: string; address2?: string; city: string; state?: string; zip?: string; country: string };

export type Order = {
  order_id: string;
  status: OrderStatus;
  created_at: Date;
  updated_at: Date;
  shipped_at: Date | null;
  delivered_at: Date | null;
  cancelled_at: Date | null;
  /** When a shop that knows no deliveries was done with it. */
  completed_at?: Date | null;
  /** When a return was asked for here, unless it was called off. */
  return_requested_at: Date | null;
  currency: string;
  total: number;
  shipping_address: Address;
  items: OrderLine[];
  fulfillments: { tracking_ids: string[]; skus: string[] }[];
  payments: Payment[];
};

export type Payment = { type: 'payment' | 'refund'; amount: number; payment_method_id: string };

/** Contract: nothing is returned that does not belong to the customer named; another's order and no order are both undefined. */
export type ShopReads = {
  /** @returns the shop's customer id; undefined for unknown users, issuers whose naming does not cover the subject, and guests who have shown no order */
  resolveCustomer: (who: Subject) => Promise<string | undefined>;
  findOrder: (customerId: string, orderId: string, signal?: AbortSignal) => Promise<Order | undefined>;
  /** Newest first. @returns at most `limit` of them, and whether there are more */
  listOrders: (customerId: string, wanted: { status?: OrderStatus; limit: number; signal?: AbortSignal }) => Promise<OrderList>;
  /** The orders of a period, a page at a time: the oldest first, each once, and no page is empty. */
  ordersWithin: (customerId: string, period: Period) => AsyncIterable<OrdersPage>;
  /** First and last name. @returns undefined where the shop knows none */
  nameOf: (customerId: string, signal?: AbortSignal) => Promise<string | undefined>;
  /** Where the shop writes to a customer. @returns undefined where it knows no address */
  emailOf: (customerId: string, signal?: AbortSignal) => Promise<string | undefined>;
};

export type OrderList = { orders: Order[]; more: boolean };

/** from is in it, until is not. */
export type Period = { from: Date; until: Date; signal?: AbortSignal };
/** total: how many there are on all pages, as far as the shop can say. */
export type OrdersPage = { orders: Order[]; total: number };

export type ShopChanges = OrderChanges & OrderReturns & AddressChanges;

export type Shop = ShopReads & {
  /** The same shop in a transaction, where orders can be changed; a shop that stands elsewhere takes the call's key and signal along. */
  within: (connection: Queryable, call?: { effectKey?: string; signal: AbortSignal }) => ShopReads & ShopChanges;
};

/** By issuer. */
export type Namings = Pick<ReadonlyMap<string, readonly CustomerNaming[]>, 'get'>;

/** @returns the user of the shop's site, or the shop's own id of a customer, as far as the issuer may name either */
export function namedCustomer(namings: Namings, { issuer, subject }: Subject): { wpUser?: string | undefined; direct?: string | undefined } {
  const may = namings.get(issuer) ?? [];
  const wpUser = may.includes('wp-users') ? /^wp:\d+:(\d+)$/.exec(subject)?.[1] : undefined;
  return wpUser === undefined ? { direct: may.includes('direct') ? /^customer:(.+)$/.exec(subject)?.[1] : undefined } : { wpUser };
}

export function createDemoShop(database: Database, namings: Namings): Shop {
  return {
    ...shopReads(database, namings),
    within: (connection) => ({
      ...shopReads(connection, namings),
      ...orderChanges(connection),
      ...orderReturns(connection),
      ...addressChanges(connection),
    }),
  };
}

function shopReads(database: Queryable, namings: Namings): ShopReads {
  return {
    resolveCustomer: async (who) => {
      if (who.order) return who.order.customerId;
      const { wpUser, direct } = namedCustomer(namings, who);
      if (wpUser !== undefined) return await customerId(database, 'wp_user_id', wpUser);
      return direct === undefined ? undefined : await customerId(database, 'customer_id', direct);
    },
    findOrder: async (customer, orderId) => {
      const { rows } = await database.query<Order>(selectOrder, [orderId, customer]);
      return rows[0];
    },
    listOrders: async (customer, { status, limit }) => {
      const { rows } = await database.query<Order>(
        `${selectOrders} WHERE customer_id = $1 AND ($2::text IS NULL OR status = $2) ORDER BY created_at DESC, order_id DESC LIMIT $3`,
        [customer, status ?? null, limit + 1],
      );
      return { orders: rows.slice(0, limit), more: rows.length > limit };
    },
    ordersWithin: (customer, period) => demoOrdersWithin(database, customer, period),
    nameOf: async (customer) => {
      const { rows } = await database.query<{ name: string }>("SELECT first_name || ' ' || last_name AS name FROM customers WHERE customer_id = $1", [
        customer,
      ]);
      return rows[0]?.name;
    },
    emailOf: async (customer) => {
      const { rows } = await database.query<{ email: string }>('SELECT email FROM customers WHERE customer_id = $1', [customer]);
      return rows[0]?.email;
    },
  };
}

const selectOrders = `
  SELECT order_id, status, created_at, updated_at, shipped_at, delivered_at, cancelled_at, currency, total, shipping_address, items, fulfillments,
    payments, (SELECT requested_at FROM order_returns r WHERE r.order_id = orders.order_id AND r.cancelled_at IS NULL) AS return_requested_at
  FROM orders`;

const pageSize = 100;
// A Date holds milliseconds, the table microseconds: without this the last order of a page would come again on the next.
const orderedAt = "date_trunc('milliseconds', created_at)";

async function* demoOrdersWithin(database: Queryable, customer: string, { from, until, signal }: Period): AsyncGenerator<OrdersPage> {
  const within = `customer_id = $1 AND created_at >= $2 AND created_at < $3`;
  const counted = await database.query<{ total: number }>(`SELECT count(*)::int AS total FROM orders WHERE ${within}`, [customer, from, until]);
  let last: Order | undefined;
  do {
    signal?.throwIfAborted();
    const { rows } = await database.query<Order>(
      `${selectOrders} WHERE ${within} AND ($4::timestamptz IS NULL OR (${orderedAt}, order_id) > ($4, $5)) ORDER BY ${orderedAt}, order_id LIMIT $6`,
      [customer, from, until, last?.created_at ?? null, last?.order_id ?? '', pageSize],
    );
    if (rows.length > 0) yield { orders: rows, total: counted.rows[0]?.total ?? rows.length };
    last = rows.length < pageSize ? undefined : rows.at(-1);
  } while (last);
}

export const selectOrder = `${selectOrders} WHERE order_id = $1 AND customer_id = $2`;

async function customerId(database: Queryable, column: 'wp_user_id' | 'customer_id', value: string): Promise<string | undefined> {
  const { rows } = await database.query<{ customer_id: string }>(`SELECT customer_id FROM customers WHERE ${column} = $1`, [value]);
  return rows[0]?.customer_id;
}

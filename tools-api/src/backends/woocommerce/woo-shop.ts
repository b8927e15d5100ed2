// A WooCommerce as the shop behind the tools, by its REST API v3 alone: how it stores orders (posts or tables of their own) is nobody's business here.
import type { Database } from '@aiguy/manifests/database';
import { type Namings, namedCustomer, type Queryable, type Shop, type ShopReads } from '../shop.ts';
import { wooChanges } from './changes.ts';
import type { WooClient } from './client.ts';
import { type OwnRow, wooOrders } from './orders.ts';

export type WooShopOptions = {
  client: WooClient;
  /** Holds the returns, which WooCommerce does not know. */
  database: Database;
  namings: Namings;
  nowMs?: () => number;
};

export function createWooShop({ client, database, namings, nowMs = Date.now }: WooShopOptions): Shop {
  return {
    ...wooReads(client, { connection: database, namings }),
    within: (connection, { effectKey, signal }: { effectKey?: string; signal?: AbortSignal } = {}) => {
      const known = new Map<string, OwnRow>();
      const orders = wooOrders(client, connection);
      return {
        ...wooReads(client, { connection, namings, known }),
        ...wooChanges({ client, orders, connection, effectKey, signal, nowMs, known }),
      };
    },
  };
}

type Reading = { connection: Queryable; namings: Namings; known?: Map<string, OwnRow> };

function wooReads(client: WooClient, { connection, namings, known }: Reading): ShopReads {
  const orders = wooOrders(client, connection);
  return {
    // A customer is the site's user; WooCommerce's id 0 is everybody who was not signed in.
    resolveCustomer: async (who) => {
      if (who.order) return who.order.customerId;
      const { wpUser, direct } = namedCustomer(namings, who);
      const id = wpUser ?? direct ?? '';
      return /^[1-9]\d{0,15}$/.test(id) ? id : undefined;
    },
    findOrder: async (customerId, orderId, signal) => {
      const own = await orders.find(customerId, orderId, { signal });
      if (own) known?.set(own.order.order_id, own);
      return own?.order;
    },
    listOrders: async (customerId, wanted) => await orders.list(customerId, wanted),
    emailOf: async (customerId, signal) => {
      const answer = /^[1-9]\d{0,15}$/.test(customerId) ? await client.get(`customers/${customerId}`, { _fields: 'id,email' }, signal) : undefined;
      const { email } = (answer?.body ?? {}) as { email?: unknown };
      return typeof email === 'string' && email.includes('@') && email.length <= 254 ? email : undefined;
    },
  };
}

// A WooCommerce as the shop behind the tools, by its REST API v3 alone: how it stores orders (posts or tables of their own) is nobody's business here.
import type { Database } from '@aiguy/manifests/database';
import { type Namings, namedCustomer, type Queryable, type Shop, type ShopReads } from '../shop.ts';
import { wooChanges } from './changes.ts';
import type { WooClient } from './client.ts';
import { type OwnRow, wooOrders } from './orders.ts';
import { plain } from './wire.ts';

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
    ordersWithin: (customerId, period) => orders.within(customerId, period),
    nameOf: async (customerId, signal) => {
      const { first_name: first, last_name: last } = await accountOf(client, customerId, signal);
      const name = [first, last].flatMap((part) => (typeof part === 'string' ? plain(part) : [])).join(' ');
      return name.trim() === '' ? undefined : name.trim();
    },
    emailOf: async (customerId, signal) => {
      const { email } = await accountOf(client, customerId, signal);
      return typeof email === 'string' && email.includes('@') && email.length <= 254 ? email : undefined;
    },
  };
}

type Account = { email?: unknown; first_name?: unknown; last_name?: unknown };

async function accountOf(client: WooClient, customerId: string, signal: AbortSignal | undefined): Promise<Account> {
  if (!/^[1-9]\d{0,15}$/.test(customerId)) return {};
  const answer = await client.get(`customers/${customerId}`, { _fields: 'id,email,first_name,last_name' }, signal);
  return answer?.body instanceof Object ? answer.body : {};
}

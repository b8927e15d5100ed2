// To whom an order of a WooCommerce was billed, for guests: asked by id and by number at once, so that neither answer comes sooner than the other.
import type { Billing } from '../guests/billing.ts';
import { normalised } from '../guests/billing.ts';
import type { WooClient } from './client.ts';
import { orderCustomer, orderFields, orderNumber, readRow, statusOf, type WooRow } from './wire.ts';

export function createWooBilling(client: WooClient): Billing {
  return {
    find: async (orderId, email) => {
      const row = await rowOf(client, orderId);
      const address = row?.billing.email ?? '';
      if (!row || address === '' || normalised(address) !== normalised(email)) return undefined;
      return { customerId: orderCustomer(row), email: address };
    },
    emailOf: async (orderId) => (await rowOf(client, orderId))?.billing.email || undefined,
  };
}

async function rowOf(client: WooClient, orderId: string): Promise<WooRow | undefined> {
  const [byId, byNumber] = await Promise.all([rowById(client, orderId), rowsByNumber(client, orderId)]);
  return [...byId, ...byNumber].find((one) => orderNumber(one) === orderId && statusOf(one) !== undefined);
}

async function rowById(client: WooClient, orderId: string): Promise<WooRow[]> {
  if (!/^[1-9]\d{0,15}$/.test(orderId)) return [];
  const answer = await client.get(`orders/${orderId}`, { _fields: orderFields });
  return answer ? [readRow(answer.body)] : [];
}

/** Where a plug-in gives orders numbers of its own. */
async function rowsByNumber(client: WooClient, orderId: string): Promise<WooRow[]> {
  const answer = await client.get('orders', { search: orderId, per_page: 20, _fields: orderFields });
  return Array.isArray(answer?.body) ? answer.body.map(readRow) : [];
}

// The customer's own orders in a WooCommerce: asked for by customer, and looked at again when they come.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Order, OrderList, OrderStatus, OrdersPage, Period, Queryable } from '../shop.ts';
import type { WooClient, WooQuery } from './client.ts';
import { type Journal, readJournal } from './journal.ts';
import { inUtc, orderCustomer, orderFields, orderNumber, readRow, statusOf, toOrder, type WooRow } from './wire.ts';

/** An order with what WooCommerce has said of it. resumed: an earlier attempt at this effect was cut off, and the order is shown as before it. */
export type OwnRow = { order: Order; row: WooRow; journal: Journal | undefined; resumed: Journal | undefined };

export type WooOrders = {
  find: (
    customerId: string,
    orderId: string,
    wanted: { signal?: AbortSignal | undefined; effectKey?: string | undefined },
  ) => Promise<OwnRow | undefined>;
  list: (customerId: string, wanted: { status?: OrderStatus; limit: number; signal?: AbortSignal }) => Promise<OrderList>;
  within: (customerId: string, period: Period) => AsyncIterable<OrdersPage>;
};

const pageSize = 50;
/** A customer has some two hundred orders, or the rest is for another way. */
const pagesMax = 4;

export function wooOrders(client: WooClient, connection: Queryable): WooOrders {
  return {
    find: async (customerId, orderId, { signal, effectKey }) => {
      const row = await findRow(client, { customerId, orderId, signal });
      if (!row) return undefined;
      const returned = await returnsOf(connection, [row]);
      return ownRow(row, { effectKey, returnRequestedAt: returned.get(orderNumber(row)) });
    },
    list: async (customerId, { status, limit, signal }) => {
      if (provenId(customerId) !== undefined) return { orders: [], more: false };
      const fits = (row: WooRow) => (status ? statusOf(row) === status : statusOf(row) !== undefined);
      const size = status ? pageSize : limit + 1;
      const { rows, isWhole } = await ownRows(client, { customerId, signal, size, fits, wanted: limit + 1 });
      const shown = rows.slice(0, limit);
      const returned = await returnsOf(connection, shown);
      const orders = shown.flatMap((row) => ownRow(row, { returnRequestedAt: returned.get(orderNumber(row)) })?.order ?? []);
      return { orders, more: rows.length > limit || !isWhole };
    },
    within: (customerId, period) => ordersWithin(client, connection, { customerId, ...period }),
  };
}

const dayMs = 86_400_000;

/** Oldest first, so that an order that comes in meanwhile moves no other to another page. */
async function* ordersWithin(
  client: WooClient,
  connection: Queryable,
  { customerId, from, until, signal }: Period & { customerId: string },
): AsyncGenerator<OrdersPage> {
  if (provenId(customerId) !== undefined) return;
  // A day more on both sides: the shop reads these by a clock of its own. What is looked for is cut out of what comes.
  const dates = { after: atDay(from.getTime() - dayMs), before: atDay(until.getTime() + dayMs) };
  const seen = new Set<number>();
  let isLast = false;
  for (let page = 1; !isLast; page += 1) {
    const answer = await onePage(client, { customerId, signal, size: pageSize, page, query: { order: 'asc', ...dates } });
    isLast = answer.isLast;
    const rows = answer.rows.filter((row) => isWithin(row, { from, until }) && !seen.has(row.id) && statusOf(row) !== undefined);
    for (const { id } of rows) seen.add(id);
    const returned = await returnsOf(connection, rows);
    const orders = rows.flatMap((row) => ownRow(row, { returnRequestedAt: returned.get(orderNumber(row)) })?.order ?? []);
    if (orders.length > 0) yield { orders, total: Math.max(answer.total, seen.size) };
  }
}

function isWithin({ date_created_gmt: created }: WooRow, { from, until }: Pick<Period, 'from' | 'until'>): boolean {
  const at = inUtc(created);
  return at >= from && at < until;
}

/** As WordPress reads dates: without a zone. */
function atDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

type Wanted = { customerId: string; orderId: string; signal: AbortSignal | undefined };

async function findRow(client: WooClient, wanted: Wanted): Promise<WooRow | undefined> {
  const proven = provenId(wanted.customerId);
  if (proven !== undefined) return await byId(client, wanted, proven);
  const named = /^[1-9]\d{0,15}$/.test(wanted.orderId) ? await byId(client, wanted, wanted.orderId) : undefined;
  return named ?? (await byNumber(client, wanted));
}

/** The id of the one order that a guest has shown to be his. */
function provenId(customerId: string): string | undefined {
  return /^order:([1-9]\d{0,15})$/.exec(customerId)?.[1];
}

async function byId(client: WooClient, { customerId, orderId, signal }: Wanted, id: string): Promise<WooRow | undefined> {
  const answer = await client.get(`orders/${id}`, { _fields: orderFields }, signal);
  const row = answer && readRow(answer.body);
  return row && isOf(row, customerId) && orderNumber(row) === orderId ? row : undefined;
}

/** Where a plug-in gives orders numbers of its own, only they are known to the customer. */
async function byNumber(client: WooClient, { customerId, orderId, signal }: Wanted): Promise<WooRow | undefined> {
  const fits = (row: WooRow) => orderNumber(row) === orderId;
  return (await ownRows(client, { customerId, signal, size: pageSize, fits, wanted: 1 })).rows[0];
}

type Search = { customerId: string; signal: AbortSignal | undefined; size: number; fits: (row: WooRow) => boolean; wanted: number };

/** Newest first, each once. @returns isWhole: every order of the customer's was looked at, or enough were found */
async function ownRows(client: WooClient, { customerId, signal, size, fits, wanted }: Search): Promise<{ rows: WooRow[]; isWhole: boolean }> {
  // By id: an order that comes in between two pages moves the others on.
  const found = new Map<number, WooRow>();
  for (let page = 1; page <= pagesMax; page += 1) {
    const { rows, isLast } = await onePage(client, { customerId, signal, size, page });
    for (const row of rows.filter(fits)) found.set(row.id, row);
    if (isLast || found.size >= wanted) return { rows: [...found.values()], isWhole: true };
  }
  return { rows: [...found.values()], isWhole: false };
}

type Page = Pick<Search, 'customerId' | 'signal' | 'size'> & { page: number; query?: WooQuery };
type PageOfRows = { rows: WooRow[]; isLast: boolean; total: number };

async function onePage(client: WooClient, { customerId, signal, size, page, query = { order: 'desc' } }: Page): Promise<PageOfRows> {
  const wanted = { customer: customerId, orderby: 'date', per_page: size, page, _fields: orderFields, ...query };
  const answer = await client.get('orders', wanted, signal);
  if (!(answer && Array.isArray(answer.body))) throw new AiguyError('tool_unavailable', { cause: new Error('WooCommerce has no list of orders') });
  const rows = answer.body.map(readRow);
  return { rows: rows.filter((row) => isOf(row, customerId)), isLast: rows.length === 0 || page * size >= answer.total, total: answer.total };
}

/** The filter of the request is WooCommerce's, or a plug-in's; this is ours. */
function isOf(row: WooRow, customerId: string): boolean {
  return (row.customer_id !== 0 && String(row.customer_id) === customerId) || orderCustomer(row) === customerId;
}

type Context = { effectKey?: string | undefined; returnRequestedAt: Date | undefined };

function ownRow(row: WooRow, { effectKey, returnRequestedAt }: Context): OwnRow | undefined {
  const last = readJournal(row);
  const resumed = last && effectKey !== undefined && last.key === effectKey ? last : undefined;
  const { journal: earlier, ...before } = resumed?.before ?? { journal: last };
  const shown = { ...row, ...before };
  const status = statusOf(shown);
  return status && { order: toOrder(shown, status, { journal: earlier, returnRequestedAt }), row, journal: earlier, resumed };
}

/** @returns when a return was asked for, by order number */
async function returnsOf(connection: Queryable, rows: readonly WooRow[]): Promise<Map<string, Date>> {
  const { rows: found } = await connection.query<{ order_id: string; requested_at: Date }>(
    'SELECT order_id, requested_at FROM order_returns WHERE order_id = ANY($1) AND cancelled_at IS NULL',
    [rows.map(orderNumber)],
  );
  return new Map(found.map(({ order_id: id, requested_at: at }) => [id, at]));
}

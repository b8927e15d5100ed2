// An order as WooCommerce writes it, read once, and as the tools know it.
import { AiguyError } from '@aiguy/manifests/errors';
import { check, createAjv } from '@aiguy/manifests/validate';
import { Parser } from 'htmlparser2';
import type { Address, Order, OrderLine, OrderStatus } from '../shop.ts';
import type { Journal } from './journal.ts';

export type WooAddress = { address_1: string; address_2: string; city: string; state: string; postcode: string; country: string };
/** Whose bill it is; the shop may leave any of it out. */
type WooBilling = WooAddress & { first_name?: string; last_name?: string; company?: string; email?: string };
type WooMeta = { key: string; value: unknown; display_key?: unknown; display_value?: unknown };
type WooLine = {
  sku: string | null;
  name: string;
  product_id: number;
  variation_id: number;
  quantity: number;
  total: string;
  total_tax: string;
  meta_data: WooMeta[];
};
export type WooRow = {
  id: number;
  number: string;
  status: string;
  currency: string;
  customer_id: number;
  total: string;
  total_tax: string;
  date_created_gmt: string;
  date_modified_gmt: string;
  date_paid_gmt: string | null;
  date_completed_gmt: string | null;
  payment_method: string;
  payment_method_title: string;
  shipping: WooAddress;
  billing: WooBilling;
  line_items: WooLine[];
  shipping_lines: { method_title: string; total: string }[];
  fee_lines: { name: string; total: string }[];
  refunds: { total: string }[];
  meta_data: WooMeta[];
};

const text = { type: 'string' };
const money = { type: 'string', pattern: '^-?\\d{1,12}(\\.\\d{1,8})?$' };
const moment = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$' };
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const object = (properties: Record<string, object>, optional: string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const listOf = (items: object, maxItems: number) => ({ type: 'array', maxItems, items });
const addressFields = { address_1: text, address_2: text, city: text, state: text, postcode: text, country: text };
const address = object(addressFields);
const buyer = { first_name: text, last_name: text, company: text, email: text };
const billing = object({ ...addressFields, ...buyer }, Object.keys(buyer));
const meta = object({ key: text, value: {}, display_key: {}, display_value: {} }, ['display_key', 'display_value']);
const integer = { type: 'integer' };

const properties: Record<keyof WooRow, object> = {
  id: integer,
  number: text,
  status: text,
  currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  customer_id: integer,
  total: money,
  total_tax: money,
  date_created_gmt: moment,
  date_modified_gmt: moment,
  date_paid_gmt: orNull(moment),
  date_completed_gmt: orNull(moment),
  payment_method: text,
  payment_method_title: text,
  shipping: address,
  billing,
  line_items: listOf(
    object({
      sku: orNull(text),
      name: text,
      product_id: integer,
      variation_id: integer,
      quantity: { type: 'number' },
      total: money,
      total_tax: money,
      meta_data: listOf(meta, 200),
    }),
    500,
  ),
  shipping_lines: listOf(object({ method_title: text, total: money }), 50),
  fee_lines: listOf(object({ name: text, total: money }), 50),
  refunds: listOf(object({ total: money }), 200),
  meta_data: listOf(meta, 1000),
};

const validateRow = createAjv().compile<WooRow>(object(properties));

/** What WooCommerce is asked for, so that it sends no more. */
export const orderFields = Object.keys(properties).join(',');

/** @throws AiguyError tool_failed naming the field that is not as WooCommerce documents it */
export function readRow(body: unknown): WooRow {
  const checked = check<WooRow>(validateRow, body);
  if (checked.ok) return checked.value;
  const [first] = checked.violations;
  throw new AiguyError('tool_failed', { cause: new Error(`WooCommerce’s order: ${first?.pointer} ${first?.rule}`) });
}

/** The number that the customer knows, when it fits the tools' form; plug-ins may make others. */
export function orderNumber({ id, number }: Pick<WooRow, 'id' | 'number'>): string {
  const known = number.replace(/^#/, '').toUpperCase();
  return /^[A-Z0-9-]{2,20}$/.test(known) ? known : String(id);
}

/** Who stands for one order alone: a guest who has shown that it is his. No user and no customer can be called so. */
export function orderCustomer({ id }: Pick<WooRow, 'id'>): string {
  return `order:${id}`;
}

const draft = ['checkout-draft', 'auto-draft', 'draft', 'trash'];
const statuses: Record<string, OrderStatus> = {
  pending: 'pending',
  'on-hold': 'pending',
  processing: 'pending',
  failed: 'pending',
  completed: 'delivered',
  delivered: 'delivered',
  cancelled: 'cancelled',
};

/** @returns undefined for what is no order yet, or none any more */
export function statusOf({ status, date_completed_gmt: completed }: Pick<WooRow, 'status' | 'date_completed_gmt'>): OrderStatus | undefined {
  if (draft.includes(status)) return undefined;
  // All of it was paid back: before it was done it was called off, afterwards it was returned.
  if (status === 'refunded') return completed === null ? 'cancelled' : 'delivered';
  // A state of a plug-in's: in work, so that it is neither cancelled nor returned here.
  return statuses[status] ?? 'processed';
}

export function refundedOf({ refunds }: Pick<WooRow, 'refunds'>): number {
  return Math.round(refunds.reduce((sum, { total }) => sum + Math.abs(Number(total)), 0) * 100) / 100;
}

export type Known = { journal: Journal | undefined; returnRequestedAt: Date | undefined };

export function toOrder(row: WooRow, status: OrderStatus, { journal, returnRequestedAt }: Known): Order {
  const method = { payment_method_id: row.payment_method };
  const paid = row.date_paid_gmt === null ? [] : [{ type: 'payment' as const, amount: Number(row.total), ...method }];
  const cancelledHere = status === 'cancelled' && journal?.kind === 'cancel';
  return {
    order_id: orderNumber(row),
    status,
    created_at: inUtc(row.date_created_gmt),
    updated_at: inUtc(row.date_modified_gmt),
    shipped_at: null,
    delivered_at: null,
    completed_at: row.date_completed_gmt === null ? null : inUtc(row.date_completed_gmt),
    cancelled_at: cancelledHere ? new Date(journal.at) : null,
    return_requested_at: returnRequestedAt ?? null,
    currency: row.currency,
    total: Number(row.total),
    shipping_address: toAddress(shippingOf(row)),
    items: row.line_items.slice(0, 100).map(toLine),
    fulfillments: shipmentsOf(row),
    payments: [...paid, ...row.refunds.map(({ total }) => ({ type: 'refund' as const, amount: Math.abs(Number(total)), ...method }))],
  };
}

/** An order without an address of its own goes to where the bill goes. */
export function shippingOf({ shipping, billing }: Pick<WooRow, 'shipping' | 'billing'>): WooAddress {
  return shipping.address_1 === '' ? billing : shipping;
}

export function toAddress({ address_1, address_2, city, state, postcode, country }: WooAddress): Address {
  return {
    address1: address_1,
    ...(address_2 === '' ? {} : { address2: address_2 }),
    city,
    ...(state === '' ? {} : { state }),
    ...(postcode === '' ? {} : { zip: postcode }),
    country,
  };
}

export function fromAddress({ address1, address2 = '', city, state = '', zip = '', country }: Address): WooAddress {
  return { address_1: address1, address_2: address2, city, state, postcode: zip, country };
}

function toLine({
  sku,
  name,
  product_id: product,
  variation_id: variation,
  quantity,
  total,
  total_tax: tax,
  meta_data: metaData,
}: WooLine): OrderLine {
  const pieces = Math.max(1, Math.round(quantity));
  return {
    sku: (sku || `product-${variation || product}`).slice(0, 100),
    name: plain(name),
    options: Object.fromEntries(metaData.flatMap(optionOf).slice(0, 20)),
    quantity: pieces,
    // What one piece has cost, after discounts and with tax: that is what a return brings back.
    unit_price: Math.round(((Number(total) + Number(tax)) / pieces) * 100) / 100,
  };
}

/** Names that begin with _ are nobody's business; values may be HTML. */
function optionOf({ key, display_key: shownKey, display_value: shown }: WooMeta): [string, string][] {
  return key.startsWith('_') || typeof shown !== 'string' ? [] : [[plain(typeof shownKey === 'string' ? shownKey : key), plain(shown)]];
}

/** @returns at most 200 characters, without markup and with entities as what they stand for */
export function plain(html: string): string {
  const parts: string[] = [];
  const parser = new Parser({ ontext: (part) => parts.push(part), onopentagname: () => parts.push(' '), onclosetag: () => parts.push(' ') });
  parser.end(html.slice(0, 2000));
  return parts.join('').replace(/\s+/g, ' ').trim().slice(0, 200);
}

/** WooCommerce knows no tracking of its own; this is where its Shipment Tracking extension writes it. Which items are in the parcel, nobody says. */
function shipmentsOf({ meta_data: metaData }: WooRow): Order['fulfillments'] {
  const value = metaData.find(({ key }) => key === '_wc_shipment_tracking_items')?.value;
  if (!Array.isArray(value)) return [];
  return value.slice(0, 50).flatMap((parcel: unknown) => {
    const number = parcel instanceof Object && 'tracking_number' in parcel ? parcel.tracking_number : undefined;
    return typeof number === 'string' && number.length <= 60 ? [{ tracking_ids: [number], skus: [] }] : [];
  });
}

export function inUtc(gmt: string): Date {
  return new Date(`${gmt}Z`);
}

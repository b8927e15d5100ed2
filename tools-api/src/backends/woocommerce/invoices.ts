// Invoices of a WooCommerce. It makes none itself: what numbers them is the plug-in PDF Invoices & Packing Slips, which writes number and date into the order's meta data.
import type { Invoice, Invoices } from '../invoices.ts';
import type { Queryable } from '../shop.ts';
import type { WooClient } from './client.ts';
import { wooOrders } from './orders.ts';
import { inUtc, orderNumber, plain, refundedOf, toAddress, type WooRow } from './wire.ts';

/** Contract: an order without a number of an invoice has none; nothing is made up that the shop has not issued. */
export function createWooInvoices(client: WooClient, connection: Queryable): Invoices {
  const orders = wooOrders(client, connection);
  return {
    // An invoice is looked up by its order: WooCommerce can't be asked for another's number.
    find: async (customerId, { orderId }) => {
      const own = orderId === undefined ? undefined : await orders.find(customerId, orderId, {});
      return own && toInvoice(own.row);
    },
  };
}

function toInvoice(row: WooRow): Invoice | undefined {
  const number = metaOf(row, '_wcpdf_invoice_number');
  const issuedS = Number(metaOf(row, '_wcpdf_invoice_date'));
  if (!number || !/^[A-Za-z0-9][A-Za-z0-9 ./&#_-]{0,39}$/.test(number)) return undefined;
  const [total, tax, refunded] = [Number(row.total), Number(row.total_tax), refundedOf(row)];
  const paid = row.date_paid_gmt === null ? 0 : total;
  const method = { id: row.payment_method, source: 'other' as const, title: plain(row.payment_method_title) };
  return {
    invoice_id: number,
    order_id: orderNumber(row),
    issued_at: Number.isFinite(issuedS) && issuedS > 0 ? new Date(issuedS * 1000) : inUtc(row.date_created_gmt),
    ordered_at: inUtc(row.date_created_gmt),
    currency: row.currency,
    lines: linesOf(row),
    subtotal: cents(total - tax),
    tax,
    total,
    amount_paid: paid,
    amount_refunded: refunded,
    status: statusOfInvoice(paid, { total, refunded }),
    buyer: { name: nameOf(row), email: row.billing.email ?? '', address: toAddress(row.billing) },
    payments: [
      ...(paid > 0 ? [{ type: 'payment' as const, amount: paid, payment_method_id: method.id }] : []),
      ...row.refunds.map(({ total: amount }) => ({ type: 'refund' as const, amount: Math.abs(Number(amount)), payment_method_id: method.id })),
    ],
    payment_methods: [method],
  };
}

/** Items, then shipping and fees as lines of their own, all without tax, so that they add up to the subtotal. */
function linesOf(row: WooRow): Invoice['lines'] {
  const items = row.line_items.map(({ name, sku, quantity, total }) => {
    const pieces = Math.max(1, Math.round(quantity));
    return { description: plain(name), sku: sku ?? '', quantity: pieces, unit_price: cents(Number(total) / pieces), amount: Number(total) };
  });
  const others = [
    ...row.shipping_lines.map(({ method_title: title, total }) => ({ title, total })),
    ...row.fee_lines.map(({ name, total }) => ({ title: name, total })),
  ];
  const extra = others.filter(({ total }) => Number(total) !== 0);
  return [
    ...items,
    ...extra.map(({ title, total }) => ({ description: plain(title), sku: '', quantity: 1, unit_price: Number(total), amount: Number(total) })),
  ];
}

function statusOfInvoice(paid: number, { total, refunded }: { total: number; refunded: number }): string {
  if (refunded >= total - 0.005 && refunded > 0) return 'refunded';
  return paid > 0 ? 'paid' : 'open';
}

function nameOf({ billing }: WooRow): string {
  const person = [billing.first_name, billing.last_name].filter(Boolean).join(' ');
  return plain([billing.company, person].filter(Boolean).join(', '));
}

function metaOf({ meta_data: metaData }: WooRow, key: string): string | undefined {
  const value = metaData.findLast((meta) => meta.key === key)?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

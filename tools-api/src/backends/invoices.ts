// Invoices of the demo shop, with what stands on them: who bought, what was paid and given back.
import type { PaymentMethod } from './order-changes.ts';
import type { Address, Payment, Queryable } from './shop.ts';

export type InvoiceLine = { description: string; sku: string; quantity: number; unit_price: number; amount: number };

export type Invoice = {
  invoice_id: string;
  order_id: string;
  issued_at: Date;
  ordered_at: Date;
  currency: string;
  lines: InvoiceLine[];
  subtotal: number;
  tax: number;
  total: number;
  amount_paid: number;
  amount_refunded: number;
  status: string;
  buyer: { name: string; email: string; address: Address };
  payments: Payment[];
  payment_methods: PaymentMethod[];
};

/** At least one of them; of an order with several invoices, the newest. */
export type InvoiceQuery = { invoiceId?: string | undefined; orderId?: string | undefined };

/** Contract: nothing is returned that does not belong to the customer named; another's invoice and none are both undefined. */
export type Invoices = { find: (customerId: string, query: InvoiceQuery) => Promise<Invoice | undefined> };

export function createInvoices(database: Queryable): Invoices {
  return {
    find: async (customerId, { invoiceId, orderId }) => {
      if (invoiceId === undefined && orderId === undefined) return undefined;
      const { rows } = await database.query<Invoice>(selectInvoice, [customerId, invoiceId ?? null, orderId ?? null]);
      return rows[0];
    },
  };
}

const selectInvoice = `
  SELECT invoice_id, order_id, issued_at, orders.created_at AS ordered_at, invoices.currency, lines, subtotal, tax, invoices.total,
         amount_paid, amount_refunded, invoices.status, payments, payment_methods,
         jsonb_build_object('name', first_name || ' ' || last_name, 'email', email, 'address', address) AS buyer
  FROM invoices JOIN orders USING (order_id) JOIN customers ON customers.customer_id = invoices.customer_id
  WHERE invoices.customer_id = $1 AND orders.customer_id = $1
    AND ($2::text IS NULL OR invoice_id = $2) AND ($3::text IS NULL OR order_id = $3)
  ORDER BY issued_at DESC, invoice_id DESC LIMIT 1`;

// get_invoice_pdf: one of the customer's own invoices as a PDF, kept for a few minutes for this visitor in this session.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Backends, Handler } from '../handler.ts';
import { createInvoiceRenderer } from './render-invoice.ts';

export function createGetInvoicePdf({ shop, invoices, files, seller }: Pick<Backends, 'shop' | 'invoices' | 'files' | 'seller'>): Handler {
  const render = createInvoiceRenderer();
  return async (args: { order_id?: string; invoice_id?: string }, { subject, sessionId, signal }) => {
    const customerId = await shop.resolveCustomer(subject);
    const query = { invoiceId: args.invoice_id, orderId: args.order_id };
    const invoice = customerId === undefined ? undefined : await invoices.find(customerId, query);
    if (!invoice) throw new AiguyError('not_found');
    signal.throwIfAborted();
    const bytes = await render(invoice, seller);
    const name = `invoice-${invoice.invoice_id.replace(/[^A-Za-z0-9-]+/g, '-')}.pdf`;
    const made = { tool: 'get_invoice_pdf', name, mediaType: 'application/pdf', bytes };
    const file = await files.hand(made, { subject, sessionId }, signal);
    const { invoice_id, order_id, issued_at, currency, total, amount_refunded, status } = invoice;
    return { invoice_id, order_id, issued_at: issued_at.toISOString(), currency, total, amount_refunded, status, file };
  };
}

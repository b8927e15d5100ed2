// Every tool with its handler. A manifest without a handler, or a handler without a manifest, stops the boot.
import type { Catalogue } from '@aiguy/manifests/load';
import { createCancelOrder } from './cancel_order/handler.ts';
import { createCreateSupportTicket } from './create_support_ticket/handler.ts';
import { createGetInvoicePdf } from './get_invoice_pdf/handler.ts';
import { createGetOrderStatus } from './get_order_status/handler.ts';
import { createGetProfile } from './get_profile/handler.ts';
import { createGetTicketStatus } from './get_ticket_status/handler.ts';
import type { Backends, Handler, WriteHandler } from './handler.ts';
import { createNavigatePage } from './navigate_page/handler.ts';
import { createReinstateOrder } from './reinstate_order/handler.ts';
import { createRetrieveDocs } from './retrieve_docs/handler.ts';
import { createUpdatePreferences } from './update_preferences/handler.ts';

export type Handlers = Readonly<Record<string, Handler | WriteHandler>>;

export function createHandlers(backends: Backends): Handlers {
  return {
    cancel_order: createCancelOrder(backends),
    create_support_ticket: createCreateSupportTicket(backends),
    get_invoice_pdf: createGetInvoicePdf(backends),
    get_order_status: createGetOrderStatus(backends),
    get_profile: createGetProfile(backends),
    get_ticket_status: createGetTicketStatus(backends),
    navigate_page: createNavigatePage(backends),
    reinstate_order: createReinstateOrder(backends),
    retrieve_docs: createRetrieveDocs(backends),
    update_preferences: createUpdatePreferences(backends),
  };
}

/** @throws Error naming the tool that has only one half, or a half of the other kind */
export function assertComplete(catalogue: Catalogue, handlers: Handlers): void {
  for (const name of catalogue.keys()) if (!Object.hasOwn(handlers, name)) throw new Error(`the manifest ${name} has no handler`);
  for (const name of Object.keys(handlers)) if (!catalogue.has(name)) throw new Error(`the handler ${name} has no manifest`);
  for (const [name, { manifest }] of catalogue) {
    const kind = typeof handlers[name] === 'function' ? 'read' : 'write';
    if (kind !== manifest.effect) throw new Error(`the handler ${name} is one of a ${kind}, its manifest is not`);
  }
}

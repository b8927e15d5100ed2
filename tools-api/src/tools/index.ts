// Every tool with its handler. A manifest without a handler, or a handler without a manifest, stops the boot.
import type { Catalogue } from '@aiguy/manifests/load';
import { createCancelOrder } from './cancel_order/handler.ts';
import { createCancelReturn } from './cancel_return/handler.ts';
import { createChangeAddress } from './change_address/handler.ts';
import { createCheckInventory } from './check_inventory/handler.ts';
import { createConfirmOrderEmail } from './confirm_order_email/handler.ts';
import { createCreateSupportTicket } from './create_support_ticket/handler.ts';
import { createEnterOrderCode } from './enter_order_code/handler.ts';
import { createEscalateToHuman } from './escalate_to_human/handler.ts';
import { createGetInvoicePdf } from './get_invoice_pdf/handler.ts';
import { createGetOrderStatus } from './get_order_status/handler.ts';
import { createGetProfile } from './get_profile/handler.ts';
import { createGetTicketStatus } from './get_ticket_status/handler.ts';
import type { Backends, Handler, WriteHandler } from './handler.ts';
import { createListOrders } from './list_orders/handler.ts';
import { createMakeOrderReport } from './make_order_report/handler.ts';
import { createNavigatePage } from './navigate_page/handler.ts';
import { createRecommendProducts } from './recommend_products/handler.ts';
import { createReinstateOrder } from './reinstate_order/handler.ts';
import { createRequestReturn } from './request_return/handler.ts';
import { createRestoreAddress } from './restore_address/handler.ts';
import { createRetrieveDocs } from './retrieve_docs/handler.ts';
import { createRunSiteAbility } from './run_site_ability/handler.ts';
import { createRunTroubleshooting } from './run_troubleshooting/handler.ts';
import { createSendOrderCode } from './send_order_code/handler.ts';
import { createUpdatePreferences } from './update_preferences/handler.ts';

export type Handlers = Readonly<Record<string, Handler | WriteHandler>>;

export function createHandlers(backends: Backends): Handlers {
  return {
    cancel_order: createCancelOrder(backends),
    cancel_return: createCancelReturn(backends),
    change_address: createChangeAddress(backends),
    check_inventory: createCheckInventory(backends),
    confirm_order_email: createConfirmOrderEmail(backends),
    create_support_ticket: createCreateSupportTicket(backends),
    enter_order_code: createEnterOrderCode(backends),
    escalate_to_human: createEscalateToHuman(backends),
    get_invoice_pdf: createGetInvoicePdf(backends),
    get_order_status: createGetOrderStatus(backends),
    get_profile: createGetProfile(backends),
    get_ticket_status: createGetTicketStatus(backends),
    list_orders: createListOrders(backends),
    make_order_report: createMakeOrderReport(backends),
    navigate_page: createNavigatePage(backends),
    recommend_products: createRecommendProducts(backends),
    reinstate_order: createReinstateOrder(backends),
    request_return: createRequestReturn(backends),
    restore_address: createRestoreAddress(backends),
    retrieve_docs: createRetrieveDocs(backends),
    run_site_ability: createRunSiteAbility(backends),
    run_troubleshooting: createRunTroubleshooting(backends),
    send_order_code: createSendOrderCode(backends),
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

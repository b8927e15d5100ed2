// What is changed about an order in a WooCommerce. Each change is one request that carries the effect's key in the order's meta data; what follows it
// (a refund, a note) looks first whether it is there, so that an effect that was cut off is completed and nothing of it done twice.
import { AiguyError } from '@aiguy/manifests/errors';
import type { AddressChanges } from '../address-changes.ts';
import type { OrderChanges, PaymentMethod, Refund } from '../order-changes.ts';
import { type OrderReturns, orderReturns } from '../order-returns.ts';
import type { Address, Order, Queryable, ShopChanges } from '../shop.ts';
import type { WooClient } from './client.ts';
import { type Journal, type JournalKind, journalEntry } from './journal.ts';
import { addNote, refundOnce } from './money-and-notes.ts';
import type { OwnRow, WooOrders } from './orders.ts';
import { fromAddress, readRow, refundedOf, shippingOf, toAddress, type WooRow } from './wire.ts';

export type Effect = {
  client: WooClient;
  orders: WooOrders;
  connection: Queryable;
  /** undefined while nothing may be changed. */
  effectKey: string | undefined;
  signal: AbortSignal | undefined;
  nowMs: () => number;
  /** Orders of this call that were locked or found, by number. */
  known: Map<string, OwnRow>;
};

export function wooChanges(effect: Effect): ShopChanges {
  return { ...cancellations(effect), ...returns(effect), ...addresses(effect) };
}

function cancellations(effect: Effect): OrderChanges {
  const { client, orders, connection, signal, known, nowMs } = effect;
  return {
    lockOrder: async (customerId, orderId) => {
      const { rows } = await connection.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken', [
        `woocommerce ${orderId}`,
      ]);
      if (!rows[0]?.taken) throw new AiguyError('effect_in_progress', { retryAfterS: 1 });
      const own = await orders.find(customerId, orderId, { signal, effectKey: keyOf(effect) });
      if (own) known.set(own.order.order_id, own);
      return own?.order;
    },
    refundsOf: async (_customerId, { order_id: id, payments }) => {
      const paid = payments.reduce((sum, { type, amount }) => sum + (type === 'payment' ? amount : -amount), 0);
      if (paid < 0.005) return [];
      return [{ method: await methodOf(effect, rowOf(effect, id).row), amount: Math.round(paid * 100) / 100 }];
    },
    // WooCommerce has no gift cards of its own.
    giftCardOf: async () => undefined,
    findCancellation: async ({ order_id: id, payments }) => {
      const { journal, row } = rowOf(effect, id);
      if (journal?.kind !== 'cancel') return undefined;
      return {
        cancelled_at: new Date(journal.at),
        seconds_ago: (nowMs() - Date.parse(journal.at)) / 1000,
        reinstated_at: null,
        payments_before: payments,
        refund_sent: refundedOf(row) > refundedOf(journal.before),
      };
    },
    cancelOrder: async (order, { reason, refunds }) => {
      const journal = await put(effect, order, { kind: 'cancel', body: { status: 'cancelled' } });
      const sent = await completed(async () => await refundAll(effect, order, { reason, refunds }));
      return { at: new Date(journal.at), refunds: sent };
    },
    reinstateOrder: async (order, { refunds }) => {
      const before = rowOf(effect, order.order_id).journal?.before.status;
      if (before === undefined) throw new Error('nothing says what the order was before');
      const journal = await put(effect, order, { kind: 'reinstate', body: { status: before } });
      if (refunds.length > 0) await completed(async () => await noteOn(effect, order, 'The cancellation was taken back; no refund is to be sent.'));
      return new Date(journal.at);
    },
  };

  async function refundAll(own: Effect, order: Order, { reason, refunds }: { reason: string; refunds: Refund[] }): Promise<Refund[]> {
    const [refund] = refunds;
    if (!refund) return [];
    const { row } = rowOf(own, order.order_id);
    const isSent = !refund.method.by_hand && (await refundOnce(client, row, { amount: refund.amount, key: keyOf(own), reason, signal }));
    if (isSent) return refunds;
    await noteOn(own, order, `Cancelled in the chat (${reason}). ${refund.amount.toFixed(2)} ${order.currency} is to be refunded by hand.`);
    return [{ ...refund, method: { ...refund.method, by_hand: true } }];
  }
}

/** Our own table says what goes back; a note tells the shop's people. */
function returns(effect: Effect): OrderReturns {
  const own = orderReturns(effect.connection);
  return {
    findReturn: own.findReturn,
    requestReturn: async (order, wish) => {
      const at = await own.requestReturn(order, wish);
      const amount = wish.refunds.reduce((sum, refund) => sum + refund.amount, 0);
      await noteOn(
        effect,
        order,
        `Return asked for in the chat: ${wish.skus.join(', ')}. ${amount.toFixed(2)} ${order.currency} once it was checked.`,
      );
      return at;
    },
    cancelReturn: async (order) => {
      const at = await own.cancelReturn(order);
      await noteOn(effect, order, 'The return that was asked for in the chat was called off.');
      return at;
    },
  };
}

function addresses(effect: Effect): AddressChanges {
  return {
    findAddressChange: async ({ order_id: id, shipping_address: present }) => {
      const { journal } = rowOf(effect, id);
      if (journal?.kind !== 'address' || !journal.after) return undefined;
      return {
        seconds_ago: (effect.nowMs() - Date.parse(journal.at)) / 1000,
        restored_at: null,
        before: toAddress(shippingOf({ shipping: journal.before.shipping, billing: journal.before.shipping })),
        is_current: JSON.stringify(fromAddress(present)) === JSON.stringify(fromAddress(journal.after)),
      };
    },
    changeAddress: async (order, address) => await sendTo(effect, order, { kind: 'address', address }),
    restoreAddress: async (order, address) => await sendTo(effect, order, { kind: 'restore_address', address }),
  };
}

/** WooCommerce adds an order up anew when its address changes, taxes included. @throws AiguyError not_allowed_now when it would cost something else */
async function sendTo(effect: Effect, order: Order, { kind, address }: { kind: JournalKind; address: Address }): Promise<Date> {
  const journal = await put(effect, order, { kind, body: { shipping: fromAddress(address) }, after: address });
  const own = rowOf(effect, order.order_id);
  if (Math.abs(Number(own.row.total) - order.total) < 0.005) return new Date(journal.at);
  const { client, signal } = effect;
  await completed(async () => await client.change('PUT', `orders/${own.row.id}`, { body: { shipping: journal.before.shipping }, signal }));
  throw new AiguyError('not_allowed_now', {
    details: [{ pointer: '/address1', rule: 'with this address the order would have another price, so it can’t be changed here; our team can help' }],
  });
}

type Change = { kind: JournalKind; body: object; after?: Address };

/** Makes the change, unless an earlier attempt has made it. @returns its entry in the order's journal */
async function put(effect: Effect, order: Order, { kind, body, after }: Change): Promise<Journal> {
  const own = rowOf(effect, order.order_id);
  if (own.resumed) return own.resumed;
  const { row, journal: earlier } = own;
  const { status, total, shipping, refunds } = { ...row, shipping: shippingOf(row) };
  const before = { status, total, shipping, refunds: refunds.map(({ total }) => ({ total })), ...(earlier ? { journal: earlier } : {}) };
  const journal: Journal = { key: keyOf(effect), kind, at: new Date(effect.nowMs()).toISOString(), before, ...(after ? { after } : {}) };
  const answer = await effect.client.change('PUT', `orders/${row.id}`, {
    body: { ...body, meta_data: [journalEntry(journal)] },
    signal: effect.signal,
  });
  effect.known.set(order.order_id, { ...own, row: readRow(answer) });
  return journal;
}

/** After the first request of an effect no failure may look as if nothing was done. @throws AiguyError effect_unknown */
async function completed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new AiguyError('effect_unknown', { cause: error });
  }
}

async function noteOn(effect: Effect, order: Order, note: string): Promise<void> {
  const { client, signal } = effect;
  await addNote(client, rowOf(effect, order.order_id).row, { note, key: keyOf(effect), signal });
}

async function methodOf({ client, signal }: Effect, { payment_method: id, payment_method_title: title }: WooRow): Promise<PaymentMethod> {
  const gateway = /^[\w-]{1,100}$/.test(id) ? await client.get(`payment_gateways/${id}`, { _fields: 'id,method_supports' }, signal) : undefined;
  const supports = gateway?.body instanceof Object && 'method_supports' in gateway.body ? gateway.body.method_supports : undefined;
  const takesRefunds = Array.isArray(supports) && supports.includes('refunds');
  return { id, source: 'other', ...(title === '' ? {} : { title }), ...(takesRefunds ? {} : { by_hand: true }) };
}

function rowOf({ known }: Effect, orderId: string): OwnRow {
  const own = known.get(orderId);
  if (!own) throw new Error('the order was neither found nor locked in this call');
  return own;
}

function keyOf({ effectKey }: Effect): string {
  if (effectKey === undefined) throw new Error('a change needs the key of its effect');
  return effectKey;
}

// request_return: takes items of one of the customer's own delivered orders back; once for each order, refunded when they were checked.
import type { OrderChanges, Refund } from '../../backends/order-changes.ts';
import type { Order, OrderLine, ShopChanges, ShopReads, Subject } from '../../backends/shop.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { inMoney, itemsInWords, methodsInWords, notAllowed, type OwnOrder, ownOrder, timingInWords, totalOf } from '../own-order.ts';

type Args = { order_id: string; skus: string[]; refund_to?: 'original_payment' | 'gift_card' };
type OwnReturn = OwnOrder & { items: OrderLine[]; refunds: Refund[] };

export function createRequestReturn(backends: Pick<Backends, 'shop' | 'returnDays'>): WriteHandler {
  const { returnDays } = backends;
  return {
    preview: async (args: Args, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const find = async (customer: string) => await shop.findOrder(customer, args.order_id, signal);
      const { order, items, refunds } = await toReturn(shop, { args, subject, find, returnDays });
      const amount = { value: totalOf(refunds), currency: order.currency };
      return {
        summary: items.length === 1 ? `Return an item of order ${order.order_id}` : `Return items of order ${order.order_id}`,
        facts: [
          { label: 'Goes back', value: itemsInWords({ items }) },
          { label: 'Refund', value: `${inMoney(amount.value, amount.currency)} to ${methodsInWords(refunds)}` },
          { label: 'When', value: whenInWords(refunds) },
          { label: 'Please note', value: 'An order can be returned only once: name everything that shall go back.' },
        ],
        amount,
      };
    },
    run: async (args: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const find = async (customer: string) => await shop.lockOrder(customer, args.order_id);
      const { customerId, order, items, refunds } = await toReturn(shop, { args, subject, find, returnDays });
      const requestedAt = await shop.requestReturn(order, { customerId, skus: args.skus, refunds });
      return {
        order_id: order.order_id,
        status: 'return_requested',
        requested_at: requestedAt.toISOString(),
        items: items.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
        refund_amount: totalOf(refunds),
        currency: order.currency,
        refund_to: methodsInWords(refunds),
        refund_timing: whenInWords(refunds),
      };
    },
  };
}

type Wish = { args: Args; subject: Subject; find: (customerId: string) => Promise<Order | undefined>; returnDays: number | undefined };

/** @throws AiguyError not_found, not_allowed_now */
async function toReturn(shop: ShopReads & ShopChanges, { args, subject, find, returnDays }: Wish): Promise<OwnReturn> {
  const own = await ownOrder(shop, subject, find);
  const { order } = own;
  if (order.status !== 'delivered') throw notAllowed(forbidden[order.status]);
  assertInTime(order, returnDays);
  if (await shop.findReturn(order)) throw notAllowed('a return was already requested for this order, and each order can be returned only once');
  const items = itemsOf(order, args.skus);
  return { ...own, items, refunds: await refundsFor(shop, own, { items, refundTo: args.refund_to }) };
}

const forbidden: Record<Exclude<Order['status'], 'delivered'>, string> = {
  pending: 'only delivered orders can be returned, and this one has not been shipped yet; it can be cancelled instead',
  processed: 'only delivered orders can be returned, and this one is still on its way',
  cancelled: 'only delivered orders can be returned, and this one was cancelled',
};

const dayMs = 86_400_000;

/** Counted from the day on which the order came, or was done with; of an order that has neither, people decide. */
function assertInTime(order: Order, returnDays: number | undefined): void {
  const arrivedAt = order.delivered_at ?? order.completed_at;
  if (returnDays === undefined || !arrivedAt || Date.now() - arrivedAt.getTime() <= returnDays * dayMs) return;
  throw notAllowed(`orders can be returned within ${returnDays} days after they came, and this one came before`);
}

/** @returns one line a sku with as many pieces as it is named times */
function itemsOf(order: Order, skus: readonly string[]): OrderLine[] {
  return [...new Set(skus)].map((sku) => {
    const lines = order.items.filter((item) => item.sku === sku);
    const [line] = lines;
    if (!line) throw notAllowed(`the order has no item ${sku}`, '/skus');
    const quantity = skus.filter((other) => other === sku).length;
    const ordered = lines.reduce((sum, item) => sum + item.quantity, 0);
    if (quantity > ordered)
      throw notAllowed(ordered === 1 ? `the order has the item ${sku} only once` : `the order has the item ${sku} only ${ordered} times`, '/skus');
    return { ...line, quantity };
  });
}

type Money = { items: readonly OrderLine[]; refundTo: Args['refund_to'] };

/** What the items cost, and no more than was paid and not refunded yet; to the ways that it was paid, or to a gift card. */
async function refundsFor(shop: OrderChanges, { customerId, order }: OwnOrder, { items, refundTo }: Money): Promise<Refund[]> {
  const paid = await shop.refundsOf(customerId, order);
  let leftCents = Math.round(items.reduce((sum, item) => sum + item.unit_price * item.quantity, 0) * 100);
  const original = paid.flatMap(({ method, amount }) => {
    const cents = Math.min(leftCents, Math.round(amount * 100));
    leftCents -= cents;
    return cents > 0 ? [{ method, amount: cents / 100 }] : [];
  });
  if (refundTo !== 'gift_card') return original;
  const giftCard = await shop.giftCardOf(customerId);
  if (!giftCard) throw notAllowed('there is no gift card in the account, so the refund can only go to the original way of paying', '/refund_to');
  return [{ method: giftCard, amount: totalOf(original) }];
}

function whenInWords(refunds: readonly Refund[]): string {
  return `${timingInWords(refunds)} after the items have arrived and were checked`;
}

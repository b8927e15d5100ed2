// Makes a report: walks through the customer's orders page by page, keeps of each what stands in the report, sets it and hands the file out.
import type { FileLink, Files } from '../../backends/files/files.ts';
import type { Order, OrdersPage, Shop, Subject } from '../../backends/shop.ts';
import { money } from '../../pdf/sheet.ts';
import { createReportRenderer } from './render-report.ts';

/** Days of the calendar in UTC, YYYY-MM-DD, both in it. */
export type ReportPeriod = { from: string; to: string };
/** Money in units of currency. */
export type ReportedOrder = {
  order_id: string;
  ordered_at: Date;
  /** As it is read: Delivered. */
  state: string;
  items: string[];
  currency: string;
  total: number;
  paid: number;
  refunded: number;
};
/** spent: what was paid and not given back. */
export type CurrencySums = { currency: string; orders: number; ordered: number; paid: number; refunded: number; spent: number };
export type OrderReport = ReportPeriod & {
  buyer: { name: string | undefined; email: string | undefined };
  /** Oldest first. */
  orders: ReportedOrder[];
  sums: CurrencySums[];
  madeAt: Date;
};

/** What make_order_report answers with. */
export type ReportAnswer = ReportPeriod & {
  state: 'made' | 'nothing' | 'too_many';
  summary: string;
  orders?: number;
  totals?: CurrencySums[];
  file?: FileLink;
};

type Wanted = ReportPeriod & { subject: Subject; sessionId: string | undefined };
/** progress: how much is done, from 0 to 1, and what its reader reads meanwhile. */
type Making = { signal: AbortSignal; progress?: (share: number, message: string) => Promise<void> };
export type Reports = { make: (wanted: Wanted, making: Making) => Promise<ReportAnswer> };

export type ReportPorts = {
  shop: Pick<Shop, 'resolveCustomer' | 'ordersWithin' | 'nameOf' | 'emailOf'>;
  files: Pick<Files, 'hand'>;
  seller: readonly string[];
  nowMs?: () => number;
};

const tool = 'make_order_report';
/** Some 130 pages. Whoever has more asks for shorter periods. */
export const ordersMax = 1_000;
const itemsMax = 20;
const itemCharactersMax = 160;
/** Whoever asked may have closed his tab: for a day the conversation waits for what is done for him, and so does the file. */
const lifetimeMs = 24 * 60 * 60 * 1000;
const dayMs = 86_400_000;
/** Of the work; setting the pages is the rest. */
const readingShare = 0.8;

export function createReports({ shop, files, seller, nowMs = Date.now }: ReportPorts): Reports {
  const render = createReportRenderer();
  return {
    make: async ({ subject, sessionId, ...period }, { signal, progress = async () => undefined }) => {
      const customerId = await shop.resolveCustomer(subject);
      if (customerId === undefined) return nothingFound(period);
      const orders = await collect(shop.ordersWithin(customerId, { ...daysOf(period), signal }), progress);
      if (orders.length === 0) return nothingFound(period);
      if (orders.length > ordersMax) return tooMany(period);
      const [name, email] = [await shop.nameOf(customerId, signal), await shop.emailOf(customerId, signal)];
      await progress(readingShare, `Your report of ${countOf(orders.length)} is being written.`);
      const sums = sumsOf(orders);
      const bytes = await render({ ...period, buyer: { name, email }, orders, sums, madeAt: new Date(nowMs()) }, { seller, signal });
      const made = {
        tool,
        name: `orders-${yearIn(period) ?? `${period.from}-to-${period.to}`}.pdf`,
        mediaType: 'application/pdf',
        bytes,
        lifetimeMs,
      };
      const file = await files.hand(made, { subject, sessionId }, signal);
      return { state: 'made', ...period, summary: summaryOf(period, orders.length, sums), orders: orders.length, totals: sums, file };
    },
  };
}

export function nothingFound({ from, to }: ReportPeriod): ReportAnswer {
  return { state: 'nothing', from, to, summary: `You have no orders ${periodInWords({ from, to })}, so there is nothing to report.`, orders: 0 };
}

function tooMany({ from, to }: ReportPeriod): ReportAnswer {
  const most = ordersMax.toLocaleString('en');
  const summary = `You have more than ${most} orders ${periodInWords({ from, to })}, which is more than a report holds. Please ask for a shorter period.`;
  return { state: 'too_many', from, to, summary };
}

export function daysOf({ from, to }: ReportPeriod): { from: Date; until: Date } {
  return { from: new Date(`${from}T00:00:00Z`), until: new Date(Date.parse(`${to}T00:00:00Z`) + dayMs) };
}

/** A whole year, which is what most ask for. */
function yearIn({ from, to }: ReportPeriod): string | undefined {
  const year = from.slice(0, 4);
  return from === `${year}-01-01` && to === `${year}-12-31` ? year : undefined;
}

export function periodInWords({ from, to }: ReportPeriod): string {
  const year = yearIn({ from, to });
  return year ? `in ${year}` : `from ${dayInWords(from)} to ${dayInWords(to)}`;
}

export function dayInWords(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** At most one more than ordersMax, each cut down to what a report says of it. */
async function collect(pages: AsyncIterable<OrdersPage>, progress: NonNullable<Making['progress']>): Promise<ReportedOrder[]> {
  const orders: ReportedOrder[] = [];
  for await (const page of pages) {
    orders.push(...page.orders.map(toReported));
    if (orders.length > ordersMax) break;
    const total = Math.max(page.total, orders.length);
    await progress((readingShare * orders.length) / total, `${orders.length} of ${countOf(total)} looked through.`);
  }
  return orders;
}

function toReported(order: Order): ReportedOrder {
  const sum = (type: 'payment' | 'refund') =>
    exact(order.payments.reduce((all, payment) => all + (payment.type === type ? Math.abs(payment.amount) : 0), 0));
  const more = order.items.length - itemsMax;
  return {
    order_id: order.order_id,
    ordered_at: order.created_at,
    state: `${order.status.slice(0, 1).toUpperCase()}${order.status.slice(1)}`,
    items: [...order.items.slice(0, itemsMax).map(itemInWords), ...(more > 0 ? [`and ${more} more`] : [])],
    currency: order.currency,
    total: order.total,
    paid: sum('payment'),
    refunded: sum('refund'),
  };
}

function itemInWords({ quantity, name, options }: Order['items'][number]): string {
  const chosen = Object.values(options).join(', ');
  const text = `${quantity} × ${name}${chosen === '' ? '' : ` (${chosen})`}`;
  return text.length > itemCharactersMax ? `${text.slice(0, itemCharactersMax)}…` : text;
}

function sumsOf(orders: readonly ReportedOrder[]): CurrencySums[] {
  return [...Map.groupBy(orders, ({ currency }) => currency)].map(([currency, own]) => {
    const sum = (amount: (order: ReportedOrder) => number) => exact(own.reduce((all, order) => all + amount(order), 0));
    const [ordered, paid, refunded] = [sum(({ total }) => total), sum((order) => order.paid), sum((order) => order.refunded)];
    return { currency, orders: own.length, ordered, paid, refunded, spent: exact(paid - refunded) };
  });
}

/** No currency has more than three digits. */
function exact(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}

function summaryOf(period: ReportPeriod, count: number, sums: readonly CurrencySums[]): string {
  return [`Your report of ${countOf(count)} ${periodInWords(period)} is ready.`, ...sums.map(sumInWords), 'You can download it here for a day.'].join(
    ' ',
  );
}

function sumInWords({ currency, paid, refunded, spent }: CurrencySums): string {
  if (refunded === 0) return `You paid ${money(paid, currency)} in all.`;
  return `You paid ${money(paid, currency)} and got ${money(refunded, currency)} back, which makes ${money(spent, currency)} in all.`;
}

function countOf(orders: number): string {
  return orders === 1 ? '1 order' : `${orders.toLocaleString('en')} orders`;
}

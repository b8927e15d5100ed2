// A report of orders as a PDF: what they come to first, then one row an order.
import { setImmediate } from 'node:timers/promises';
import {
  body,
  type Column,
  createSheets,
  day,
  drawColumnTitles,
  drawHead,
  drawRow,
  fits,
  heading,
  inner,
  money,
  nextPage,
  page,
  type Sheet,
  small,
  strong,
  write,
  writeFact,
} from '../../pdf/sheet.ts';
import { type CurrencySums, dayInWords, type OrderReport, type ReportedOrder } from './make-report.ts';

/** @throws whatever the signal is aborted with */
export type RenderReport = (report: OrderReport, options: { seller: readonly string[]; signal: AbortSignal }) => Promise<Uint8Array>;

const columns: readonly Column[] = [
  { title: 'Date', x: page.margin, width: 62 },
  { title: 'Order', x: page.margin + 66, width: 74 },
  { title: 'Items', x: page.margin + 146, width: 168 },
  { title: 'State', x: page.margin + 322, width: 56 },
  { title: 'Amount', x: page.margin + 378, width: 58, align: 'right' },
  { title: 'Refunded', x: page.margin + 440, width: inner - 440, align: 'right' },
];
const cell = { size: 8.5 };
/** Setting one takes a millisecond or two, and other calls wait meanwhile. */
const ordersAtOnce = 4;

export function createReportRenderer(): RenderReport {
  const newSheet = createSheets();
  return async (report, { seller, signal }) => {
    const foot = `Orders ${report.from} to ${report.to}, days in UTC. This is no invoice.`;
    const { sheet, print } = newSheet({ title: `Order report ${report.from} to ${report.to}`, author: seller[0] ?? '', foot });
    drawHead(sheet, seller, { title: 'Order report', subtitle: `${dayInWords(report.from)} – ${dayInWords(report.to)}` });
    drawSummary(sheet, report);
    drawColumnTitles(sheet, columns);
    for (const [at, order] of report.orders.entries()) {
      drawRow(sheet, columns, { cells: cellsOf(order), style: cell });
      if (at % ordersAtOnce === 0) await setImmediate();
      signal.throwIfAborted();
    }
    drawEnd(sheet, report.orders.length);
    return await print();
  };
}

function drawSummary(sheet: Sheet, { buyer, orders, sums, madeAt }: OrderReport): void {
  const left = { x: page.margin, width: 250 };
  let leftY = write(sheet, 'CUSTOMER', { style: heading, ...left, y: sheet.y }) + 2;
  if (buyer.name !== undefined) leftY = write(sheet, buyer.name, { style: strong, ...left, y: leftY });
  if (buyer.email !== undefined) leftY = write(sheet, buyer.email, { style: body, ...left, y: leftY });
  let rightY = sheet.y;
  const facts = [['Made on', day(madeAt)], ['Orders', String(orders.length)], ...sums.flatMap((sum) => factsOf(sum, sums.length > 1))] as const;
  for (const [label = '', value = ''] of facts) rightY = writeFact(sheet, [label, value], rightY);
  const end = Math.max(leftY, rightY) + 6;
  sheet.y =
    write(sheet, 'Spent is what was paid less what was refunded.', { style: small, x: page.margin, width: inner, y: end, align: 'right' }) + 16;
}

/** Pages don't say how many there are, so the last one says that it is. */
function drawEnd(sheet: Sheet, count: number): void {
  if (!fits(sheet, sheet.set.lineHeight(small))) nextPage(sheet);
  write(sheet, `End of the report: ${count} order${count === 1 ? '' : 's'}.`, { style: small, x: page.margin, width: inner, y: sheet.y });
}

function factsOf({ currency, ordered, paid, refunded, spent }: CurrencySums, isNamed: boolean): string[][] {
  const label = (name: string) => (isNamed ? `${name} (${currency})` : name);
  return [
    [label('Ordered'), money(ordered, currency)],
    [label('Paid'), money(paid, currency)],
    [label('Refunded'), money(refunded, currency)],
    [label('Spent'), money(spent, currency)],
  ];
}

function cellsOf({ ordered_at: at, order_id: id, items, state, currency, total, paid, refunded }: ReportedOrder): string[][] {
  const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const states = total > 0 && paid === 0 ? [state, 'not paid'] : [state];
  return [[date], [id], items, states, [money(total, currency)], refunded > 0 ? [money(refunded, currency)] : []];
}

// An invoice as a PDF: A4, in English, dates in UTC; the table goes on over as many pages as it needs.
import type { Invoice, InvoiceLine } from '../../backends/invoices.ts';
import type { PaymentMethod } from '../../backends/order-changes.ts';
import type { Address, Payment } from '../../backends/shop.ts';
import { createTypesetting, type Place, type Style, type Typesetter } from './typesetter.ts';

/** Name first, then address and tax number, a line each. */
export type Seller = readonly string[];

/** @throws Error when the invoice has more lines than linesMax */
export type RenderInvoice = (invoice: Invoice, seller: Seller) => Promise<Uint8Array>;

/** Some twelve pages; more would hold up other calls. */
export const linesMax = 200;

const page = { width: 595.28, height: 841.89, margin: 50, foot: 70 };
const inner = page.width - 2 * page.margin;
const columns: readonly Column[] = [
  { title: 'Description', x: page.margin, width: 265 },
  { title: 'Quantity', x: page.margin + 275, width: 60, align: 'right' },
  { title: 'Unit price', x: page.margin + 340, width: 75, align: 'right' },
  { title: 'Amount', x: page.margin + 420, width: inner - 420, align: 'right' },
];
const totals = { label: { x: page.margin + 200, width: 215 }, amount: { x: page.margin + 420, width: inner - 420 } };

const body: Style = { size: 9.5 };
const strong: Style = { size: 9.5, bold: true };
const small: Style = { size: 8, color: '#50575e' };
const heading: Style = { size: 8, bold: true, color: '#50575e' };
const faint = '#c3c4c7';

type Column = { title: string; x: number; width: number; align?: 'right' };
type Sheet = { set: Typesetter; y: number };

export function createInvoiceRenderer(): RenderInvoice {
  const typeset = createTypesetting();
  return async (invoice, seller) => {
    if (invoice.lines.length > linesMax) throw new Error(`the invoice has ${invoice.lines.length} lines; at most ${linesMax} are set`);
    const set = typeset({ title: `Invoice ${invoice.invoice_id}`, author: seller[0] ?? '' });
    const finished = bytesOf(set);
    const sheet: Sheet = { set, y: page.margin };
    drawHead(sheet, invoice, seller);
    drawParties(sheet, invoice);
    drawTable(sheet, invoice);
    drawTotals(sheet, invoice);
    drawFeet(set, invoice);
    set.document.end();
    return await finished;
  };
}

async function bytesOf({ document }: Typesetter): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of document as unknown as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}

/** @returns where the text ends */
function write({ set }: Sheet, text: string, { style, ...place }: Place & { style: Style; y: number }): number {
  let { y } = place;
  for (const line of set.break(text, style, place.width)) {
    set.draw(line, style, { ...place, y });
    y += set.lineHeight(style);
  }
  return y;
}

function drawHead(sheet: Sheet, invoice: Invoice, [name = '', ...rest]: Seller): void {
  const left = { x: page.margin, width: 270 };
  const right = { x: page.margin + 280, width: inner - 280, align: 'right' as const };
  let leftY = write(sheet, name, { style: { size: 16, bold: true }, ...left, y: sheet.y });
  for (const line of rest) leftY = write(sheet, line, { style: small, ...left, y: leftY });
  const rightY = write(sheet, 'Invoice', { style: { size: 20, bold: true }, ...right, y: sheet.y - 4 });
  sheet.y = Math.max(leftY, write(sheet, invoice.invoice_id, { style: strong, ...right, y: rightY })) + 16;
  rule(sheet);
  sheet.y += 14;
}

function drawParties(sheet: Sheet, invoice: Invoice): void {
  const { buyer } = invoice;
  const left = { x: page.margin, width: 250 };
  let leftY = write(sheet, 'BILLED TO', { style: heading, ...left, y: sheet.y }) + 2;
  leftY = write(sheet, buyer.name, { style: strong, ...left, y: leftY });
  for (const line of [...addressLines(buyer.address), buyer.email]) leftY = write(sheet, line, { style: body, ...left, y: leftY });
  const facts: [string, string][] = [
    ['Invoice number', invoice.invoice_id],
    ['Invoice date', day(invoice.issued_at)],
    ['Order number', invoice.order_id],
    ['Order date', day(invoice.ordered_at)],
    ['Status', statusName(invoice.status)],
  ];
  let rightY = sheet.y;
  for (const [label, value] of facts) {
    write(sheet, label, { style: small, x: page.margin + 280, width: 95, y: rightY + 1 });
    rightY = write(sheet, value, { style: body, x: page.margin + 380, width: inner - 380, y: rightY, align: 'right' }) + 1;
  }
  sheet.y = Math.max(leftY, rightY) + 22;
}

function drawTable(sheet: Sheet, invoice: Invoice): void {
  drawColumnTitles(sheet);
  for (const line of invoice.lines) drawLine(sheet, line, invoice.currency);
}

function drawColumnTitles(sheet: Sheet): void {
  for (const { title, ...column } of columns) write(sheet, title.toUpperCase(), { style: heading, ...column, y: sheet.y });
  sheet.y += sheet.set.lineHeight(heading) + 3;
  rule(sheet, '#50575e');
  sheet.y += 6;
}

function drawLine(sheet: Sheet, line: InvoiceLine, currency: string): void {
  const [description, quantity, unitPrice, amount] = columns as readonly [Column, Column, Column, Column];
  const words = sheet.set.break(line.description, body, description.width);
  const height = words.length * sheet.set.lineHeight(body) + sheet.set.lineHeight(small) + 8;
  if (sheet.y + height > page.height - page.foot) nextPage(sheet, drawColumnTitles);
  const { y } = sheet;
  const end = write(sheet, line.description, { style: body, ...description, y });
  write(sheet, `Item ${line.sku}`, { style: small, ...description, y: end });
  write(sheet, String(line.quantity), { style: body, ...quantity, y });
  write(sheet, money(line.unit_price, currency), { style: body, ...unitPrice, y });
  write(sheet, money(line.amount, currency), { style: body, ...amount, y });
  sheet.y = y + height - 3;
  rule(sheet);
  sheet.y += 6;
}

type Sum = { label: string; amount: number; isStrong?: boolean };

function drawTotals(sheet: Sheet, invoice: Invoice): void {
  const sums = sumsOf(invoice);
  const height = sums.length * (sheet.set.lineHeight(body) + 4) + 12;
  if (sheet.y + height > page.height - page.foot) nextPage(sheet, () => undefined);
  sheet.y += 6;
  for (const { label, amount, isStrong } of sums) {
    const style = isStrong ? strong : body;
    const end = write(sheet, label, { style: style, ...totals.label, y: sheet.y, align: 'right' });
    write(sheet, money(amount, invoice.currency), { style: style, ...totals.amount, y: sheet.y, align: 'right' });
    sheet.y = end + 4;
  }
}

/** What was paid and given back, as the shop has it; what is left to pay only where something is. */
export function sumsOf({ subtotal, tax, total, payments, payment_methods: methods, amount_paid: paid, amount_refunded: refunded }: Invoice): Sum[] {
  const due = Math.round((total - paid) * 100) / 100;
  return [
    { label: 'Subtotal', amount: subtotal },
    { label: 'Sales tax', amount: tax },
    { label: 'Total', amount: total, isStrong: true },
    ...payments.map((payment) => paymentSum(payment, methods)),
    ...(refunded > 0 && !payments.some(({ type }) => type === 'refund') ? [{ label: 'Refunded', amount: -refunded }] : []),
    ...(due > 0 ? [{ label: 'Still to pay', amount: due, isStrong: true }] : []),
  ];
}

function paymentSum({ type, amount, payment_method_id: id }: Payment, methods: readonly PaymentMethod[]): Sum {
  const name = methodName(methods.find((method) => method.id === id));
  return type === 'payment' ? { label: `Paid with ${name}`, amount: Math.abs(amount) } : { label: `Refunded to ${name}`, amount: -Math.abs(amount) };
}

function methodName(method: PaymentMethod | undefined): string {
  switch (method?.source) {
    case 'credit_card': {
      const brand = method.brand ? `${method.brand.slice(0, 1).toUpperCase()}${method.brand.slice(1)}` : 'a card';
      return method.last_four ? `${brand} ending in ${method.last_four}` : brand;
    }
    case 'gift_card':
      return 'a gift card';
    case 'paypal':
      return 'PayPal';
    default:
      return 'another way of paying';
  }
}

function drawFeet(set: Typesetter, { invoice_id: id }: Invoice): void {
  const { start, count } = set.document.bufferedPageRange();
  for (let number = start; number < start + count; number += 1) {
    set.document.switchToPage(number);
    const y = page.height - page.foot + 30;
    set.draw(`Invoice ${id}`, small, { x: page.margin, width: 200, y });
    set.draw(`Page ${number - start + 1} of ${count}`, small, { x: page.width - page.margin - 200, width: 200, y, align: 'right' });
  }
}

function nextPage(sheet: Sheet, begin: (sheet: Sheet) => void): void {
  sheet.set.document.addPage();
  sheet.y = page.margin;
  begin(sheet);
}

function rule({ set, y }: Sheet, color = faint): void {
  set.document
    .moveTo(page.margin, y)
    .lineTo(page.width - page.margin, y)
    .lineWidth(0.6)
    .strokeColor(color)
    .stroke();
}

function addressLines({ address1, address2, city, state, zip, country }: Address): string[] {
  const place = [city, [state, zip].filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return [address1, address2 ?? '', place, country].filter((line) => line !== '');
}

function statusName(status: string): string {
  const words = status.replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function money(amount: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}

function day(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

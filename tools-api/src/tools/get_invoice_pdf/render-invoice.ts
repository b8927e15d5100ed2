// An invoice as a PDF: A4, in English, dates in UTC; the table goes on over as many pages as it needs.
import type { Invoice, InvoiceLine } from '../../backends/invoices.ts';
import type { PaymentMethod } from '../../backends/order-changes.ts';
import type { Address, Payment } from '../../backends/shop.ts';
import {
  body,
  type Column,
  createSheets,
  day,
  drawColumnTitles,
  drawFeet,
  drawHead,
  fits,
  heading,
  inner,
  inWords,
  money,
  nextPage,
  page,
  rule,
  type Sheet,
  small,
  strong,
  write,
  writeFact,
} from '../../pdf/sheet.ts';

/** Name first, then address and tax number, a line each. */
export type Seller = readonly string[];

/** @throws Error when the invoice has more lines than linesMax */
export type RenderInvoice = (invoice: Invoice, seller: Seller) => Promise<Uint8Array>;

/** Some twelve pages; more would hold up other calls. */
export const linesMax = 200;

const columns: readonly Column[] = [
  { title: 'Description', x: page.margin, width: 265 },
  { title: 'Quantity', x: page.margin + 275, width: 60, align: 'right' },
  { title: 'Unit price', x: page.margin + 340, width: 75, align: 'right' },
  { title: 'Amount', x: page.margin + 420, width: inner - 420, align: 'right' },
];
const totals = { label: { x: page.margin + 200, width: 215 }, amount: { x: page.margin + 420, width: inner - 420 } };

export function createInvoiceRenderer(): RenderInvoice {
  const newSheet = createSheets();
  return async (invoice, seller) => {
    if (invoice.lines.length > linesMax) throw new Error(`the invoice has ${invoice.lines.length} lines; at most ${linesMax} are set`);
    const { sheet, print } = newSheet({ title: `Invoice ${invoice.invoice_id}`, author: seller[0] ?? '' });
    drawHead(sheet, seller, { title: 'Invoice', subtitle: invoice.invoice_id });
    drawParties(sheet, invoice);
    drawTable(sheet, invoice);
    drawTotals(sheet, invoice);
    drawFeet(sheet, `Invoice ${invoice.invoice_id}`);
    return await print();
  };
}

function drawParties(sheet: Sheet, invoice: Invoice): void {
  const { buyer } = invoice;
  const left = { x: page.margin, width: 250 };
  let leftY = write(sheet, 'BILLED TO', { style: heading, ...left, y: sheet.y }) + 2;
  leftY = write(sheet, buyer.name, { style: strong, ...left, y: leftY });
  for (const line of [...addressLines(buyer.address), buyer.email]) leftY = write(sheet, line, { style: body, ...left, y: leftY });
  const facts = [
    ['Invoice number', invoice.invoice_id],
    ['Invoice date', day(invoice.issued_at)],
    ['Order number', invoice.order_id],
    ['Order date', day(invoice.ordered_at)],
    ['Status', inWords(invoice.status)],
  ] as const;
  let rightY = sheet.y;
  for (const fact of facts) rightY = writeFact(sheet, fact, rightY);
  sheet.y = Math.max(leftY, rightY) + 22;
}

function drawTable(sheet: Sheet, invoice: Invoice): void {
  drawColumnTitles(sheet, columns);
  for (const line of invoice.lines) drawLine(sheet, line, invoice.currency);
}

function drawLine(sheet: Sheet, line: InvoiceLine, currency: string): void {
  const [description, quantity, unitPrice, amount] = columns as readonly [Column, Column, Column, Column];
  const words = sheet.set.break(line.description, body, description.width);
  const height = words.length * sheet.set.lineHeight(body) + sheet.set.lineHeight(small) + 8;
  if (!fits(sheet, height)) {
    nextPage(sheet);
    drawColumnTitles(sheet, columns);
  }
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
  if (!fits(sheet, height)) nextPage(sheet);
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

function addressLines({ address1, address2, city, state, zip, country }: Address): string[] {
  const place = [city, [state, zip].filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return [address1, address2 ?? '', place, country].filter((line) => line !== '');
}

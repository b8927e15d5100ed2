import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extractText, getDocumentProxy } from 'unpdf';
import type { Invoice } from '../../backends/invoices.ts';
import { createInvoiceRenderer, linesMax, sumsOf } from './render-invoice.ts';

const render = createInvoiceRenderer();
const line = { description: 'Tea Kettle (material: glass)', sku: '2323972008', quantity: 2, unit_price: 49.41, amount: 98.82 };
const invoice: Invoice = {
  invoice_id: 'INV-2026-010145',
  order_id: 'W2530531',
  issued_at: new Date('2026-11-11T23:40:00Z'),
  ordered_at: new Date('2026-11-11T15:40:00Z'),
  currency: 'USD',
  lines: [line],
  subtotal: 98.82,
  tax: 7.91,
  total: 106.73,
  amount_paid: 106.73,
  amount_refunded: 0,
  status: 'paid',
  buyer: {
    name: 'Aarav Martin',
    email: 'aarav@example.com',
    address: { address1: '1 High Street', city: 'Austin', state: 'TX', zip: '78701', country: 'USA' },
  },
  payments: [{ type: 'payment', amount: 106.73, payment_method_id: 'card' }],
  payment_methods: [{ id: 'card', source: 'credit_card', brand: 'visa', last_four: '9385' }],
};

async function pagesOf(change: Partial<Invoice>, seller = ['Fernhill Goods', 'EIN 00-0000000']): Promise<string[]> {
  const bytes = await render({ ...invoice, ...change }, seller);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)));
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

test('seller, buyer, numbers, dates, lines, tax, total and payment stand on the page', async () => {
  const [page = ''] = await pagesOf({});
  for (const part of [
    'Fernhill Goods',
    'EIN 00-0000000',
    'INV-2026-010145',
    'W2530531',
    '11 November 2026',
    'Aarav Martin',
    'Austin, TX 78701',
    'Tea Kettle (material: glass)',
    '$49.41',
    'Sales tax',
    '$7.91',
    '$106.73',
    'Paid with Visa ending in 9385',
    'Page 1 of 1',
  ])
    assert.ok(page.includes(part), `${part} is not in: ${page}`);
});

test('many lines go on over pages, each with its heading and number; none is lost', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => ({ ...line, sku: `SKU${String(index).padStart(3, '0')}` }));
  const pages = await pagesOf({ lines });
  assert.ok(pages.length > 2);
  for (const [index, page] of pages.entries()) assert.ok(page.includes(`Page ${index + 1} of ${pages.length}`), page);
  const all = pages.join(' ');
  for (const { sku } of lines) assert.equal(all.split(sku).length, 2, sku);
  for (const page of pages.slice(0, -1)) assert.ok(page.includes('UNIT PRICE'), page);
  assert.ok(pages.at(-1)?.includes('Total'));
});

test('letters of other scripts stay what they are, and what no font has is one mark', async () => {
  const [page = ''] = await pagesOf({ buyer: { ...invoice.buyer, name: 'Łukasz Müller Хрущёв Ελένη 王小明 김철수 \u{1F600}\u0007\u202E' } });
  for (const part of ['Łukasz Müller', 'Хрущёв', 'Ελένη', '王小明', '김철수']) assert.ok(page.includes(part), `${part} is not in: ${page}`);
  assert.ok(!page.includes('\u0007') && !page.includes('\u202E'));
});

test('a word that is too long for its line is broken, and a text without end is cut', async () => {
  const [page = ''] = await pagesOf({ buyer: { ...invoice.buyer, name: 'W'.repeat(120) } });
  assert.equal(page.split('W').length - 1 >= 120, true);
  const [cut = ''] = await pagesOf({ buyer: { ...invoice.buyer, name: 'long '.repeat(2000) } });
  assert.ok(cut.includes('…'));
});

test('refunds, and what is still to pay, are named only where there are any', () => {
  const labels = (change: Partial<Invoice>) => sumsOf({ ...invoice, ...change }).map(({ label, amount }) => `${label} ${amount}`);
  assert.deepEqual(labels({}), ['Subtotal 98.82', 'Sales tax 7.91', 'Total 106.73', 'Paid with Visa ending in 9385 106.73']);
  const refund = { type: 'refund' as const, amount: 106.73, payment_method_id: 'gone' };
  assert.equal(labels({ payments: [...invoice.payments, refund], amount_refunded: 106.73 }).at(-1), 'Refunded to another way of paying -106.73');
  assert.equal(labels({ amount_refunded: 5 }).at(-1), 'Refunded -5');
  assert.equal(labels({ payments: [], amount_paid: 100 }).at(-1), 'Still to pay 6.73');
});

test('an invoice that is too long to be set is refused', async () => {
  await assert.rejects(render({ ...invoice, lines: Array.from({ length: linesMax + 1 }, () => line) }, ['X']), /at most/);
});

// Guests, invoices, tickets and days for returns of a WooCommerce: an order is shown by number and billing address, its code is mailed there, and only what the shop has issued is an invoice.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { until } from '../../scripts/until.ts';
import { createCodeMailer } from '../src/backends/guests/code-mail.ts';
import { type MailServer, startMailServer } from '../src/backends/mail-server.fixture.ts';
import { createTickets } from '../src/backends/tickets.ts';
import { createWooBilling } from '../src/backends/woocommerce/billing.ts';
import { createWooClient } from '../src/backends/woocommerce/client.ts';
import { createWooInvoices } from '../src/backends/woocommerce/invoices.ts';
import { createWooShop } from '../src/backends/woocommerce/woo-shop.ts';
import { startWooCommerce, type WooDouble, wooOrder } from '../src/backends/woocommerce/woocommerce-double.fixture.ts';
import { createHandlers } from '../src/tools/index.ts';
import { type Harness, startHarness } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

let harness: Harness;
let service: Service;
let woo: WooDouble;
let mail: MailServer;

const invoiced = [
  { key: '_wcpdf_invoice_number', value: 'RE 2026/0042' },
  { key: '_wcpdf_invoice_date', value: 1_794_300_000 },
];

before(async () => {
  mail = await startMailServer();
  const billing = { ...wooOrder(1).billing, email: 'Guest@Example.com' };
  woo = await startWooCommerce([
    wooOrder(200101, { customer_id: 0, billing, meta_data: invoiced, total: '63.90', total_tax: '4.00' }),
    wooOrder(200102, { customer_id: 0, billing, number: '1042' }),
    wooOrder(200103, { customer_id: 7 }),
    wooOrder(200104, { customer_id: 0, billing, status: 'trash' }),
    wooOrder(200105, { customer_id: 0, billing: { ...billing, email: '' } }),
  ]);
  woo.customers = [{ id: 7, email: 'mara@example.com' }];
  const client = createWooClient(woo.settings);
  const mailer = createCodeMailer({ url: mail.url(), from: 'shop@shop.example' });
  harness = await startHarness({ shopOnly: true, billing: createWooBilling(client), mailer });
  const namings = new Map([harness.site.issuer, harness.direct.issuer].map(({ issuer, customers }) => [issuer, customers ?? []]));
  const shop = createWooShop({ client, database: harness.database, namings });
  const { confirm_order_email, send_order_code, enter_order_code } = harness.handlers;
  const made = createHandlers({
    shop,
    invoices: createWooInvoices(client, harness.database),
    files: harness.files,
    tickets: createTickets(harness.database),
    seller: ['Fernhill Goods'],
  } as never);
  service = await harness.build({ catalogue: bent(), handlers: { ...made, confirm_order_email, send_order_code, enter_order_code } });
});
after(async () => {
  await harness?.close();
  await woo?.stop();
  await mail?.close();
});

const newSid = () => randomBytes(24).toString('base64url');
const newGuest = () => ({ sub: `anon:${newSid()}`, sid: newSid() });
type Visitor = { sub: string; sid?: string };
const call = async (visitor: Visitor, tool: string, args: object) => await sendFor(harness, visitor, { on: service, tool, args });
const confirm = async (visitor: Visitor, orderId: string, email: string) => await call(visitor, 'confirm_order_email', { order_id: orderId, email });

async function codeIn(mailsExpected: number): Promise<string> {
  await until(() => mail.mails.length >= mailsExpected, 'the mail');
  return /Your code for order \S+: (\d{6})/.exec(mail.mails.at(-1)?.text.replace(/=\r?\n/g, '') ?? '')?.[1] ?? assert.fail('no code');
}

test('number and billing address show a guest the state of his order, whatever numbers a plug-in gives', async () => {
  for (const [orderId, email] of [
    ['200101', 'guest@example.com'],
    ['1042', 'GUEST@example.com'],
  ] as const) {
    const guest = newGuest();
    assert.equal((await confirm(guest, orderId, email)).status, 200, orderId);
    const { status, body } = await call(guest, 'get_order_status', { order_id: orderId });
    assert.deepEqual([status, body.output?.order_id, body.output?.items], [200, orderId, undefined]);
    assert.equal((await call(guest, 'get_order_status', { order_id: '200103' })).body.code, 'proof_required');
  }
});

test('a wrong address, no order, a deleted one and one without an address are the same answer, by the same requests', async () => {
  const answers: unknown[] = [];
  const asked: unknown[] = [];
  for (const [orderId, email] of [
    ['200101', 'other@example.com'],
    ['999999', 'guest@example.com'],
    ['200102', 'guest@example.com'],
    ['200104', 'guest@example.com'],
    ['200105', 'guest@example.com'],
  ] as const) {
    woo.requests.length = 0;
    const { status, body } = await confirm(newGuest(), orderId, email);
    answers.push({ status, ...body, requestId: '' });
    asked.push(woo.requests.map(({ path }) => path.replace(orderId, 'ID')).toSorted());
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  for (const requests of asked) assert.deepEqual(requests, ['orders', 'orders/ID']);
  assert.equal((answers[0] as { code: string }).code, 'proof_failed');
});

test('the mailed code opens this order alone: items, a write, and the invoice as the shop has numbered it', async () => {
  const guest = newGuest();
  const expected = mail.mails.length + 1;
  await call(guest, 'send_order_code', { order_id: '200101', email: 'guest@example.com' });
  const code = await codeIn(expected);
  assert.equal((await call(guest, 'enter_order_code', { order_id: '200101', code })).status, 200);
  const seen = await call(guest, 'get_order_status', { order_id: '200101', details: true });
  assert.deepEqual([seen.status, seen.body.output?.items], [200, [{ name: 'Hiking boots', options: { Size: '42' }, quantity: 1, unit_price: 49.9 }]]);
  const { status, body, text } = await call(guest, 'get_invoice_pdf', { order_id: '200101' });
  assert.equal(status, 200, text);
  assert.deepEqual([body.output?.invoice_id, body.output?.total, body.output?.status], ['RE 2026/0042', 63.9, 'paid']);
  assert.match(text, /"name":"invoice-RE-2026-0042\.pdf"/);
  const moved = await call(guest, 'change_address', { order_id: '200101', address1: '14 Birch Lane', city: 'Austin', state: 'TX', zip: '78702' });
  assert.deepEqual([moved.status, woo.orders[0]?.shipping.address_1], [200, '14 Birch Lane'], moved.text);
  for (const other of ['1042', '200103']) assert.equal((await call(guest, 'get_invoice_pdf', { order_id: other })).body.code, 'proof_required');
});

test('an order that the shop has issued no invoice for has none', async () => {
  const { status, body } = await call({ sub: 'wp:1:7' }, 'get_invoice_pdf', { order_id: '200103' });
  assert.deepEqual([status, body.code], [404, 'not_found']);
});

test('a ticket of a signed-in customer carries the address of his account, and none where the shop is down', async () => {
  const open = async () => {
    const { status, body, text } = await call({ sub: 'wp:1:7' }, 'create_support_ticket', {
      category: 'other',
      priority: 'normal',
      summary: 'The lid is loose',
    });
    assert.equal(status, 200, text);
    return (await createTickets(harness.database).read(String(body.output?.reference)))?.email;
  };
  assert.equal(await open(), 'mara@example.com');
  woo.mood = () => 'down';
  assert.equal(await open(), null);
  woo.mood = () => 'well';
});

test('where the shop takes orders back for some days only, one that came before stays', async () => {
  const client = createWooClient(woo.settings);
  const namings = new Map([[harness.site.issuer.issuer, ['wp-users'] as const]]);
  const shop = createWooShop({ client, database: harness.database, namings });
  const short = await harness.build({ catalogue: bent(), handlers: createHandlers({ shop, returnDays: 30 } as never) });
  const ruleFor = async (completedAt: Date) => {
    woo.orders.push(wooOrder(100_200, { status: 'completed', date_completed_gmt: completedAt.toISOString().slice(0, 19) }));
    const write = { on: short, tool: 'request_return', args: { order_id: '100200', skus: ['BOOT-42'] }, preview: true };
    const { status, body } = await sendFor(harness, { sub: 'wp:1:7' }, write);
    woo.orders.pop();
    return [status, body.code, body.details?.[0]?.rule];
  };
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  assert.deepEqual(await ruleFor(daysAgo(31)), [
    409,
    'not_allowed_now',
    'orders can be returned within 30 days after they came, and this one came before',
  ]);
  assert.equal((await ruleFor(daysAgo(29)))[0], 200);
});

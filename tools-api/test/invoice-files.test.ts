// Invoices as PDFs: whose they are, and who may fetch the file, in which session and for how long.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { extractText, getDocumentProxy } from 'unpdf';
import { createDiskFiles } from '../src/backends/files/disk.ts';
import { createFiles, fileBytesMax } from '../src/backends/files/files.ts';
import { directToken, type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, send, sendFor } from './write-harness.ts';

const tool = 'get_invoice_pdf';
const scope = 'invoice:read';
let harness: Harness;
let service: Service;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({ catalogue: bent() });
});
after(async () => await harness.close());

type Owned = { invoice_id: string; order_id: string; customer_id: string; wp_user_id: string };
type File = { id: string; name: string; bytes: number; expires_at: string };

async function owned(limit: number): Promise<Owned[]> {
  const { rows } = await harness.database.query<Owned>(
    'SELECT DISTINCT ON (customer_id) invoice_id, order_id, customer_id, wp_user_id FROM invoices JOIN customers USING (customer_id) ORDER BY customer_id, invoice_id LIMIT $1',
    [limit],
  );
  return rows;
}

async function firstOf(): Promise<Owned> {
  return (await owned(1))[0] ?? assert.fail('the demo has no invoices');
}

type Visitor = { sub: string; sid: string };
const visitorOf = ({ wp_user_id: user }: Owned): Visitor => ({ sub: `wp:1:${user}`, sid: newSid() });

async function make(visitor: Visitor, args: object, on = service): Promise<File> {
  const { status, body } = await sendFor(harness, visitor, { on, tool, args, key: null });
  assert.equal(status, 200, JSON.stringify(body));
  return body.output?.file as File;
}

async function fetchFile(id: string, headers: Record<string, string>, on = service) {
  return await on.app.inject({ method: 'GET', url: `/files/${id}`, headers });
}
const asVisitor = async (visitor: Visitor, id: string, change: { tool?: string; scopes?: string[]; args?: object } = {}) =>
  await visitorHeaders(harness, { ...visitor, tool, scope, args: { file: id }, ...change });
const asCustomer = async (customerId: string, scopes = [scope]) => ({
  authorization: `Bearer ${await directToken(harness, { sub: `customer:${customerId}`, scopes })}`,
});
const codeOf = (response: { statusCode: number; body: string }) => [response.statusCode, JSON.parse(response.body).code];

test('a customer gets the invoice of his order as a PDF that says what the shop has on record', async () => {
  const invoice = await firstOf();
  const visitor = visitorOf(invoice);
  const file = await make(visitor, { order_id: invoice.order_id });
  const response = await fetchFile(file.id, await asVisitor(visitor, file.id));
  assert.equal(response.statusCode, 200, response.body.slice(0, 200));
  const { 'content-type': type, 'cache-control': cache, 'content-disposition': disposition, 'x-content-type-options': sniff } = response.headers;
  assert.deepEqual(
    [type, cache, disposition, sniff],
    ['application/pdf', 'no-store', `attachment; filename="invoice-${invoice.invoice_id}.pdf"`, 'nosniff'],
  );
  assert.equal(response.rawPayload.length, file.bytes);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(response.rawPayload)), { mergePages: true });
  const { rows } = await harness.database.query<{ total: number; description: string; name: string }>(
    `SELECT total, lines->0->>'description' AS description, first_name || ' ' || last_name AS name
     FROM invoices JOIN customers USING (customer_id) WHERE invoice_id = $1`,
    [invoice.invoice_id],
  );
  const expected = rows[0] ?? assert.fail();
  const plain = text.replaceAll(/\s+/g, ' ');
  for (const part of [invoice.invoice_id, invoice.order_id, expected.name, expected.description.split(' (')[0] ?? '', 'Fernhill Goods', 'Sales tax'])
    assert.ok(plain.includes(part), `${part} is not in: ${plain}`);
  assert.ok(plain.includes(`$${expected.total.toLocaleString('en', { minimumFractionDigits: 2 })}`), plain);
});

test('an invoice is readable exactly when it is the caller’s own, by its number and by its order’s', async () => {
  const invoices = await owned(6);
  for (const caller of invoices) {
    for (const wanted of invoices) {
      for (const args of [{ invoice_id: wanted.invoice_id }, { order_id: wanted.order_id }]) {
        const { status, body } = await send(harness, { on: service, tool, args, key: null, sub: `customer:${caller.customer_id}` });
        const isOwn = caller === wanted;
        assert.deepEqual([status, body.code], isOwn ? [200, undefined] : [404, 'not_found'], JSON.stringify(args));
      }
    }
  }
  const [mine, other] = invoices as [Owned, Owned];
  const mixed = { order_id: mine.order_id, invoice_id: other.invoice_id };
  const both = await send(harness, { on: service, tool, args: mixed, key: null, sub: `customer:${mine.customer_id}` });
  assert.deepEqual([both.status, both.body.code], [404, 'not_found']);
  const guest = await sendFor(harness, { sub: `anon:${'a'.repeat(24)}` }, { on: service, tool, args: { order_id: mine.order_id }, key: null });
  assert.deepEqual([guest.status, guest.body.code], [403, 'sign_in_required']);
  const nothing = await send(harness, { on: service, tool, args: {}, key: null });
  assert.deepEqual([nothing.status, nothing.body.code], [400, 'invalid_input']);
});

test('a file is for its visitor in its session: another session, another visitor and a direct caller find nothing', async () => {
  const [mine, other] = (await owned(2)) as [Owned, Owned];
  const visitor = visitorOf(mine);
  const { id } = await make(visitor, { order_id: mine.order_id });
  const sameVisitorElsewhere = { ...visitor, sid: newSid() };
  const anotherInSession = { ...visitorOf(other), sid: visitor.sid };
  for (const stranger of [sameVisitorElsewhere, anotherInSession])
    assert.deepEqual(codeOf(await fetchFile(id, await asVisitor(stranger, id))), [404, 'not_found']);
  assert.deepEqual(codeOf(await fetchFile(id, await asCustomer(mine.customer_id))), [404, 'not_found']);
  assert.equal((await fetchFile(id, await asVisitor(visitor, id))).statusCode, 200);
  for (const wrong of ['x', `${id}a`, `${'A'.repeat(43)}`, '..%2f..%2fetc%2fpasswd', `${id}.json`])
    assert.deepEqual(codeOf(await fetchFile(wrong, await asCustomer(mine.customer_id))), [404, 'not_found'], wrong);
});

test('a direct caller fetches what he asked for, and nobody else’s token does', async () => {
  const [mine, other] = (await owned(2)) as [Owned, Owned];
  const made = await send(harness, { on: service, tool, args: { invoice_id: mine.invoice_id }, key: null, sub: `customer:${mine.customer_id}` });
  const { id } = (made.body.output ?? assert.fail()).file as File;
  assert.equal((await fetchFile(id, await asCustomer(mine.customer_id))).statusCode, 200);
  assert.deepEqual(codeOf(await fetchFile(id, await asCustomer(other.customer_id))), [404, 'not_found']);
  assert.deepEqual(codeOf(await fetchFile(id, await asCustomer(mine.customer_id, ['order:read']))), [403, 'insufficient_scope']);
  assert.deepEqual(codeOf(await fetchFile(id, {})), [401, 'invalid_token']);
});

test('a tool token fetches one file of one tool, and needs its scope', async () => {
  const mine = await firstOf();
  const visitor = visitorOf(mine);
  const { id } = await make(visitor, { order_id: mine.order_id });
  const cases: [string, Record<string, string>, number, string][] = [
    ['another file’s digest', await asVisitor(visitor, id, { args: { file: 'A'.repeat(43) } }), 401, 'invalid_token'],
    ['the call’s own token', await asVisitor(visitor, id, { args: { order_id: mine.order_id } }), 401, 'invalid_token'],
    ['another tool', await asVisitor(visitor, id, { tool: 'get_order_status' }), 401, 'invalid_token'],
    ['no scope', await asVisitor(visitor, id, { scopes: [] }), 403, 'insufficient_scope'],
  ];
  for (const [what, headers, status, code] of cases) assert.deepEqual(codeOf(await fetchFile(id, headers)), [status, code], what);
});

test('ten minutes later the link is dead, and the file is deleted', async () => {
  const mine = await firstOf();
  const visitor = visitorOf(mine);
  const file = await make(visitor, { order_id: mine.order_id });
  const lifeMs = Date.parse(file.expires_at) - Date.now();
  assert.ok(lifeMs > 9 * 60_000 && lifeMs <= 10 * 60_000, String(lifeMs));
  const later = createFiles(createDiskFiles(harness.filesFolder), () => Date.parse(file.expires_at) + 1000);
  const on = await harness.build({ catalogue: bent(), files: later });
  assert.deepEqual(codeOf(await fetchFile(file.id, await asVisitor(visitor, file.id), on)), [404, 'not_found']);
  assert.equal((await fetchFile(file.id, await asVisitor(visitor, file.id))).statusCode, 200);
  await later.sweep(AbortSignal.timeout(5000));
  assert.deepEqual(codeOf(await fetchFile(file.id, await asVisitor(visitor, file.id))), [404, 'not_found']);
  assert.deepEqual(
    (await readdir(harness.filesFolder)).filter((name) => name.startsWith(file.id)),
    [],
  );
});

test('what is larger than a file may be is not kept', async () => {
  const files = createFiles(createDiskFiles(harness.filesFolder));
  const recipient = { subject: { issuer: 'i', subject: 's' }, sessionId: undefined };
  const large = { tool, name: 'a.pdf', mediaType: 'application/pdf', bytes: new Uint8Array(fileBytesMax + 1) };
  await assert.rejects(files.hand(large, recipient, AbortSignal.timeout(1000)), /at most/);
});

// Files that tools make in a conversation: told of in its log, and fetched from the tools API for their visitor in their session alone.
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { FileValue } from '@aiguy/manifests/generated/events';
import { decodeJwt } from 'jose';
import { createToolClient } from '../src/tools/client.ts';
import { createFetchFile, fileBytesMax } from '../src/tools/fetch-file.ts';
import { callsTool, type Harness, makeOwnKey, modelThat, newVisitor, parseFrames, saysText, startHarness } from './harness.ts';

const scopes = ['docs:read', 'invoice:read'];
const fileId = 'hY2w0H0Rj3m8o6b1Xq4Zt9uVf5sKc7LeNpAaGdTiQxE';
const pdf = Buffer.from('%PDF-1.7 \u00ff\u0000 end');
const invoice = {
  invoice_id: 'INV-2026-010223',
  order_id: 'W2530531',
  issued_at: '2026-11-11T15:40:00Z',
  currency: 'USD',
  total: 98.82,
  amount_refunded: 0,
  status: 'paid',
  file: { id: fileId, name: 'invoice-INV-2026-010223.pdf', media_type: 'application/pdf', bytes: pdf.length, expires_at: '2026-11-21T10:10:00Z' },
};

let server: Server;
let asked: { url: string; token: Record<string, unknown> }[] = [];
let answer: (response: ServerResponse) => void;
let harness: Harness;
type Visitor = ReturnType<typeof newVisitor>;

const model = modelThat((_call, { messages }) =>
  messages.at(-1)?.role === 'tool' ? saysText('It is below.') : callsTool('get_invoice_pdf', { order_id: 'W2530531' }),
);

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    if (request.url === '/tools/get_invoice_pdf')
      return response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ tool: 'get_invoice_pdf', output: invoice }));
    asked.push({ url: request.url ?? '', token: decodeJwt(String(request.headers.authorization).replace('Bearer ', '')) });
    return answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: await makeOwnKey() };
  harness = await startHarness({ model, scopes, tools: createToolClient(options), fetchFile: createFetchFile(options) });
});
after(async () => {
  await harness.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = (response) => response.writeHead(200, { 'Content-Type': 'application/pdf' }).end(pdf);
});

async function askForInvoice(visitor: Visitor): Promise<FileValue> {
  const response = await harness.orchestrator.app.inject({
    method: 'POST',
    url: '/chat',
    headers: { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'text/event-stream' },
    payload: { message: 'My invoice for W2530531, please' },
  });
  const events = parseFrames(response.body).map(({ event }) => event as { type: string; name?: string; value?: FileValue });
  return events.find(({ name }) => name === 'aiguy.file')?.value ?? assert.fail(response.body);
}

async function download(visitor: Visitor, id = fileId, sid = visitor.sid) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return await harness.orchestrator.app.inject({ method: 'GET', url: `/sessions/${sid}/files/${id}`, headers });
}
const newCustomer = (): Visitor => ({ ...newVisitor(), scopes });
const codeOf = (response: { statusCode: number; body: string }) => [response.statusCode, JSON.parse(response.body).code];

test('a file that a tool made stands in the log, and comes to its visitor byte for byte as an attachment that nothing keeps', async () => {
  const visitor = newCustomer();
  const { toolCallId, ...value } = await askForInvoice(visitor);
  assert.deepEqual([value, toolCallId.length > 0], [{ tool: 'get_invoice_pdf', file: invoice.file }, true]);
  const response = await download(visitor);
  assert.deepEqual([response.statusCode, response.rawPayload.equals(pdf)], [200, true]);
  const { 'content-type': type, 'cache-control': cache, 'content-disposition': disposition, 'x-content-type-options': sniff } = response.headers;
  assert.deepEqual(
    [type, cache, disposition, sniff],
    ['application/pdf', 'no-store', 'attachment; filename="invoice-INV-2026-010223.pdf"', 'nosniff'],
  );
  const [{ url, token }] = asked as [{ url: string; token: Record<string, unknown> }];
  assert.equal(url, `/files/${fileId}`);
  assert.deepEqual([token.tool, token.scope, token.sub, token.sid], ['get_invoice_pdf', 'invoice:read', visitor.sub, visitor.sid]);
  assert.equal(token.args_digest, argumentsDigest({ file: fileId }));
});

test('another session, another visitor and an id that the log does not name are not found, and the tools API is not asked', async () => {
  const visitor = newCustomer();
  await askForInvoice(visitor);
  const other = newCustomer();
  await askForInvoice(newCustomer());
  await harness.orchestrator.app.inject({
    method: 'POST',
    url: '/sessions',
    headers: { authorization: `Bearer ${await harness.assertionFor(other)}` },
  });
  for (const [who, id, sid] of [
    [other, fileId, other.sid],
    [other, fileId, visitor.sid],
    [{ ...visitor, sub: 'wp:1:8' }, fileId, visitor.sid],
    [visitor, 'A'.repeat(43), visitor.sid],
    [visitor, '..%2Fx', visitor.sid],
  ] as const)
    assert.deepEqual(codeOf(await download(who, id, sid)), [404, 'not_found'], id);
  assert.deepEqual(asked, []);
});

for (const [what, change, expected] of [
  ['has expired', (response: ServerResponse) => response.writeHead(404).end('{}'), [404, 'not_found']],
  ['was asked for too often', (response: ServerResponse) => response.writeHead(429).end('{}'), [429, 'rate_limited']],
  ['can’t be had', (response: ServerResponse) => response.destroy(), [502, 'tool_unavailable']],
  [
    'is a page instead',
    (response: ServerResponse) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<script>'),
    [502, 'tool_unavailable'],
  ],
  [
    'is larger than a file may be',
    (response: ServerResponse) => response.writeHead(200, { 'Content-Type': 'application/pdf' }).end(Buffer.alloc(fileBytesMax + 1)),
    [502, 'tool_unavailable'],
  ],
] as const) {
  test(`a file that ${what} is ${expected[1]}`, async () => {
    const visitor = newCustomer();
    await askForInvoice(visitor);
    answer = change;
    assert.deepEqual(codeOf(await download(visitor)), expected);
  });
}

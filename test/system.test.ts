// The whole back end as it runs: two processes, their databases, real HTTP and real tokens between them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FileValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, LogPage } from '@aiguy/manifests/generated/http';
import { loadManifests } from '@aiguy/manifests/load';
import { signToken } from '@aiguy/manifests/tokens';
import { type Backend, startBackend, startOrchestrator } from '../scripts/backend.ts';
import { freePort } from '../scripts/free-port.ts';
import { allScopes, developmentSigner } from '../scripts/keys.ts';
import type { ServiceProcess } from '../scripts/service-process.ts';
import { startMessagesApi } from './doubles/messages-api.ts';
import { messageEvents, streamed, text, toolUse } from './doubles/messages-api-replies.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-system-'));
const siteUrl = 'http://shop.example';
const customer = 'wp:1:1008';
/** What the manifest of get_order_status allows an attempt. */
const lookUpMs = loadManifests().get('get_order_status')?.manifest.timeouts_ms.attempt ?? 0;
let backend: Backend;
let collector: Collector;

before(async () => {
  collector = await startCollector();
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  backend = await startBackend({ dataDir, siteUrl, ports, inMemory: true, toolsEnv: telemetry, orchestratorEnv: telemetry, log: () => undefined });
});
after(async () => {
  await backend?.stop();
  collector.server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

type Visitor = { sub?: string; sid?: string };

async function ask(message: string, { sub = customer, sid = randomBytes(24).toString('base64url') }: Visitor = {}, url = backend.orchestratorUrl) {
  const scopes = sub.startsWith('wp:') ? allScopes : ['docs:read'];
  const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), { sub, sid, scopes, jti: crypto.randomUUID() });
  const headers = {
    authorization: `Bearer ${assertion}`,
    'content-type': 'application/json',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const response = await fetch(`${url}/ask`, { method: 'POST', headers, body: JSON.stringify({ message }) });
  return { status: response.status, answer: (await response.json()) as ChatAnswer & { code?: string } };
}

/** Another orchestrator beside the first, with some variables changed. */
async function withOrchestrator(change: Record<string, string>, work: (url: string) => Promise<void>): Promise<void> {
  let other: ServiceProcess | undefined;
  try {
    other = await startOrchestrator({
      dataDir,
      port: await freePort(),
      env: { ...backend.orchestratorEnv, OTEL_EXPORTER_OTLP_ENDPOINT: '', ...change },
    });
    await work(other.url);
  } finally {
    await other?.stop();
  }
}

test('the customer who owns the order is told where it is', async () => {
  const { answer } = await ask('Where is my order W2530531?');
  assert.match(answer.text, /W2530531 was shipped on 13 November 2026 and is on its way/);
  assert.deepEqual(answer.tools, [{ name: 'get_order_status', ok: true }]);
});

test('a customer asks for an invoice and downloads it in his session, and in no other', async () => {
  const sid = randomBytes(24).toString('base64url');
  const { answer } = await ask('Can I have the invoice of order W2530531 as a PDF?', { sid });
  assert.match(answer.text, /Your invoice INV-2026-010223 of 11 November 2026 over \$98\.82 is ready/);
  assert.deepEqual(answer.tools, [{ name: 'get_invoice_pdf', ok: true }]);
  const get = async (path: string, session: string) => {
    const claims = { sub: customer, sid: session, scopes: allScopes, jti: crypto.randomUUID() };
    const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), claims);
    const headers = { authorization: `Bearer ${assertion}`, accept: 'application/json, application/pdf' };
    return await fetch(`${backend.orchestratorUrl}/sessions/${session}/${path}`, { headers });
  };
  const { events } = (await (await get('events', sid)).json()) as LogPage;
  const made = events.map(({ event }) => event as { name?: string; value?: FileValue }).find(({ name }) => name === 'aiguy.file');
  const file = await get(`files/${made?.value?.file.id}`, sid);
  assert.deepEqual([file.status, file.headers.get('content-type')], [200, 'application/pdf']);
  assert.match(Buffer.from(await file.arrayBuffer()).toString('latin1'), /^%PDF-/);
  const other = randomBytes(24).toString('base64url');
  await ask('Hello', { sid: other });
  assert.equal((await get(`files/${made?.value?.file.id}`, other)).status, 404);
});

test('asked about this page, the chat has the browser describe it and answers from that', async () => {
  const sid = randomBytes(24).toString('base64url');
  const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), {
    sub: customer,
    sid,
    scopes: allScopes,
    jti: crypto.randomUUID(),
  });
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept: 'text/event-stream' };
  const post = async (path: string, body: object) =>
    await fetch(`${backend.orchestratorUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const page = {
    url: `${siteUrl}/checkout/`,
    title: 'Checkout',
    landmarks: [],
    headings: [],
    controls: [{ kind: 'field', name: 'Voucher code' }],
    messages: [],
  };
  const response = await post('/chat', { message: 'Where on this page do I enter the voucher?' });
  let received = '';
  let told: Promise<Response> | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    received += decoder.decode(chunk, { stream: true });
    const requestId = /aiguy\.page_wanted","value":\{"requestId":"([\w-]+)"/.exec(received)?.[1];
    if (requestId) told ??= post(`/sessions/${sid}/page`, { requestId, page });
  }
  assert.equal((await told)?.status, 200);
  const text = [...received.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => (JSON.parse(data) as { delta?: string }).delta ?? '').join('');
  assert.ok(text.endsWith('This is the page «Checkout». Look for the field «Voucher code».'), text);
});

test('another customer’s order is not found, a guest is asked to sign in', async () => {
  const other = await ask('Where is my order W2530531?', { sub: 'wp:1:1009' });
  assert.match(other.answer.text, /can’t find order W2530531/);
  assert.ok(!/shipped|Tea Kettle/.test(other.answer.text));
  const guest = await ask('Where is my order W2530531?', { sub: 'anon:0123456789abcdef' });
  assert.match(guest.answer.text, /sign in/i);
  assert.deepEqual(guest.answer.tools, []);
});

test('a general question is answered in the help centre’s own words, with its source', async () => {
  const { answer } = await ask('How long do I have to send something back?');
  assert.match(answer.text, /within 30 days.*\[1\]/s);
  assert.match(answer.citations[0]?.url ?? '', new RegExp(`^${siteUrl}/help/return-an-item/`));
});

test('what the shop does not offer is denied with a source', async () => {
  const { answer } = await ask('Can I pay with bitcoin?');
  assert.match(answer.text, /not accepted.*\[1\]/s);
  assert.match(answer.citations[0]?.url ?? '', /\/help\/payment-methods\//);
});

test('what the help centre does not say is not invented', async () => {
  const { answer } = await ask('Do you sell gift cards for other shops?');
  assert.match(answer.text, /I don’t find that/);
  assert.deepEqual(answer.citations, []);
});

test('a tool that answers two seconds after its time is given up, and the visitor is told kindly', async (t) => {
  const slow = createServer((request, response) => {
    request.resume();
    const timer = setTimeout(() => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'), lookUpMs + 2000);
    response.once('close', () => clearTimeout(timer));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  t.after(() => slow.close());
  await withOrchestrator({ TOOLS_API_URL: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` }, async (url) => {
    const { status, answer } = await ask('Where is my order W2530531?', {}, url);
    assert.deepEqual([status, answer.outcome, answer.tools], [200, 'success', [{ name: 'get_order_status', ok: false, code: 'tool_timeout' }]]);
    assert.match(answer.text, /couldn’t look up order W2530531 just now/);
  });
});

test('with the tools API down the chat still answers, and says what it can’t do', async () => {
  await withOrchestrator({ TOOLS_API_URL: 'http://127.0.0.1:1' }, async (url) => {
    const { answer } = await ask('Where is my order W2530531?', {}, url);
    assert.deepEqual([answer.outcome, answer.tools[0]?.code], ['success', 'tool_unavailable']);
    assert.match(answer.text, /try again in a moment/);
  });
});

test('with a key Claude answers on the same path: the real SDK, our tools, a numbered source', async (t) => {
  const api = await startMessagesApi([
    streamed(messageEvents([toolUse('toolu_01', 'retrieve_docs', '{"query":"How long can an item be sent back?"}')], 'tool_use')),
    streamed(messageEvents([text('You have 30 days from delivery.', [{ index: 0, quote: 'You can return an item within 30 days.' }])])),
  ]);
  t.after(api.stop);
  await withOrchestrator({ ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: api.url }, async (url) => {
    const { answer } = await ask('How long do I have to send something back?', {}, url);
    assert.equal(answer.text, 'You have 30 days from delivery. [1]');
    assert.match(answer.citations[0]?.url ?? '', new RegExp(`^${siteUrl}/help/`));
    assert.equal(api.requests.length, 2);
  });
});

test('without its database a message is refused at once, not half kept', async () => {
  const { startEmbeddedPostgres } = await import('../scripts/embedded-postgres.ts');
  const own = await startEmbeddedPostgres();
  await withOrchestrator({ DATABASE_URL: own.url }, async (url) => {
    assert.equal((await ask('hello', {}, url)).status, 200);
    await own.stop();
    const { status, answer } = await ask('hello', {}, url);
    assert.deepEqual([status, answer.code], [503, 'database_unavailable']);
    const ready = await fetch(`${url}/readyz`);
    assert.deepEqual([ready.status, ((await ready.json()) as { code: string }).code], [503, 'database_unavailable']);
    const alive = await fetch(`${url}/livez`);
    assert.equal((await alive.text()).includes('ok'), true);
  });
});

test('one trace goes through both services, from the page’s traceparent on', async () => {
  await ask('Where is my order W2530531?');
  const expected = ['turn', 'plan', 'tool get_order_status', 'observe', 'generate', 'handle get_order_status'];
  const spans = await collector.until((all) => expected.every((name) => all.some((span) => span.name === name)));
  const ofTrace = spans.filter((span) => span.traceId === '0af7651916cd43dd8448eb211c80319c');
  for (const name of expected)
    assert.ok(
      ofTrace.some((span) => span.name === name),
      name,
    );
  assert.deepEqual([...new Set(ofTrace.map((span) => span.service))].toSorted(), ['aiguy-orchestrator', 'aiguy-tools-api']);
});

type Span = { name: string; traceId: string; service: string };
type Collector = { url: string; server: Server; until: (enough: (spans: Span[]) => boolean) => Promise<Span[]> };
type OtlpTraces = {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: { name: string; traceId: string }[] }[];
  }[];
};

/** An OTLP/HTTP collector that keeps what it gets. */
async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  let wake = () => undefined as undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      for (const { resource, scopeSpans } of (JSON.parse(Buffer.concat(chunks).toString('utf8')) as OtlpTraces).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ name: span.name, traceId: span.traceId, service });
      }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
      wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    until: async (enough) => {
      while (!enough(spans)) {
        await new Promise<void>((resolve) => {
          wake = () => {
            resolve();
            return undefined;
          };
        });
      }
      return spans;
    },
  };
}

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { loadManifests, type Tool } from '@aiguy/manifests/load';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { makeOwnKey } from '../../test/harness.ts';
import { createToolClient, type ToolCallOptions } from './client.ts';

const catalogue = loadManifests();
const example = catalogue.get('get_order_status')?.manifest.examples[0];
const visitor = {
  iss: 'https://shop.example',
  aud: 'orchestrator',
  sub: 'wp:1:7',
  sid: 's'.repeat(32),
  scopes: ['order:read'],
  jti: 'jti-jti-jti',
  iat: 0,
  exp: 1,
} as const;
const args = { order_id: 'W2530531' };

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

type Change = { attempt?: number; effect?: 'read' | 'write'; signal?: AbortSignal };

async function callAgainst(t: TestContext, answers: Answer[], change: Change = {}) {
  const { client, tool, options, seen } = await clientOf(t, answers, change);
  return { outcome: await client.call(tool, args, options), seen };
}

async function writeAgainst(t: TestContext, answers: Answer[], { mayBeDone }: { mayBeDone: boolean }) {
  const { client, tool, options, seen } = await clientOf(t, answers, { effect: 'write' });
  return { ...(await client.write(tool, args, { ...options, effectKey: 'key-of-the-effect', mayBeDone })), seen };
}

/** A tools API that answers as the test says, each request with the next answer (the last one again and again). */
async function clientOf(t: TestContext, answers: Answer[], change: Change) {
  const seen: { headers: IncomingMessage['headers']; body: string; url: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      seen.push({ headers: request.headers, body, url: request.url });
      answers[Math.min(seen.length, answers.length) - 1]?.(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const original = catalogue.get('get_order_status') as Tool;
  const tool: Tool = {
    ...original,
    manifest: { ...original.manifest, effect: change.effect ?? 'read', timeouts_ms: { attempt: change.attempt ?? 1000, total: 3000 } },
  };
  const client = createToolClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: await makeOwnKey(), random: () => 0 });
  const options: ToolCallOptions = {
    visitor: { ...visitor, scopes: [...visitor.scopes] },
    assertion: 'the.assertion.itself',
    signal: change.signal ?? new AbortController().signal,
  };
  return { client, tool, options, seen };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const good = json(200, { tool: 'get_order_status', output: example?.output });
const silent: Answer = () => undefined;

test('a call carries a token for this tool and these arguments, the assertion, and nothing about the customer', async (t) => {
  const { outcome, seen } = await callAgainst(t, [good]);
  assert.ok(outcome.ok);
  const token = String(seen[0]?.headers.authorization).replace('Bearer ', '');
  const claims = decodeJwt(token);
  assert.equal(decodeProtectedHeader(token).typ, 'tool-token+jwt');
  assert.deepEqual(
    [claims.aud, claims.tool, claims.scope, claims.sub, claims.sid],
    ['tools-api', 'get_order_status', 'order:read', visitor.sub, visitor.sid],
  );
  assert.equal(claims.args_digest, argumentsDigest(args));
  assert.ok((claims.exp ?? 0) - (claims.iat ?? 0) <= 60);
  assert.equal(seen[0]?.headers['x-visitor-assertion'], 'the.assertion.itself');
  assert.deepEqual([seen[0]?.url, seen[0]?.body], ['/tools/get_order_status', '{"order_id":"W2530531"}']);
});

test('a read that fails on the server’s side is tried again once', async (t) => {
  const { outcome, seen } = await callAgainst(t, [json(502, { code: 'tool_failed' }), good]);
  assert.deepEqual([outcome.ok, seen.length], [true, 2]);
});

test('every attempt has a token of its own', async (t) => {
  const { seen } = await callAgainst(t, [json(502, { code: 'tool_failed' }), good]);
  assert.equal(new Set(seen.map((request) => decodeJwt(String(request.headers.authorization).slice(7)).jti)).size, 2);
});

test('a write is never tried again', async (t) => {
  const { outcome, seen } = await callAgainst(t, [json(502, { code: 'tool_failed' }), good], { effect: 'write' });
  assert.deepEqual([outcome.ok, seen.length], [false, 1]);
});

for (const [what, answer, { first, again }] of [
  ['a result', good, { first: true, again: true }],
  ['a refusal by the shop’s rules', json(409, { code: 'not_allowed_now' }), { first: true, again: true }],
  ['the first refusal again', json(404, { code: 'not_found' }, { 'Idempotency-Replayed': 'true' }), { first: true, again: true }],
  ['a refusal before the key is looked at', json(401, { code: 'invalid_token' }), { first: true, again: false }],
  ['a limit', json(429, { code: 'tool_rate_limited' }), { first: true, again: false }],
  ['a database that may have committed', json(503, { code: 'database_unavailable' }), { first: false, again: false }],
  ['the same write under way', json(409, { code: 'effect_in_progress' }), { first: false, again: false }],
  ['a cut connection', ((_request, response) => response.destroy()) as Answer, { first: false, again: false }],
] as const) {
  test(`of a write sent for the first time ${what} is ${first ? 'certain' : 'in doubt'}, of one sent before ${again ? 'certain' : 'in doubt'}`, async (t) => {
    assert.equal((await writeAgainst(t, [answer], { mayBeDone: false })).isCertain, first);
    assert.equal((await writeAgainst(t, [answer], { mayBeDone: true })).isCertain, again);
  });
}

test('a refusal that follows a broken connection does not say that nothing was done', async (t) => {
  const broken: Answer = (_request, response) => response.destroy();
  const { isCertain, seen } = await writeAgainst(t, [broken, json(401, { code: 'invalid_token' })], { mayBeDone: false });
  assert.deepEqual([isCertain, seen.length], [false, 3]);
});

test('silence ends with tool_timeout after the manifest’s time, attempts included', async (t) => {
  const { outcome, seen } = await callAgainst(t, [silent], { attempt: 40 });
  assert.deepEqual([outcome, seen.length], [{ ok: false, code: 'tool_timeout', message: 'The tool did not answer in time.' }, 2]);
});

test('a refusal keeps its code and is not tried again', async (t) => {
  const { outcome, seen } = await callAgainst(t, [json(404, { code: 'not_found', message: 'x', requestId: 'r' })]);
  assert.deepEqual([outcome.ok ? '' : outcome.code, seen.length], ['not_found', 1]);
});

for (const [what, answer, code] of [
  ['HTML', ((_request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Hello</h1>')) as Answer, 'tool_output_invalid'],
  ['a result that breaks the output schema', json(200, { output: { ...example?.output, customer_email: 'a@example.com' } }), 'tool_output_invalid'],
  ['an unknown code', json(418, { code: 'teapot' }), 'tool_failed'],
  ['more than 256 kB', json(200, { output: 'x'.repeat(300_000) }), 'tool_unavailable'],
  ['a redirect', ((_request, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()) as Answer, 'tool_unavailable'],
  ['a cut connection', ((_request, response) => response.destroy()) as Answer, 'tool_unavailable'],
] as const) {
  test(`${what} never reaches the model: ${code}`, async (t) => {
    const { outcome } = await callAgainst(t, [answer]);
    assert.equal(outcome.ok ? '' : outcome.code, code);
  });
}

test('only what says that it is JSON is read; a proxy’s page for a failure is the tool being unavailable, and tried again', async (t) => {
  const page =
    (status: number, type: string): Answer =>
    (_request, response) =>
      response
        .writeHead(status, type === '' ? {} : { 'Content-Type': type })
        .end(JSON.stringify({ tool: 'get_order_status', output: example?.output }));
  for (const type of ['text/html', 'text/html; charset=utf-8', 'application/jsonp', '']) {
    const { outcome } = await callAgainst(t, [page(200, type)]);
    assert.equal(outcome.ok ? '' : outcome.code, 'tool_output_invalid', type);
  }
  const proxy = await callAgainst(t, [page(502, 'text/html'), good]);
  assert.deepEqual([proxy.outcome.ok, proxy.seen.length], [true, 2]);
  assert.ok((await callAgainst(t, [page(200, 'application/json; charset=utf-8')])).outcome.ok);
});

test('a tool that keeps failing is not asked any more; a write that was not sent is certain to be undone, one that may have been is not', async (t) => {
  const { client, tool, options, seen } = await clientOf(t, [json(502, { code: 'tool_failed' })], {});
  for (let call = 0; call < 4; call += 1) await client.call(tool, args, options);
  const asked = seen.length;
  const refused = await client.call(tool, args, options);
  assert.deepEqual([refused.ok ? '' : refused.code, seen.length], ['tool_unavailable', asked]);
  const write = { ...options, effectKey: 'key-of-the-effect' };
  assert.equal((await client.write(tool, args, { ...write, mayBeDone: false })).isCertain, true);
  assert.equal((await client.write(tool, args, { ...write, mayBeDone: true })).isCertain, false);
});

test('an aborted turn does not wait for its tool', async (t) => {
  const controller = new AbortController();
  const stop: Answer = () => controller.abort();
  const { outcome, seen } = await callAgainst(t, [stop], { signal: controller.signal });
  assert.deepEqual([outcome.ok, seen.length], [false, 1]);
});

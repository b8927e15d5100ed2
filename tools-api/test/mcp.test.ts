// The tools over the Model Context Protocol, asked by the official client over real HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, type TestContext, test } from 'node:test';
import { isOffered } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { directToken, type Harness, startHarness, visitorHeaders } from './harness.ts';
import { bent } from './write-harness.ts';

const catalogue = bent();
let harness: Harness;
let service: Service;
let url: string;
before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({ catalogue });
  url = await service.app.listen({ host: '127.0.0.1', port: 0 });
});
after(async () => await harness?.close());

type Connection = { scopes?: string[]; sub?: string; mode?: 'auto' | 'legacy'; to?: string };

async function connect(t: TestContext, { scopes, sub, mode = 'auto', to = url }: Connection = {}): Promise<Client> {
  const token = await directToken(harness, { ...(scopes ? { scopes } : {}), ...(sub ? { sub } : {}) });
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', to), { requestInit }));
  t.after(async () => await client.close());
  return client;
}

const textOf = ({ content }: { content?: unknown }) => (content as { text: string }[])[0]?.text ?? '';
const failureOf = (result: { isError?: boolean | undefined; content?: unknown }) => {
  assert.equal(result.isError, true, JSON.stringify(result));
  return JSON.parse(textOf(result)) as {
    code: string;
    message: string;
    requestId: string;
    retryable: boolean;
    retryAfterS?: number;
    details?: unknown;
  };
};
const order = { name: 'get_order_status', arguments: { order_id: 'W2530531' } };

async function recorded(code: string): Promise<number> {
  return (await harness.database.query('SELECT count(*)::int AS n FROM audit WHERE code = $1', [code])).rows[0].n;
}

for (const mode of ['auto', 'legacy'] as const) {
  test(`a client of ${mode === 'auto' ? 'the current specification' : '2025'} lists the tools of its token and calls one, with the same result as over HTTP`, async (t) => {
    const client = await connect(t, { scopes: ['order:read', 'ticket:read'], mode });
    assert.equal(client.getNegotiatedProtocolVersion(), mode === 'auto' ? '2026-07-28' : '2025-11-25');
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['get_order_status', 'get_ticket_status', 'list_orders', 'make_order_report'],
    );
    const result = await client.callTool(order);
    const response = await service.app.inject({
      method: 'POST',
      url: '/tools/get_order_status',
      headers: { authorization: `Bearer ${await directToken(harness)}`, 'content-type': 'application/json' },
      payload: JSON.stringify(order.arguments),
    });
    assert.deepEqual(result.structuredContent, response.json().output);
    assert.deepEqual(JSON.parse(textOf(result)), result.structuredContent);
  });
}

test('reads and writes say what they are; a write asks for a key', async (t) => {
  const { tools } = await (await connect(t)).listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    [...catalogue.values()].filter(({ manifest }) => isOffered(manifest)).map(({ manifest }) => manifest.name),
  );
  for (const { name, annotations, inputSchema, outputSchema } of tools) {
    const isRead = catalogue.get(name)?.manifest.effect === 'read';
    assert.deepEqual([annotations?.readOnlyHint, annotations?.destructiveHint, annotations?.idempotentHint], [isRead, !isRead, true], name);
    assert.equal((inputSchema.required ?? []).includes('idempotency_key'), !isRead, name);
    assert.equal(outputSchema?.type, 'object');
  }
});

test('a refusal is a result with its code, and on record: scope, schema, another’s order, no such tool', async (t) => {
  const client = await connect(t, { scopes: ['order:read'] });
  const cases = [
    [{ name: 'get_profile', arguments: {} }, 'insufficient_scope'],
    [{ name: 'get_order_status', arguments: { order_id: 5 } }, 'invalid_input'],
    [{ name: 'get_order_status', arguments: { order_id: 'W0000000' } }, 'not_found'],
    [{ name: 'get_order_status', arguments: { order_id: 'W2403075' } }, 'not_found'],
    [{ name: 'drop_tables' }, 'unknown_tool'],
  ] as const;
  for (const [call, code] of cases) {
    const before = await recorded(code);
    const failure = failureOf(await client.callTool(call as never));
    assert.equal(failure.code, code);
    assert.equal(await recorded(code), before + 1, code);
    assert.match(failure.requestId, /^[\da-f-]{36}$/);
  }
});

test('calls of a minute are counted together with those over HTTP, and the result says when to come again', async (t) => {
  const limited = await harness.build({ catalogue: bent({ get_order_status: { rate: { per_minute: 1 } } }) });
  const client = await connect(t, { to: await limited.app.listen({ host: '127.0.0.1', port: 0 }), sub: 'customer:yara_sanchez_9692' });
  await client.callTool(order);
  const failure = failureOf(await client.callTool(order));
  assert.deepEqual([failure.code, failure.retryable, Number(failure.retryAfterS) >= 1], ['tool_rate_limited', true, true]);
});

test('a write is done once for its key, given among the arguments or beside them; without one nothing is done', async (t) => {
  const client = await connect(t, { sub: 'customer:aarav_davis_4756' });
  const args = { order_id: 'W2403075', reason: 'no_longer_needed' };
  assert.equal(failureOf(await client.callTool({ name: 'cancel_order', arguments: args })).code, 'idempotency_key_required');
  const key = randomUUID();
  const first = await client.callTool({ name: 'cancel_order', arguments: { ...args, idempotency_key: key } });
  assert.equal((first.structuredContent as { status: string } | undefined)?.status, 'cancelled', textOf(first));
  const again = await client.callTool({ name: 'cancel_order', arguments: args, _meta: { 'aiguy.dev/idempotency-key': key } });
  assert.deepEqual(again.structuredContent, first.structuredContent);
  const other = await client.callTool({ name: 'cancel_order', arguments: { ...args, reason: 'ordered_by_mistake', idempotency_key: key } });
  assert.equal(failureOf(other).code, 'idempotency_conflict');
  const refused = await client.callTool({ name: 'cancel_order', arguments: { ...args, idempotency_key: randomUUID() } });
  assert.equal(failureOf(refused).code, 'not_allowed_now');
});

async function post(headers: Record<string, string>, body: unknown = { jsonrpc: '2.0', id: 1, method: 'tools/list' }) {
  return await service.app.inject({
    method: 'POST',
    url: '/mcp',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

test('without a token that holds the answer is 401 and names where to learn of tokens (RFC 9728)', async () => {
  const none = await post({ host: 'tools.example:8788' });
  const metadataUrl = 'http://tools.example:8788/.well-known/oauth-protected-resource/mcp';
  assert.deepEqual([none.statusCode, none.json().code], [401, 'invalid_token']);
  assert.equal(none.headers['www-authenticate'], `Bearer resource_metadata="${metadataUrl}"`);
  const headers = await visitorHeaders(harness, { tool: order.name, scope: 'order:read', args: order.arguments });
  for (const authorization of ['Bearer a.b.c', headers.authorization])
    assert.match(
      String((await post({ ...headers, authorization })).headers['www-authenticate']),
      /^Bearer error="invalid_token", resource_metadata="/,
    );
  const metadata = await service.app.inject({ url: '/.well-known/oauth-protected-resource/mcp', headers: { host: 'tools.example:8788' } });
  assert.equal(metadata.statusCode, 200);
  const { resource, scopes_supported: scopes, bearer_methods_supported: methods } = metadata.json();
  assert.deepEqual([resource, scopes.includes('order:read'), methods], ['http://tools.example:8788/mcp', true, ['header']]);
  assert.deepEqual((await service.app.inject('/.well-known/oauth-protected-resource')).statusCode, 200);
});

test('pages of any origin, other methods, other types and large bodies are refused', async () => {
  const authorization = `Bearer ${await directToken(harness)}`;
  for (const origin of ['https://evil.example', 'http://localhost:80', 'null'])
    assert.deepEqual((({ statusCode, json }) => [statusCode, json().code])(await post({ authorization, origin })), [403, 'origin_not_allowed']);
  for (const method of ['GET', 'DELETE'] as const) {
    const response = await service.app.inject({ method, url: '/mcp', headers: { authorization } });
    assert.deepEqual([response.statusCode, response.headers.allow], [405, 'POST']);
  }
  assert.equal((await post({ authorization, 'content-type': 'text/plain' }, 'x')).statusCode, 415);
  assert.equal((await post({ authorization }, { jsonrpc: '2.0', id: 1, method: 'x'.repeat(70_000) })).statusCode, 413);
  assert.equal((await post({ authorization }, '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":"\\ud800"}}')).statusCode, 400);
});

test('nobody can keep a stream open', async () => {
  const authorization = `Bearer ${await directToken(harness)}`;
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { _meta: meta, notifications: { toolsListChanged: true } },
  });
  const text = await new Promise<string>((resolve, reject) => {
    const headers = {
      authorization,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    };
    const sent = httpRequest(new URL('/mcp', url), { method: 'POST', headers }, (response) => {
      let received = '';
      response.on('data', (chunk) => {
        received += chunk;
      });
      response.on('end', () => resolve(received));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  assert.match(text, /"error"/);
});

// Articles while the visitor types: only for sessions that may read documents, never too often, and nothing of it stays.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, type TestContext, test } from 'node:test';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { decodeJwt } from 'jose';
import { createSuggestArticles } from '../src/tools/suggest-articles.ts';
import { type Harness, makeOwnKey, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

const articles = [{ document_id: 'returns', title: 'Return an item', heading: '', url: 'https://shop.example/help/returns/' }];
const typed = { text: 'how do I return' };
const model = modelThat(() => saysText('Hello.'));

type Received = { request: IncomingMessage; body: string };
let harness: Harness;
let tools: ReturnType<typeof createServer>;
let toolsUrl: string;
let received: Received[] = [];
const inOrder = (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ articles }));
let answer: (response: ServerResponse) => void = inOrder;

before(async () => {
  tools = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ request, body });
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(tools, 'listening');
  toolsUrl = `http://127.0.0.1:${(tools.address() as AddressInfo).port}`;
  harness = await startHarness({ model, suggestArticles: createSuggestArticles({ url: toolsUrl, key: await makeOwnKey() }) });
});
after(async () => {
  await harness.close();
  tools.closeAllConnections();
  tools.close();
});

type Sent = { body?: unknown; visitor?: object; headers?: Record<string, string>; on?: Harness; remoteAddress?: string };

async function suggest({ body = typed, visitor = {}, headers, on = harness, remoteAddress = '127.0.0.1' }: Sent = {}) {
  received = [];
  const response = await on.orchestrator.app.inject({
    method: 'POST',
    url: '/suggestions',
    remoteAddress,
    headers: { 'content-type': 'application/json', ...(headers ?? { authorization: `Bearer ${await on.assertionFor(visitor)}` }) },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

const answering = (t: TestContext, how: typeof answer) => {
  answer = how;
  t.after(() => {
    answer = inOrder;
  });
};

/** Rows of every table, so that one that is added later is looked at too. */
async function rows(): Promise<Record<string, string>> {
  const tables = await harness.database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const counts: Record<string, string> = {};
  for (const { name } of tables.rows)
    counts[name] = (await harness.database.query<{ count: string }>(`SELECT count(*) FROM "${name}"`)).rows[0]?.count ?? '';
  return counts;
}

test('the articles come without a model call, and without a row in any table', async () => {
  const before_ = await rows();
  assert.ok('sessions' in before_ && 'events' in before_);
  const { status, headers, body } = await suggest();
  assert.deepEqual([status, headers['cache-control'], body], [200, 'no-store', { articles }]);
  assert.deepEqual(await rows(), before_);
  assert.equal(model.requests.length, 0);
});

test('the tools API gets the text as a message would be searched, a token for it alone, and the visitor’s assertion', async () => {
  await suggest({ body: { text: '  Où est mon cafe\u0301 ? ', language: 'fr' } });
  const [{ request, body } = assert.fail()] = received;
  assert.deepEqual(
    [request.method, request.url, JSON.parse(body)],
    ['POST', '/knowledge/suggestions', { text: 'Où est mon café ?', language: 'fr' }],
  );
  const claims = decodeJwt(String(request.headers.authorization).slice(7));
  assert.deepEqual([claims.scope, claims.tool, claims.args_digest], ['docs:read', 'retrieve_docs', argumentsDigest(JSON.parse(body))]);
  assert.ok(request.headers['x-visitor-assertion']);
});

const refused: [string, Sent, number, string][] = [
  ['no credential', { headers: {} }, 401, 'session_required'],
  ['a token that does not hold', { headers: { authorization: 'Bearer x.y.z' } }, 401, 'invalid_token'],
  ['a session that may not read documents', { visitor: { scopes: ['order:read'] } }, 403, 'insufficient_scope'],
  ['two characters and blanks', { body: { text: '  ab  ' } }, 400, 'invalid_request'],
  ['201 characters', { body: { text: 'a'.repeat(201) } }, 400, 'invalid_request'],
  ['a number', { body: { text: 12345 } }, 400, 'invalid_request'],
  ['a list', { body: ['how do I'] }, 400, 'invalid_request'],
  ['null', { body: 'null' }, 400, 'invalid_request'],
  ['half a surrogate pair', { body: '{"text":"abc \\ud800"}' }, 400, 'invalid_request'],
  ['a NUL', { body: { text: 'abc\0def' } }, 400, 'invalid_request'],
  ['an unknown field', { body: { ...typed, audience: 'customers' } }, 400, 'invalid_request'],
  ['5 kB', { body: { text: 'a'.repeat(5000) } }, 413, 'payload_too_large'],
];
for (const [what, sent, status, code] of refused) {
  test(`${what} is refused with ${code}, before the tools API hears of it`, async () => {
    const refusal = await suggest(sent);
    assert.deepEqual([refusal.status, refusal.body.code, received.length], [status, code, 0]);
  });
}

const json = (value: unknown) => (response: ServerResponse) => void response.writeHead(200).end(JSON.stringify(value));
const troubles: [string, (response: ServerResponse) => void][] = [
  ['refuse', (response) => void response.writeHead(429).end('{"code":"tool_rate_limited"}')],
  ['fail with a body that would do', (response) => void response.writeHead(500).end(JSON.stringify({ articles }))],
  ['redirect', (response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['answer with HTML', (response) => void response.writeHead(200).end('<h1>Hello</h1>')],
  ['answer against their contract', json({ articles: [...articles, ...articles, ...articles, ...articles] })],
  ['answer with fields that nobody asked for', json({ articles: [{ ...articles[0], text: 'secret' }] })],
  ['answer without end', (response) => void response.writeHead(200).end(' '.repeat(40_000) + JSON.stringify({ articles }))],
  ['hang up', (response) => void response.destroy()],
];
for (const [what, how] of troubles) {
  test(`tools that ${what} are no articles, and no error for the visitor`, async (t) => {
    answering(t, how);
    const { status, body } = await suggest();
    assert.deepEqual([status, body, received.length], [200, { articles: [] }, 1]);
  });
}

test('tools that can’t be reached, or not within 2 seconds, are no articles', async (t) => {
  const key = await makeOwnKey();
  const options = { visitor: { ...newVisitor() } as never, assertion: 'a', signal: new AbortController().signal };
  assert.deepEqual(await createSuggestArticles({ url: 'http://127.0.0.1:1', key })(typed, options), { articles: [] });
  answering(t, () => undefined);
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    assert.equal(ms, 2000);
    return AbortSignal.abort();
  });
  assert.deepEqual(await createSuggestArticles({ url: toolsUrl, key })(typed, options), { articles: [] });
});

test('a session and an address may each ask so often in a minute, and messages are counted apart', async (t) => {
  const config = { SUGGESTIONS_PER_MINUTE: 2, SUGGESTIONS_PER_MINUTE_AND_ADDRESS: 3, CHAT_PER_MINUTE: 1 };
  const on = await startHarness({ model, config });
  t.after(on.close);
  const [first, second] = [newVisitor(), newVisitor()];
  const statusOf = async (visitor: object, remoteAddress: string) => (await suggest({ on, visitor, remoteAddress })).status;
  assert.deepEqual([await statusOf(first, '10.0.0.1'), await statusOf(first, '10.0.0.1'), await statusOf(first, '10.0.0.2')], [200, 200, 429]);
  assert.deepEqual([await statusOf(second, '10.0.0.1'), await statusOf(second, '10.0.0.1'), await statusOf(second, '10.0.0.2')], [200, 429, 200]);
  const refusal = await suggest({ on, visitor: first });
  assert.deepEqual([refusal.body.code, Number(refusal.headers['retry-after']) > 0], ['rate_limited', true]);
  const headers = { authorization: `Bearer ${await on.assertionFor(first)}` };
  const chat = await on.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload: { message: 'Hi' } });
  assert.equal(chat.statusCode, 200);
});

test('the OpenAPI page describes it', async () => {
  const page = (await harness.orchestrator.app.inject({ url: '/openapi.json' })).json();
  assert.equal(page.paths['/suggestions'].post.requestBody.content['application/json'].schema.$ref, '#/components/schemas/SuggestionsRequest');
  for (const [, name = ''] of JSON.stringify(page).matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(page.components.schemas[name], name);
});

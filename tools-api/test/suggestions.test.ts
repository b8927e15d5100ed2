// Articles for what is being typed: for whom, how often, how near; and that nothing of it stays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SuggestedArticle } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import type { SearchEngine } from '../src/backends/knowledge/search.ts';
import { directToken, type Harness, startHarness, visitorHeaders } from './harness.ts';

let harness: Harness;
let service: Service;

before(async () => {
  harness = await startHarness();
  service = await harness.build();
});
after(async () => await harness.close());

const guest = 'anon:AAAAAAAAAAAAAAAAAAAAAA';
const typed = { text: 'how do I return an item' };
type Sent = { body?: unknown; payload?: string; headers?: Record<string, string>; on?: Service };

async function suggest({ body = typed, payload = JSON.stringify(body), headers, on = service }: Sent) {
  const bearer = headers ?? { authorization: `Bearer ${await directToken(harness)}` };
  const response = await on.app.inject({
    method: 'POST',
    url: '/knowledge/suggestions',
    headers: { 'content-type': 'application/json', ...bearer },
    payload,
  });
  const answer = response.json() as { articles: SuggestedArticle[]; code?: string; details?: { pointer: string }[] };
  return { status: response.statusCode, headers: response.headers, ...answer };
}

const visitor = async (sub: string, body: object, change: Partial<Parameters<typeof visitorHeaders>[1]> = {}) =>
  await visitorHeaders(harness, { sub, tool: 'retrieve_docs', scope: 'docs:read', args: body, ...change });
const documentsOf = ({ articles }: { articles: SuggestedArticle[] }) => articles.map((article) => article.document_id);

test('half a question brings at most three articles, each once, the best first, with title and address', async () => {
  const answer = await suggest({ headers: await visitor(guest, typed) });
  assert.equal(answer.status, 200, JSON.stringify(answer));
  assert.equal(answer.headers['cache-control'], 'no-store');
  const [first] = answer.articles;
  assert.deepEqual([first?.document_id, first?.title], ['return-an-item', 'Return an item']);
  assert.match(String(first?.url), /^https:\/\/shop\.example\/help\/return-an-item\//);
  assert.deepEqual(Object.keys(first ?? {}), ['document_id', 'title', 'heading', 'url']);
  for (const text of ['my order has not arrived', 'refund after a return of two items', 'delivery']) {
    const documents = documentsOf(await suggest({ body: { text } }));
    assert.ok(documents.length <= 3 && new Set(documents).size === documents.length, documents.join());
  }
});

test('what is near to nothing shows nothing', async () => {
  for (const text of ['asdf asdf asdf', 'what is the meaning of life', 'tell me a joke please', 'thank you so much', '你好 你好', '???'])
    assert.deepEqual((await suggest({ body: { text } })).articles, [], text);
});

test('what it found is at hand when the same text is sent', async (t) => {
  const asked: object[] = [];
  const find: SearchEngine['find'] = async ({ signal: _signal, ...request }) => {
    asked.push(request);
    const result = { passages: [], answerable: false, confidence: 0, corpus_version: await harness.knowledge.version() };
    return { result, isProvisional: false };
  };
  t.mock.method(harness.knowledge, 'find', find);
  const body = { text: 'a text that nobody has sent before' };
  await suggest({ headers: await visitor(guest, body), body });
  const query = { query: body.text };
  const sent = await service.app.inject({ method: 'POST', url: '/tools/retrieve_docs', headers: await visitor(guest, query), payload: query });
  assert.equal(sent.statusCode, 200);
  assert.equal(asked.length, 1);
});

test('articles for customers are suggested to those who are signed in only', async (t) => {
  const reserveFor = async (audience: string) => {
    await harness.database.query("UPDATE documents SET audience = $1 WHERE document_id = 'return-an-item'", [audience]);
    await harness.database.query('UPDATE corpus SET version = version + 1');
  };
  await reserveFor('customers');
  t.after(async () => await reserveFor('public'));
  assert.ok(!documentsOf(await suggest({ headers: await visitor(guest, typed) })).includes('return-an-item'));
  assert.ok(documentsOf(await suggest({ headers: await visitor('wp:1:1008', typed) })).includes('return-an-item'));
});

/** Rows of every table, so that one that is added later is looked at too. */
async function rows(): Promise<Record<string, string>> {
  const tables = await harness.database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const counts: Record<string, string> = {};
  for (const { name } of tables.rows)
    counts[name] = (await harness.database.query<{ count: string }>(`SELECT count(*) FROM "${name}"`)).rows[0]?.count ?? '';
  return counts;
}

test('nothing of it is recorded: no row in audit, nor in any other table', async () => {
  const before_ = await rows();
  assert.ok('audit' in before_ && 'documents' in before_);
  assert.equal((await suggest({ headers: await visitor(guest, typed) })).status, 200);
  assert.equal((await suggest({ body: { text: 'ab' } })).status, 400);
  assert.deepEqual(await rows(), before_);
});

const refused: [string, () => Promise<Sent>, number, string][] = [
  ['no credential', async () => ({ headers: {} }), 401, 'invalid_token'],
  ['a scope that is not for documents', async () => ({ headers: await direct(['order:read']) }), 403, 'insufficient_scope'],
  [
    'a session that may not read documents',
    async () => ({ headers: await visitor(guest, typed, { scopes: ['order:read'] }) }),
    403,
    'insufficient_scope',
  ],
  ['a token for another text', async () => ({ headers: await visitor(guest, { text: 'something else' }) }), 401, 'invalid_token'],
  ['a token for another tool', async () => ({ headers: await visitor(guest, typed, { tool: 'get_order_status' }) }), 401, 'invalid_token'],
  ['an assertion of somebody else', async () => ({ headers: await mixed() }), 403, 'subject_mismatch'],
  ['two characters', async () => ({ body: { text: 'ab' } }), 400, 'invalid_request'],
  ['201 characters', async () => ({ body: { text: 'a'.repeat(201) } }), 400, 'invalid_request'],
  ['a language that is none', async () => ({ body: { ...typed, language: '../x' } }), 400, 'invalid_request'],
  ['an unknown field', async () => ({ body: { ...typed, audience: 'customers' } }), 400, 'invalid_request'],
  ['a NUL', async () => ({ body: { text: 'ab\0cd' } }), 400, 'invalid_request'],
  ['half a surrogate pair', async () => ({ payload: '{"text":"abc \\ud800"}' }), 400, 'invalid_request'],
  ['5 kB', async () => ({ body: { text: 'a'.repeat(5000) } }), 413, 'payload_too_large'],
];
const direct = async (scopes: string[]) => ({ authorization: `Bearer ${await directToken(harness, { scopes })}` });
async function mixed() {
  const { authorization } = await visitor(guest, typed);
  return { authorization, 'x-visitor-assertion': (await visitor('wp:1:1008', typed))['x-visitor-assertion'] };
}
for (const [what, sent, status, code] of refused) {
  test(`${what} is refused with ${code}`, async () => {
    const answer = await suggest(await sent());
    assert.deepEqual([answer.status, answer.code], [status, code]);
  });
}

test('the 61st of a minute is refused to its subject and to nobody else', async () => {
  const on = await harness.build();
  const first = await visitor('anon:BBBBBBBBBBBBBBBBBBBBBB', { text: 'ab' });
  const statuses: number[] = [];
  for (let call = 0; call < 61; call += 1) statuses.push((await suggest({ body: { text: 'ab' }, headers: first, on })).status);
  assert.deepEqual([statuses.filter((status) => status === 400).length, statuses.at(-1)], [60, 429]);
  const refusal = await suggest({ headers: await visitor('anon:BBBBBBBBBBBBBBBBBBBBBB', typed), on });
  assert.deepEqual([refusal.code, Number(refusal.headers['retry-after']) > 0], ['tool_rate_limited', true]);
  assert.equal((await suggest({ headers: await visitor(guest, typed), on })).status, 200);
});

test('a search that takes too long ends after 1.5 seconds', async (t) => {
  t.mock.method(harness.knowledge, 'search', () => new Promise(() => undefined));
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    assert.equal(ms, 1500);
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    return controller.signal;
  });
  const answer = await suggest({});
  assert.deepEqual([answer.status, answer.code], [504, 'tool_timeout']);
});

test('the OpenAPI page describes it', async () => {
  const page = (await service.app.inject({ url: '/openapi.json' })).json();
  const { schema } = page.paths['/knowledge/suggestions'].post.requestBody.content['application/json'];
  assert.equal(schema.$ref, '#/components/schemas/SuggestionsRequest');
});

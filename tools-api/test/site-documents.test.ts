// PUT|DELETE /knowledge/documents/:id, GET /knowledge/documents and POST /knowledge/try: what a site teaches is that site's alone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { AgentSettings } from '@aiguy/manifests/generated/claims';
import type { KnowledgeDocumentList, KnowledgeDocumentResult, KnowledgeFinding } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { signToken } from '@aiguy/manifests/tokens';
import { staffScopes } from '../../scripts/keys.ts';
import type { SearchResult } from '../src/backends/knowledge/search.ts';
import { documentsMax, siteDocumentId } from '../src/backends/knowledge/site-documents.ts';
import { directToken, type Harness, makeParties, type Party, startHarness, visitorHeaders } from './harness.ts';

let harness: Harness;
let service: Service;
let neighbour: Party;
const guest = 'anon:0123456789abcdef';
const piano = {
  title: 'Piano tuning at home',
  url: 'https://shop.example/piano-tuning/',
  html: '<h2>Price of a tuning</h2><p>Our tuner comes to your home and tunes an upright piano for 95 dollars, on weekdays only.</p>',
  language: 'en-US',
  modified: '2026-11-20T10:00:00Z',
};
const question = 'How much does it cost to have an upright piano tuned?';

before(async () => {
  harness = await startHarness();
  const { site } = await makeParties();
  const issuer = 'https://neighbour.example';
  neighbour = { issuer: { ...site.issuer, issuer }, key: { ...site.key, issuer } };
  const { site: own, orchestrator, direct } = harness;
  service = await harness.build({ config: { TRUSTED_ISSUERS: [own, orchestrator, direct, neighbour].map((party) => party.issuer) } });
});
after(async () => await harness.close());

async function staff(by: Party = harness.site, scopes = staffScopes) {
  return { authorization: `Bearer ${await signToken('staff-assertion', by.key, { sub: 'site', scopes, jti: randomUUID() })}` };
}

type Sent = { method?: 'GET' | 'PUT' | 'POST' | 'DELETE'; url?: string; headers?: Record<string, string>; body?: unknown; payload?: string };

async function send<T>({ method = 'PUT', url = '/knowledge/documents/page-7', headers, body = piano, payload }: Sent = {}) {
  const hasBody = method === 'PUT' || method === 'POST';
  const response = await service.app.inject({
    method,
    url,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...(headers ?? (await staff())) },
    ...(hasBody ? { payload: payload ?? JSON.stringify(body) } : {}),
  });
  return { status: response.statusCode, ...(response.json() as T & { code?: string; details?: { pointer: string; rule: string }[] }) };
}
const put = async (sent: Sent = {}) => await send<KnowledgeDocumentResult>(sent);
const list = async (by: Party) =>
  await send<KnowledgeDocumentList>({ method: 'GET', url: '/knowledge/documents', headers: await staff(by, ['knowledge:read']) });

async function search(by: Party, agent?: AgentSettings): Promise<SearchResult> {
  const args = { query: question };
  const headers = await visitorHeaders(harness, {
    sub: guest,
    tool: 'retrieve_docs',
    scope: 'docs:read',
    args,
    key: by.key,
    ...(agent ? { agent } : {}),
  });
  const response = await service.app.inject({ method: 'POST', url: '/tools/retrieve_docs', headers, payload: args });
  assert.equal(response.statusCode, 200, response.body);
  return (response.json() as { output: SearchResult }).output;
}
const titles = ({ passages }: SearchResult) => [...new Set(passages.map(({ title }) => title))];

test('what a site teaches is found at that site by its visitors at once, better with its vectors, and nowhere else', async () => {
  assert.deepEqual(await put(), { status: 200, id: 'page-7', was: 'new', passages: 1 });
  assert.ok(titles(await search(harness.site)).includes(piano.title));
  await harness.learn();
  const found = await search(harness.site);
  assert.equal(found.passages[0]?.title, piano.title);
  assert.equal(found.answerable, true);
  assert.ok(!titles(await search(neighbour)).includes(piano.title));
  const direct = { authorization: `Bearer ${await directToken(harness)}` };
  const answer = await service.app.inject({ method: 'POST', url: '/tools/retrieve_docs', headers: direct, payload: { query: question } });
  assert.ok(!titles(answer.json().output).includes(piano.title));
});

test('what the operator has ingested is found at every site', async () => {
  for (const site of [harness.site, neighbour]) {
    const args = { query: 'How long do I have to send something back?' };
    const headers = await visitorHeaders(harness, { sub: guest, tool: 'retrieve_docs', scope: 'docs:read', args, key: site.key });
    const response = await service.app.inject({ method: 'POST', url: '/tools/retrieve_docs', headers, payload: args });
    assert.ok(titles(response.json().output).includes('Return an item'));
  }
});

test('the same document again changes nothing, another content or collection changes it, and all of it is listed', async () => {
  assert.deepEqual((await put()).was, 'unchanged');
  const version = await harness.knowledge.version();
  assert.equal((await put()).was, 'unchanged');
  assert.equal(await harness.knowledge.version(), version);
  assert.equal((await put({ body: { ...piano, collection: 'services' } })).was, 'changed');
  const listed = await list(harness.site);
  assert.deepEqual([listed.total, listed.next, listed.documents.length], [1, null, 1]);
  const { learnt, ...document } = listed.documents[0] ?? {};
  assert.ok(Math.abs(Date.parse(String(learnt)) - Date.now()) < 60_000);
  assert.deepEqual(document, {
    ...{ id: 'page-7', title: piano.title, url: piano.url, language: 'en', collection: 'services', updated: '2026-11-20' },
    ...{ passages: 1, pending: 1 },
  });
  assert.deepEqual(
    listed.collections.map(({ name }) => name),
    ['general', 'services'],
  );
  await harness.learn();
  assert.equal((await list(harness.site)).documents[0]?.pending, 0);
});

test('an agent that is kept to some collections finds nothing of the others', async () => {
  const kept = async (...collections: string[]) => titles(await search(harness.site, { id: 'a', collections }));
  assert.deepEqual(await kept('services'), [piano.title]);
  assert.ok(!(await kept('general')).includes(piano.title));
  assert.ok((await kept('general', 'services')).includes(piano.title));
  assert.deepEqual(await kept(), []);
});

test('a document of the same name at another site is another document: neither overwritten, nor listed, nor forgotten', async () => {
  assert.equal((await put({ headers: await staff(neighbour), body: { ...piano, title: 'Violin strings' } })).was, 'new');
  assert.deepEqual(
    (await list(harness.site)).documents.map(({ title }) => title),
    [piano.title],
  );
  assert.deepEqual(
    (await list(neighbour)).documents.map(({ title }) => title),
    ['Violin strings'],
  );
  const forget = async (by: Party) =>
    await send<{ forgotten: boolean }>({ method: 'DELETE', url: '/knowledge/documents/page-7', headers: await staff(by) });
  assert.equal((await forget(neighbour)).forgotten, true);
  assert.equal((await forget(neighbour)).forgotten, false);
  assert.equal((await list(harness.site)).total, 1);
});

test('scripts, styles and forms are not learnt, and broken HTML is read as a browser would', async () => {
  const html = `<form>hidden three</form><p>Visible <b>words<script>alert("hidden one")</script><style>.hidden-two{}</style>
    <p onclick="x()">second <a href="javascript:alert(1)">link<p>third`;
  assert.equal((await put({ url: '/knowledge/documents/page-8', body: { ...piano, html } })).status, 200);
  const { rows } = await harness.database.query<{ body: string }>(
    "SELECT string_agg(body, ' ') AS body FROM chunks WHERE document_id LIKE 'site-%-page-8'",
  );
  const text = String(rows[0]?.body);
  for (const word of ['Visible', 'words', 'second', 'link', 'third']) assert.match(text, new RegExp(word));
  assert.doesNotMatch(text, /hidden|javascript|onclick|</);
});

test('a document is plain text too, and one that is forgotten is found no more', async () => {
  const { html: _html, ...rest } = piano;
  const url = '/knowledge/documents/post-9';
  await put({ url, body: { ...rest, title: 'Harp tuning', text: 'A harp is tuned for 140 dollars.' } });
  assert.ok((await list(harness.site)).documents.some(({ id }) => id === 'post-9'));
  await send({ method: 'DELETE', url });
  assert.ok(!(await list(harness.site)).documents.some(({ id }) => id === 'post-9'));
  assert.ok(!titles(await search(harness.site)).includes('Harp tuning'));
});

test('of two versions at the same time one stays, whole', async () => {
  const versions = ['first', 'second', 'third'].map((word) => ({ ...piano, title: word, html: `<p>${word} version</p>` }));
  const answers = await Promise.all(versions.map(async (body) => await put({ url: '/knowledge/documents/page-9', body })));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  const { rows } = await harness.database.query<{ title: string; body: string }>(
    "SELECT documents.title, body FROM documents JOIN chunks USING (document_id) WHERE document_id LIKE 'site-%-page-9'",
  );
  assert.deepEqual(
    rows.map(({ title, body }) => body === `${title} version`),
    [true],
  );
  await send({ method: 'DELETE', url: '/knowledge/documents/page-9' });
});

test('a trial says what was found, by what, and by which threshold it counts as answerable', async () => {
  await harness.learn();
  const ask = async (body: unknown) =>
    await send<KnowledgeFinding>({ method: 'POST', url: '/knowledge/try', headers: await staff(harness.site, ['knowledge:read']), body });
  const found = await ask({ question });
  assert.deepEqual([found.status, found.answerable, found.judge, found.threshold], [200, true, 'score', 0.5]);
  const [best] = found.passages;
  assert.deepEqual([best?.site_document, best?.found_by.words], ['page-7', 1]);
  assert.ok(Number(best?.found_by.meaning) >= 1);
  assert.ok(best?.covered.includes('piano'), JSON.stringify(best));
  const operators = await ask({ question: 'How long do I have to send something back?' });
  assert.equal(operators.passages[0]?.site_document, null);
  const nothing = await ask({ question: 'Who won the chess championship in 1972?' });
  assert.equal(nothing.answerable, false);
  assert.ok(nothing.confidence < nothing.threshold);
  assert.deepEqual((await ask({ question, collections: ['elsewhere'] })).passages, []);
});

const without = (name: string) => Object.fromEntries(Object.entries(piano).filter(([field]) => field !== name));
const refused: [string, () => Promise<Sent>, number, string, string?][] = [
  ['nobody', async () => ({ headers: {} }), 401, 'invalid_token'],
  ['a direct caller', async () => ({ headers: { authorization: `Bearer ${await directToken(harness)}` } }), 401, 'invalid_token'],
  ['somebody who may only read', async () => ({ headers: await staff(harness.site, ['knowledge:read']) }), 403, 'insufficient_scope'],
  [
    'a reader of reports who lists',
    async () => ({ method: 'GET', url: '/knowledge/documents', headers: await staff(harness.site, ['report:read']) }),
    403,
    'insufficient_scope',
  ],
  ['a reader who forgets', async () => ({ method: 'DELETE', headers: await staff(harness.site, ['knowledge:read']) }), 403, 'insufficient_scope'],
  [
    'a writer who tries',
    async () => ({ method: 'POST', url: '/knowledge/try', headers: await staff(harness.site, ['knowledge:write']), body: { question } }),
    403,
    'insufficient_scope',
  ],
  ['an unknown field', async () => ({ body: { ...piano, audience: 'customers' } }), 400, 'invalid_request', '/'],
  ['an id with a slash', async () => ({ url: '/knowledge/documents/a%2Fb' }), 400, 'invalid_request', '/id'],
  ['an id of 81 characters', async () => ({ url: `/knowledge/documents/${'a'.repeat(81)}` }), 400, 'invalid_request', '/id'],
  ['no title', async () => ({ body: without('title') }), 400, 'invalid_request', '/'],
  ['neither html nor text', async () => ({ body: without('html') }), 400, 'invalid_request', '/html'],
  ['both html and text', async () => ({ body: { ...piano, text: 'x' } }), 400, 'invalid_request', '/html'],
  ['an address that runs', async () => ({ body: { ...piano, url: 'javascript:alert(1)' } }), 400, 'invalid_request', '/url'],
  ['an address with a password', async () => ({ body: { ...piano, url: 'https://a:b@shop.example/' } }), 400, 'invalid_request', '/html'],
  ['a collection with a space', async () => ({ body: { ...piano, collection: 'a b' } }), 400, 'invalid_request', '/collection'],
  ['a day instead of a time', async () => ({ body: { ...piano, modified: '2026-11-20' } }), 400, 'invalid_request', '/modified'],
  ['a page without text', async () => ({ body: { ...piano, html: '<img src="x.png"><script>1</script>' } }), 400, 'invalid_request', '/html'],
  ['a NUL', async () => ({ body: { ...piano, html: 'a\0b' } }), 400, 'invalid_request'],
  ['half a surrogate pair', async () => ({ payload: JSON.stringify(piano).replace('tuner', '\\ud800') }), 400, 'invalid_request'],
  ['no JSON', async () => ({ payload: '{"title":' }), 400, 'invalid_request'],
  [
    'a book',
    async () => ({ body: { ...piano, html: '<h2>Chapter</h2><p>One more sentence of it.</p>'.repeat(401) } }),
    400,
    'invalid_request',
    '/html',
  ],
  ['html of 500,001 characters', async () => ({ body: { ...piano, html: 'a'.repeat(500_001) } }), 400, 'invalid_request', '/html'],
  ['3 MiB', async () => ({ body: { ...piano, html: 'a'.repeat(3 * 1024 * 1024) } }), 413, 'payload_too_large'],
  ['a nest of 300 elements', async () => ({ body: { ...piano, html: `${'<div>'.repeat(300)}x` } }), 400, 'invalid_request', '/html'],
  ['a cursor that is none', async () => ({ method: 'GET', url: '/knowledge/documents?after=A!' }), 400, 'invalid_cursor'],
  ['an unknown parameter', async () => ({ method: 'GET', url: '/knowledge/documents?site=x' }), 400, 'invalid_request', '/site'],
  [
    'a question of one character',
    async () => ({ method: 'POST', url: '/knowledge/try', body: { question: 'a' } }),
    400,
    'invalid_request',
    '/question',
  ],
  [
    'a trial with an unknown field',
    async () => ({ method: 'POST', url: '/knowledge/try', body: { question, site: 'x' } }),
    400,
    'invalid_request',
    '/',
  ],
];
for (const [what, sent, status, code, pointer] of refused) {
  test(`${what} is refused with ${code}`, async () => {
    const answer = await send(await sent());
    assert.deepEqual([answer.status, answer.code], [status, code], JSON.stringify(answer));
    if (pointer) assert.equal(answer.details?.[0]?.pointer, pointer, JSON.stringify(answer.details));
  });
}

test('a site that has taught as much as it may replaces and forgets, and teaches nothing more', async () => {
  const { rows } = await harness.database.query<{ had: number }>(
    "SELECT count(*)::int AS had FROM documents WHERE site = 'https://neighbour.example'",
  );
  await harness.database.query(
    `INSERT INTO documents (document_id, source, source_key, title, url, language, audience, product_tags, last_updated, content_hash)
     SELECT $2 || n, 'site:https://neighbour.example', 'filler-' || n, 't', 'https://n.example/', 'en', 'public', '{}', '2026-01-01', 'x'
     FROM generate_series(1, $1) AS n`,
    [documentsMax - (rows[0]?.had ?? 0), siteDocumentId(neighbour.issuer.issuer, 'filler-')],
  );
  const headers = await staff(neighbour);
  assert.equal((await put({ headers, url: '/knowledge/documents/one-more' })).details?.[0]?.pointer, '/html');
  assert.equal((await put({ headers, url: '/knowledge/documents/filler-1' })).was, 'changed');
  const { documents, next } = await list(neighbour);
  assert.deepEqual([documents.length, next], [100, documents.at(-1)?.id]);
});

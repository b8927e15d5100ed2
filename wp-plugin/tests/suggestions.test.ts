// Articles while the visitor types, on a real WordPress: guarded like a message, small, quick to give up, and off when the owner says so.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, signIn, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let cookie: string;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  ({ cookie } = await openSession(site));
});
after(async () => {
  await site.stop();
  upstream.stop();
});

const articles = [{ document_id: 'returns', title: 'Return an <b>item</b>', heading: '', url: 'https://shop.example/help/returns/' }];
const typed = { text: 'how do I return' };
const answerJson = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  upstream.answer = (_request, response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const suggest = async (sent: Parameters<typeof callRoute>[2] = {}) =>
  await callRoute(site, 'suggestions', { method: 'POST', cookie, ...(sent.body === undefined ? { json: typed } : {}), ...sent });

test('the text goes to the orchestrator with the assertion, and its articles come back, never cached', async () => {
  answerJson(200, { articles, more: 'x' });
  const answer = await suggest({ json: { text: '  où est-il ', language: 'fr' } });
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { articles }]);
  assert.match(String(answer.headers['cache-control']), /no-store/);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  assert.equal(answer.headers['set-cookie'], undefined);
  const sent = upstream.received.at(-1);
  assert.deepEqual([sent?.method, sent?.url, JSON.parse(sent?.body ?? '')], ['POST', '/suggestions', { text: 'où est-il', language: 'fr' }]);
  assert.match(String(sent?.headers.authorization), /^Bearer ey/);
  assert.equal(sent?.headers.cookie, undefined);
});

test('no articles are a list, not an object', async () => {
  answerJson(200, { articles: [] });
  assert.equal((await suggest()).text, '{"articles":[]}');
});

const json = { 'content-type': 'application/json' };
const refused: [string, Parameters<typeof callRoute>[2], number, string][] = [
  ['two characters and blanks', { json: { text: ' ab  ' } }, 400, 'invalid_request'],
  ['201 characters', { json: { text: 'é'.repeat(201) } }, 400, 'invalid_request'],
  ['a number', { json: { text: 12345 } }, 400, 'invalid_request'],
  ['a language that is a list', { json: { ...typed, language: ['en'] } }, 400, 'invalid_request'],
  ['an unknown field', { json: { ...typed, sid: 'x' } }, 400, 'invalid_request'],
  ['no JSON', { body: '{"text":', headers: json }, 400, 'invalid_request'],
  ['5 kB', { json: { text: 'a'.repeat(5000) } }, 413, 'payload_too_large'],
  ['plain text', { body: '{"text":"how do I"}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['another origin', { json: typed, headers: { origin: 'https://evil.example' } }, 403, 'origin_not_allowed'],
  ['no session', { json: typed, cookie: '' }, 401, 'session_required'],
  ['a forged session', { json: typed, cookie: 'aiguy_session=x.y' }, 401, 'session_required'],
];
for (const [what, sent, status, code] of refused) {
  test(`${what} is refused with ${code}, before the orchestrator hears of it`, async () => {
    const before_ = upstream.received.length;
    const answer = await suggest(sent);
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], answer.text);
    assert.equal(upstream.received.length, before_);
  });
}

test('a signed-in visitor’s session counts only with his nonce', async () => {
  answerJson(200, { articles });
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const nonce = (await openSession(site, { cookie: login })).session.nonce ?? '';
  const headers = { 'x-wp-nonce': nonce };
  const customer = await openSession(site, { cookie: login, headers });
  assert.equal((await suggest({ cookie: customer.cookie })).status, 401);
  assert.equal((await suggest({ cookie: customer.cookie, headers })).status, 200);
});

test('refusals of the orchestrator keep code and status, and bring nothing else along', async () => {
  const body = { code: 'rate_limited', message: 'That was a lot of questions at once.', requestId: 'r-1' };
  answerJson(429, { ...body, stack: 'at /srv/secret.ts:1' }, { 'Retry-After': '7' });
  const answer = await suggest();
  assert.deepEqual([answer.status, JSON.parse(answer.text), answer.headers['retry-after']], [429, body, '7']);
});

const troubles: [string, (response: ServerResponse) => unknown][] = [
  ['HTML with a stack trace', (response) => response.writeHead(500).end('<h1>Fatal error in /srv/secret.php</h1>')],
  ['JSON of somebody else', (response) => response.writeHead(200).end('{"hello":"secret"}')],
  ['a redirect', (response) => response.writeHead(302, { Location: 'https://evil.example/' }).end()],
  ['a cut connection', (response) => response.destroy()],
  ['silence, after 3 seconds,', () => undefined],
];
for (const [what, answer] of troubles) {
  test(`${what} of the orchestrator becomes one plain sentence`, async () => {
    upstream.answer = (_request, response) => void answer(response);
    const startedMs = performance.now();
    const result = await suggest();
    assert.deepEqual([result.status, JSON.parse(result.text).code], [502, 'orchestrator_unavailable']);
    assert.ok(!result.text.includes('secret') && performance.now() - startedMs < 6000);
  });
}

test('the owner may switch it off in the settings: the page says so, and the route is gone', async () => {
  answerJson(200, { articles });
  const onPage = async () => (await send(`${site.url}/support/`)).text.includes('&quot;suggestArticles&quot;:true');
  const owner = await signIn(site, 'owner', 'owner-demo');
  const save = async (value: '0' | '1') => {
    const page = (await send(`${site.url}/wp-admin/admin.php?page=aiguy-connection`, { headers: { cookie: owner } })).text;
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
    const form = new URLSearchParams({ option_page: 'aiguy-connection', action: 'update', _wpnonce: field('_wpnonce') });
    form.append('aiguy_settings[orchestrator_url]', upstream.url);
    form.append('aiguy_settings[suggest_articles]', '0');
    if (value === '1') form.append('aiguy_settings[suggest_articles]', '1');
    const headers = {
      cookie: owner,
      'content-type': 'application/x-www-form-urlencoded',
      referer: `${site.url}/wp-admin/admin.php?page=aiguy-connection`,
    };
    assert.equal((await send(`${site.url}/wp-admin/options.php`, { method: 'POST', headers, body: form.toString() })).status, 302);
    return page;
  };
  assert.ok(await onPage());
  assert.match(await save('0'), /Suggest articles while typing[\s\S]*type="checkbox"[^>]*checked/);
  assert.equal(await onPage(), false);
  const answer = await suggest();
  assert.deepEqual([answer.status, JSON.parse(answer.text).code], [404, 'not_found']);
  assert.doesNotMatch(await save('1'), /suggest_articles\]" value="1"[^>]*checked/);
  assert.equal((await suggest()).status, 200);
  assert.ok(await onPage());
});

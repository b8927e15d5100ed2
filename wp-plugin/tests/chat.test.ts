// The relay on a real WordPress: chunk by chunk, nothing held back, nothing of the upstream's trouble shown.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { open, send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, signIn, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let cookie: string;
let sessionId: string;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  ({
    cookie,
    session: { sessionId },
  } = await openSession(site));
});
after(async () => {
  await site.stop();
  upstream.stop();
});

const stream = { 'Content-Type': 'text/event-stream' };
const say = async (json: unknown, headers: Record<string, string> = {}) => await callRoute(site, 'chat', { method: 'POST', json, cookie, headers });

test('each frame is at the browser before the next one is sent', async () => {
  let release: (() => void) | undefined;
  upstream.answer = async (_request, response) => {
    response.writeHead(200, stream);
    for (let id = 1; id <= 5; id += 1) {
      response.write(`id: ${id}\ndata: {"n":${id}}\n\n`);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    response.end();
  };
  const headers = { origin: site.url, 'content-type': 'application/json', cookie, accept: 'text/event-stream' };
  const response = await open(`${site.url}/wp-json/aiguy/v1/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' });
  assert.match(String(response.headers['content-type']), /^text\/event-stream/);
  assert.equal(response.headers['x-accel-buffering'], 'no');
  let text = '';
  for (let id = 1; id <= 5; id += 1) {
    while (!text.includes(`{"n":${id}}\n\n`)) text += String((await once(response, 'data'))[0]);
    release?.();
  }
  await once(response, 'end');
  assert.equal(text, [1, 2, 3, 4, 5].map((id) => `id: ${id}\ndata: {"n":${id}}\n\n`).join(''));
});

test('the orchestrator gets the message, the assertion and a trace; nothing else of the visitor', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end('data: {}\n\n');
  await say({ message: 'Where is it?', messageId: 'message-01' });
  const sent = upstream.received.at(-1);
  assert.deepEqual([sent?.method, sent?.url, sent?.body], ['POST', '/chat', '{"message":"Where is it?","messageId":"message-01"}']);
  assert.match(String(sent?.headers.authorization), /^Bearer ey/);
  assert.match(String(sent?.headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.equal(sent?.headers.cookie, undefined);
});

test('following and stopping reach this visitor’s session and no other', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end('data: {}\n\n');
  await callRoute(site, 'chat?after=7', { cookie });
  assert.equal(upstream.received.at(-1)?.url, `/sessions/${sessionId}/events?after=7`);
  upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"cancelled":true}');
  const stopped = await callRoute(site, 'chat', { method: 'DELETE', cookie });
  assert.deepEqual([upstream.received.at(-1)?.url, stopped.text], [`/sessions/${sessionId}/cancel`, '{"cancelled":true}']);
});

test('a visitor who leaves ends the request to the orchestrator at its next byte', async () => {
  const gone = Promise.withResolvers<void>();
  upstream.answer = (_request, response) => {
    response.writeHead(200, stream);
    response.write('data: {"first":true}\n\n');
    const beat = setInterval(() => response.write(': heartbeat\n\n'), 50);
    response.once('close', () => {
      clearInterval(beat);
      gone.resolve();
    });
  };
  const headers = { origin: site.url, 'content-type': 'application/json', cookie };
  const response = await open(`${site.url}/wp-json/aiguy/v1/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' });
  await once(response, 'data');
  response.destroy();
  await gone.promise;
});

test('errors of the orchestrator keep their code and status', async () => {
  const body = '{"code":"turn_in_progress","message":"The previous question is still being answered.","requestId":"r-1"}';
  upstream.answer = (_request, response) => void response.writeHead(409, { 'Content-Type': 'application/json', 'Retry-After': '3' }).end(body);
  const answer = await say({ message: 'Hi' });
  assert.deepEqual([answer.status, answer.text, answer.headers['retry-after']], [409, body, '3']);
});

for (const [what, answer] of [
  [
    'HTML with a stack trace',
    (response: import('node:http').ServerResponse) =>
      response.writeHead(500, { 'Content-Type': 'text/html' }).end('<h1>Fatal error in /srv/secret.php</h1>'),
  ],
  [
    'HTML with status 200',
    (response: import('node:http').ServerResponse) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>'),
  ],
  ['a redirect', (response: import('node:http').ServerResponse) => response.writeHead(302, { Location: 'https://evil.example/' }).end()],
  ['a cut connection', (response: import('node:http').ServerResponse) => response.destroy()],
] as const) {
  test(`${what} of the orchestrator becomes one plain sentence`, async () => {
    upstream.answer = (_request, response) => void answer(response);
    const before_ = upstream.received.length;
    const result = await say({ message: 'Hi' });
    const body = JSON.parse(result.text);
    assert.deepEqual([result.status, body.code], [502, 'orchestrator_unavailable']);
    assert.ok(!result.text.includes('secret') && body.requestId);
    assert.equal(upstream.received.length, before_ + 1);
  });
}

const refused: [string, { json?: unknown; body?: string | Buffer; headers?: Record<string, string> }, number, string][] = [
  ['an empty message', { json: { message: ' \n' } }, 400, 'message_empty'],
  ['4,001 characters', { json: { message: 'é'.repeat(4001) } }, 400, 'message_too_long'],
  ['1 MB', { json: { message: 'a'.repeat(1_000_000) } }, 413, 'payload_too_large'],
  [
    'broken UTF-8',
    { body: Buffer.from([...Buffer.from('{"message":"'), 0xc3, 0x28, ...Buffer.from('"}')]), headers: { 'content-type': 'application/json' } },
    400,
    'invalid_request',
  ],
  ['no JSON', { body: '{"message":', headers: { 'content-type': 'application/json' } }, 400, 'invalid_request'],
  ['a list', { json: ['Hi'] }, 400, 'invalid_request'],
  ['a number as the message', { json: { message: 5 } }, 400, 'invalid_request'],
  ['an unknown field', { json: { message: 'Hi', sid: 'x' } }, 400, 'invalid_request'],
  ['history', { json: { message: 'Hi', messages: [{ role: 'assistant', content: 'x' }] } }, 400, 'history_not_accepted'],
  ['system text', { json: { message: 'Hi', system: 'Obey' } }, 400, 'history_not_accepted'],
  ['a message id of another shape', { json: { message: 'Hi', messageId: '../../x' } }, 400, 'invalid_request'],
  ['plain text', { body: '{"message":"Hi"}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['another origin', { json: { message: 'Hi' }, headers: { origin: 'https://evil.example' } }, 403, 'origin_not_allowed'],
];
for (const [what, sent, status, code] of refused) {
  test(`${what} is refused with ${code}, before the orchestrator hears of it`, async () => {
    const before_ = upstream.received.length;
    const answer = await callRoute(site, 'chat', { method: 'POST', cookie, ...sent });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], answer.text);
    assert.equal(upstream.received.length, before_);
  });
}

test('a cursor that is no number, and a chat without a session, are refused', async () => {
  for (const after_ of ['x', '-1', '1 OR 1=1', '../']) {
    const answer = await callRoute(site, `chat?after=${encodeURIComponent(after_)}`, { cookie });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, 'invalid_cursor'], after_);
  }
  const answer = await callRoute(site, 'chat', { method: 'POST', json: { message: 'Hi' } });
  assert.deepEqual([answer.status, JSON.parse(answer.text).code], [401, 'session_required']);
});

test('plain permalinks lead to the same answers', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end('data: {"ok":true}\n\n');
  const headers = { origin: site.url, 'content-type': 'application/json', cookie };
  const answer = await send(`${site.url}/?rest_route=/aiguy/v1/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' });
  assert.equal(answer.text, 'data: {"ok":true}\n\n');
});

test('the connection test is for administrators, and names what is wrong', async () => {
  const nonceOf = async (login: string) => (await openSession(site, { cookie: login })).session.nonce ?? '';
  const subscriber = await signIn(site, 'aarav', 'aarav-demo');
  assert.equal(
    (await callRoute(site, 'admin/connection', { method: 'POST', cookie: subscriber, headers: { 'x-wp-nonce': await nonceOf(subscriber) } })).status,
    403,
  );
  assert.equal((await callRoute(site, 'admin/connection', { method: 'POST' })).status, 401);
  const owner = await signIn(site, 'owner', 'owner-demo');
  const headers = { 'x-wp-nonce': await nonceOf(owner) };
  const problem = async () =>
    JSON.parse((await callRoute(site, 'admin/connection', { method: 'POST', cookie: owner, headers })).text).problem as string;
  const answering = (ready: object, known: object) => {
    upstream.answer = (request, response) =>
      void response
        .writeHead(request.url === '/readyz' ? 200 : 404, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(request.url === '/readyz' ? ready : known));
  };
  answering({ status: 'ok', service: 'orchestrator' }, { code: 'not_found' });
  assert.equal(await problem(), '');
  answering({ status: 'ok', service: 'orchestrator' }, { code: 'invalid_token' });
  assert.equal(await problem(), 'key_unknown');
  answering({ hello: 'world' }, {});
  assert.equal(await problem(), 'not_an_orchestrator');
  const point = (url: string) => site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${url}'));`);
  point('http://127.0.0.1:1');
  assert.equal(await problem(), 'refused');
  assert.deepEqual([(await say({ message: 'Hi' })).status, JSON.parse((await say({ message: 'Hi' })).text).code], [502, 'orchestrator_unavailable']);
  point('');
  assert.equal(await problem(), 'not_configured');
  assert.equal(JSON.parse((await say({ message: 'Hi' })).text).code, 'orchestrator_not_configured');
  point(upstream.url);
});

// Cards, forms, undo, receipts and long polls through the relay of a real WordPress: guarded like a message, and nothing passed on that was not asked for.
import assert from 'node:assert/strict';
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

const json = { 'Content-Type': 'application/json' };
const answerStream = () => {
  upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('id: 5\ndata: {}\n\n');
};
const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
  await callRoute(site, path, { method: 'POST', json: body, cookie, headers });
const last = () => {
  const { method, url, body } = upstream.received.at(-1) ?? {};
  return [method, url, body];
};

const passed: [string, object, string, string][] = [
  ['chat/confirmations', { interruptId: 'cnf_1-a', decision: 'approve' }, 'confirmations/cnf_1-a', '{"decision":"approve"}'],
  ['chat/confirmations', { interruptId: 'cnf_1-a', decision: 'reject' }, 'confirmations/cnf_1-a', '{"decision":"reject"}'],
  [
    'chat/inputs',
    { interruptId: 'in:7', values: { email: 'a@b.example', count: 2, gift: true, code: '0123' } },
    'inputs/in%3A7',
    '{"values":{"email":"a@b.example","count":2,"gift":true,"code":"0123"}}',
  ],
  ['chat/inputs', { interruptId: 'in:7', values: {} }, 'inputs/in%3A7', '{"values":{}}'],
  ['chat/inputs', { interruptId: 'in:7', cancel: true }, 'inputs/in%3A7', '{"cancel":true}'],
  ['chat/undo', { effectId: 'eff_1' }, 'effects/eff_1/undo', '{}'],
];
for (const [path, sent, upstreamPath, body] of passed) {
  test(`${path} with ${JSON.stringify(sent)} reaches this visitor’s session with his assertion, and its stream comes back`, async () => {
    answerStream();
    const answer = await post(path, sent);
    assert.deepEqual([answer.status, answer.text], [200, 'id: 5\ndata: {}\n\n']);
    assert.deepEqual(last(), ['POST', `/sessions/${sessionId}/${upstreamPath}`, body]);
    assert.match(String(upstream.received.at(-1)?.headers.authorization), /^Bearer ey/);
    assert.equal(upstream.received.at(-1)?.headers.cookie, undefined);
  });
}

const refused: [string, string, unknown, number, string][] = [
  ['a decision that is none', 'chat/confirmations', { interruptId: 'c1', decision: 'yes' }, 400, 'invalid_request'],
  ['a decision without a card', 'chat/confirmations', { decision: 'approve' }, 400, 'invalid_request'],
  ['a card’s id that is a path', 'chat/confirmations', { interruptId: '../../x', decision: 'approve' }, 400, 'invalid_request'],
  ['a card’s id that is two dots', 'chat/confirmations', { interruptId: '..', decision: 'approve' }, 400, 'invalid_request'],
  ['arguments beside a decision', 'chat/confirmations', { interruptId: 'c1', decision: 'approve', arguments: {} }, 400, 'invalid_request'],
  ['a decision of 2 KB', 'chat/confirmations', { interruptId: 'c'.repeat(2000), decision: 'approve' }, 413, 'payload_too_large'],
  ['a form without values', 'chat/inputs', { interruptId: 'i1' }, 400, 'invalid_request'],
  ['a form that is sent and cancelled', 'chat/inputs', { interruptId: 'i1', values: {}, cancel: true }, 400, 'invalid_request'],
  ['a cancellation that is none', 'chat/inputs', { interruptId: 'i1', cancel: false }, 400, 'invalid_request'],
  ['a form with a list', 'chat/inputs', { interruptId: 'i1', values: { a: [1] } }, 400, 'invalid_request'],
  [
    'a form with 21 fields',
    'chat/inputs',
    { interruptId: 'i1', values: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`f${at}`, 1])) },
    400,
    'invalid_request',
  ],
  ['a form of 17 KB', 'chat/inputs', { interruptId: 'i1', values: { a: 'a'.repeat(17_000) } }, 413, 'payload_too_large'],
  ['an undo of nothing', 'chat/undo', {}, 400, 'invalid_request'],
  ['an undo of a path', 'chat/undo', { effectId: 'a/b' }, 400, 'invalid_request'],
];
for (const [what, path, sent, status, code] of refused) {
  test(`${what} is refused with ${code}, before the orchestrator hears of it`, async () => {
    const before_ = upstream.received.length;
    const answer = await post(path, sent);
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], answer.text);
    assert.equal(upstream.received.length, before_);
  });
}

for (const path of ['chat/confirmations', 'chat/inputs', 'chat/undo']) {
  test(`${path} from another site, without a session, or as plain text reaches nothing`, async () => {
    const before_ = upstream.received.length;
    const sent = { interruptId: 'c1', decision: 'approve' };
    const elsewhere = await post(path, sent, { origin: 'https://evil.example' });
    const nobody = await callRoute(site, path, { method: 'POST', json: sent });
    const plain = await post(path, sent, { 'content-type': 'text/plain' });
    const codes = [elsewhere, nobody, plain].map(({ status, text }) => [status, JSON.parse(text).code]);
    assert.deepEqual(codes, [
      [403, 'origin_not_allowed'],
      [401, 'session_required'],
      [415, 'unsupported_media_type'],
    ]);
    assert.equal(upstream.received.length, before_);
  });
}

test('a customer’s click needs his nonce, as his messages do', async () => {
  answerStream();
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const nonce = (await openSession(site, { cookie: login })).session.nonce ?? '';
  const customer = await openSession(site, { cookie: login, headers: { 'x-wp-nonce': nonce } });
  const click = async (headers: Record<string, string>) =>
    await callRoute(site, 'chat/confirmations', {
      method: 'POST',
      json: { interruptId: 'c1', decision: 'approve' },
      cookie: customer.cookie,
      headers,
    });
  assert.deepEqual([(await click({})).status, (await click({ 'x-wp-nonce': nonce })).status], [401, 200]);
});

test('outcomes that were decided elsewhere, too late, or with wrong fields keep code, status and details', async () => {
  for (const [status, code, more] of [
    [409, 'interrupt_decided', {}],
    [410, 'interrupt_expired', {}],
    [400, 'form_invalid', { details: [{ pointer: '/email', rule: 'format' }] }],
  ] as const) {
    const body = { code, message: 'No.', requestId: 'r-1', ...more };
    upstream.answer = (_request, response) => void response.writeHead(status, json).end(JSON.stringify({ ...body, stack: 'secret' }));
    const answer = await post('chat/inputs', { interruptId: 'i1', values: { email: 'x' } });
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [status, body]);
  }
});

test('the page that a tool has asked for passes as the browser described it; what is no answer, or too large, does not', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, json).end('{"taken":true}');
  const page = { url: 'https://shop.example/', title: 'Shöp', landmarks: [], headings: [{ level: 1, text: 'x' }], controls: [], messages: [] };
  const sent = { requestId: 'r'.repeat(24), page };
  const answer = await post('chat/page', sent);
  assert.deepEqual([answer.status, answer.text], [200, '{"taken":true}']);
  const [method, url, body] = last();
  assert.deepEqual([method, url, JSON.parse(String(body))], ['POST', `/sessions/${sessionId}/page`, sent]);
  const before_ = upstream.received.length;
  for (const [wrong, status] of [
    [{ page }, 400],
    [{ ...sent, requestId: 'x' }, 400],
    [{ ...sent, page: 'x' }, 400],
    [{ ...sent, page: [] }, 400],
    [{ ...sent, more: 1 }, 400],
    [{ ...sent, page: { ...page, title: 'x'.repeat(66_000) } }, 413],
  ] as const)
    assert.equal((await post('chat/page', wrong)).status, status);
  assert.equal(upstream.received.length, before_);
});

const fileId = 'hY2w0H0Rj3m8o6b1Xq4Zt9uVf5sKc7LeNpAaGdTiQxE';
const answerFile = (bytes: Buffer, headers: Record<string, string | number> = {}) => {
  upstream.answer = (_request, response) =>
    void response.writeHead(200, { 'Content-Type': 'application/pdf', 'Content-Length': bytes.length, ...headers }).end(bytes);
};

test('a file comes byte for byte, to be saved and not kept, and nothing else that the orchestrator said of it', async () => {
  const bytes = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => (at * 7) % 256));
  answerFile(bytes, { 'Set-Cookie': 'a=b', 'X-Other': '1' });
  const response = await open(`${site.url}/wp-json/aiguy/v1/chat/file?id=${fileId}`, { headers: { cookie, origin: site.url } });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  assert.deepEqual([response.statusCode, Buffer.concat(chunks).equals(bytes)], [200, true]);
  const { 'content-type': type, 'content-disposition': disposition, 'x-content-type-options': sniff } = response.headers;
  assert.deepEqual([type, disposition, sniff], ['application/pdf', 'attachment; filename="document.pdf"', 'nosniff']);
  assert.match(String(response.headers['cache-control']), /no-store/);
  assert.deepEqual([response.headers['x-other'], String(response.headers['set-cookie']).includes('a=b')], [undefined, false]);
  assert.deepEqual(last().slice(0, 2), ['GET', `/sessions/${sessionId}/files/${fileId}`]);
  assert.equal(upstream.received.at(-1)?.headers.accept, 'application/pdf');
});

test('a file that is too large, of unknown size, or no PDF is not passed on', async () => {
  const get = async () => await callRoute(site, `chat/file?id=${fileId}`, { cookie });
  const answers: (() => void)[] = [
    () => answerFile(Buffer.alloc(4 * 1024 * 1024 + 1)),
    () => (upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/pdf' }).end('%PDF-')),
    () => answerFile(Buffer.from('<script>'), { 'Content-Type': 'text/html' }),
  ];
  for (const set of answers) {
    set();
    const answer = await get();
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [502, 'orchestrator_unavailable']);
  }
  upstream.answer = (_request, response) => void response.writeHead(404, json).end('{"code":"not_found","message":"No.","requestId":"r-1"}');
  const gone = await get();
  assert.deepEqual([gone.status, JSON.parse(gone.text).code], [404, 'not_found']);
});

test('a file’s id that is none, another site’s page and a browser without a session reach nothing', async () => {
  const before_ = upstream.received.length;
  for (const id of ['', 'x', `${fileId}a`, `../${fileId.slice(3)}`]) {
    const wrong = await callRoute(site, `chat/file?id=${encodeURIComponent(id)}`, { cookie });
    assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [400, 'invalid_request'], id);
  }
  const linked = await send(`${site.url}/wp-json/aiguy/v1/chat/file?id=${fileId}`, { headers: { cookie, 'sec-fetch-site': 'cross-site' } });
  const nobody = await callRoute(site, `chat/file?id=${fileId}`);
  assert.deepEqual([linked.status, nobody.status, upstream.received.length], [403, 401, before_]);
});

test('a receipt comes as the orchestrator signed it; a number that is none is refused', async () => {
  const receipt = '{"number":3,"hash":"abc","signature":"x.y.z","amount":1.0}';
  upstream.answer = (_request, response) => void response.writeHead(200, json).end(receipt);
  const answer = await callRoute(site, 'chat/receipt?number=3', { cookie });
  assert.deepEqual([answer.status, answer.text], [200, receipt]);
  const page = encodeURIComponent(`${site.url}/wp-json/aiguy/v1/receipts`);
  assert.deepEqual(last().slice(0, 2), ['GET', `/sessions/${sessionId}/receipts/3?check_at=${page}`]);
  assert.equal(upstream.received.at(-1)?.headers.accept, 'application/json');
  const before_ = upstream.received.length;
  for (const number of ['', '0', '-1', '1/../2', 'x']) {
    const wrong = await callRoute(site, `chat/receipt?number=${encodeURIComponent(number)}`, { cookie });
    assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [400, 'invalid_request'], number);
  }
  const linked = await send(`${site.url}/wp-json/aiguy/v1/chat/receipt?number=3`, { headers: { cookie, 'sec-fetch-site': 'cross-site' } });
  assert.equal(linked.status, 403);
  assert.equal(upstream.received.length, before_);
});

test('a long poll passes its cursor and its wait, and brings a page of the log as it is', async () => {
  const event = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Grüße '.repeat(30) };
  const page = JSON.stringify({ events: Array.from({ length: 2000 }, (_, at) => ({ seq: at + 8, event })), lastEventId: 2007, running: true });
  assert.ok(page.length > 400_000);
  upstream.answer = (_request, response) => void response.writeHead(200, json).end(page);
  const answer = await callRoute(site, 'chat?after=7&wait=20', { cookie, headers: { accept: 'application/json' } });
  assert.deepEqual([answer.status, answer.text === page], [200, true]);
  assert.deepEqual(last().slice(0, 2), ['GET', `/sessions/${sessionId}/events?after=7&wait=20`]);
  assert.equal(upstream.received.at(-1)?.headers.accept, 'application/json');
  const before_ = upstream.received.length;
  for (const wait of ['26', '-1', 'x', '1%26follow=1', '100']) {
    const wrong = await callRoute(site, `chat?after=7&wait=${wait}`, { cookie });
    assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [400, 'invalid_request'], wait);
  }
  assert.equal(upstream.received.length, before_);
});

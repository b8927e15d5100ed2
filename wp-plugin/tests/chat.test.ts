// The relay on a real WordPress: chunk by chunk, nothing held back, nothing of the upstream's trouble shown.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open, send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, startSite, startUpstream, type Upstream } from './site.ts';

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

test('a stream without an event is one, not an error: a chat that opens for the first time follows nothing', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end();
  const answer = await callRoute(site, 'chat?after=0', { cookie });
  assert.deepEqual([answer.status, answer.text], [200, '']);
});

test('a long stream arrives byte for byte, however its bytes are cut', async () => {
  const sent = Buffer.from(Array.from({ length: 4000 }, (_, id) => `id: ${id}\ndata: {"text":"Grüße, 你好 🙂 ${'x'.repeat(40)}"}\n\n`).join(''));
  upstream.answer = async (_request, response) => {
    response.writeHead(200, stream);
    for (let at = 0; at < sent.length; at += 1237) if (!response.write(sent.subarray(at, at + 1237))) await once(response, 'drain');
    response.end();
  };
  const headers = { origin: site.url, 'content-type': 'application/json', cookie };
  const response = await open(`${site.url}/wp-json/aiguy/v1/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  assert.ok(sent.length > 262_144 && Buffer.concat(chunks).equals(sent));
});

test('neither a notice that PHP shows nor what another plugin prints gets into an answer', async () => {
  const noise = join(site.tree.content, 'mu-plugins', 'noise.php');
  const make = "function () { trigger_error( 'Notice' ); echo 'print'; }";
  const hooks = ['http_api_curl', 'requests-request.progress', 'http_response', 'shutdown'];
  writeFileSync(noise, `<?php ini_set( 'display_errors', '1' );\n${hooks.map((hook) => `add_filter( '${hook}', ${make}, 1 );`).join('\n')}`);
  const frame = 'id: 1\ndata: {}\n\n';
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end(frame);
  try {
    assert.deepEqual([(await say({ message: 'Hi' })).text, (await callRoute(site, 'chat?after=0', { cookie })).text], [frame, frame]);
  } finally {
    rmSync(noise);
  }
});

test('who asks for JSON gets the orchestrator’s JSON as it is', async () => {
  const body = `{"text":"${'a'.repeat(60_000)}", "tools":[], "empty":{}, "number":1.0}`;
  upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  const answer = await say({ message: 'Hi' }, { accept: 'application/json' });
  assert.equal(upstream.received.at(-1)?.headers.accept, 'application/json');
  assert.deepEqual([answer.status, answer.text === body], [200, true]);
});

test('an answer that takes longer than it may be relayed is ended on both sides', async () => {
  site.evaluate(
    "file_put_contents( WPMU_PLUGIN_DIR . '/relay-seconds.php', '<?php add_filter( \"aiguy_relay_seconds\", fn() => (int) get_option( \"test_relay_seconds\", 90 ) );' ); update_option( 'test_relay_seconds', 1 );",
  );
  const closed = Promise.withResolvers<void>();
  upstream.answer = (_request, response) => {
    response.writeHead(200, stream).write('data: {"first":true}\n\n');
    response.once('close', closed.resolve);
  };
  const answer = await say({ message: 'Hi' });
  await closed.promise;
  assert.deepEqual([answer.status, answer.text], [200, 'data: {"first":true}\n\n']);
  site.evaluate("delete_option( 'test_relay_seconds' );");
});

test('heartbeats keep a stream open, silence ends it on both sides', async () => {
  const shorter = '\'<?php add_action( "http_api_curl", fn( $handle ) => curl_setopt( $handle, CURLOPT_LOW_SPEED_TIME, 2 ), 11 );\'';
  site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/silence.php', ${shorter} );`);
  const sent: string[] = [];
  const closed = Promise.withResolvers<void>();
  upstream.answer = (_request, response) => {
    response.writeHead(200, stream).flushHeaders();
    const beat = setInterval(() => {
      const text = sent.length < 6 ? ': heartbeat\n\n' : 'data: {"last":true}\n\n';
      sent.push(text);
      response.write(text);
      if (sent.length === 7) clearInterval(beat);
    }, 1000);
    response.once('close', () => closed.resolve(clearInterval(beat)));
  };
  const startedMs = performance.now();
  const answer = await say({ message: 'Hi' });
  await closed.promise;
  assert.ok(performance.now() - startedMs < 25_000);
  assert.deepEqual([sent.length, answer.text], [7, sent.join('')]);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/silence.php' );");
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

test('a trace that came in is continued; what is none is replaced', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end('data: {}\n\n');
  const sentFor = async (traceparent: string) => {
    await say({ message: 'Hi' }, { traceparent });
    return String(upstream.received.at(-1)?.headers.traceparent);
  };
  const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00`;
  assert.equal(await sentFor(trace), trace);
  for (const none of ['x', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`, `${trace} x`]) {
    assert.match(await sentFor(none), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.notEqual(await sentFor(none), none);
  }
});

test('blanks around a message do not count', async () => {
  upstream.answer = (_request, response) => void response.writeHead(200, stream).end('data: {}\n\n');
  await say({ message: `  ${'é'.repeat(4000)}\n` });
  assert.deepEqual(JSON.parse(upstream.received.at(-1)?.body ?? ''), { message: 'é'.repeat(4000) });
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

test('an error of the orchestrator brings nothing along that is not in the contract', async () => {
  const body = { code: 'overloaded', message: 'Busy.', requestId: 'r-1', details: [], stack: 'at /srv/secret.ts:1' };
  upstream.answer = (_request, response) => void response.writeHead(503, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  const answer = await say({ message: 'Hi' });
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [503, { code: 'overloaded', message: 'Busy.', requestId: 'r-1', details: [] }]);
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
  ['an empty list', { json: [] }, 400, 'invalid_request'],
  ['a list', { json: ['Hi'] }, 400, 'invalid_request'],
  ['a number as the message', { json: { message: 5 } }, 400, 'invalid_request'],
  ['an unknown field', { json: { message: 'Hi', sid: 'x' } }, 400, 'invalid_request'],
  ['history', { json: { message: 'Hi', messages: [{ role: 'assistant', content: 'x' }] } }, 400, 'history_not_accepted'],
  ['system text', { json: { message: 'Hi', system: 'Obey' } }, 400, 'history_not_accepted'],
  ['a message id of another shape', { json: { message: 'Hi', messageId: '../../x' } }, 400, 'invalid_request'],
  ['plain text', { body: '{"message":"Hi"}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['another origin', { json: { message: 'Hi' }, headers: { origin: 'https://evil.example' } }, 403, 'origin_not_allowed'],
];
const elsewhere: [string, string, string, Record<string, string>][] = [
  ['a form of another site', 'chat', 'POST', { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' }],
  ['a form of another site that calls itself GET', 'chat?_method=GET', 'POST', { 'content-type': 'text/plain', origin: 'https://evil.example' }],
  ['a link of another site that calls itself POST', 'chat?_method=POST', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['a script of another site', 'chat?_jsonp=take', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['an enveloped call of another site', 'chat?_envelope=1', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['another way to write the route', 'CHAT/', 'POST', { 'content-type': 'application/json', origin: 'https://evil.example' }],
  ['a call that renames its method', 'chat', 'POST', { 'x-http-method-override': 'DELETE', origin: 'https://evil.example' }],
];
for (const [what, path, method, headers] of elsewhere) {
  test(`${what} reaches nothing, though it brings the visitor’s cookie`, async () => {
    const before_ = upstream.received.length;
    const body = method === 'POST' ? { body: '{"message":"Hi"}' } : {};
    const answer = await send(`${site.url}/wp-json/aiguy/v1/${path}`, { method, headers: { cookie, ...headers }, ...body });
    assert.ok(answer.text.includes('origin_not_allowed') || answer.status === 404, answer.text);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal(upstream.received.length, before_);
  });
}

test('a call from inside WordPress answers its caller and starts no relay', () => {
  const call =
    "$_COOKIE['aiguy_session'] = '%'; $r = new WP_REST_Request( 'DELETE', '/aiguy/v1/chat' ); $r->set_header( 'origin', home_url() ); rest_do_request( $r ); ";
  const other =
    "echo apply_filters( 'rest_pre_serve_request', false, new WP_REST_Response(), new WP_REST_Request( 'GET', '/wp/v2/posts' ), rest_get_server() ) ? 'served' : 'left';";
  const before_ = upstream.received.length;
  assert.equal(site.evaluate(call.replace('%', cookie.replace('aiguy_session=', '')) + other), 'left');
  assert.equal(upstream.received.length, before_);
});

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

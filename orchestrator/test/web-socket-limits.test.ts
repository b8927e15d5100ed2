// What ends a WebSocket: floods, giants, silence, slow readers, time and a restart; and that the others notice nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { type Harness, modelThat, newVisitor, saysText, startHarness } from './harness.ts';
import { close, listen, openSocket, TestSocket, upgrade } from './socket-client.ts';

const model = modelThat(() => saysText('Hello. '.repeat(2000)));
let harness: Harness;
let url: string;

before(async () => {
  harness = await startHarness({ model });
  url = await listen(harness);
});
after(async () => await harness.close());

/** Another process on the same database, with limits of its own. */
async function startAnother(socketLimits: NonNullable<Parameters<typeof startHarness>[0]['socketLimits']>) {
  const another = await startHarness({
    model,
    databaseUrl: harness.config.DATABASE_URL,
    socketLimits,
    config: { TRUSTED_ISSUERS: harness.config.TRUSTED_ISSUERS },
  });
  return { another, url: await listen(another), close: another.close };
}

async function open(at = url, resume?: number): Promise<TestSocket> {
  return await openSocket(at, await harness.assertionFor(), resume === undefined ? {} : { resume });
}

const unreadable: [string, string | Buffer, number][] = [
  ['a binary frame', Buffer.from('{"type":"resume","after":0}'), 1003],
  ['a frame of 16 KiB and a byte', `{"type":"resume","after":0${' '.repeat(16 * 1024 - 26)}}`, 1009],
  ['a frame of 10 MB', 'x'.repeat(10_000_000), 1009],
  ['no JSON', 'resume', 1008],
  ['a list', '[]', 1008],
  ['null', 'null', 1008],
  ['an unknown type', '{"type":"subscribe"}', 1008],
  ['toString as a type', '{"type":"toString"}', 1008],
  ['an unknown field', '{"type":"resume","after":0,"sid":"x"}', 1008],
  ['__proto__', '{"type":"resume","after":0,"__proto__":{"admin":true}}', 1008],
  ['another frame before resume', '{"type":"typing"}', 1008],
];

for (const [what, data, code] of unreadable) {
  test(`${what} closes the socket with ${code}`, async () => {
    const socket = await open();
    socket.ws.send(data);
    assert.equal(await socket.closed, code);
    assert.equal(Object.hasOwn(Object.prototype, 'admin'), false);
  });
}

test('a form can’t carry __proto__ or constructor, however deep', async () => {
  for (const values of ['{"a":{"__proto__":{"admin":true}}}', '{"constructor":{"prototype":{"admin":true}}}']) {
    const socket = await open(url, 0);
    socket.ws.send(`{"type":"input","interruptId":"x","values":${values}}`);
    assert.equal((await socket.frame('error')).code, 'invalid_request');
    assert.equal(await socket.closed, 1008);
  }
});

test('a frame in more pieces than a client has use for closes the socket with 1008', async () => {
  const socket = await open();
  for (let piece = 0; piece < 100; piece += 1) socket.ws.send('', { fin: false });
  assert.equal(await socket.closed, 1008);
});

test('text that is no UTF-8 closes the socket with 1007', async () => {
  const socket = await open();
  socket.ws.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false });
  assert.equal(await socket.closed, 1007);
});

for (const [what, flood] of [
  ['messages', (socket: TestSocket) => socket.send({ type: 'typing' })],
  ['pings', (socket: TestSocket) => socket.ws.ping()],
  ['pongs', (socket: TestSocket) => socket.ws.pong()],
] as const) {
  test(`a thousand ${what} at once close the socket with 1008, and another one is answered meanwhile`, async () => {
    const [flooding, other] = [await open(url, 0), await open(url, 0)];
    for (let index = 0; index < 1000; index += 1) flood(flooding);
    other.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
    assert.equal(await flooding.closed, 1008);
    assert.partialDeepStrictEqual(await flooding.frame('error'), { code: 'rate_limited', retryAfterS: 10 });
    assert.equal((await other.run()).at(-1)?.event.type, 'RUN_FINISHED');
    await close(other);
  });
}

test('compression is not spoken, so that no small frame can become a large one', async () => {
  const socket = await openSocket(url, await harness.assertionFor(), { perMessageDeflate: true });
  assert.equal(socket.ws.extensions, '');
  await close(socket);
});

test('a socket that says nothing, one that answers no ping, and one that is open too long are closed', async (t) => {
  const another = await startAnother({ firstFrameTimeoutMs: 40 });
  t.after(another.close);
  assert.equal(await (await open(another.url)).closed, 1008);

  const pinging = await startAnother({ pingEveryMs: 40 });
  t.after(pinging.close);
  const deaf = await openSocket(pinging.url, await harness.assertionFor(), { autoPong: false, resume: 0 });
  const awake = await open(pinging.url, 0);
  assert.equal(await deaf.closed, 1006);
  await once(awake.ws, 'ping');
  assert.equal(awake.ws.readyState, awake.ws.OPEN);
  await close(awake);

  const brief = await startAnother({ lifetimeMs: 40 });
  t.after(brief.close);
  assert.equal(await (await open(brief.url, 0)).closed, 4001);
});

test('a restart closes every socket with 1012, and what was said is there for the next process', async (t) => {
  const first = await startAnother({});
  const visitor = newVisitor();
  const socket = await openSocket(first.url, await harness.assertionFor(visitor), { resume: 0 });
  socket.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  const events = await socket.run();
  await first.close();
  assert.equal(await socket.closed, 1012);
  const again = await openSocket(url, await harness.assertionFor(visitor), { resume: 2 });
  t.after(async () => await close(again));
  assert.deepEqual(await again.run(), events.slice(2));
});

test('a ticket of one process opens a socket at another', async (t) => {
  const another = await startAnother({});
  t.after(another.close);
  const visitor = newVisitor();
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const response = await fetch(`${url}/sessions/${visitor.sid}/ws-ticket`, { method: 'POST', headers });
  const { ticket } = (await response.json()) as { ticket: string };
  const socket = await upgrade(another.url, ['aiguy.v1', `aiguy.ticket.${ticket}`]);
  assert.ok(socket instanceof TestSocket);
  await close(socket);
});

test('a socket sees what another process appends', async (t) => {
  const another = await startAnother({});
  t.after(another.close);
  const visitor = newVisitor();
  const socket = await openSocket(another.url, await harness.assertionFor(visitor), { resume: 0 });
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, 'content-type': 'application/json' };
  await (await fetch(`${url}/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' })).text();
  const events = await socket.run();
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, index) => index + 1),
  );
  await close(socket);
});

/** A client that shakes hands, asks for everything and then takes no byte until told. */
async function openByHand(at: string, assertion: string): Promise<Socket> {
  const { port } = new URL(at);
  const raw = connect(Number(port), '127.0.0.1');
  raw.write(
    `GET /ws/chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n` +
      `Sec-WebSocket-Protocol: aiguy.v1, aiguy.assertion.${assertion}\r\n\r\n`,
  );
  await once(raw, 'readable');
  const resume = Buffer.from('{"type":"resume","after":0}');
  raw.write(Buffer.concat([Buffer.from([0x81, 0x80 | resume.length, 0, 0, 0, 0]), resume]));
  return raw;
}

test('a reader of 100 bytes a second is let go before it costs memory, resumes from its number, and others are not held up', async (t) => {
  const slowServer = await startAnother({ stalledReaderMs: 300 });
  t.after(slowServer.close);
  const visitor = newVisitor();
  const assertion = await harness.assertionFor(visitor);
  await (await fetch(`${url}/sessions`, { method: 'POST', headers: { authorization: `Bearer ${assertion}` } })).text();
  const big = JSON.stringify({ type: 'CUSTOM', name: 'aiguy.notice', value: { text: 'x'.repeat(30_000) } });
  const events = 500;
  await harness.database.query('UPDATE sessions SET last_seq = $2 WHERE id = $1', [visitor.sid, events]);
  await harness.database.query(
    `INSERT INTO events (session_id, seq, run_id, type, event) SELECT $1, n, 'run', 'CUSTOM', $3::json FROM generate_series(1, $2::int) n`,
    [visitor.sid, events, big],
  );
  const connected = once(slowServer.another.orchestrator.app.server, 'connection') as Promise<[Socket]>;
  const raw = await openByHand(slowServer.url, assertion);
  t.after(() => raw.destroy());
  const [held] = await connected;
  let bytes = 0;
  let mostBuffered = 0;
  const reading = setInterval(() => (bytes += raw.read(10)?.length ?? 0), 100);
  const measuring = setInterval(() => (mostBuffered = Math.max(mostBuffered, held.writableLength)), 5);
  t.after(() => [reading, measuring].forEach(clearInterval));
  const other = await open(slowServer.url, 0);
  other.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  await other.run();
  assert.equal(held.destroyed, false);
  await once(held, 'close');
  assert.ok(mostBuffered > 0 && mostBuffered < 200_000, `${mostBuffered} bytes buffered`);
  assert.ok(bytes < 1000);
  const again = await openSocket(slowServer.url, assertion, { resume: 450 });
  await again.frame('event', ({ seq }) => seq === events);
  assert.deepEqual(
    again.events.map(({ id }) => id),
    Array.from({ length: 50 }, (_, index) => 451 + index),
  );
  await Promise.all([other, again].map(close));
});

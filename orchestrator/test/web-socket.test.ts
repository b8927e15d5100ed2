// The WebSocket beside SSE: the same log, the same order, and nobody in who may not.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import { issueTicket } from '../src/session/socket-tickets.ts';
import { type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness } from './harness.ts';
import { close, listen, openSocket, type Refused, TestSocket, upgrade } from './socket-client.ts';

const origin = 'https://shop.example';
let harness: Harness;
let url: string;
let hold: Promise<void> | undefined;
const model = modelThat(async function* () {
  yield { type: 'text', delta: 'Hello there. What ' };
  await hold;
  yield* saysText('can I ', 'do for you?');
});

before(async () => {
  harness = await startHarness({ model, config: { CORS_ORIGINS: [origin] } });
  url = await listen(harness);
});
after(async () => await harness.close());

async function openAs(visitor: ReturnType<typeof newVisitor>, resume?: number): Promise<TestSocket> {
  return await openSocket(url, await harness.assertionFor(visitor), resume === undefined ? {} : { resume });
}

async function eventsOverSse(visitor: ReturnType<typeof newVisitor>) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return parseFrames(await (await fetch(`${url}/sessions/${visitor.sid}/events`, { headers })).text());
}

async function ticketFor(visitor: ReturnType<typeof newVisitor>, assertion?: string): Promise<string> {
  const headers = { authorization: `Bearer ${assertion ?? (await harness.assertionFor(visitor))}` };
  const response = await fetch(`${url}/sessions/${visitor.sid}/ws-ticket`, { method: 'POST', headers });
  assert.equal(response.status, 201);
  return ((await response.json()) as { ticket: string }).ticket;
}

function refused(answer: TestSocket | Refused): [number, string] {
  assert.ok(!(answer instanceof TestSocket), 'must be refused');
  return [answer.status, answer.code];
}

test('a message over the socket is acknowledged and answered; three sockets and SSE see the same events under the same numbers', async (t) => {
  const visitor = newVisitor();
  const sockets = await Promise.all([0, 0, 0].map(async (cursor) => await openAs(visitor, cursor)));
  t.after(async () => await Promise.all(sockets.map(close)));
  const [first] = sockets;
  first?.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  assert.deepEqual(await first?.frame('ack'), { type: 'ack', inReplyTo: 'message-1' });
  const seen = await Promise.all(sockets.map(async (socket) => await socket.run()));
  const overSse = await eventsOverSse(visitor);
  assert.deepEqual(
    overSse.map(({ id }) => id),
    overSse.map((_, index) => index + 1),
  );
  for (const events of seen) assert.deepEqual(events, overSse);
});

test('a message sent by POST reaches the socket, and one sent by the socket reaches SSE', async (t) => {
  const visitor = newVisitor();
  const socket = await openAs(visitor, 0);
  t.after(async () => await close(socket));
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, 'content-type': 'application/json' };
  await (await fetch(`${url}/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' })).text();
  assert.deepEqual(await socket.run(), await eventsOverSse(visitor));
});

test('resumed behind each event of a turn, the rest comes without gap and without duplicate', async () => {
  const visitor = newVisitor();
  const socket = await openAs(visitor, 0);
  socket.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  const all = await socket.run();
  await close(socket);
  for (const { id } of all.slice(0, -1)) {
    const again = await openAs(visitor, id);
    assert.deepEqual(await again.run(), all.slice(id), `after ${id}`);
    await close(again);
  }
});

test('cut off at each event while the answer is being written, a client that resumes misses nothing and sees nothing twice', async () => {
  const visitor = newVisitor();
  const held = Promise.withResolvers<void>();
  hold = held.promise;
  const writer = await openAs(visitor, 0);
  writer.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  const beforeHold = (await writer.frame('event', ({ event }) => event.type === 'TEXT_MESSAGE_CONTENT')).seq;
  const cut: { at: number; before: { id: number }[] }[] = [];
  for (let at = 1; at <= beforeHold; at += 1) {
    const socket = await openAs(visitor, 0);
    await socket.frame('event', ({ seq }) => seq === at);
    cut.push({ at, before: socket.events.filter(({ id }) => id <= at) });
    await close(socket);
  }
  const resumed = await Promise.all(cut.map(async ({ at }) => await openAs(visitor, at)));
  held.resolve();
  hold = undefined;
  const all = await writer.run();
  for (const [index, socket] of resumed.entries()) assert.deepEqual([...(cut[index]?.before ?? []), ...(await socket.run())], all);
  await Promise.all([writer, ...resumed].map(close));
});

test('a cursor that the log has not reached is refused, no number closes, and another session’s means nothing', async () => {
  const visitor = newVisitor();
  const socket = await openAs(visitor);
  socket.send({ type: 'resume', after: 99 });
  assert.partialDeepStrictEqual(await socket.frame('error'), { code: 'invalid_cursor', inReplyTo: 'resume' });
  socket.send({ type: 'resume', after: 0 });
  assert.deepEqual(await socket.frame('ready'), { type: 'ready', lastEventId: 0 });
  await close(socket);
  for (const cursor of ['x', -1, 1.5, null, '1;drop', 1e12, undefined]) {
    const garbage = await openAs(visitor);
    garbage.ws.send(JSON.stringify({ type: 'resume', after: cursor }));
    assert.equal((await garbage.frame('error')).code, 'invalid_request', String(cursor));
    assert.equal(await garbage.closed, 1008);
  }
});

test('the same message sent fifty times at once is answered once, and each is acknowledged', async () => {
  const visitor = newVisitor();
  const asked = model.requests.length;
  const sockets = await Promise.all([1, 2, 3, 4, 5].map(async () => await openAs(visitor, 0)));
  for (const socket of sockets) for (let index = 0; index < 10; index += 1) socket.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  for (const socket of sockets) {
    await socket.run();
    while (socket.frames.filter(({ type }) => type === 'ack').length < 10) await new Promise((resolve) => socket.ws.once('message', resolve));
    assert.ok(socket.frames.every(({ type }) => type !== 'error'));
  }
  assert.equal(model.requests.length, asked + 1);
  assert.equal((await eventsOverSse(visitor)).filter(({ event }) => event.type === 'RUN_STARTED').length, 1);
  await Promise.all(sockets.map(close));
});

test('fifty POSTs of the same message at once are one run, with one answer for all', async () => {
  const visitor = newVisitor();
  const asked = model.requests.length;
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, 'content-type': 'application/json', accept: 'application/json' };
  const post = async () => await (await fetch(`${url}/chat`, { method: 'POST', headers, body: '{"message":"Hi","messageId":"message-1"}' })).json();
  const answers = await Promise.all(Array.from({ length: 50 }, post));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(model.requests.length, asked + 1);
});

test('cancel stops the answer, keeps what was said, and is acknowledged', async () => {
  const visitor = newVisitor();
  const held = Promise.withResolvers<void>();
  hold = held.promise;
  const socket = await openAs(visitor, 0);
  socket.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  await socket.frame('event', ({ event }) => event.type === 'TEXT_MESSAGE_CONTENT');
  socket.send({ type: 'cancel' });
  await socket.frame('ack', ({ inReplyTo }) => inReplyTo === 'cancel');
  held.resolve();
  hold = undefined;
  assert.partialDeepStrictEqual((await socket.run()).at(-1)?.event, { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  await close(socket);
});

test('a message that can’t be taken is refused by its id, and the socket goes on', async () => {
  const socket = await openAs(newVisitor(), 0);
  for (const [index, [message, code]] of [
    [' \n', 'message_empty'],
    ['a'.repeat(4001), 'message_too_long'],
    ['\ud800 hi', 'invalid_request'],
  ].entries()) {
    socket.ws.send(JSON.stringify({ type: 'message', messageId: `message-${index}`, message }));
    assert.equal((await socket.frame('error', ({ inReplyTo }) => inReplyTo === `message-${index}`)).code, code);
  }
  socket.send({ type: 'typing' });
  socket.send({ type: 'confirm', interruptId: 'none', decision: 'approve' });
  assert.equal((await socket.frame('error', ({ inReplyTo }) => inReplyTo === 'none')).code, 'not_found');
  socket.send({ type: 'message', messageId: 'message-9', message: 'Hi' });
  assert.equal((await socket.run()).at(-1)?.event.type, 'RUN_FINISHED');
  await close(socket);
});

test('a page of another origin opens nothing, and its ticket is not used up', async () => {
  const visitor = newVisitor();
  const protocols = ['aiguy.v1', `aiguy.ticket.${await ticketFor(visitor)}`];
  for (const foreign of ['https://evil.example', 'null', 'https://shop.example.evil', 'http://shop.example', 'https://www.shop.example'])
    assert.deepEqual(refused(await upgrade(url, protocols, { origin: foreign })), [403, 'origin_not_allowed'], foreign);
  assert.deepEqual(refused(await upgrade(url, protocols, { headers: { cookie: 'wordpress_logged_in=1' } })), [403, 'origin_not_allowed']);
  const socket = await upgrade(url, protocols, { origin });
  assert.ok(socket instanceof TestSocket);
  assert.equal(socket.ws.protocol, 'aiguy.v1');
  await close(socket);
});

test('a ticket opens one socket: used, expired, invented or bent it opens none', async () => {
  const visitor = newVisitor();
  const ticket = await ticketFor(visitor);
  const open = async (value: string) => await upgrade(url, ['aiguy.v1', `aiguy.ticket.${value}`]);
  const both = await Promise.all([open(ticket), open(ticket)]);
  const [socket] = both.filter((answer) => answer instanceof TestSocket);
  assert.deepEqual(both.filter((answer) => !(answer instanceof TestSocket)).map(refused), [[401, 'invalid_token']]);
  socket?.send({ type: 'resume', after: 0 });
  socket?.send({ type: 'message', messageId: 'message-1', message: 'Hi' });
  assert.deepEqual(await socket?.run(), await eventsOverSse(visitor));
  assert.deepEqual(refused(await open(ticket)), [401, 'invalid_token']);
  const expired = await ticketFor(visitor);
  await harness.database.query(`UPDATE socket_tickets SET expires_at = now() - interval '1 millisecond'`);
  for (const value of [expired, 'A'.repeat(43), expired.slice(1), `${expired}A`, 'x'])
    assert.deepEqual(refused(await open(value)), [401, 'invalid_token'], value);
  if (socket) await close(socket);
});

test('a ticket outlives the last seconds of its assertion, but not for long', async () => {
  const open = async (expiredForS: number) => {
    const { ticket } = await issueTicket(harness.database, await harness.assertionFor({ lifetimeS: -expiredForS }));
    return await upgrade(url, ['aiguy.v1', `aiguy.ticket.${ticket}`]);
  };
  const socket = await open(45);
  assert.ok(socket instanceof TestSocket);
  await close(socket);
  assert.deepEqual(refused(await open(75)), [401, 'invalid_token']);
});

test('the table in which tickets wait gives nothing away', async () => {
  const visitor = newVisitor();
  const assertion = await harness.assertionFor(visitor);
  const ticket = await ticketFor(visitor, assertion);
  const { rows } = await harness.database.query<Record<string, unknown>>('SELECT * FROM socket_tickets');
  const stored = rows
    .flatMap((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))))
    .join('\n');
  assert.ok(rows.length > 0);
  for (const secret of [assertion.slice(0, 20), ticket, Buffer.from(ticket, 'base64url').toString('latin1')]) assert.ok(!stored.includes(secret));
});

test('a ticket is given to the session’s own visitor alone', async () => {
  const mine = newVisitor();
  await ticketFor(mine);
  const post = async (sid: string, assertion?: string) =>
    await fetch(`${url}/sessions/${sid}/ws-ticket`, { method: 'POST', headers: assertion ? { authorization: `Bearer ${assertion}` } : {} });
  assert.equal((await post(mine.sid)).status, 401);
  assert.equal((await post(mine.sid, await harness.assertionFor(newVisitor()))).status, 404);
  assert.equal((await post(mine.sid, await harness.assertionFor({ ...newVisitor(), sid: mine.sid, sub: 'wp:1:8' }))).status, 404);
});

test('without a credential, with a foreign or a bad one, with two, or with one in the URL, the upgrade is refused', async () => {
  const mine = newVisitor();
  const assertion = await harness.assertionFor(mine);
  await close(await openAs(mine, 0));
  const thief = await harness.assertionFor({ ...newVisitor(), sid: mine.sid, sub: 'wp:1:8' });
  const own = `aiguy.assertion.${assertion}`;
  const cases: [string[], string, [number, string]][] = [
    [['aiguy.v1'], '/ws/chat', [401, 'session_required']],
    [['aiguy.v1', `aiguy.sid.${mine.sid}`], '/ws/chat', [401, 'session_required']],
    [['aiguy.v1', own, 'aiguy.ticket.x'], '/ws/chat', [401, 'session_required']],
    [['aiguy.v1', 'aiguy.assertion.abc'], '/ws/chat', [401, 'invalid_token']],
    [['aiguy.v1', `${own.slice(0, -4)}`], '/ws/chat', [401, 'invalid_token']],
    [['aiguy.v1', `aiguy.assertion.${thief}`], '/ws/chat', [404, 'not_found']],
    [[own], '/ws/chat', [400, 'invalid_request']],
    [['aiguy.v1', own], `/ws/chat?token=${assertion}`, [400, 'invalid_request']],
  ];
  for (const [protocols, path, expected] of cases) assert.deepEqual(refused(await upgrade(url, protocols, { path })), expected, path);
  assert.deepEqual(refused(await upgrade(url, [], { headers: { authorization: `Bearer ${assertion}` } })), [400, 'invalid_request']);
});

test('the address asked without an upgrade says so, and an upgrade asked elsewhere is ignored', async () => {
  const plain = await fetch(`${url}/ws/chat`);
  assert.deepEqual([plain.status, ((await plain.json()) as { code: string }).code], [426, 'upgrade_required']);
  const status = await new Promise((resolve) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    httpRequest(`${url}/livez`, { headers }, (response) => resolve(response.resume().statusCode)).end();
  });
  assert.equal(status, 200);
});

test('the eleventh socket of a session is refused, and one that closes makes place', async () => {
  const visitor = newVisitor();
  const assertion = await harness.assertionFor(visitor);
  const protocols = ['aiguy.v1', `aiguy.assertion.${assertion}`];
  const sockets = await Promise.all(Array.from({ length: 10 }, async () => await openSocket(url, assertion)));
  assert.deepEqual(refused(await upgrade(url, protocols)), [429, 'rate_limited']);
  await close(await openAs(newVisitor(), 0));
  const [first] = sockets;
  if (first) await close(first);
  let again: TestSocket | Refused;
  do again = await upgrade(url, protocols);
  while (!(again instanceof TestSocket));
  await Promise.all([...sockets, again].map(close));
});

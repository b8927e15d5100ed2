// The socket against a real WebSocket client and a server that is played frame by frame.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { acceptSocket, type PlayedSocket } from '../../../test/doubles/web-socket.ts';
import { type Answer, fakeSite, refusal } from './fake-site.fixture.ts';

type Frame = Record<string, unknown>;

let server: Server;
let directUrl: string;
let upgrades: IncomingMessage[] = [];
let frames: Frame[] = [];
const sockets: PlayedSocket[] = [];
let onFrame: (frame: Frame, socket: PlayedSocket) => void;

before(async () => {
  server = createServer();
  server.on('upgrade', (request: IncomingMessage, stream: Duplex) => {
    upgrades.push(request);
    const socket = acceptSocket(request, stream, (frame) => {
      frames.push(frame);
      onFrame(frame, socket);
    });
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  directUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  for (const socket of sockets) socket.close();
  server.close();
});
beforeEach(() => {
  upgrades = [];
  frames = [];
  onFrame = (frame, socket) => {
    if (frame.type === 'resume') socket.send({ type: 'ready', lastEventId: frame.after });
  };
});

const ticket: Answer = () => Response.json({ ticket: 'ticket-1', expiresAt: '2026-11-21T12:00:00Z' });
const begun = (messageId: string) => ({
  type: 'RUN_STARTED',
  runId: messageId,
  input: { messages: [{ id: messageId, role: 'user', content: 'Hi' }] },
});
const ended = { type: 'RUN_FINISHED', outcome: { type: 'success' } };
const event = (seq: number, value: object) => ({ type: 'event', seq, event: value });
const open = (answers: Answer[] = [ticket]) => fakeSite(answers, { directUrl, WebSocket });
const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
};

test('a message goes over a socket that a ticket opens; no credential is in its address', async () => {
  onFrame = (frame, socket) => {
    if (frame.type === 'resume') socket.send({ type: 'ready', lastEventId: 0 });
    if (frame.type !== 'message') return;
    socket.send({ type: 'ack', inReplyTo: frame.messageId });
    for (const [at, value] of [begun('message-01'), ended].entries()) socket.send(event(at + 1, value));
  };
  const site = open();
  await site.transport.send('Hi', 'message-01');
  assert.deepEqual(site.sent(), [`POST ${directUrl}/sessions/session-a/ws-ticket`]);
  assert.equal(site.requests[0]?.headers.Authorization, 'Bearer assertion-0');
  assert.deepEqual([upgrades[0]?.url, upgrades[0]?.headers['sec-websocket-protocol']], ['/ws/chat', 'aiguy.v1, aiguy.ticket.ticket-1']);
  assert.deepEqual(frames, [
    { type: 'resume', after: 0 },
    { type: 'message', messageId: 'message-01', message: 'Hi' },
  ]);
  assert.deepEqual([site.ids(), site.memory.way], [[1, 2], 'socket']);
  site.transport.close();
});

test('one socket carries a message, what happens by itself, a click and its refusal', async () => {
  const site = open();
  const sending = site.transport.send('Hi', 'message-01');
  await until(() => frames.length === 2);
  const socket = sockets.at(-1);
  socket?.send(event(1, begun('message-01')));
  socket?.send(event(2, ended));
  await sending;
  const stop = new AbortController();
  const watching = site.transport.watch(2, stop.signal);
  socket?.send(event(3, { type: 'CUSTOM', name: 'aiguy.task', value: {} }));
  await until(() => site.ids().length === 3);
  const refused = site.transport.submit({ type: 'decision', interruptId: 'c1', decision: 'approve' });
  await until(() => frames.length === 3);
  socket?.send({ type: 'error', code: 'interrupt_decided', message: '', requestId: 'r', inReplyTo: 'c1' });
  await assert.rejects(refused, { code: 'interrupt_decided' });
  const filled = site.transport.submit({ type: 'input', interruptId: 'i1', answer: { values: { a: 1 } } });
  await until(() => frames.length === 4);
  socket?.send({ type: 'ack', inReplyTo: 'i1' });
  socket?.send(event(4, { type: 'RUN_STARTED', runId: 'c', input: { messages: [] } }));
  socket?.send(event(5, ended));
  await filled;
  stop.abort();
  await watching;
  assert.deepEqual(frames.slice(2), [
    { type: 'confirm', interruptId: 'c1', decision: 'approve' },
    { type: 'input', interruptId: 'i1', values: { a: 1 } },
  ]);
  assert.deepEqual([upgrades.length, site.ids()], [1, [1, 2, 3, 4, 5]]);
  site.transport.close();
});

test('a socket that breaks in the middle of an answer is opened anew with the cursor; nothing is lost or sent twice', async () => {
  const site = open([ticket, ticket]);
  const sending = site.transport.send('Hi', 'message-01');
  await until(() => frames.length === 2);
  sockets.at(-1)?.send(event(1, begun('message-01')));
  await until(() => site.ids().length === 1);
  onFrame = (frame, socket) => {
    if (frame.type !== 'resume') return;
    socket.send({ type: 'ready', lastEventId: 2 });
    socket.send(event(2, ended));
  };
  sockets.at(-1)?.close();
  await sending;
  assert.deepEqual(frames.slice(2), [{ type: 'resume', after: 1 }]);
  assert.deepEqual(site.ids(), [1, 2]);
  site.transport.close();
});

test('a message that is sent while the socket is still being opened shares it', async () => {
  const site = open();
  const resuming = site.transport.resume(0);
  const sending = site.transport.send('Hi', 'message-01');
  await until(() => frames.length === 2);
  sockets.at(-1)?.send(event(1, begun('message-01')));
  sockets.at(-1)?.send(event(2, ended));
  await Promise.all([resuming, sending]);
  assert.deepEqual([upgrades.length, site.ids()], [1, [1, 2]]);
  site.transport.close();
});

test('history comes over the socket and ends with the last event that the server has', async () => {
  onFrame = (frame, socket) => {
    if (frame.type !== 'resume') return;
    socket.send({ type: 'ready', lastEventId: 2 });
    for (const [at, value] of [begun('message-01'), ended].entries()) socket.send(event(at + 1, value));
  };
  const site = open();
  await site.transport.resume(0);
  assert.deepEqual(site.ids(), [1, 2]);
  site.transport.close();
});

test('without a ticket, and with a server that closes at once, the direct stream takes over', async () => {
  const answer: Answer = () =>
    new Response(`id: 1\ndata: ${JSON.stringify(begun('message-01'))}\n\nid: 2\ndata: ${JSON.stringify(ended)}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
  onFrame = (_frame, socket) => socket.close();
  for (const first of [refusal(404, 'not_found'), ticket]) {
    const site = open([first, answer]);
    await site.transport.send('Hi', 'message-01');
    assert.deepEqual([site.sent().at(-1), site.memory.way, site.ids()], [`POST ${directUrl}/chat`, 'direct', [1, 2]]);
  }
});

test('an undo, which has no frame, goes by request, and its events come over the socket', async () => {
  const site = open([ticket, () => new Response('', { headers: { 'content-type': 'text/event-stream' } })]);
  const undoing = site.transport.submit({ type: 'undo', effectId: 'e1' });
  await until(() => site.requests.length === 2);
  sockets.at(-1)?.send(event(1, { type: 'RUN_STARTED', runId: 'u', input: { messages: [] } }));
  sockets.at(-1)?.send(event(2, ended));
  await undoing;
  assert.deepEqual([site.sent()[1], site.ids()], [`POST ${directUrl}/sessions/session-a/effects/e1/undo`, [1, 2]]);
  site.transport.close();
});

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import {
  type Answer,
  fakeSite,
  finished,
  frame,
  idle,
  openStream,
  refusal,
  settle,
  started,
  step,
  stream,
  taken,
  unreachable,
} from './fake-site.fixture.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

const directUrl = 'https://chat.shop.example';
const page = (running: boolean, ...events: object[]): Answer => pageFrom(1, running, ...events);
const pageFrom =
  (first: number, running: boolean, ...events: object[]): Answer =>
  () =>
    Response.json({ events: events.map((event, at) => ({ seq: first + at, event })), lastEventId: first + events.length - 1, running });
const begun = { type: 'RUN_STARTED', runId: 'r', timestamp: 1000, input: { messages: [{ id: 'message-01', role: 'user', content: 'Hi' }] } };
const ended = { type: 'RUN_FINISHED', timestamp: 6000, outcome: { type: 'success' } };
const never: Answer = ({ signal }) => new Promise<Response>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const ticket: Answer = () => Response.json({ ticket: 'ticket-1', expiresAt: '2026-11-21T12:00:00Z' });

test('where the site allows it and sockets don’t get through, messages go straight to the orchestrator with the assertion and no cookie', async () => {
  const site = fakeSite([ticket, stream([started(1)], 'break'), stream([finished(2)])], { directUrl });
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), [
    `POST ${directUrl}/sessions/session-a/ws-ticket`,
    `POST ${directUrl}/chat`,
    `GET ${directUrl}/sessions/session-a/events?after=1`,
  ]);
  assert.deepEqual([site.requests[1]?.headers.Authorization, site.requests[1]?.headers['X-WP-Nonce']], ['Bearer assertion-0', undefined]);
  assert.deepEqual([site.ids(), site.memory.way], [[1, 2], 'direct']);
});

test('where the orchestrator can’t be reached directly or does not let this page in, the relay takes over at once and is remembered', async () => {
  for (const blocked of [unreachable, refusal(403, 'origin_not_allowed'), () => new Response('<h1>No</h1>', { status: 502 })]) {
    const site = fakeSite([refusal(404, 'not_found'), blocked, stream([started(1) + finished(2)])], { directUrl });
    await settle(site.transport.send('Hi', 'message-01'));
    assert.deepEqual(site.sent().slice(1), [`POST ${directUrl}/chat`, 'POST chat']);
    assert.deepEqual([site.requests[1]?.body, site.requests[2]?.body], [site.requests[2]?.body, { message: 'Hi', messageId: 'message-01' }]);
    assert.equal(site.memory.way, 'relay');
  }
});

test('what a direct orchestrator refuses is told and not tried another way', async () => {
  const site = fakeSite([ticket, refusal(429, 'rate_limited')], { directUrl });
  await assert.rejects(settle(site.transport.send('Hi', 'message-01')), { code: 'rate_limited' });
  assert.equal(site.requests.length, 2);
});

test('a tab begins with the way that worked before', async () => {
  const site = fakeSite([stream([started(1) + finished(2)])], { directUrl, remembered: 'relay' });
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), ['POST chat']);
});

test('a message that brings no byte for six seconds is given up for long polls; it goes out once more under its id', async () => {
  const silent = openStream();
  const site = fakeSite([silent.answer, taken(true), page(true, begun), pageFrom(2, false, ended)]);
  const sending = site.transport.send('Hi', 'message-01');
  await idle();
  mock.timers.tick(5_000);
  await idle();
  assert.equal(site.requests.length, 1);
  await settle(sending);
  assert.equal(site.requests[0]?.signal.aborted, true, 'no worker is left holding it');
  assert.deepEqual(site.sent(), ['POST chat', 'POST chat', 'GET chat?after=0&wait=20', 'GET chat?after=1&wait=20']);
  assert.deepEqual(site.requests[1]?.body, site.requests[0]?.body);
  assert.deepEqual([site.requests[1]?.headers.Prefer, site.requests[2]?.headers.Accept], ['respond-async', 'application/json']);
  assert.deepEqual([site.ids(), site.memory.way], [[1, 2], 'poll']);
});

test('a run that took seconds and arrived as a whole was held back: the next one is polled', async () => {
  const held = openStream();
  const site = fakeSite([held.answer, taken(true), pageFrom(3, true, begun), pageFrom(4, false, ended)]);
  const first = site.transport.send('Hi', 'message-01');
  await idle();
  site.clock.ms = 5_000;
  held.push(frame(1, begun) + frame(2, ended));
  await settle(first);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent().slice(1), ['POST chat', 'GET chat?after=2&wait=20', 'GET chat?after=3&wait=20']);
});

test('a run that is replayed comes at once and says nothing about the way', async () => {
  const site = fakeSite([stream([frame(1, begun) + frame(2, ended)]), stream([step(3)]), stream([frame(3, begun) + frame(4, ended)])]);
  await settle(site.transport.resume(0));
  await settle(site.transport.resume(2));
  await settle(site.transport.send('Hi', 'message-01'));
  assert.equal(site.sent().at(-1), 'POST chat');
});

test('a site without a worker to spare is polled, as slowly as it says, and asked for a stream again after a minute', async () => {
  const paused: Answer = () => Response.json({ events: [{ seq: 1, event: begun }], running: true }, { headers: { 'retry-after': '2' } });
  const site = fakeSite([taken(true), paused, pageFrom(2, false, ended), taken(true), pageFrom(3, false, ended), stream([started(4) + finished(5)])]);
  const first = site.transport.send('Hi', 'message-01');
  await idle();
  assert.deepEqual(site.sent(), ['POST chat', 'GET chat?after=0&wait=20'], 'the message is not sent again');
  mock.timers.tick(1_900);
  await idle();
  assert.equal(site.requests.length, 2);
  await settle(first);
  assert.deepEqual([site.ids(), site.memory.way], [[1, 2], 'relay'], 'other pages of the tab begin with a stream');
  await settle(site.transport.send('Hi', 'message-02'));
  assert.equal(site.requests[3]?.headers.Prefer, 'respond-async');
  site.clock.ms = 61_000;
  await settle(site.transport.send('Hi', 'message-01'));
  assert.equal(site.requests.at(-1)?.headers.Accept, 'text/event-stream');
  assert.equal(site.memory.way, 'relay');
});

test('a message that a busy site could not hand over in time is handed over again under its id', async () => {
  const site = fakeSite([taken(false), taken(false), taken(true), page(true, begun), pageFrom(2, false, ended)]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent().slice(0, 3), ['POST chat', 'POST chat', 'POST chat']);
  assert.deepEqual(site.ids(), [1, 2]);
});

test('a busy site that fails is asked again after a while, not at once', async () => {
  const site = fakeSite([taken(true), ...Array.from({ length: 7 }, () => unreachable)]);
  await assert.rejects(settle(site.transport.send('Hi', 'message-01')), { code: 'connection_lost' });
  assert.equal(site.requests.length, 8);
});

test('a message that is refused while its answer is polled is told', async () => {
  const site = fakeSite([refusal(429, 'rate_limited')], { remembered: 'poll' });
  await assert.rejects(settle(site.transport.send('Hi', 'message-01')), { code: 'rate_limited' });
});

test('an idle conversation is looked at every 25 seconds, and holds no worker in between', async () => {
  const site = fakeSite([page(false), page(false, { type: 'CUSTOM', name: 'aiguy.task', value: {} }), never]);
  const stop = new AbortController();
  const watching = site.transport.watch(0, stop.signal);
  await idle();
  mock.timers.tick(24_000);
  await idle();
  assert.equal(site.requests.length, 0);
  mock.timers.tick(1_000);
  await idle();
  assert.deepEqual(site.sent(), ['GET chat?after=0&wait=0']);
  mock.timers.tick(25_000);
  await idle();
  assert.deepEqual(site.ids(), [1]);
  stop.abort();
  await settle(watching);
});

test('while something is expected the next event is waited for; a run that begins by itself is followed as a stream', async () => {
  const site = fakeSite([page(true, { ...begun, input: { messages: [] } }), stream([step(2), finished(3)]), never], { isExpecting: true });
  const stop = new AbortController();
  const watching = site.transport.watch(0, stop.signal);
  await idle();
  assert.deepEqual(
    [site.sent(), site.ids()],
    [
      ['GET chat?after=0&wait=20', 'GET chat?after=1'],
      [1, 2, 3],
    ],
  );
  stop.abort();
  await settle(watching);
});

test('watching goes on over failures and never rejects; a message ends it', async () => {
  const site = fakeSite([unreachable, refusal(503, 'overloaded'), never, stream([started(1) + finished(2)])], { isExpecting: true });
  const watching = site.transport.watch(0, new AbortController().signal);
  for (let turns = 0; turns < 3; turns += 1) {
    await idle();
    mock.timers.tick(25_000);
  }
  await idle();
  assert.equal(site.requests.length, 3);
  await settle(site.transport.send('Hi', 'message-01'));
  await settle(watching);
  assert.equal(site.requests[2]?.signal.aborted, true);
});

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import {
  fakeSite,
  finished,
  frame,
  idle,
  openStream,
  refusal,
  rest,
  settle,
  started,
  step,
  stream,
  taken,
  unreachable,
} from './fake-site.fixture.ts';
import { ChatError } from './session.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await settle(promise).then(
    () => 'none',
    (error: unknown) => (error instanceof ChatError ? error.code : String(error)),
  );
}

test('a message goes out once, with its id and nonce, and its events come in order', async () => {
  const site = fakeSite([stream([started(1) + step(2), finished(3)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  const [request] = site.requests;
  assert.deepEqual([request?.method, request?.path, request?.body], ['POST', 'chat', { message: 'Hi', messageId: 'message-01' }]);
  assert.deepEqual([request?.headers['X-WP-Nonce'], request?.headers.Accept], ['nonce-0', 'text/event-stream']);
  assert.deepEqual([site.ids(), site.sent()], [[1, 2, 3], ['POST chat']]);
});

test('a broken answer is continued from its last event, never sent again', async () => {
  const site = fakeSite([stream([started(1) + step(2)], 'break'), stream([step(3)], 'break'), stream([step(3) + finished(4)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), ['POST chat', 'GET chat?after=2', 'GET chat?after=3']);
  assert.deepEqual(site.ids(), [1, 2, 3, 4]);
  assert.deepEqual(site.connections, ['connected', 'reconnecting', 'connected', 'reconnecting', 'connected']);
});

test('an answer that a relay ends early, in order, is continued too', async () => {
  const site = fakeSite([stream([started(1) + step(2)]), stream([step(3)]), stream([finished(4)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), ['POST chat', 'GET chat?after=2', 'GET chat?after=3']);
});

test('a message of which nothing was heard is repeated with the same id', async () => {
  const site = fakeSite([unreachable, stream([], 'break'), stream([started(1) + finished(2)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), ['POST chat', 'POST chat', 'POST chat']);
  for (const { body } of site.requests) assert.deepEqual(body, { message: 'Hi', messageId: 'message-01' });
});

test('heartbeats keep a quiet answer alive; thirty seconds without one count as a broken connection', async () => {
  const first = openStream();
  const site = fakeSite([first.answer, stream([finished(2)])]);
  const sending = site.transport.send('Hi', 'message-01');
  await idle();
  first.push(started(1));
  for (let beats = 0; beats < 5; beats += 1) {
    await idle();
    mock.timers.tick(20_000);
    first.push(': heartbeat\n\n');
  }
  await idle();
  mock.timers.tick(29_000);
  await idle();
  assert.deepEqual([site.requests.length, site.requests[0]?.signal.aborted], [1, false]);
  mock.timers.tick(1_000);
  await idle();
  assert.equal(site.requests[0]?.signal.aborted, true);
  await settle(sending);
  assert.deepEqual(site.sent(), ['POST chat', 'GET chat?after=1']);
});

test('an answer that never begins is given up for polls, and the message repeated with the same id', async () => {
  const never = ({ signal }: { signal: AbortSignal }) =>
    new Promise<Response>((_resolve, reject) => signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError'))));
  const page = () => Response.json({ events: [{ seq: 1, event: { type: 'RUN_FINISHED', outcome: { type: 'success' } } }], running: false });
  const site = fakeSite([never, taken(true), page]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), ['POST chat', 'POST chat', 'GET chat?after=0&wait=20']);
  assert.deepEqual(site.requests[1]?.body, site.requests[0]?.body);
  assert.equal(site.requests[0]?.signal.aborted, true);
});

test('attempts without a new event wait longer and longer and end', async () => {
  const site = fakeSite(Array.from({ length: 20 }, () => unreachable));
  assert.equal(await codeOf(site.transport.send('Hi', 'message-01')), 'connection_lost');
  assert.equal(site.requests.length, 7);
});

test('refusals are told at once and by their code', async () => {
  for (const [status, code] of [
    [409, 'turn_in_progress'],
    [400, 'message_too_long'],
    [429, 'rate_limited'],
    [502, 'orchestrator_unavailable'],
  ] as const) {
    const site = fakeSite([refusal(status, code)]);
    assert.equal(await codeOf(site.transport.send('Hi', 'message-01')), code);
    assert.equal(site.requests.length, 1);
  }
});

test('what something else than the site answers is named, not shown', async () => {
  const html = (status: number) => () => new Response('<h1>Blocked</h1>', { status, headers: { 'content-type': 'text/html' } });
  assert.equal(await codeOf(fakeSite([html(403)]).transport.send('Hi', 'message-01')), 'blocked');
  assert.equal(await codeOf(fakeSite([html(500)]).transport.send('Hi', 'message-01')), 'orchestrator_unavailable');
  assert.equal(await codeOf(fakeSite([html(200)]).transport.send('Hi', 'message-01')), 'blocked');
});

test('a refused session is renewed once and the message sent again; twice refused is told', async () => {
  const site = fakeSite([refusal(403, 'rest_cookie_invalid_nonce'), stream([started(1) + finished(2)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual([site.renewals(), site.requests[1]?.headers['X-WP-Nonce']], [1, 'nonce-1']);
  const hopeless = fakeSite([refusal(401, 'session_required'), refusal(401, 'session_required')]);
  assert.equal(await codeOf(hopeless.transport.send('Hi', 'message-01')), 'session_required');
  assert.equal(hopeless.renewals(), 1);
});

test('with another session nothing of the old one is kept, and its numbers begin anew', async () => {
  const answers = [stream([started(1) + finished(2)]), refusal(401, 'session_required'), stream([started(1) + finished(2)])];
  const site = fakeSite(answers, { sessions: ['session-a', 'session-b'] });
  await settle(site.transport.send('Hi', 'message-01'));
  await settle(site.transport.send('Again', 'message-02'));
  assert.deepEqual([site.restarts, site.ids()], [[2], [1, 2, 1, 2]]);
});

test('what was said in another tab is fetched before what comes after it', async () => {
  const site = fakeSite([
    stream([started(1) + finished(2)]),
    stream([started(7)], 'hang'),
    stream([started(3) + finished(6) + started(7), finished(8)]),
  ]);
  await settle(site.transport.send('Hi', 'message-01'));
  await settle(site.transport.send('Hi', 'message-02'));
  assert.deepEqual(site.sent(), ['POST chat', 'POST chat', 'GET chat?after=2']);
  assert.deepEqual(site.ids(), [1, 2, 3, 6, 7, 8]);
});

test('events that came before, and frames without a number, are left out', async () => {
  const site = fakeSite([stream([started(1) + step(2)], 'break'), stream([step(2), 'data: {}\n\n', frame(3, {}), finished(4)])]);
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.ids(), [1, 2, 3, 4]);
});

test('history is replayed from the start, follows a run that is going, and ends when none is', async () => {
  const site = fakeSite([stream([started(1) + finished(2) + started(3)]), stream([finished(4)])]);
  await settle(site.transport.resume(0));
  assert.deepEqual(site.sent(), ['GET chat?after=0', 'GET chat?after=3']);
});

test('a session that the orchestrator has not heard of has no history', async () => {
  const site = fakeSite([refusal(404, 'not_found')]);
  await settle(site.transport.resume(0));
  assert.deepEqual(site.sent(), ['GET chat?after=0']);
});

test('a conversation that was deleted after a long pause gives way to a new one, from its beginning', async () => {
  const site = fakeSite([refusal(410, 'session_expired'), stream([])]);
  await settle(site.transport.resume(7));
  assert.deepEqual(site.sent(), ['GET chat?after=7', 'GET chat?after=0']);
  assert.deepEqual(site.restarts, [0]);
});

test('following goes on over a server that is away for a moment, as long as it asks for', async () => {
  const site = fakeSite([refusal(503, 'overloaded', { 'retry-after': '20' }), stream([])]);
  const resuming = site.transport.resume(0);
  await idle();
  mock.timers.tick(19_000);
  await idle();
  assert.equal(site.requests.length, 1);
  await settle(resuming);
  assert.equal(site.requests.length, 2);
});

test('without a network it waits for the network instead of trying', async () => {
  const site = fakeSite([unreachable, stream([started(1) + finished(2)])]);
  site.network.online = false;
  const sending = site.transport.send('Hi', 'message-01');
  await idle();
  mock.timers.tick(300_000);
  await idle();
  assert.deepEqual([site.requests.length, site.connections.at(-1)], [1, 'offline']);
  site.network.online = true;
  site.network.events.dispatchEvent(new Event('online'));
  await settle(sending);
  assert.equal(site.requests.length, 2);
});

test('a network that stays away is told after ten minutes', async () => {
  const site = fakeSite([unreachable]);
  site.network.online = false;
  assert.equal(await codeOf(site.transport.send('Hi', 'message-01')), 'offline');
});

test('plain permalinks keep their query', async () => {
  const plain = 'https://shop.example/?rest_route=/aiguy/v1/';
  const site = fakeSite([stream([]), stream([started(1) + finished(2)])], { rest: plain });
  await settle(site.transport.resume(0));
  await settle(site.transport.send('Hi', 'message-01'));
  assert.deepEqual(site.sent(), [`GET ${plain}chat&after=0`, `POST ${plain}chat`]);
});

test('stopping asks the site and leaves the stream to tell the end', async () => {
  const site = fakeSite([() => Response.json({ cancelled: true })]);
  await settle(site.transport.cancel());
  assert.deepEqual([site.sent(), site.requests[0]?.headers['X-WP-Nonce']], [['DELETE chat'], 'nonce-0']);
});

test('closing ends the request and is no error', async () => {
  const site = fakeSite([stream([started(1)], 'hang')]);
  const sending = site.transport.send('Hi', 'message-01');
  await idle();
  site.transport.close();
  await settle(sending);
  assert.ok(site.requests[0]?.signal.aborted);
});

test('no address that is asked carries anything but the cursor', async () => {
  const site = fakeSite([stream([started(1)], 'break'), stream([finished(2)]), () => Response.json({ cancelled: false })]);
  await settle(site.transport.send('secret words', 'message-01'));
  await settle(site.transport.cancel());
  for (const { path } of site.requests) assert.match(path, /^chat(\?after=\d+)?$/);
  assert.equal(rest.includes('?'), false);
});

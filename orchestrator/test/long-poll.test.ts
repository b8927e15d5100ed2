// Long polling: the same log in pages, for those to whom nothing can be streamed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LogPage } from '@aiguy/manifests/generated/http';
import { type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness } from './harness.ts';

let harness: Harness;
let hold: Promise<void> | undefined;
const model = modelThat(async function* () {
  yield { type: 'text', delta: 'Hello there. What ' };
  await hold;
  yield* saysText('can I do for you?');
});

before(async () => {
  harness = await startHarness({ model });
});
after(async () => await harness.close());

async function get(visitor: ReturnType<typeof newVisitor>, query = '', accept = 'application/json') {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept };
  return await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events${query}`, headers });
}

async function page(visitor: ReturnType<typeof newVisitor>, query = ''): Promise<LogPage> {
  const response = await get(visitor, query);
  assert.equal(response.statusCode, 200);
  return response.json() as LogPage;
}

async function ask(visitor: ReturnType<typeof newVisitor>) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  return await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message: 'Hi' } });
}

test('a session that has not begun is an empty page at once', async () => {
  assert.deepEqual(await page(newVisitor()), { events: [], lastEventId: 0, running: false });
});

test('polled through a whole turn, the pages hold what SSE holds, in order, once', async () => {
  const visitor = newVisitor();
  const held = Promise.withResolvers<void>();
  hold = held.promise;
  const answered = ask(visitor);
  const seen: LogPage['events'] = [];
  let last: LogPage = { events: [], lastEventId: 0, running: true };
  while (last.running) {
    last = await page(visitor, `?after=${last.lastEventId}&wait=25`);
    seen.push(...last.events);
    if (JSON.stringify(last.events).includes('Hello there.')) held.resolve();
  }
  hold = undefined;
  await answered;
  const overSse = parseFrames((await get(visitor, '', 'text/event-stream')).body).map(({ id, event }) => ({ seq: id, event }));
  assert.deepEqual(seen, overSse);
  assert.equal(last.lastEventId, overSse.length);
});

test('the wait ends with the first event, whenever it comes', async () => {
  const visitor = newVisitor();
  const waiting = page(visitor, '?wait=25');
  await ask(visitor);
  assert.ok((await waiting).events.length > 0);
});

test('the wait ends in time when nothing comes, and without one there is none', async () => {
  const visitor = newVisitor();
  const empty = { events: [], lastEventId: 0, running: false };
  const startedMs = performance.now();
  assert.deepEqual(await page(visitor, '?wait=0'), empty);
  assert.ok(performance.now() - startedMs < 900);
  assert.deepEqual(await page(visitor, '?wait=1'), empty);
  assert.ok(performance.now() - startedMs >= 990);
});

test('a page has at most 500 events and says that there are more', async () => {
  const visitor = newVisitor();
  await page(visitor);
  await harness.database.query('UPDATE sessions SET last_seq = 700 WHERE id = $1', [visitor.sid]);
  await harness.database.query(
    `INSERT INTO events (session_id, seq, run_id, type, event) SELECT $1, n, 'run', 'CUSTOM', '{"type":"CUSTOM"}' FROM generate_series(1, 700) n`,
    [visitor.sid],
  );
  const [first, second] = [await page(visitor), await page(visitor, '?after=500')];
  assert.deepEqual([first.events.length, first.lastEventId, first.running], [500, 500, true]);
  assert.deepEqual([second.events.length, second.events[0]?.seq, second.lastEventId, second.running], [200, 501, 700, false]);
});

test('a wait that is no whole number of seconds from 0 to 25, and a cursor of the future, are refused', async () => {
  const visitor = newVisitor();
  for (const wait of ['26', '-1', '1.5', '1e1', 'x', '', '025'])
    assert.deepEqual(
      [(await get(visitor, `?wait=${wait}`)).statusCode, (await get(visitor, `?wait=${wait}`)).json().code],
      [400, 'invalid_request'],
      wait,
    );
  assert.equal((await get(visitor, '?after=9&wait=5')).json().code, 'invalid_cursor');
});

test('another visitor’s session has no pages', async () => {
  const mine = newVisitor();
  await page(mine);
  const response = await get({ ...newVisitor(), sid: mine.sid, sub: 'wp:1:8' }, '?wait=5');
  assert.deepEqual([response.statusCode, response.json().code], [404, 'not_found']);
});

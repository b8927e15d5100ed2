// A conversation that nobody goes on with is deleted with everything of it; whoever comes back is told, and can begin anew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../scripts/until.ts';
import { gate, type Harness, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

let harness: Harness;
let hold: Promise<void> | undefined;
const model = modelThat(async function* () {
  await hold;
  yield* saysText('Hello.');
});

before(async () => {
  harness = await startHarness({ model, config: { SESSION_IDLE_DAYS: 7 } });
});
after(async () => await harness.close());

type Visitor = ReturnType<typeof newVisitor>;

async function call(visitor: Visitor, [method, url]: readonly ['GET' | 'POST', string], payload?: object) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, ...(url === '/chat' ? { accept: 'application/json' } : {}) };
  const response = await harness.orchestrator.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  await harness.orchestrator.afterwards.settled();
  return response;
}
const say = async (visitor: Visitor) => await call(visitor, ['POST', '/chat'], { message: 'Hi there' });

async function rest(visitor: Visitor, days: number): Promise<void> {
  await harness.database.query(`UPDATE sessions SET active_at = now() - $2 * interval '1 day' WHERE id = $1`, [visitor.sid, days]);
}

async function rowsOf(visitor: Visitor): Promise<number> {
  const { rows } = await harness.database.query<{ rows: number }>(
    `SELECT (SELECT count(*) FROM sessions WHERE id = $1) + (SELECT count(*) FROM events WHERE session_id = $1) + (SELECT count(*) FROM runs WHERE session_id = $1)
       + (SELECT count(*) FROM session_memory WHERE session_id = $1) + (SELECT count(*) FROM effects WHERE session_id = $1)
       + (SELECT count(*) FROM interrupts WHERE session_id = $1) + (SELECT count(*) FROM continue_links WHERE session_id = $1) AS rows`,
    [visitor.sid],
  );
  return Number(rows[0]?.rows);
}

test('after its days a session is deleted with all its rows, and one that is younger is not', async () => {
  const [old, young] = [newVisitor(), newVisitor()];
  for (const visitor of [old, young]) {
    await say(visitor);
    await call(visitor, ['POST', `/sessions/${visitor.sid}/continue-links`]);
  }
  await rest(old, 7.01);
  await rest(young, 6.99);
  await harness.orchestrator.liveRuns.sweep();
  assert.equal(await rowsOf(old), 0);
  assert.ok((await rowsOf(young)) > 5);
});

test('who comes back to what was said is told that it was deleted; a message, or an opened chat, begins a new conversation', async () => {
  const visitor = newVisitor();
  await say(visitor);
  await rest(visitor, 8);
  await harness.orchestrator.liveRuns.sweep();
  for (const url of ['', '/memory', '/events?after=3']) {
    const response = await call(visitor, ['GET', `/sessions/${visitor.sid}${url}`]);
    assert.deepEqual([response.statusCode, response.json().code], [410, 'session_expired'], url);
  }
  assert.equal((await call({ ...visitor, sub: 'wp:1:8' }, ['GET', `/sessions/${visitor.sid}`])).statusCode, 404);
  assert.equal((await call(visitor, ['GET', `/sessions/${visitor.sid}/events`])).statusCode, 200);
  const answer = await say(visitor);
  assert.deepEqual([answer.statusCode, answer.json().text], [200, 'Hello.']);
  assert.equal((await call(visitor, ['GET', `/sessions/${visitor.sid}`])).json().lastEventId > 0, true);
});

test('a visitor who opens the chat or writes keeps it', async () => {
  const visitor = newVisitor();
  await say(visitor);
  for (const come of [() => say(visitor), () => call(visitor, ['GET', `/sessions/${visitor.sid}/events`])]) {
    await rest(visitor, 8);
    await come();
    await harness.orchestrator.liveRuns.sweep();
    assert.ok((await rowsOf(visitor)) > 0);
  }
});

test('somebody else’s assertion with the same id keeps nothing alive', async () => {
  const visitor = newVisitor();
  await say(visitor);
  await rest(visitor, 8);
  const stranger = { ...visitor, sub: 'wp:1:8' };
  assert.equal((await say(stranger)).statusCode, 404);
  assert.equal((await call(stranger, ['GET', `/sessions/${visitor.sid}/events`])).statusCode, 404);
  await harness.orchestrator.liveRuns.sweep();
  assert.equal(await rowsOf(visitor), 0);
});

test('a session with a run under way, or with a change of which nobody knows whether it was done, waits', async () => {
  const [running, doubtful] = [newVisitor(), newVisitor()];
  await say(doubtful);
  await harness.database.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, status) VALUES ('doubt', $1, 'r', 'i', 'cancel_order', 'Cancel', '{}', 'dispatched')`,
    [doubtful.sid],
  );
  const { opened, open } = gate();
  hold = opened;
  const answer = say(running);
  await until(() => harness.orchestrator.liveRuns.count > 0);
  await rest(running, 8);
  await rest(doubtful, 8);
  await harness.orchestrator.liveRuns.sweep();
  open();
  hold = undefined;
  assert.equal((await answer).statusCode, 200);
  assert.ok((await rowsOf(running)) > 0);
  assert.ok((await rowsOf(doubtful)) > 0);
});

test('a sweep deletes at most twenty, the longest idle first', async () => {
  const visitors = Array.from({ length: 23 }, newVisitor);
  for (const [index, visitor] of visitors.entries()) {
    await call(visitor, ['POST', '/sessions']);
    await rest(visitor, 100 + index);
  }
  await harness.orchestrator.liveRuns.sweep();
  const left = await Promise.all(visitors.map(rowsOf));
  assert.deepEqual(left, [1, 1, 1, ...Array<number>(20).fill(0)]);
});

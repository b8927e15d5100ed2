// What the log guarantees: a message is taken once, one run at a time, and a process that lost its lease writes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventType } from '@ag-ui/core';
import { EventLog, LeaseLostError } from '../src/session/event-log.ts';
import { Runs } from '../src/session/runs.ts';
import { gate, type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness } from './harness.ts';

let harness: Harness;
let hold: Promise<void> | undefined;
const model = modelThat(async function* () {
  yield { type: 'text', delta: 'Hel' };
  await hold;
  yield* saysText('lo.');
});

before(async () => {
  harness = await startHarness({ model });
});
after(async () => await harness.close());

async function chat(visitor: ReturnType<typeof newVisitor>, payload: object, accept = 'application/json') {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept };
  return await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload });
}

test('the same message sent twice with its id is answered once', async () => {
  const visitor = newVisitor();
  const asked = model.requests.length;
  const [first, second] = await Promise.all([1, 2].map(async () => (await chat(visitor, { message: 'Hi', messageId: 'message-1' })).json()));
  assert.deepEqual(first, second);
  assert.equal(model.requests.length, asked + 1);
});

test('another message under the same id is a conflict', async () => {
  const visitor = newVisitor();
  await chat(visitor, { message: 'Hi', messageId: 'message-1' });
  const response = await chat(visitor, { message: 'Something else', messageId: 'message-1' });
  assert.deepEqual([response.statusCode, response.json().code], [422, 'idempotency_conflict']);
});

test('a second message during a run is refused and the first goes on undisturbed', async () => {
  const visitor = newVisitor();
  const held = gate();
  hold = held.opened;
  const first = chat(visitor, { message: 'Hi' });
  while (harness.orchestrator.liveRuns.count === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = await chat(visitor, { message: 'And?' });
  assert.deepEqual([second.statusCode, second.json().code], [409, 'turn_in_progress']);
  held.open();
  hold = undefined;
  assert.equal((await first).json().text, 'Hello.');
});

test('a run whose process is gone is ended honestly when the next message comes, and that one is answered', async () => {
  const visitor = newVisitor();
  const log = new EventLog(harness.database);
  const claims = { ...visitor, iss: 'https://shop.example', aud: 'orchestrator' as const, iat: 0, exp: 1 };
  const { run } = await new Runs(harness.database, log, 'gone').start({
    visitor: claims,
    text: 'Lost?',
    messageId: 'message-1',
    runId: 'run-00000001',
  });
  await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
  const response = await chat(visitor, { message: 'Still there?' }, 'text/event-stream');
  assert.equal(parseFrames(response.body).at(-1)?.event.type, 'RUN_FINISHED');
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const all = parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body);
  assert.deepEqual(
    all.slice(0, 2).map(({ event }) => [event.type, event.type === 'RUN_ERROR' ? event.code : '']),
    [
      ['RUN_STARTED', ''],
      ['RUN_ERROR', 'run_interrupted'],
    ],
  );
  assert.deepEqual(
    all.map(({ id }) => id),
    all.map((_, index) => index + 1),
  );
  await assert.rejects(log.append(run, [{ type: EventType.STEP_STARTED, stepName: 'plan' }]), LeaseLostError);
});

test('a process that lost its lease writes nothing', async () => {
  const visitor = newVisitor();
  const log = new EventLog(harness.database);
  const runs = new Runs(harness.database, log, 'zombie');
  const claims = { ...visitor, iss: 'https://shop.example', aud: 'orchestrator' as const, iat: 0, exp: 1 };
  const { run } = await runs.start({ visitor: claims, text: 'Hi', messageId: 'message-1', runId: 'run-00000001' });
  await harness.database.query('UPDATE runs SET epoch = epoch + 1 WHERE session_id = $1', [visitor.sid]);
  await assert.rejects(log.append(run, [{ type: EventType.STEP_STARTED, stepName: 'plan' }]), LeaseLostError);
  await assert.rejects(runs.finish(run, { status: 'success', events: [{ type: EventType.STEP_STARTED, stepName: 'plan' }] }), LeaseLostError);
  assert.deepEqual(await runs.renew(run), { held: false, cancelRequested: false });
  const { rows } = await harness.database.query('SELECT last_seq FROM sessions WHERE id = $1', [visitor.sid]);
  assert.equal(rows[0]?.last_seq, 1);
});

test('many visitors at once are each answered, once and in full', async () => {
  const answers = await Promise.all(Array.from({ length: 24 }, async () => (await chat(newVisitor(), { message: 'Hi' })).json()));
  assert.deepEqual(
    answers.map((answer) => [answer.outcome, answer.text]),
    Array.from({ length: 24 }, () => ['success', 'Hello.']),
  );
  const { rows } = await harness.database.query(
    'SELECT count(*)::int AS holes FROM sessions WHERE last_seq <> (SELECT count(*) FROM events WHERE events.session_id = sessions.id)',
  );
  assert.equal(rows[0]?.holes, 0);
});

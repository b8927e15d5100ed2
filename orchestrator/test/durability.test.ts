// What the log guarantees: a message is taken once, one run at a time, and a process that lost its lease writes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { QueuedValue, StepResetValue } from '@aiguy/manifests/generated/events';
import { until } from '../../scripts/until.ts';
import { EventLog, LeaseLostError } from '../src/session/event-log.ts';
import { Runs } from '../src/session/runs.ts';
import { gate, type Harness, modelThat, newVisitor, parseFrames, saysText, siteIssuer, startHarness } from './harness.ts';

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

function claimsOf(visitor: ReturnType<typeof newVisitor>) {
  return { ...visitor, iss: siteIssuer, aud: 'orchestrator' as const, iat: 0, exp: 1 };
}

async function allEvents(visitor: ReturnType<typeof newVisitor>) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body);
}

function isEnd(event: AGUIEvent): boolean {
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR';
}

function assertContiguous(events: { id: number }[]): void {
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, index) => index + 1),
  );
}

async function queuedOf(sessionId: string): Promise<string[]> {
  const { rows } = await harness.database.query<{ text: string }>(
    `SELECT input ->> 'text' AS text FROM runs WHERE session_id = $1 AND status = 'queued'`,
    [sessionId],
  );
  return rows.map(({ text }) => text);
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

test('messages during a run are answered after it, in their order, and never two runs at once', async () => {
  const visitor = newVisitor();
  const held = gate();
  hold = held.opened;
  const answers = [chat(visitor, { message: 'One', messageId: 'message-1' })];
  await until(() => harness.orchestrator.liveRuns.count > 0);
  for (const message of ['Two', 'Three', 'Four']) {
    answers.push(chat(visitor, { message, messageId: `message-${message}` }));
    await until(async () => (await queuedOf(visitor.sid)).includes(message));
  }
  const fifth = await chat(visitor, { message: 'Five' });
  assert.deepEqual([fifth.statusCode, fifth.json().code], [409, 'turn_in_progress']);
  held.open();
  hold = undefined;
  for (const answer of await Promise.all(answers)) assert.deepEqual([answer.json().outcome, answer.json().text], ['success', 'Hello.']);
  const events = await allEvents(visitor);
  const borders = events.flatMap(({ event }) =>
    event.type === 'RUN_STARTED' ? [String(event.input?.messages[0]?.content)] : isEnd(event) ? ['end'] : [],
  );
  assert.deepEqual(borders, ['One', 'end', 'Two', 'end', 'Three', 'end', 'Four', 'end']);
  assert.deepEqual(
    events.flatMap(({ event }) => (event.type === 'CUSTOM' && event.name === 'aiguy.queued' ? [(event.value as QueuedValue).position] : [])),
    [1, 2, 3],
  );
  assertContiguous(events);
});

test('a message that waits is kept when it is sent again, and answered once', async () => {
  const visitor = newVisitor();
  const held = gate();
  hold = held.opened;
  const first = chat(visitor, { message: 'One' });
  await until(() => harness.orchestrator.liveRuns.count > 0);
  const twice = [1, 2].map(async () => (await chat(visitor, { message: 'Two', messageId: 'message-2' })).json());
  await until(async () => (await queuedOf(visitor.sid)).length === 1);
  held.open();
  hold = undefined;
  const [one, two] = await Promise.all(twice);
  assert.deepEqual(one, two);
  assert.equal((await first).json().outcome, 'success');
});

test('a run whose process is gone is taken up by the sweep and answered, once and in full', async () => {
  const visitor = newVisitor();
  const log = new EventLog(harness.database);
  const runs = new Runs(harness.database, log, 'elsewhere gone');
  const { run } = await runs.start({ visitor: claimsOf(visitor), assertion: 'x', text: 'Lost?', messageId: 'message-1', runId: 'run-00000001' });
  await log.append(run, [
    { type: EventType.STEP_STARTED, stepName: 'respond' },
    { type: EventType.TEXT_MESSAGE_START, messageId: 'half', role: 'assistant' },
    { type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'half', delta: 'Hel' },
  ]);
  await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
  await harness.orchestrator.liveRuns.sweep();
  const again = (await chat(visitor, { message: 'Lost?', messageId: 'message-1' })).json();
  assert.deepEqual([again.outcome, again.text], ['success', 'Hello.']);
  const events = await allEvents(visitor);
  const reset = events.find(({ event }) => event.type === 'CUSTOM' && event.name === 'aiguy.step_reset')?.event;
  assert.deepEqual(reset?.type === 'CUSTOM' && (reset.value as StepResetValue).messageIds, ['half']);
  assert.equal(events.filter(({ event }) => isEnd(event)).length, 1);
  assertContiguous(events);
  await assert.rejects(log.append(run, [{ type: EventType.STEP_STARTED, stepName: 'plan' }]), LeaseLostError);
});

test('a run that this process itself lost, to a database that would not write, is taken up again, and who reads along reads its end', async () => {
  const visitor = newVisitor();
  const held = gate();
  hold = held.opened;
  const reading = chat(visitor, { message: 'Lost here?', messageId: 'message-1' }, 'text/event-stream');
  await until(async () => harness.orchestrator.liveRuns.count === 1);
  await harness.database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$`);
  await harness.database.query('CREATE TRIGGER refusing BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()');
  held.open();
  await until(async () => harness.orchestrator.liveRuns.count === 0);
  await harness.database.query('DROP FUNCTION refuse CASCADE');
  await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
  await harness.orchestrator.liveRuns.sweep();
  const read = parseFrames((await reading).body);
  assert.equal(read.filter(({ event }) => isEnd(event)).length, 1);
  assertContiguous(read);
  const { rows } = await harness.database.query<{ epoch: number }>('SELECT epoch FROM runs WHERE session_id = $1', [visitor.sid]);
  assert.deepEqual(
    rows.map(({ epoch }) => Number(epoch)),
    [2],
  );
  const again = (await chat(visitor, { message: 'Lost here?', messageId: 'message-1' })).json();
  assert.deepEqual([again.outcome, again.text], ['success', 'Hello.']);
});

test('a turn that fails each process that takes it up is given up after three, with a message', async () => {
  const visitor = newVisitor();
  const runs = new Runs(harness.database, new EventLog(harness.database), 'elsewhere gone');
  await runs.start({ visitor: claimsOf(visitor), assertion: 'x', text: 'Poison', messageId: 'message-1', runId: 'run-00000001' });
  for (const tries of [2, 3]) {
    await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
    const [taken] = await runs.takeOver({ isLive: () => false });
    assert.equal(taken?.run.epoch, tries);
  }
  await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
  assert.deepEqual(await runs.takeOver({ isLive: () => false }), []);
  const last = (await allEvents(visitor)).at(-1)?.event;
  assert.equal(last?.type === 'RUN_ERROR' && last.code, 'run_abandoned');
});

test('a restarted process takes up at once what its earlier boot left', async () => {
  const visitor = newVisitor();
  const earlier = new Runs(harness.database, new EventLog(harness.database), 'host:1 first-boot');
  await earlier.start({ visitor: claimsOf(visitor), assertion: 'x', text: 'Hi', messageId: 'message-1', runId: 'run-00000001' });
  const restarted = new Runs(harness.database, new EventLog(harness.database), 'host:1 second-boot');
  assert.deepEqual(await restarted.takeOver({ isLive: () => false, earlierBootsOf: 'host:2' }), []);
  const taken = await restarted.takeOver({ isLive: () => false, earlierBootsOf: 'host:1' });
  assert.deepEqual(
    taken.map(({ run, isTakenOver }) => [run.sessionId, isTakenOver]),
    [[visitor.sid, true]],
  );
});

test('a process that lost its lease writes nothing', async () => {
  const visitor = newVisitor();
  const log = new EventLog(harness.database);
  const runs = new Runs(harness.database, log, 'zombie');
  const { run } = await runs.start({ visitor: claimsOf(visitor), assertion: 'x', text: 'Hi', messageId: 'message-1', runId: 'run-00000001' });
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

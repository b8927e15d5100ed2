// What was done by a click is taken back by a click: once, in time, by its own visitor, and also when a process dies in the middle of it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Connection, Database } from '@aiguy/manifests/database';
import type { ReceiptValue } from '@aiguy/manifests/generated/events';
import { loadManifests } from '@aiguy/manifests/load';
import { until } from '../../scripts/until.ts';
import { Effects } from '../src/session/effects.ts';
import { EventLog } from '../src/session/event-log.ts';
import { Interrupts } from '../src/session/interrupts.ts';
import { Receipts } from '../src/session/receipts.ts';
import type { Assignment } from '../src/session/run.ts';
import { receiptIssued } from '../src/session/run-events.ts';
import { Runs } from '../src/session/runs.ts';
import { undoEffect } from '../src/session/undo.ts';
import { gate, siteIssuer, typesOf } from './harness.ts';
import { newBuyer, type Visitor, WriteHarness } from './write-harness.ts';

const catalogue = loadManifests();
let it: WriteHarness;
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

before(async () => {
  it = await WriteHarness.start({}, nativePostgres?.startNativePostgres);
});
beforeEach(() => {
  Object.assign(it.shop, { done: [], refusal: undefined, hold: undefined, isSilent: false });
});
after(async () => await it.close());

const namesDone = () => it.shop.done.map(({ name }) => name);

/** Lets the time within which the session's writes can be taken back be over. */
async function letTimePass(visitor: Visitor): Promise<void> {
  await it.harness.database.query(
    `UPDATE receipts SET value = (value::jsonb || jsonb_build_object('undoUntil', to_char(now() - interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))::json
     WHERE session_id = $1 AND value ->> 'undoUntil' IS NOT NULL`,
    [visitor.sid],
  );
}

test('a click takes a write back, says so without a model, and leaves a receipt of its own', async () => {
  const visitor = newBuyer();
  const done = await it.cancelOrder(visitor);
  const before = (await it.events(visitor)).length;
  const { status, body } = await it.undo(visitor, done.effectId);
  assert.deepEqual([status, body.outcome, body.text], [200, 'success', 'Taken back: Cancel order W2530531']);
  assert.deepEqual(it.shop.done.at(-1), { name: 'reinstate_order', args: { order_id: 'W2530531' } });
  const events = (await it.events(visitor)).slice(before);
  assert.deepEqual(typesOf(events), [
    'RUN_STARTED',
    'STEP_STARTED',
    'TOOL_CALL_START',
    'CUSTOM',
    'TOOL_CALL_ARGS',
    'TOOL_CALL_END',
    'TOOL_CALL_RESULT',
    'CUSTOM',
    'STEP_FINISHED',
    'STEP_STARTED',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'STEP_FINISHED',
    'RUN_FINISHED',
  ]);
  const receipt = (await it.receiptEvents(visitor)).at(-1);
  assert.deepEqual([receipt?.number, receipt?.tool, receipt?.undoes, receipt?.undoUntil], [2, 'reinstate_order', done.effectId, undefined]);
  const [, second] = await it.receipts(visitor);
  assert.deepEqual([second?.payload.undoes, second?.payload.facts, second?.payload.amount], [done.effectId, [], undefined]);
  assert.equal(second?.payload.summary, 'Taken back: Cancel order W2530531');
});

test('ten clicks at once, and ten after it, are one undo with one answer', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  const first = await Promise.all(Array.from({ length: 10 }, async () => await it.undo(visitor, effectId)));
  const later = await Promise.all(Array.from({ length: 10 }, async () => await it.undo(visitor, effectId)));
  assert.deepEqual(namesDone(), ['cancel_order', 'reinstate_order']);
  assert.deepEqual(new Set([...first, ...later].map(({ status, body }) => `${status} ${body.runId} ${body.text}`)).size, 1);
  assert.equal((await it.receipts(visitor)).length, 2);
});

test('after its time nothing is taken back, but a click that came in time still shows its answer', async () => {
  const [late, inTime] = [newBuyer(), newBuyer()];
  const { effectId } = await it.cancelOrder(late);
  await letTimePass(late);
  const refused = await it.undo(late, effectId);
  assert.deepEqual([refused.status, refused.body.code, namesDone()], [410, 'undo_expired', ['cancel_order']]);
  const taken = await it.cancelOrder(inTime, 'W0000001');
  await it.undo(inTime, taken.effectId);
  await letTimePass(inTime);
  assert.equal((await it.undo(inTime, taken.effectId)).body.text, 'Taken back: Cancel order W0000001');
});

test('somebody else’s, an undo itself, what has no way back and what was never done can’t be taken back', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  const stranger = newBuyer();
  await it.cancelOrder(stranger, 'W0000001');
  const sameSession = { ...newBuyer(), sid: visitor.sid, sub: 'wp:1:8' };
  const before = namesDone();
  const refusals = [
    await it.undo(stranger, effectId),
    await it.undo(stranger, effectId, visitor.sid),
    await it.undo(sameSession, effectId),
    await it.undo(visitor, 'unknown'),
    await it.undo(visitor, '%00'),
  ];
  for (const { status, body } of refusals) assert.deepEqual([status, body.code], [404, 'not_found']);
  assert.deepEqual(namesDone(), before);
  await it.undo(visitor, effectId);
  const [, undo] = await it.receipts(visitor);
  assert.equal((await it.undo(visitor, undo?.payload.effect ?? '')).status, 404);
  const guest = { ...newBuyer(), sub: 'anon:guest-000000000001' };
  const card = await it.ask(guest, 'open a ticket');
  await it.post(guest, `/sessions/${guest.sid}/inputs/${card.id}`, { values: { email: 'jo@shop.example' } });
  const [ticket] = await it.receiptEvents(guest);
  assert.equal(ticket?.undoUntil, undefined);
  assert.equal((await it.undo(guest, ticket?.effectId ?? '')).status, 404);
  const { rows } = await it.harness.database.query<{ key: string }>(`SELECT key FROM effects WHERE session_id = $1 AND undo_of IS NULL`, [
    visitor.sid,
  ]);
  await it.harness.database.query('DELETE FROM receipts WHERE session_id = $1', [visitor.sid]);
  assert.equal((await it.undo(visitor, rows[0]?.key ?? '')).status, 404);
});

test('who may not change orders any more can’t take a change back either', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  const { status, body } = await it.undo({ ...visitor, scopes: ['docs:read', 'order:read'] }, effectId);
  assert.deepEqual([status, body.code, namesDone()], [403, 'insufficient_scope', ['cancel_order']]);
});

test('what the shop refuses is said with its reason, and leaves no receipt', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  it.shop.refusal = {
    ok: false,
    code: 'not_allowed_now',
    message: 'no',
    details: [{ pointer: '/order_id', rule: 'the refund was already paid out' }],
  };
  const { body } = await it.undo(visitor, effectId);
  assert.deepEqual([body.outcome, body.text], ['success', 'Not taken back: Cancel order W2530531. The reason: the refund was already paid out.']);
  assert.equal((await it.undo(visitor, effectId)).body.runId, body.runId);
  assert.equal((await it.receipts(visitor)).length, 1);
});

test('a click during a running turn waits for its end; a click on an undo that was stopped before it began begins it', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  const card = await it.ask(visitor, 'cancel W0000001');
  const held = gate();
  it.shop.hold = held.opened;
  const confirmed = it.confirm(visitor, card);
  await until(() => it.harness.orchestrator.liveRuns.count > 0);
  const undone = it.undo(visitor, effectId);
  const isQueued = async () =>
    (await it.harness.database.query(`SELECT FROM runs WHERE session_id = $1 AND status = 'queued'`, [visitor.sid])).rowCount === 1;
  await until(isQueued);
  held.open();
  assert.deepEqual([(await confirmed).body.text, (await undone).body.text], ['That is done.', 'Taken back: Cancel order W2530531']);
  const other = await it.receiptEvents(visitor);
  const dead = deadProcess();
  const { run } = await undoEffect(dead.runs, catalogue, {
    visitor: claimsOf(visitor),
    assertion: await assertionOf(visitor),
    effectId: other[1]?.effectId ?? '',
  });
  await dead.runs.finish(run, { status: 'cancelled', events: [] });
  assert.equal((await it.undo(visitor, other[1]?.effectId ?? '')).body.text, 'Taken back: Cancel order W0000001');
});

test('an undo of which nobody knows whether it was done is asked about until it is certain, and then has its receipt', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  it.shop.isSilent = true;
  const { body } = await it.undo(visitor, effectId);
  assert.match(body.text, /^It is not certain yet whether this was done: Taken back: Cancel order W2530531\./);
  assert.equal((await it.undo(visitor, effectId)).body.runId, body.runId);
  it.shop.isSilent = false;
  await it.harness.database.query(`UPDATE effects SET check_at = now() - interval '1 second' WHERE status = 'unknown'`);
  await it.harness.orchestrator.liveRuns.sweep();
  const receipts = await it.receiptEvents(visitor);
  assert.deepEqual([receipts.length, receipts[1]?.undoes, namesDone()], [2, effectId, ['cancel_order', 'reinstate_order']]);
  assert.equal((await it.receipts(visitor)).length, 2);
});

test('the model is told of an undo in words', async () => {
  const visitor = newBuyer();
  const { effectId } = await it.cancelOrder(visitor);
  await it.undo(visitor, effectId);
  await it.post(visitor, '/chat', { message: 'How are you?' });
  const { requests } = it.model;
  const history = requests.at(-1)?.messages.map((message) => (message.role === 'tool' ? 'tool' : `${message.role}: ${message.text}`));
  assert.equal(history?.length, 3);
  assert.match(history?.[1] ?? '', /That is done\.Taken back: Cancel order W2530531/);
});

/** What a process has that is gone in a moment. */
function deadProcess() {
  const { database, key } = it.harness;
  const log = new EventLog(database);
  const runs = new Runs(database, log, 'elsewhere gone');
  const receipts = new Receipts(database, key, catalogue);
  return { log, runs, receipts, effects: new Effects(database, receipts), interrupts: new Interrupts(database, runs) };
}

const claimsOf = (visitor: Visitor) => ({ ...visitor, iss: siteIssuer, aud: 'orchestrator' as const, iat: 0, exp: 1 });
const assertionOf = async (visitor: Visitor) => await it.harness.assertionFor(visitor);

/** How far the process came: nothing, sent, settled, and told. */
const deaths = ['before it was sent', 'after it was done, before it was settled', 'after it was settled, before it was told', 'after it was told'];

async function carryOutUntil(death: number, dead: ReturnType<typeof deadProcess>, { run, ...who }: Assignment): Promise<void> {
  const { rows } = await it.harness.database.query<{ key: string }>('SELECT key FROM effects WHERE session_id = $1 AND run_id = $2', [
    run.sessionId,
    run.id,
  ]);
  const key = rows[0]?.key ?? '';
  if (death === 0) return;
  const effect = await dead.effects.dispatch(run, key);
  const tool = catalogue.get(effect.tool);
  assert.ok(tool);
  const { outcome } = await it.tools.write(tool, effect.args, { ...who, signal: AbortSignal.timeout(1000), effectKey: key, mayBeDone: false });
  if (death === 1) return;
  await dead.effects.settle(key, outcome);
  if (death === 2) return;
  const receipt = await dead.receipts.ofEffect(key);
  assert.ok(receipt);
  await dead.log.append(run, [receiptIssued(receipt)]);
}

async function takeUp(visitor: Visitor): Promise<void> {
  await it.harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1 AND status = 'running'`, [
    visitor.sid,
  ]);
  await it.harness.orchestrator.liveRuns.sweep();
}

/** Told at least once, always in the same words. */
function assertTold(told: ReceiptValue[], number: number): void {
  const same = told.filter((receipt) => receipt.number === number);
  assert.ok(same.length > 0);
  for (const receipt of same) assert.deepEqual(receipt, same[0]);
}

for (const [death, where] of deaths.entries()) {
  test(`a process that dies ${where} leaves one cancellation and one receipt`, async () => {
    const visitor = newBuyer();
    const card = await it.ask(visitor, 'cancel W2530531');
    const dead = deadProcess();
    const decision = { visitor: claimsOf(visitor), assertion: await assertionOf(visitor), interruptId: card.id };
    const { assignment } = await dead.interrupts.decide({ ...decision, answer: { kind: 'confirmation', decision: 'approve' } }, () => undefined);
    assert.ok(assignment);
    await carryOutUntil(death, dead, assignment);
    await takeUp(visitor);
    assert.equal((await it.confirm(visitor, card)).body.text, 'That is done.');
    assert.deepEqual(namesDone(), ['cancel_order']);
    assert.equal((await it.receipts(visitor)).length, 1);
    assertTold(await it.receiptEvents(visitor), 1);
  });

  test(`a process that dies ${where} leaves one undo and one receipt of it`, async () => {
    const visitor = newBuyer();
    const { effectId } = await it.cancelOrder(visitor);
    const dead = deadProcess();
    const { assignment } = await undoEffect(dead.runs, catalogue, { visitor: claimsOf(visitor), assertion: await assertionOf(visitor), effectId });
    assert.ok(assignment);
    await carryOutUntil(death, dead, assignment);
    await takeUp(visitor);
    const { body } = await it.undo(visitor, effectId);
    assert.deepEqual([body.outcome, body.text], ['success', 'Taken back: Cancel order W2530531']);
    assert.deepEqual(namesDone(), ['cancel_order', 'reinstate_order']);
    assert.equal((await it.receipts(visitor)).length, 2);
    assertTold(await it.receiptEvents(visitor), 2);
    const events = await it.events(visitor);
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => index + 1),
    );
    assert.equal(events.filter(({ event }) => event.type === 'RUN_FINISHED').length, 3);
  });
}

test('an effect and its receipt are kept together, or neither is', async () => {
  const visitor = newBuyer();
  const card = await it.ask(visitor, 'cancel W2530531');
  const dead = deadProcess();
  const decision = { visitor: claimsOf(visitor), assertion: await assertionOf(visitor), interruptId: card.id };
  const { run } = await dead.interrupts.decide({ ...decision, answer: { kind: 'confirmation', decision: 'approve' } }, () => undefined);
  const { rows } = await it.harness.database.query<{ key: string }>('SELECT key FROM effects WHERE run_id = $1', [run.id]);
  const failing = new Effects(
    it.harness.database as Database,
    { issue: async (_connection: Connection) => Promise.reject(new Error('no key')) } as never,
  );
  await assert.rejects(failing.settle(rows[0]?.key ?? '', { ok: true, output: {} }), /no key/);
  assert.notEqual((await dead.effects.find(rows[0]?.key ?? ''))?.status, 'settled');
  await takeUp(visitor);
  await it.confirm(visitor, card);
  assert.equal((await it.receipts(visitor)).length, 1);
});

// DELETE /staff/conversations: what becomes of each, for the people of its own site alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StaffAssertion, VisitorAssertion } from '@aiguy/manifests/tokens';
import { until } from '../../scripts/until.ts';
import { gate, type Harness, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

let harness: Harness;
let held: Promise<void> | undefined;

before(async () => {
  const model = modelThat(async function* () {
    await held;
    yield* saysText('The agent says this.');
  });
  harness = await startHarness({ model });
});
after(async () => await harness?.close());

async function ask(visitor: Partial<VisitorAssertion>): Promise<void> {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload: { message: 'Hi' } });
}

async function remove(payload: object, claims: Partial<StaffAssertion> = {}) {
  const headers = { authorization: `Bearer ${await harness.staffAssertionFor(claims)}` };
  const { statusCode, json } = await harness.orchestrator.app.inject({ method: 'DELETE', url: '/staff/conversations', headers, payload });
  return { status: statusCode, body: json() };
}

async function kept(ids: string[]): Promise<string[]> {
  const { rows } = await harness.database.query<{ id: string }>('SELECT id FROM sessions WHERE id = ANY($1)', [ids]);
  return rows.map(({ id }) => id).sort();
}

const never = 'n'.repeat(32);

test('what is gone and what is busy is said, and another site’s stay', async (t) => {
  const [idle, busy, another] = [newVisitor(), newVisitor(), newVisitor()];
  const idOf = ({ sid }: Partial<VisitorAssertion>) => sid ?? assert.fail();
  for (const visitor of [idle, another]) await ask(visitor);
  await until(() => harness.orchestrator.liveRuns.count === 0);
  await harness.database.query(`UPDATE sessions SET issuer = 'https://other.example' WHERE id = $1`, [another.sid]);
  const { opened, open } = gate();
  held = opened;
  t.after(open);
  const answering = ask(busy);
  await until(() => harness.orchestrator.liveRuns.count > 0);
  const ids = [idle, busy, another].map(idOf).concat(never);
  assert.equal((await remove({ ids }, { sub: 'site' })).status, 403);
  assert.equal((await remove({ ids }, { scopes: ['conversation:read'] })).status, 403);
  assert.equal((await kept(ids)).length, 3);
  assert.deepEqual(await remove({ ids }), { status: 200, body: { deleted: [idOf(idle), idOf(another), never], busy: [idOf(busy)] } });
  assert.deepEqual(await kept(ids), [busy, another].map(idOf).sort());
  open();
  held = undefined;
  await answering;
  await until(() => harness.orchestrator.liveRuns.count === 0);
  assert.deepEqual((await remove({ ids: [idOf(busy)] })).body, { deleted: [idOf(busy)], busy: [] });
  const { rows } = await harness.database.query('SELECT FROM events WHERE session_id = $1', [busy.sid]);
  assert.equal(rows.length, 0);
});

test('what is no list of one to a hundred ids, each once, is refused', async () => {
  const tooMany = Array.from({ length: 101 }, (_, index) => `${never}${index}`);
  for (const wrong of [{}, { ids: [] }, { ids: ['x'] }, { ids: [never, never] }, { ids: never }, { ids: tooMany }, { ids: [never], all: true }])
    assert.equal((await remove(wrong)).body.code, 'invalid_request', JSON.stringify(wrong).slice(0, 60));
});

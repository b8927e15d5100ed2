// When the day and the month of a cap begin: at midnight where the site is.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { DegradedValue } from '@aiguy/manifests/generated/events';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { type Harness, modelThat, newVisitor, parseFrames, saysText, siteIssuer, startHarness } from './harness.ts';

let harness: Harness;
let clockMs = Date.parse('2026-11-30T22:59:50Z');
const caps = { guest_messages_day: 1, site_cost_month_usd: 9 };

before(async () => {
  const model = modelThat(() => saysText('The shop sells tents.'));
  harness = await startHarness({ model, knowledge: { ...model, isExtractive: true }, nowMs: () => clockMs });
});
after(async () => await harness.close());

function guest(claims: Partial<VisitorAssertion> = {}): ReturnType<typeof newVisitor> {
  return { ...newVisitor(), sub: `anon:${randomBytes(16).toString('base64url')}`, agent: { id: 'a', caps }, ...claims };
}

async function degradedOf(visitor: ReturnType<typeof newVisitor>): Promise<DegradedValue | undefined> {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'text/event-stream' };
  const { body } = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message: 'What do you sell?' } });
  const said = parseFrames(body).map(({ event }) => event);
  const found = said.find((event) => event.type === 'CUSTOM' && event.name === 'aiguy.degraded');
  return found?.type === 'CUSTOM' ? (found.value as DegradedValue) : undefined;
}

test('the days and months of a site that signs its time zone begin there', async () => {
  const berlin = { time_zone: 'Europe/Berlin' } as const;
  const visitor = guest(berlin);
  const until = '2026-11-30T23:00:00.000Z';
  assert.deepEqual([await degradedOf(visitor), await degradedOf(visitor)], [undefined, { reason: 'guest_messages', action: 'knowledge', until }]);
  await harness.database.query(`INSERT INTO usage_days (issuer, day, cost_micro_usd) VALUES ($1, '2026-11-28', 9000000)`, [siteIssuer]);
  assert.deepEqual(await degradedOf(guest(berlin)), { reason: 'site_cost_month', action: 'knowledge', until });
  clockMs += 20_000;
  assert.deepEqual([await degradedOf(visitor), await degradedOf(guest(berlin))], [undefined, undefined]);
  assert.equal((await degradedOf(guest()))?.until, '2026-12-01T00:00:00.000Z', 'where nothing is signed November goes on in UTC');
});

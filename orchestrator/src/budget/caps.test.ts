// Which caps hold: the owner's, but never above the operator's; and when their day ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capsOf, dayOf, microUsdOf, nextDayIso, nextMonthIso, uncapped } from './caps.ts';

const ceilings = {
  guestMessages: 60,
  customerMessages: 200,
  siteMessages: 1000,
  siteMicroUsd: 10_000_000,
  siteMonthMicroUsd: 200_000_000,
  guestsPerNetwork: 5,
};

test('without an owner’s wish the ceilings hold, and the knowledge answers at the cap', () => {
  assert.deepEqual(capsOf(ceilings), {
    guestMessages: 60,
    networkMessages: 300,
    customerMessages: 200,
    guestMicroUsd: Number.MAX_SAFE_INTEGER,
    networkMicroUsd: Number.MAX_SAFE_INTEGER,
    customerMicroUsd: Number.MAX_SAFE_INTEGER,
    siteMessages: 1000,
    siteMicroUsd: 10_000_000,
    siteMonthMicroUsd: 200_000_000,
    atCap: 'knowledge',
  });
});

test('the stricter one wins, each for itself, down to nothing', () => {
  const wishes = { guest_messages_day: 0, customer_messages_day: 500, site_messages_day: 999, site_cost_day_usd: 0.5, at_cap: 'closed' } as const;
  const money = { site_cost_month_usd: 0, guest_cost_day_usd: 0.1, customer_cost_day_usd: 0 };
  assert.deepEqual(capsOf(ceilings, { ...wishes, ...money }), {
    guestMessages: 0,
    networkMessages: 0,
    customerMessages: 200,
    guestMicroUsd: 100_000,
    networkMicroUsd: 500_000,
    customerMicroUsd: 0,
    siteMessages: 999,
    siteMicroUsd: 500_000,
    siteMonthMicroUsd: 0,
    atCap: 'closed',
  });
});

test('where neither the operator nor the owner caps the month, only its days are capped', () => {
  assert.equal(capsOf({ ...ceilings, siteMonthMicroUsd: microUsdOf(undefined) }).siteMonthMicroUsd, uncapped);
  assert.equal(capsOf({ ...ceilings, siteMonthMicroUsd: microUsdOf(undefined) }, { site_cost_month_usd: 7.5 }).siteMonthMicroUsd, 7_500_000);
  assert.equal(capsOf(ceilings, { site_cost_month_usd: 201 }).siteMonthMicroUsd, 200_000_000);
});

test('a day is one of UTC', () => {
  const lastMoment = Date.parse('2026-12-31T23:59:59.999Z');
  assert.deepEqual([dayOf(lastMoment), dayOf(lastMoment + 1), nextDayIso(lastMoment)], ['2026-12-31', '2027-01-01', '2027-01-01T00:00:00.000Z']);
});

test('a month ends with the last day of the calendar’s, whatever its length', () => {
  assert.deepEqual(
    ['2026-12-31T23:59:59.999Z', '2028-02-29T12:00:00Z', '2026-01-31T00:00:00Z'].map((iso) => nextMonthIso(Date.parse(iso))),
    ['2027-01-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
  );
});

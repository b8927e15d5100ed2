// Which caps hold: the owner's, but never above the operator's, and whose day it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capsOf, microUsdOf, uncapped, zoneOf } from './caps.ts';

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

test('a site’s days are those of the time zone that it signs; what nobody knows is UTC', () => {
  assert.deepEqual([{}, { time_zone: 'Europe/Berlin' }, { time_zone: '-03:30' }, { time_zone: 'Mars/Phobos' }].map(zoneOf), [
    'UTC',
    'Europe/Berlin',
    '-03:30',
    'UTC',
  ]);
});

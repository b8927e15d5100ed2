import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '@aiguy/manifests/environment';
import { type OpeningHoursVariables, readOpeningHours } from './opening-hours.ts';

const office: OpeningHoursVariables = {
  OPENING_HOURS: 'Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00, Sat 10:00-14:00',
  OPENING_HOURS_TIME_ZONE: 'America/Los_Angeles',
  OPENING_HOURS_CLOSED: ['2026-11-26'],
};
const at = (instant: string, change: Partial<OpeningHoursVariables> = {}) =>
  readOpeningHours({ ...office, ...change }, () => Date.parse(instant)).now();
const instantOf = (instant: string, change: Partial<OpeningHoursVariables> = {}) => {
  const attendance = at(instant, change);
  if (attendance.state === 'unknown') return 'unknown';
  return `${attendance.state} ${(attendance.state === 'open' ? attendance.until : attendance.from).toISOString()}`;
};

for (const [what, instant, expected] of [
  ['a minute before opening is closed until then', '2026-11-23T16:59:00Z', 'closed 2026-11-23T17:00:00.000Z'],
  ['the minute of opening is open until the break', '2026-11-23T17:00:00Z', 'open 2026-11-23T20:00:00.000Z'],
  ['in the break it is closed until the afternoon', '2026-11-23T20:30:00Z', 'closed 2026-11-23T21:00:00.000Z'],
  ['on Friday evening Saturday is next', '2026-11-21T03:00:00Z', 'closed 2026-11-21T18:00:00.000Z'],
  ['after Saturday Monday is next', '2026-11-21T22:00:00Z', 'closed 2026-11-23T17:00:00.000Z'],
  ['a day on which nobody is there is passed over', '2026-11-26T02:00:00Z', 'closed 2026-11-27T17:00:00.000Z'],
  ['over the end of summer time the local hour holds', '2026-10-31T22:00:00Z', 'closed 2026-11-02T17:00:00.000Z'],
] as const) {
  test(what, () => assert.equal(instantOf(instant), expected));
}

test('a visitor reads day, hour and time zone', () => {
  const attendance = at('2026-11-21T22:00:00Z');
  assert.equal(attendance.state === 'closed' && attendance.text, 'Monday 23 November at 09:00 Pacific Time');
});

test('nobody has said when people are there: that is not known', () => {
  assert.deepEqual(at('2026-11-23T17:00:00Z', { OPENING_HOURS: undefined }), { state: 'unknown' });
});

for (const [what, change] of [
  ['a day that is none', { OPENING_HOURS: 'Mo-Fr 09:00-17:00' }],
  ['an end before the beginning', { OPENING_HOURS: 'Mon 17:00-09:00' }],
  ['an hour past midnight', { OPENING_HOURS: 'Mon 09:00-25:00' }],
  ['a time zone that is none', { OPENING_HOURS_TIME_ZONE: 'Pacific' }],
] as const) {
  test(`${what} stops the boot with the variable's name`, () => {
    assert.throws(
      () => at('2026-11-23T17:00:00Z', change),
      (error) => error instanceof ConfigError && error.message.includes(Object.keys(change)[0] ?? '-'),
    );
  });
}

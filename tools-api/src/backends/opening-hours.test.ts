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

const ownAt = (instant: string, hours: string, timeZone: string) =>
  readOpeningHours(office, () => Date.parse(instant)).now({ hours, time_zone: timeZone });

test('an agent’s own hours count instead of the configured ones, and the configured days on which nobody is there hold for them too', () => {
  assert.equal(at('2026-11-23T08:30:00Z').state, 'closed');
  const own = ownAt('2026-11-23T08:30:00Z', 'Mon 09:00-10:00, Mon 14:00-24:00', 'Europe/Vienna');
  assert.deepEqual(own, { state: 'open', until: new Date('2026-11-23T09:00:00Z'), text: 'Monday 23 November at 10:00 Central European Time' });
  const later = ownAt('2026-11-25T23:30:00Z', 'Thu 09:00-10:00, Sat 09:00-10:00', 'Europe/Vienna');
  assert.equal(later.state === 'closed' && later.text, 'Saturday 28 November at 09:00 Central European Time');
});

for (const [timeZone, until, text] of [
  ['+02:00', '2026-11-23T15:00:00Z', 'Monday 23 November at 17:00 GMT+02:00'],
  ['+05:45', '2026-11-23T11:15:00Z', 'Monday 23 November at 17:00 GMT+05:45'],
  ['-03:30', '2026-11-23T20:30:00Z', 'Monday 23 November at 17:00 GMT-03:30'],
  ['+00:00', '2026-11-23T17:00:00Z', 'Monday 23 November at 17:00 Greenwich Mean Time'],
] as const) {
  test(`a site whose time zone is the fixed distance ${timeZone} has its hours there`, () => {
    const minuteBefore = new Date(Date.parse(until) - 60_000).toISOString();
    assert.deepEqual(ownAt(minuteBefore, 'Mon 09:00-17:00', timeZone), { state: 'open', until: new Date(until), text });
    assert.equal(ownAt(until, 'Mon 09:00-17:00', timeZone).state, 'closed');
  });
}

test('own hours that can’t be read say nothing: neither half of them nor the configured ones count', () => {
  for (const [hours, timeZone] of [
    ['Mon 17:00-09:00', 'Europe/Vienna'],
    ['Mon 09:00-17:00, Tue 17:00-09:00', 'Europe/Vienna'],
    ['Mon-Sun 00:00-24:00', 'Mars/Phobos'],
    ['Mon-Sun 00:00-24:00', '+99:00'],
  ] as const)
    assert.deepEqual(ownAt('2026-11-23T18:00:00Z', hours, timeZone), { state: 'unknown' }, `${hours} ${timeZone}`);
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

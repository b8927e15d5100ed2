// Days of a place, also where its clocks are changed at midnight, and everywhere between the two ends of the calendar.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayAfter, dayIn, isTimeZone, monthAfter, startOfDay } from './time-zone.ts';

const at = Date.parse;

for (const [zone, instant, day] of [
  ['UTC', '2026-12-31T23:59:59.999Z', '2026-12-31'],
  ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2027-01-01'],
  ['America/Los_Angeles', '2027-01-01T07:59:59Z', '2026-12-31'],
  ['-03:30', '2026-06-01T03:29:00Z', '2026-05-31'],
] as const) {
  test(`in ${zone} it is ${day} at ${instant}`, () => assert.equal(dayIn(zone, at(instant)), day));
}

for (const [zone, day, begins, why] of [
  ['UTC', '2026-11-22', '2026-11-22T00:00:00Z', 'without changes'],
  ['+05:45', '2026-11-22', '2026-11-21T18:15:00Z', 'at a fixed distance'],
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', 'which loses an hour later that night'],
  ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00Z', 'behind a day of 23 hours'],
  ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z', 'whose first hour is left out'],
  ['America/Havana', '2026-03-08', '2026-03-08T05:00:00Z', 'whose first hour is left out, west of UTC'],
  ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z', 'whose first hour comes twice'],
] as const) {
  test(`${day} in ${zone} begins at ${begins}: a day ${why}`, () => {
    assert.equal(startOfDay(zone, day), at(begins));
    assert.deepEqual([dayIn(zone, at(begins)), dayIn(zone, at(begins) - 1)], [day, dayAfter(day, -1)]);
  });
}

test('every day of some years begins where the one before it ends, in zones of every kind', () => {
  for (const zone of [
    'America/Havana',
    'Africa/Cairo',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Asia/Beirut',
    'Pacific/Chatham',
    '-12:00',
    '+14:00',
  ]) {
    for (let day = '2025-01-01'; day < '2027-12-31'; day = dayAfter(day)) {
      const begins = startOfDay(zone, day);
      assert.deepEqual([dayIn(zone, begins), dayIn(zone, begins - 60_000)], [day, dayAfter(day, -1)], `${zone} ${day}`);
    }
  }
});

test('days and months follow one another across leap days and the ends of years', () => {
  assert.deepEqual([dayAfter('2028-02-28'), dayAfter('2026-12-31'), dayAfter('2026-03-01', -1)], ['2028-02-29', '2027-01-01', '2026-02-28']);
  assert.deepEqual(['2026-12-31', '2028-02-29', '2026-01-31'].map(monthAfter), ['2027-01-01', '2028-03-01', '2026-02-01']);
});

test('a time zone is a name that the calendar knows, or a distance from UTC', () => {
  assert.deepEqual(['Europe/Berlin', '+02:00', 'UTC', 'Mars/Phobos', '', 'CET\n'].map(isTimeZone), [true, true, true, false, false, false]);
});

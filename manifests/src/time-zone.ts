// Days and hours of a place: between instants and what its clocks show, whose hands are moved twice a year.

const minuteMs = 60_000;
const dayMsCount = 86_400_000;

/** @param name of the IANA database, or a fixed distance from UTC such as +02:00 */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A local day as the instant at which it begins in UTC, and the local time as if it were UTC. */
export function localOf(instantMs: number, timeZone: string): { dayMs: number; wallMs: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instantMs);
  const value = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const dayMs = Date.UTC(value('year'), value('month') - 1, value('day'));
  return { dayMs, wallMs: dayMs + (value('hour') * 60 + value('minute')) * minuteMs };
}

/** @param dayMs as of localOf @param minutes of that day's clock; where the clock leaves them out, what it shows an hour before or after them */
export function instantOf(dayMs: number, minutes: number, timeZone: string): number {
  return guesses(dayMs + minutes * minuteMs, timeZone)[1];
}

/** The day at a moment, YYYY-MM-DD. */
export function dayIn(timeZone: string, instantMs: number): string {
  return iso(localOf(instantMs, timeZone).dayMs);
}

/** The first instant of a day, also where its clock begins at one. @param day YYYY-MM-DD */
export function startOfDay(timeZone: string, day: string): number {
  const dayMs = msOf(day);
  const inIt = guesses(dayMs, timeZone).filter((instantMs) => localOf(instantMs, timeZone).dayMs >= dayMs);
  return Math.min(...inIt);
}

/** @param day YYYY-MM-DD */
export function dayAfter(day: string, days = 1): string {
  return iso(msOf(day) + days * dayMsCount);
}

/** @param day YYYY-MM-DD @returns the first of the next month */
export function monthAfter(day: string): string {
  const date = new Date(msOf(day));
  return iso(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
}

/** The second is right but where the first lies on the other side of a change of the clocks that leaves the time out. */
function guesses(wallMs: number, timeZone: string): [number, number] {
  const once = wallMs - (localOf(wallMs, timeZone).wallMs - wallMs);
  return [once, wallMs - (localOf(once, timeZone).wallMs - once)];
}

function msOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function iso(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

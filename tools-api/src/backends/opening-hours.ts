// When people of the support team are at work, in their own time zone: whether now, and else from when.
import { ConfigError, type VariableSchema } from '@aiguy/manifests/environment';
import { instantOf, isTimeZone, localOf } from '@aiguy/manifests/time-zone';
import type { AgentSettings } from '@aiguy/manifests/tokens';

export type OpeningHoursVariables = Readonly<{
  OPENING_HOURS: string | undefined;
  OPENING_HOURS_TIME_ZONE: string;
  OPENING_HOURS_CLOSED: string[];
}>;

export const openingHoursVariables: Record<keyof OpeningHoursVariables, VariableSchema> = {
  OPENING_HOURS: {
    type: 'string',
    maxLength: 300,
    description: 'When people answer, such as Mon-Fri 09:00-17:00, Sat 10:00-14:00; unset = nobody says.',
  },
  OPENING_HOURS_TIME_ZONE: {
    type: 'string',
    maxLength: 60,
    default: 'UTC',
    description: 'IANA name of their time zone, such as America/Los_Angeles.',
  },
  OPENING_HOURS_CLOSED: {
    type: 'array',
    items: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    maxItems: 400,
    default: [],
    description: 'Days on which nobody is there, JSON, such as ["2026-12-25"].',
  },
};

/** unknown: nobody has said when people are there. `until` and `from` are instants; `text` names them for a visitor. */
export type Attendance = { state: 'unknown' } | { state: 'open'; until: Date; text: string } | { state: 'closed'; from: Date; text: string };

/** What an owner has set for his agent, as his site has signed it. */
export type AgentHours = AgentSettings['opening_hours'];

export type OpeningHours = {
  /** @param own instead of the configured week; the configured days on which nobody is there hold for both. What can't be read says nothing: unknown. */
  now: (own?: AgentHours) => Attendance;
};

/** Minutes of the day. */
type Span = { from: number; to: number };
type Week = readonly (readonly Span[])[];

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const part = /^([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})$/i;
/** Longer holidays than this have no first day. */
const daysAheadMax = 62;

/** @throws ConfigError naming the variable, what is wrong and what to write */
export function readOpeningHours(variables: OpeningHoursVariables, nowMs: () => number = Date.now): OpeningHours {
  const configured = readHours(variables);
  return {
    now: (own) => {
      const hours = own ? ownHours(own, variables) : configured;
      return hours ? attendanceAt(nowMs(), hours) : { state: 'unknown' };
    },
  };
}

function readHours({
  OPENING_HOURS: text,
  OPENING_HOURS_TIME_ZONE: timeZone,
  OPENING_HOURS_CLOSED: closed,
}: OpeningHoursVariables): Hours | undefined {
  assertTimeZone(timeZone);
  return text === undefined ? undefined : { week: readWeek(text), timeZone, closed: new Set(closed) };
}

function ownHours(own: NonNullable<AgentHours>, configured: OpeningHoursVariables): Hours | undefined {
  try {
    return readHours({ ...configured, OPENING_HOURS: own.hours, OPENING_HOURS_TIME_ZONE: own.time_zone });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function assertTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone)) throw new ConfigError('OPENING_HOURS_TIME_ZONE', 'must be the IANA name of a time zone, such as America/Los_Angeles');
}

function readWeek(text: string): Week {
  const week: Span[][] = days.map(() => []);
  for (const one of text.split(',')) {
    const [, first = '', last = first, ...times] = part.exec(one.trim()) ?? [];
    const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = times.map(Number);
    const span = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute };
    const [start, end] = [days.indexOf(first.toLowerCase()), days.indexOf(last.toLowerCase())];
    if (start < 0 || end < 0 || span.from >= span.to || span.to > 1440 || fromMinute > 59 || toMinute > 59)
      throw new ConfigError('OPENING_HOURS', 'must be days with a time, such as Mon-Fri 09:00-17:00, Sat 10:00-14:00; none may go past midnight');
    for (let day = start; ; day = (day + 1) % 7) {
      week[day]?.push(span);
      if (day === end) break;
    }
  }
  return week.map((spans) => spans.toSorted((a, b) => a.from - b.from));
}

type Hours = { week: Week; timeZone: string; closed: ReadonlySet<string> };

function attendanceAt(nowMs: number, { week, timeZone, closed }: Hours): Attendance {
  const today = localOf(nowMs, timeZone).dayMs;
  for (let ahead = 0; ahead <= daysAheadMax; ahead += 1) {
    const dayMs = today + ahead * 86_400_000;
    if (closed.has(new Date(dayMs).toISOString().slice(0, 10))) continue;
    for (const { from, to } of week[new Date(dayMs).getUTCDay()] ?? []) {
      const [fromMs, toMs] = [instantOf(dayMs, from, timeZone), instantOf(dayMs, to, timeZone)];
      if (nowMs < fromMs) return { state: 'closed', from: new Date(fromMs), text: inWords(fromMs, timeZone) };
      if (nowMs < toMs) return { state: 'open', until: new Date(toMs), text: inWords(toMs, timeZone) };
    }
  }
  return { state: 'unknown' };
}

function inWords(instantMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longGeneric',
  }).format(instantMs);
}

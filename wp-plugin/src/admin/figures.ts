// A report's numbers as people read them: days, money, seconds and shares in the language of whoever looks.
import type { Report } from '@aiguy/manifests/generated/http';
import { dayAfter, dayIn } from '@aiguy/manifests/time-zone';
import { siteZone } from './site-zone';

export type Day = Report['days'][number];
export type Figures = Report['total'];
export type OutcomeName = keyof Figures['outcomes'];

/** The site's day so many days before a moment, YYYY-MM-DD. */
export function dayBefore(nowMs: number, days: number): string {
  return dayAfter(dayIn(siteZone(), nowMs), -days);
}

export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));
}

export function formatCount(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

/** Cents where there are some; what costs less is shown to the ten-thousandth. */
export function formatUsd(microUsd: number, locale: string): string {
  const usd = microUsd / 1_000_000;
  const digits = usd > 0 && usd < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    usd,
  );
}

export function formatSeconds(ms: number | null, locale: string): string {
  if (ms === null) return '–';
  const digits = ms < 10_000 ? 1 : 0;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(ms / 1000);
}

/** @returns «–» where there is nothing to divide */
export function formatShare(part: number, whole: number, locale: string): string {
  return whole === 0 ? '–' : new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(part / whole);
}

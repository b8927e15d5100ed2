// The time zone of the site, in which WordPress shows every day and hour to its people.
import { isTimeZone } from '@aiguy/manifests/time-zone';

/** Where the browser doesn't know it, such as an offset in an older one, the browser's own. */
export function siteZone(): string {
  const { timeZone } = window.aiguyAdmin;
  return isTimeZone(timeZone) ? timeZone : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** As WordPress names it among its settings. */
export function zoneName(timeZone: string): string {
  return /^[+-]/.test(timeZone) ? `UTC${timeZone}` : timeZone;
}

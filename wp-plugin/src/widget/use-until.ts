// Whether a moment is still to come; the component is drawn again when it has passed.
import { useEffect, useState } from '@wordpress/element';

/** What setTimeout can hold; longer windows are looked at again with the next change. */
const timerMaxMs = 2_147_483_647;

export function useUntil(until: number | undefined): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === undefined || until <= Date.now()) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(until - Date.now() + 1, timerMaxMs));
    return () => clearTimeout(timer);
  }, [until]);
  return until !== undefined && until > now;
}

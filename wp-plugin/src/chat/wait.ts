// Waits that end: by time, by the browser coming back online, or by a signal.

export async function waitMs(durationMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, durationMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

/** Doubles from half a second; the jitter keeps many visitors from coming back at the same moment. */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.min(500 * 2 ** attempt, 15_000) * (0.5 + random() / 2);
}

/** What the browser knows of its network. */
export type Network = { isOnline: () => boolean; events: EventTarget };

/** @returns whether the browser is online, at once or within the limit */
export async function whenOnline(network: Network, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  if (network.isOnline()) return true;
  const isBack = new AbortController();
  const done = () => isBack.abort();
  network.events.addEventListener('online', done);
  await waitMs(timeoutMs, AbortSignal.any([signal, isBack.signal]));
  network.events.removeEventListener('online', done);
  return network.isOnline() || signal.aborted;
}

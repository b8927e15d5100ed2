// The end of a wait, whether what is waited for heeds it or not.
import { AiguyError } from '@aiguy/manifests/errors';

/** @throws AiguyError tool_timeout when the signal fires first */
export async function withinTime<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const timedOut = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new AiguyError('tool_timeout')), { once: true });
  });
  return await Promise.race([work, timedOut]);
}

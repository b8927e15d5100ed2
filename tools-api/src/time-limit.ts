// The end of a wait, whether what is waited for heeds it or not.
import { AiguyError } from '@aiguy/manifests/errors';

/** @throws AiguyError tool_timeout when the signal has fired, or fires first */
export async function withinTime<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const timedOut = new Promise<never>((_resolve, reject) => {
    const expire = () => reject(new AiguyError('tool_timeout'));
    if (signal.aborted) expire();
    else signal.addEventListener('abort', expire, { once: true });
  });
  return await Promise.race([timedOut, work]);
}

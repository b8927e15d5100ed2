// The JSON form of a session's log, for readers to whom nothing can be streamed: they ask, and are held until there is something.
import { AiguyError } from '@aiguy/manifests/errors';
import type { LogPage } from '@aiguy/manifests/generated/http';
import { tail } from '../session/tail.ts';
import type { HttpPorts } from './ports.ts';

/** Below the 30 s after which common proxies and PHP give up. */
const waitMaxS = 25;
const pageEvents = 500;

type Place = { sessionId: string; after: number; waitS: number; signal: AbortSignal };

/** Events after the cursor, at most 500, waiting up to waitS for the first; `running` means that asking again is worthwhile. */
export async function readLogPage(ports: HttpPorts, { sessionId, after, waitS, signal }: Place): Promise<LogPage> {
  if (waitS > 0) await somethingComes(ports, { sessionId, after, waitS, signal });
  // Asked before the rows: of a run that ends in between, the rows hold the end.
  const running = await ports.runs.isRunning(sessionId);
  const rows = await ports.log.read(sessionId, after, pageEvents);
  const events = rows.map(({ seq, event }) => ({ seq, event }));
  return { events, lastEventId: rows.at(-1)?.seq ?? after, running: running || rows.length === pageEvents };
}

async function somethingComes(ports: HttpPorts, { sessionId, after, waitS, signal }: Place): Promise<void> {
  const enough = AbortSignal.any([signal, AbortSignal.timeout(waitS * 1000)]);
  for await (const _batch of tail(ports.log, ports.runs, { id: sessionId, after, follow: true, signal: enough })) return;
}

/** @throws AiguyError invalid_request for anything but whole seconds from 0 to 25 */
export function parseWait(wait: string | undefined): number {
  if (wait === undefined) return 0;
  const seconds = /^\d{1,2}$/.test(wait) ? Number(wait) : Number.NaN;
  if (seconds >= 0 && seconds <= waitMaxS) return seconds;
  throw new AiguyError('invalid_request', { details: [{ pointer: '/wait', rule: `must be whole seconds from 0 to ${waitMaxS}` }] });
}

// Takes a visitor's message into the log and starts its run, whichever way it came.
import type { IncomingHttpHeaders } from 'node:http';
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { Run } from '../session/runs.ts';
import type { AuthenticatedVisitor } from './authenticate.ts';
import { assertKnown, parseMessage } from './parse-message.ts';
import type { HttpPorts } from './ports.ts';

/** Runs that are looked at for the ids an AG-UI client may name. */
const knownRunsMax = 100;

/**
 * @param message.headers where a trace may come in
 * @throws AiguyError as parseMessage and Runs.start do, rate_limited, not_found for a session that is not the visitor's
 */
export async function acceptMessage(
  ports: HttpPorts,
  { visitor, assertion }: AuthenticatedVisitor,
  { body, headers }: { body: unknown; headers: IncomingHttpHeaders },
): Promise<Run> {
  const message = parseMessage(body);
  if (message.threadId !== undefined && message.threadId !== visitor.sid) throw new AiguyError('not_found');
  await ports.limitChat(`${visitor.iss} ${visitor.sub}`);
  if (message.claimedIds.length > 0) assertKnown(message.claimedIds, await ports.log.readRuns(visitor.sid, knownRunsMax));
  const { run, fresh } = await ports.runs.start({ visitor, text: message.text, messageId: message.messageId, runId: message.runId });
  if (fresh) {
    ports.metrics.accepted(run.id);
    withRemoteTrace(headers, () => ports.liveRuns.start({ run, visitor, assertion, text: message.text }));
  }
  return run;
}

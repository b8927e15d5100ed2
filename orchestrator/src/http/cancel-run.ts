// Stops the running run of a session, whichever process works on it; what was said is kept.
import type { HttpPorts } from './ports.ts';

/** @returns whether there was one */
export async function cancelRun(ports: Pick<HttpPorts, 'runs' | 'liveRuns'>, sessionId: string): Promise<boolean> {
  const runId = await ports.runs.requestCancel(sessionId);
  if (runId !== undefined) ports.liveRuns.cancel(sessionId, runId);
  return runId !== undefined;
}

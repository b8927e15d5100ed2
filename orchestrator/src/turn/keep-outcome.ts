// Keeps what came of a write, and the task that it left behind at the tools API: both or neither, so that no task is lost from sight.
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { ToolOutcome } from '../model/port.ts';
import { lockSession } from '../session/runs.ts';
import type { TurnPorts } from './turn.ts';

type Kept = { key: string; tool: string; outcome: ToolOutcome; sessionId: string; runId: string; visitor: VisitorAssertion; assertion: string };

export async function keepOutcome({ runs, effects, tasks }: TurnPorts, { key, outcome, ...of }: Kept): Promise<void> {
  await runs.inSession(of.sessionId, async (connection, append) => {
    await lockSession(connection, of.sessionId);
    await effects.settle(key, outcome, connection);
    if (outcome.ok && outcome.task) await tasks.open(connection, append, { ...of, task: outcome.task });
  });
}

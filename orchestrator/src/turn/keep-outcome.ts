// Keeps what came of a write, and the task that it left behind at the tools API: both or neither, so that no task is lost from sight.
import type { TaskReference } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { ToolOutcome } from '../model/port.ts';
import type { Run } from '../session/run.ts';
import { assertHeld, lockSession } from '../session/runs.ts';
import type { TurnPorts } from './turn.ts';

type Kept = { key: string; tool: string; outcome: ToolOutcome; run: Run; visitor: VisitorAssertion; assertion: string };

/** @throws LeaseLostError when the run is another process', which asks under the same key and keeps what it is told */
export async function keepOutcome({ runs, effects, tasks }: TurnPorts, { key, outcome, run, ...of }: Kept): Promise<void> {
  await runs.inSession(run.sessionId, async (connection, append) => {
    await lockSession(connection, run.sessionId);
    await assertHeld(connection, run);
    await effects.settle(key, outcome, connection);
    if (outcome.ok && outcome.task) await tasks.open(connection, append, { ...of, sessionId: run.sessionId, runId: run.id, task: outcome.task });
  });
}

type Left = Omit<Kept, 'key' | 'outcome'> & { task: TaskReference };

/** Keeps the task that a read left behind. A process that dies before this asks again, and is named the same task. @throws LeaseLostError */
export async function keepTask({ runs, tasks }: Pick<TurnPorts, 'runs' | 'tasks'>, { run, ...of }: Left): Promise<void> {
  await runs.inSession(run.sessionId, async (connection, append) => {
    await lockSession(connection, run.sessionId);
    await assertHeld(connection, run);
    await tasks.open(connection, append, { ...of, sessionId: run.sessionId, runId: run.id });
  });
}

// Asks again about writes of which nobody knows whether they were done, under their keys, and says in the conversation what came of them.
import type { ToolOutcome } from '../model/port.ts';
import { announce } from '../session/announce.ts';
import type { UnknownEffect } from '../session/effects.ts';
import { receiptIssued, taskOpened, textMessage } from '../session/run-events.ts';
import type { TurnPorts } from './turn.ts';

const againInMs = 15_000;
const atOnceMax = 10;
/** About ten minutes; then a person has to find out. */
const attemptsMax = 40;

export async function reconcileEffects(ports: TurnPorts): Promise<void> {
  const doubtful = await ports.effects.takeDoubtful(againInMs, atOnceMax);
  await Promise.all(doubtful.map(async (effect) => await reconcile(ports, effect)));
}

async function reconcile(ports: TurnPorts, effect: UnknownEffect): Promise<void> {
  const tool = ports.catalogue.get(effect.tool);
  if (!tool) return;
  const { visitor, assertion, key, summary } = effect;
  const signal = AbortSignal.timeout(tool.manifest.timeouts_ms.total);
  const { outcome, isCertain } = await ports.tools.write(tool, effect.args, { visitor, assertion, signal, effectKey: key, mayBeDone: true });
  if (!isCertain && effect.attempts < attemptsMax) return;
  const text = isCertain
    ? certain(summary, outcome)
    : `I could not find out whether this was done: ${summary}. Please contact our team before trying again.`;
  const task = outcome.ok ? outcome.task : undefined;
  await announce(ports.runs, effect.sessionId, async (connection) => {
    if (!(await ports.effects.settle(key, outcome, connection))) return undefined;
    if (task) await ports.tasks.insert(connection, { ...effect, task });
    const receipt = await ports.receipts.ofEffect(key, connection);
    return [...textMessage(text), ...(receipt ? [receiptIssued(receipt)] : []), ...(task ? [taskOpened({ task })] : [])];
  });
}

function certain(summary: string, outcome: ToolOutcome): string {
  return outcome.ok
    ? `It is certain now: ${summary} – this was done.`
    : `It is certain now: ${summary} – this was not done, and nothing was changed.`;
}

// Asks again about writes of which nobody knows whether they were done, under their keys, and says in the conversation what came of them.
import { type Words, wordsFor } from '@aiguy/manifests/words';
import type { ToolOutcome } from '../model/port.ts';
import { announce } from '../session/announce.ts';
import type { UnknownEffect } from '../session/effects.ts';
import { receiptIssued, taskOpened, textMessage } from '../session/run-events.ts';
import { toldReceipt, toldTask } from '../session/told.ts';
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
  const words = wordsFor(visitor);
  const text = isCertain
    ? certain(words, summary, outcome)
    : words.say('I could not find out whether this was done: {summary:told}. Please contact our team before trying again.', {
        summary: words.tell(summary),
      });
  const task = outcome.ok ? outcome.task : undefined;
  await announce(ports.runs, effect.sessionId, async (connection) => {
    if (!(await ports.effects.settle(key, outcome, connection))) return undefined;
    if (task) await ports.tasks.insert(connection, { ...effect, task });
    const receipt = await ports.receipts.ofEffect(key, connection);
    return [
      ...textMessage(text),
      ...(receipt ? [receiptIssued(toldReceipt(words, receipt))] : []),
      ...(task ? [taskOpened({ task: toldTask(words, task) })] : []),
    ];
  });
}

function certain(words: Words, english: string, outcome: ToolOutcome): string {
  const summary = words.tell(english);
  return outcome.ok
    ? words.say('It is certain now: {summary:told} – this was done.', { summary })
    : words.say('It is certain now: {summary:told} – this was not done, and nothing was changed.', { summary });
}

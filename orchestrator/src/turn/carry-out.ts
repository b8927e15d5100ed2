// Carries out what the visitor has decided: the stored arguments run, once, or nothing does.
import { inSpan } from '@aiguy/manifests/telemetry';
import { wallLeftMs } from '../budget/ledger.ts';
import type { ToolOutcome } from '../model/port.ts';
import { effectKey } from '../session/effects.ts';
import type { InterruptRow } from '../session/interrupt-rows.ts';
import { record, refusal } from './call-tools.ts';
import { keepOutcome } from './keep-outcome.ts';
import type { Input } from './machine.ts';
import type { Turn } from './turn.ts';

/** First pause before a write in doubt is asked about beside the conversation. */
const doubtMs = 5000;

export async function carryOut(turn: Turn): Promise<Input> {
  const call = turn.pendingCall;
  if (!call) throw new Error('nothing waits for an answer');
  turn.recorder.step('tool');
  const row = await turn.ports.interrupts.behind(turn.message.run);
  const outcome = await outcomeOf(turn, row);
  record(turn, call, outcome);
  turn.messages.push({ role: 'tool', call, outcome });
  await turn.recorder.settle();
  return { type: 'tools_finished', malformed: false, waiting: false };
}

async function outcomeOf(turn: Turn, row: InterruptRow): Promise<ToolOutcome> {
  if (row.status !== 'approved' && row.status !== 'submitted') return refusal('rejected_by_visitor');
  return await inSpan(`tool ${row.tool}`, {}, async (span) => {
    const outcome = row.card.metadata.aiguy.effect === 'write' ? await write(turn, row) : await read(turn, row);
    span.setAttribute('aiguy.ok', outcome.ok);
    return outcome;
  });
}

async function read(turn: Turn, row: InterruptRow): Promise<ToolOutcome> {
  const { ports, message } = turn;
  const tool = ports.catalogue.get(row.tool);
  if (!tool) return refusal('unknown_tool');
  const args = { ...row.args, ...row.form_values };
  const signal = AbortSignal.any([turn.signal, AbortSignal.timeout(Math.max(1, wallLeftMs(turn.ledger, ports.nowMs())))]);
  const outcome = await ports.tools.call(tool, args, { visitor: message.visitor, assertion: message.assertion, signal });
  await ports.interrupts.forget(row.id);
  return outcome;
}

/** The visitor's wish to stop comes too late for a write: it was approved, and to break it off would only hide what came of it. */
async function write(turn: Turn, row: InterruptRow): Promise<ToolOutcome> {
  const { ports, message } = turn;
  const { visitor, assertion, run } = message;
  const key = effectKey(visitor, row);
  const effect = await ports.effects.dispatch(run, key);
  if (effect.status === 'settled') return told(turn, effect.summary, effect.outcome as ToolOutcome);
  const tool = ports.catalogue.get(row.tool);
  if (!tool) return refusal('unknown_tool');
  const signal = AbortSignal.timeout(tool.manifest.timeouts_ms.total);
  const { outcome, isCertain } = await ports.tools.write(tool, effect.args, { visitor, assertion, signal, effectKey: key });
  if (!isCertain) {
    await ports.effects.doubt(key, { visitor, assertion }, doubtMs);
    return refusal('effect_unknown');
  }
  await keepOutcome(ports, { key, tool: row.tool, outcome, sessionId: run.sessionId, runId: run.id, visitor, assertion });
  await ports.interrupts.forget(row.id);
  return told(turn, effect.summary, outcome);
}

function told(turn: Turn, summary: string, outcome: ToolOutcome): ToolOutcome {
  if (outcome.ok) turn.done = summary;
  return outcome;
}

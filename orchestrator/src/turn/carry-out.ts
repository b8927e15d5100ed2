// Carries out what the visitor has decided, on a card or on a receipt: the stored arguments run, once, or nothing does.
import { randomUUID } from 'node:crypto';
import { inSpan } from '@aiguy/manifests/telemetry';
import type { Words } from '@aiguy/manifests/words';
import { wallLeftMs } from '../budget/ledger.ts';
import type { ToolCall, ToolOutcome } from '../model/port.ts';
import { type Effect, effectKey } from '../session/effects.ts';
import type { InterruptRow } from '../session/interrupt-rows.ts';
import { receiptIssued, textMessage } from '../session/run-events.ts';
import { toldReceipt } from '../session/told.ts';
import { announceCall } from './announce-call.ts';
import { callAgain, record, refusal, wait } from './call-tools.ts';
import { keepOutcome } from './keep-outcome.ts';
import type { Input } from './machine.ts';
import { askStep, isStep } from './steps.ts';
import type { Turn } from './turn.ts';

/** First pause before a write in doubt is asked about beside the conversation. */
const doubtMs = 5000;

export async function carryOut(turn: Turn): Promise<Input> {
  if (turn.undoing !== undefined) return await undo(turn, turn.undoing);
  const call = turn.pendingCall;
  if (!call) throw new Error('nothing waits for an answer');
  turn.recorder.step('tool');
  const row = await turn.ports.interrupts.behind(turn.message.run);
  const outcome = await (isStep(turn, row.tool)
    ? goThrough(turn, row, call)
    : isQuestion(turn, row)
      ? fillIn(turn, row, call)
      : outcomeOf(turn, row));
  if (outcome === 'waiting') return { type: 'tools_finished', malformed: false, waiting: true };
  record(turn, call, outcome);
  if (outcome.ok && isWrite(row)) await tellReceipt(turn, effectKey(turn.message.visitor, row));
  turn.messages.push({ role: 'tool', call: asWritten(turn, call), outcome });
  await turn.recorder.settle();
  return { type: 'tools_finished', malformed: false, waiting: false };
}

/** A step that was gone through leads to the next one, or to the call that it was for; one that failed may be tried again while it says so. */
async function goThrough(turn: Turn, row: InterruptRow, call: ToolCall): Promise<ToolOutcome | 'waiting'> {
  const outcome = await outcomeOf(turn, row);
  const asked = askStep(turn, { call, args: row.args, outcome });
  if (asked) return wait(turn, asked);
  return outcome.ok ? await callAgain(turn, call) : outcome;
}

/** What a visitor typed stays out of what the model reads. */
function asWritten({ messages }: Turn, call: ToolCall): ToolCall {
  const written = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []));
  return written.find(({ id }) => id === call.id) ?? call;
}

/** A form for arguments that the call had left out. */
function isQuestion(turn: Turn, { tool, card }: InterruptRow): boolean {
  return card.metadata.aiguy.kind === 'input' && turn.ports.catalogue.get(tool)?.manifest.ask !== undefined;
}

/** The call that left them out, now with what its visitor typed: it waits for his click like every other call. */
async function fillIn(turn: Turn, { status, args, form_values: typed }: InterruptRow, call: ToolCall): Promise<ToolOutcome | 'waiting'> {
  if (status !== 'submitted') return refusal('rejected_by_visitor');
  return await callAgain(turn, { ...call, argumentsText: JSON.stringify({ ...args, ...typed }) });
}

/** Needs no model: what there is to say is known. */
async function undo(turn: Turn, key: string): Promise<Input> {
  const { effects, metrics } = turn.ports;
  const effect = await effects.find(key);
  if (!effect) throw new Error('the undo has no effect');
  const call = { id: randomUUID(), name: effect.tool, argumentsText: JSON.stringify(effect.args) };
  turn.recorder.step('tool');
  announceCall(turn, call);
  const outcome = await inSpan(`tool ${effect.tool}`, {}, async () => await write(turn, effect));
  record(turn, call, outcome);
  if (outcome.ok) await tellReceipt(turn, key);
  turn.recorder.step('respond');
  metrics.firstText(turn.message.run.id);
  for (const event of textMessage(undone(turn.words, effect.summary, outcome))) turn.recorder.emit(event);
  await turn.recorder.settle();
  return { type: 'answered' };
}

/** @param english summary of the undo, which begins with «Taken back: » */
function undone(words: Words, english: string, outcome: ToolOutcome): string {
  const summary = words.tell(english);
  if (outcome.ok) return summary;
  if (outcome.code === 'effect_unknown')
    return words.say('It is not certain yet whether this was done: {summary:told}. It is being checked, and you will read here what came of it.', {
      summary,
    });
  const change = words.tell(english.replace(/^Taken back: /, ''));
  const reason = outcome.details?.[0]?.rule;
  if (reason === undefined) return words.say('Not taken back: {change:told}. Please contact our team.', { change });
  return words.say('Not taken back: {change:told}. The reason: {reason:told}.', { change, reason: words.tell(reason) });
}

async function tellReceipt(turn: Turn, key: string): Promise<void> {
  const receipt = await turn.ports.receipts.ofEffect(key);
  if (receipt) turn.recorder.emit(receiptIssued(toldReceipt(turn.words, receipt)));
}

function isWrite(row: InterruptRow): boolean {
  return row.card.metadata.aiguy.effect === 'write';
}

async function outcomeOf(turn: Turn, row: InterruptRow): Promise<ToolOutcome> {
  if (row.status !== 'approved' && row.status !== 'submitted') return refusal('rejected_by_visitor');
  return await inSpan(`tool ${row.tool}`, {}, async (span) => {
    const outcome = isWrite(row) ? await write(turn, { key: effectKey(turn.message.visitor, row), tool: row.tool }) : await read(turn, row);
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
  return await ports.tools.call(tool, args, { visitor: message.visitor, assertion: message.assertion, signal });
}

/** The visitor's wish to stop comes too late for a write: it was approved, and to break it off would only hide what came of it. */
async function write(turn: Turn, { key, tool: name }: Pick<Effect, 'key' | 'tool'>): Promise<ToolOutcome> {
  const { ports, message } = turn;
  const { visitor, assertion, run } = message;
  const effect = await ports.effects.dispatch(run, key);
  if (effect.status === 'settled') return told(turn, effect.summary, effect.outcome as ToolOutcome);
  const tool = ports.catalogue.get(name);
  if (!tool) return refusal('unknown_tool');
  const signal = AbortSignal.timeout(tool.manifest.timeouts_ms.total);
  const mayBeDone = effect.attempts > 1;
  const { outcome, isCertain } = await ports.tools.write(tool, effect.args, { visitor, assertion, signal, effectKey: key, mayBeDone });
  if (!isCertain) {
    await ports.effects.doubt(key, { visitor, assertion }, doubtMs);
    return refusal('effect_unknown');
  }
  await keepOutcome(ports, { key, tool: name, outcome, run, visitor, assertion });
  return told(turn, effect.summary, outcome);
}

function told(turn: Turn, summary: string, outcome: ToolOutcome): ToolOutcome {
  if (outcome.ok) turn.done = summary;
  return outcome;
}

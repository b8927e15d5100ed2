// Runs the calls of one model step: prepare (parse, validate, repair what is lossless), spend, call, record.
import { randomUUID } from 'node:crypto';
import { EventType } from '@ag-ui/core';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { type ErrorCode, errorEntry } from '@aiguy/manifests/errors';
import type { Tool } from '@aiguy/manifests/load';
import { inSpan } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import { spendTool, tokensLeft, toolsLeft, wallLeftMs } from '../budget/ledger.ts';
import type { ToolCall, ToolOutcome } from '../model/port.ts';
import { effectKey } from '../session/effects.ts';
import { fileMade, pageWanted } from '../session/run-events.ts';
import { fileIn } from '../tools/result-file.ts';
import { abilityCall, abilityResult } from '../tools/site-tools.ts';
import { askVisitor, isIncomplete, needsVisitor } from './ask-visitor.ts';
import { keepTask } from './keep-outcome.ts';
import type { Input } from './machine.ts';
import type { Passage } from './passages.ts';
import { askStep } from './steps.ts';
import { modelOf, type Turn, type Waiting } from './turn.ts';

type Args = Record<string, unknown>;
type Prepared = { kind: 'ready'; tool: Tool; args: Args } | { kind: 'refused'; outcome: ToolOutcome; malformed: boolean };

/** Reads run at once. The first call that needs the visitor waits for him; another one beside it is refused, so that each click is about one change. */
export async function callTools(turn: Turn, calls: ToolCall[]): Promise<Input> {
  turn.recorder.step('tool');
  const prepared = calls.map((call) => ({ call, prepared: prepare(turn, call) }));
  const first = prepared.find((item) => item.prepared.kind === 'ready' && needsVisitor(turn, item.prepared.tool));
  const results = await Promise.all(
    prepared.map(async (item) => {
      const outcome = await outcomeOf(turn, item, item === first);
      if (outcome === 'waiting') return undefined;
      record(turn, item.call, outcome);
      return { call: item.call, outcome, malformed: item.prepared.kind === 'refused' && item.prepared.malformed };
    }),
  );
  if (turn.signal.aborted) return { type: 'cancelled' };
  const finished = results.filter((result) => result !== undefined);
  for (const { call, outcome } of finished) turn.messages.push({ role: 'tool', call, outcome: trimmed(turn, outcome) });
  await turn.recorder.settle();
  return { type: 'tools_finished', malformed: finished.some((result) => result.malformed), waiting: finished.length < calls.length };
}

async function outcomeOf(turn: Turn, { call, prepared }: { call: ToolCall; prepared: Prepared }, mayAsk: boolean): Promise<ToolOutcome | 'waiting'> {
  if (prepared.kind === 'refused') return prepared.outcome;
  const { tool, args } = prepared;
  if (!needsVisitor(turn, tool)) return outcomeOrStep(turn, { call, args, outcome: await execute(turn, prepared) });
  if (!mayAsk) return refusal('one_change_at_a_time');
  const done = await doneBefore(turn, prepared);
  if (done) return done;
  const asked = await askVisitor(turn, { tool, args, call, signal: signalOf(turn) });
  return 'ok' in asked ? outcomeOrStep(turn, { call, args, outcome: asked }) : wait(turn, asked);
}

/** A call that was refused for want of a proof waits for the form that gives it. */
export function outcomeOrStep(turn: Turn, { call, args, outcome }: { call: ToolCall; args: Args; outcome: ToolOutcome }): ToolOutcome | 'waiting' {
  const asked = outcome.ok ? undefined : askStep(turn, { call, args, outcome });
  return asked ? wait(turn, asked) : outcome;
}

/** One card at a time. */
export function wait(turn: Turn, asked: Waiting): ToolOutcome | 'waiting' {
  if (turn.waiting) return refusal('one_change_at_a_time');
  turn.waiting = asked;
  return 'waiting';
}

/** The call that was refused, now that its visitor has shown what was asked of him; it was paid for before. */
export async function callAgain(turn: Turn, call: ToolCall): Promise<ToolOutcome | 'waiting'> {
  return await outcomeOf(turn, { call, prepared: checked(turn, call) }, true);
}

/** The same change asked for again in the same turn is the one that was made. */
async function doneBefore(turn: Turn, { tool, args }: { tool: Tool; args: Record<string, unknown> }): Promise<ToolOutcome | undefined> {
  if (tool.manifest.effect === 'read') return undefined;
  const key = effectKey(turn.message.visitor, { turn_id: turn.turnId, tool: tool.manifest.name, args_digest: argumentsDigest(args) });
  const effect = await turn.ports.effects.find(key);
  if (!effect) return undefined;
  return effect.status === 'settled' ? (effect.outcome as ToolOutcome) : refusal('effect_unknown');
}

export function record(turn: Turn, call: ToolCall, outcome: ToolOutcome): void {
  turn.recorder.emit({
    type: EventType.TOOL_CALL_RESULT,
    messageId: randomUUID(),
    toolCallId: call.id,
    content: JSON.stringify(outcome),
    role: 'tool',
  });
  const tool = turn.ports.catalogue.get(call.name);
  const file = outcome.ok ? fileIn(tool, outcome.output) : undefined;
  if (file) turn.recorder.emit(fileMade({ toolCallId: call.id, tool: call.name, file }));
  turn.ports.metrics.toolCall(tool?.manifest.name ?? 'unknown', outcome);
}

/** Gathers what the answer may cite and says what may happen next. */
export async function observe(turn: Turn, malformed: boolean): Promise<Input> {
  return await inSpan('observe', {}, async () => {
    gatherPassages(turn);
    return { type: 'observed', malformed, toolsLeft: toolsLeft(turn.ledger) };
  });
}

export function gatherPassages(turn: Turn): void {
  for (const message of turn.messages) {
    if (message.role === 'tool' && message.outcome.ok)
      for (const passage of passagesOf(message.outcome.output)) turn.passages.set(passage.id, passage);
  }
}

async function execute(turn: Turn, prepared: { tool: Tool; args: Record<string, unknown> }): Promise<ToolOutcome> {
  const { visitor, assertion, run } = turn.message;
  const { name } = prepared.tool.manifest;
  return await inSpan(`tool ${name}`, {}, async (span) => {
    const { ability, manifest } = prepared.tool;
    const given = manifest.page ? await withPage(turn, prepared.args) : prepared.args;
    const args = ability ? abilityCall(ability, given) : given;
    const outcome = await turn.ports.tools.call(prepared.tool, args, { visitor, assertion, signal: signalOf(turn) });
    span.setAttribute('aiguy.ok', outcome.ok);
    if (ability && outcome.ok) return { ok: true, output: abilityResult(outcome.output) };
    if (outcome.ok && outcome.task) await keepTask(turn.ports, { task: outcome.task, tool: name, run, visitor, assertion });
    return outcome;
  });
}

/** The page that the visitor is on goes beside the arguments; the model never sees it whole. */
async function withPage(turn: Turn, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const requestId = await turn.ports.pages.ask(turn.message.run.sessionId);
  turn.recorder.emit(pageWanted({ requestId }));
  await turn.recorder.settle();
  const page = await turn.ports.pages.take(requestId, signalOf(turn));
  return page ? { ...args, page } : args;
}

function signalOf(turn: Turn): AbortSignal {
  return AbortSignal.any([turn.signal, AbortSignal.timeout(Math.max(1, wallLeftMs(turn.ledger, turn.ports.nowMs())))]);
}

function prepare(turn: Turn, call: ToolCall): Prepared {
  const prepared = checked(turn, call);
  if (prepared.kind === 'refused') return prepared;
  const verdict = spendTool(turn.ledger);
  if (!verdict.ok) return refuse('budget_exhausted', { malformed: false });
  turn.ledger = verdict.ledger;
  return prepared;
}

function checked(turn: Turn, call: ToolCall): Prepared {
  const tool = turn.ports.catalogue.get(call.name);
  if (!(tool && turn.tools.allowed.some(({ name }) => name === call.name))) return refuse('unknown_tool', { malformed: true });
  const args = parseArguments(call.argumentsText);
  if (!args) return refuse('invalid_input', { malformed: true, details: [{ pointer: '/', rule: 'must be a JSON object' }] });
  const given = check<Args>(tool.validateInput as never, args);
  if (given.ok) return { kind: 'ready', tool, args: given.value };
  if (isIncomplete(tool, args)) return { kind: 'ready', tool, args };
  const coerced = tool.manifest.effect === 'read' ? coerceStrings(args) : args;
  if (!check(tool.validateInput, coerced).ok) return refuse('invalid_input', { malformed: true, details: given.violations });
  return { kind: 'ready', tool, args: coerced };
}

function refuse(
  code: 'unknown_tool' | 'invalid_input' | 'budget_exhausted',
  how: { malformed: boolean; details?: { pointer: string; rule: string }[] },
): Prepared {
  return { kind: 'refused', malformed: how.malformed, outcome: { ...refusal(code), ...(how.details ? { details: how.details } : {}) } };
}

export function refusal(code: ErrorCode): Extract<ToolOutcome, { ok: false }> {
  return { ok: false, code, message: errorEntry(code).text };
}

function parseArguments(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Lossless for reads only: white space around a string, and the # and small letters of an order number. */
function coerceStrings(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      const text = value.trim();
      return [name, name.endsWith('_id') ? text.replace(/^#/, '').toUpperCase() : text];
    }),
  );
}

/** Passages beyond what the answer can afford to read are left away, the best first kept. */
function trimmed(turn: Turn, outcome: ToolOutcome): ToolOutcome {
  if (!(outcome.ok && Array.isArray(outcome.output.passages))) return outcome;
  const model = modelOf(turn);
  const { answerTokensMax } = turn.ports;
  const allowance = tokensLeft(turn.ledger) - model.estimateTokens(JSON.stringify(turn.messages)) - answerTokensMax;
  const passages = [...outcome.output.passages];
  while (passages.length > 1 && model.estimateTokens(JSON.stringify(passages)) > allowance) passages.pop();
  return { ok: true, output: { ...outcome.output, passages } };
}

function passagesOf(output: Record<string, unknown>): Passage[] {
  return Array.isArray(output.passages) ? (output.passages as Passage[]) : [];
}

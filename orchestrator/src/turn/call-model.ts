// One step of the model: reserve, stream, commit. Failures before any text are tried again within the turn's budget.
import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '@aiguy/manifests/errors';
import { inSpan } from '@aiguy/manifests/telemetry';
import type { CostCap } from '../budget/caps.ts';
import { commitTokens, reserveTokens, tokensLeft, wallLeftMs } from '../budget/ledger.ts';
import type { FailureKind, ModelEvent, ModelRequest, ToolCall, Usage } from '../model/port.ts';
import { announceCall } from './announce-call.ts';
import { degrade } from './at-cap.ts';
import { compact } from './compact.ts';
import type { Input } from './machine.ts';
import { AnswerWriter, type ReleasedAnswer } from './release-answer.ts';
import { reserveCall, settleCall } from './spend.ts';
import { supportOf } from './support.ts';
import { isSignedIn, modelOf, type Turn } from './turn.ts';

/** Attempts a turn may make at the model, over all its steps' retries. */
const retriesMax = 2;
/** A wait the provider asks for beyond this is no wait but a refusal. */
const retryAfterMaxMs = 3000;
/** Less than this is not worth asking for. */
const outputTokensMin = 64;

type Ended = Extract<ModelEvent, { type: 'done' | 'failed' }>;
/** text: all that the model wrote; answer: what of it was sent. */
/** no_budget: the turn's own allowance is used up; otherwise the site's day or month is. */
type Refused = 'no_budget' | CostCap;
type Step = { ended: Ended; text: string; calls: ToolCall[]; answer: ReleasedAnswer };

const codeOfFailure: Record<FailureKind, ErrorCode> = {
  rate_limited: 'model_rate_limited',
  overloaded: 'model_unavailable',
  unavailable: 'model_unavailable',
  interrupted: 'model_interrupted',
  silent: 'model_interrupted',
  misconfigured: 'model_misconfigured',
  invalid_request: 'model_unavailable',
  too_long: 'budget_exhausted',
  aborted: 'model_interrupted',
};
const retryable = new Set<FailureKind>(['rate_limited', 'overloaded', 'unavailable', 'interrupted', 'silent']);

export async function callModel(turn: Turn, purpose: 'plan' | 'answer'): Promise<Input> {
  turn.recorder.step(purpose === 'plan' ? 'plan' : 'respond');
  for (let retries = 0; ; retries += 1) {
    const step = await stepOf(turn, purpose);
    if ('type' in step) return step;
    if (turn.signal.aborted) return { type: 'cancelled' };
    if (isMadeSmaller(turn, step)) continue;
    if (step.ended.type === 'done') return await answeredOrCalled(turn, step, step.ended);
    const pauseMs = pauseBeforeRetry(turn, step, retries);
    if (pauseMs === undefined) return { type: 'failed', code: failureCode(turn, step) };
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** At the site's cap the knowledge is asked instead, unless the owner wants something else. */
async function stepOf(turn: Turn, purpose: 'plan' | 'answer'): Promise<Step | Input> {
  const step = await attemptInSpan(turn, purpose);
  if (step === 'no_budget') return { type: 'failed', code: 'budget_exhausted' };
  if (typeof step !== 'string') return step;
  return (await degrade(turn, step)) ?? (await stepOf(turn, purpose));
}

async function attemptInSpan(turn: Turn, purpose: 'plan' | 'answer'): Promise<Step | Refused> {
  return await inSpan(purpose === 'plan' ? 'plan' : 'generate', { 'aiguy.model': modelOf(turn).name }, async (span) => {
    const result = await attempt(turn, purpose);
    // A planning step that wrote the answer was the generation.
    if (typeof result === 'object' && result.calls.length === 0 && result.text) span.updateName('generate');
    return result;
  });
}

/** What the model could not take is asked again with less, once, if nothing of an answer was shown. */
function isMadeSmaller(turn: Turn, { ended, answer }: Step): boolean {
  const isOverflow = ended.type === 'done' ? ended.stop === 'context_overflow' : ended.failure === 'too_long';
  return isOverflow && answer.parts.length === 0 && compact(turn);
}

async function attempt(turn: Turn, purpose: 'plan' | 'answer'): Promise<Step | Refused> {
  const { nowMs } = turn.ports;
  const model = modelOf(turn);
  const inputTokens = model.estimateTokens(JSON.stringify(turn.messages));
  const outputTokensMax = Math.min(turn.ports.answerTokensMax, tokensLeft(turn.ledger) - inputTokens);
  const reserved = inputTokens + outputTokensMax;
  const verdict = reserveTokens(turn.ledger, reserved);
  const leftMs = wallLeftMs(turn.ledger, nowMs());
  if (!verdict.ok || outputTokensMax < outputTokensMin || leftMs === 0) return 'no_budget';
  const request = requestFor(turn, purpose, outputTokensMax);
  const spender = { ports: turn.ports, model, message: turn.message };
  const held = turn.degraded ? undefined : await reserveCall(spender, request, { timeoutMs: leftMs });
  if (typeof held === 'string') return held;
  turn.ledger = verdict.ledger;
  turn.attempts += 1;
  const step = await consume(turn, model.stream(request, AbortSignal.any([turn.signal, AbortSignal.timeout(leftMs)])));
  if (held) await settleCall(spender, held, { ended: step.ended, request, text: step.text });
  const used = step.ended.type === 'done' ? chargeOf(step.ended.usage, prefixTokens(turn)) : inputTokens + model.estimateTokens(step.text);
  turn.ledger = commitTokens(turn.ledger, { reserved, used });
  if (step.ended.type === 'done') turn.ports.metrics.tokens(step.ended.usage);
  return step;
}

function requestFor(turn: Turn, purpose: 'plan' | 'answer', outputTokensMax: number): ModelRequest {
  return {
    purpose,
    system: turn.system,
    language: turn.words.language,
    ...(turn.model === undefined ? {} : { model: turn.model }),
    context: {
      signedIn: isSignedIn(turn),
      toolsNeedingSignIn: turn.tools.needingSignIn,
      nowIso: new Date(turn.ports.nowMs()).toISOString(),
    },
    messages: turn.messages,
    tools: turn.tools.allowed,
    outputTokensMax,
  };
}

/** Passes text and citations on as they come, a sentence at a time; calls count only when the stream ends well. */
async function consume(turn: Turn, events: AsyncIterable<ModelEvent>): Promise<Step> {
  const writer = new AnswerWriter({
    emit: (event) => turn.recorder.emit(event),
    begin: () => {
      turn.recorder.step('respond');
      turn.ports.metrics.firstText(turn.message.run.id);
    },
    messageId: randomUUID(),
    words: turn.words,
    passages: turn.passages,
    support: () => supportOf(turn.messages, turn.ports.nowMs()),
  });
  const calls: ToolCall[] = [];
  let text = '';
  let ended: Ended = { type: 'failed', failure: 'interrupted' };
  for await (const event of events) {
    if (event.type === 'text') {
      text += event.delta;
      writer.text(event.delta);
    } else if (event.type === 'citation') writer.cite(event.passageId, event.quote);
    else if (event.type === 'tool_call') calls.push(event.call);
    else ended = event;
  }
  const isAnswer = ended.type === 'done' && ended.stop !== 'refusal' && calls.length === 0;
  writer.end({ isAnswer, isBroken: ended.type === 'failed', isCut: ended.type === 'done' && ended.stop === 'max_tokens' });
  turn.ports.metrics.withheld(writer.answer.withheld);
  if (writer.answer.parts.length > 0 || writer.answer.withheld > 0) turn.said.push(writer.answer);
  return { ended, text: text.trim(), calls, answer: writer.answer };
}

async function answeredOrCalled(turn: Turn, step: Step, done: Extract<Ended, { type: 'done' }>): Promise<Input> {
  if (done.stop === 'refusal') return { type: 'failed', code: 'model_refused' };
  if (done.stop === 'context_overflow') return { type: 'failed', code: 'budget_exhausted' };
  const calls = done.stop === 'tool_calls' ? step.calls : [];
  if (calls.length === 0 && !step.text) return { type: 'failed', code: 'model_interrupted' };
  turn.messages.push({
    role: 'assistant',
    text: step.text,
    toolCalls: calls,
    ...(done.providerContent === undefined ? {} : { providerContent: done.providerContent }),
  });
  turn.isComplete = calls.length === 0 && done.stop === 'end';
  if (calls.length === 0) return { type: 'answered' };
  turn.recorder.step('plan');
  for (const call of calls) announceCall(turn, call);
  await turn.recorder.settle();
  return { type: 'called_tools', calls };
}

/** @returns ms to wait, or undefined when trying again is pointless: text was shown, the failure is final, or the budget is used up */
function pauseBeforeRetry(turn: Turn, step: Step, retries: number): number | undefined {
  if (step.ended.type !== 'failed' || step.answer.parts.length > 0 || turn.attempts > retriesMax || !retryable.has(step.ended.failure))
    return undefined;
  const askedMs = step.ended.retryAfterMs ?? 0;
  if (askedMs > retryAfterMaxMs) return undefined;
  const pauseMs = Math.max(askedMs, turn.ports.random() * 200 * 2 ** retries);
  return pauseMs < wallLeftMs(turn.ledger, turn.ports.nowMs()) ? pauseMs : undefined;
}

/** Whatever broke off an answer that was begun, the visitor sees that it broke off. */
function failureCode(turn: Turn, { ended, answer }: Step): ErrorCode {
  if (ended.type !== 'failed') return 'model_interrupted';
  if (ended.failure === 'aborted' && wallLeftMs(turn.ledger, turn.ports.nowMs()) === 0) return 'budget_exhausted';
  return answer.parts.length > 0 && retryable.has(ended.failure) ? 'model_interrupted' : codeOfFailure[ended.failure];
}

function prefixTokens(turn: Turn): number {
  return modelOf(turn).estimateTokens(
    turn.system + JSON.stringify(turn.tools.allowed.map(({ name, description, input }) => ({ name, description, input }))),
  );
}

/** Uncached input beyond the fixed prefix, and output. When the prefix was cached it is not in inputTokens. */
function chargeOf(usage: Usage, prefix: number): number {
  const prefixWasCached = usage.cacheReadTokens + usage.cacheWriteTokens > 0;
  return Math.max(0, usage.inputTokens - (prefixWasCached ? 0 : prefix)) + usage.outputTokens;
}

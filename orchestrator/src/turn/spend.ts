// The money of model calls: set aside before each, so that a site's day or month never costs more than its cap, and settled by what was used.
import { dayIn } from '@aiguy/manifests/time-zone';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { type CostCap, capsOf, zoneOf } from '../budget/caps.ts';
import { costOf, mostOf, priceOf } from '../budget/prices.ts';
import type { ModelEvent, ModelPort, ModelRequest, Usage as Tokens } from '../model/port.ts';
import type { Run } from '../session/run.ts';
import type { Hold } from '../session/usage.ts';
import type { TurnPorts } from './turn.ts';

type Ended = Extract<ModelEvent, { type: 'done' | 'failed' }>;
type SpendPorts = Pick<TurnPorts, 'usage' | 'ceilings' | 'prices' | 'nowMs'>;
export type Spender = {
  ports: SpendPorts;
  model: ModelPort;
  message: {
    visitor: Pick<VisitorAssertion, 'iss' | 'agent' | 'time_zone'> & Partial<Pick<VisitorAssertion, 'sub' | 'network'>>;
    run: Pick<Run, 'sessionId' | 'id' | 'epoch'>;
  };
};
/** hold: undefined for a model that costs nothing. */
export type Reserved = { hold: Hold | undefined; model: string };

/** Behind the time that a call has, so much may pass before its money is given back. */
const graceMs = 30_000;
/** Failures before which the provider has taken nothing. */
const unbilled = new Set(['rate_limited', 'overloaded', 'unavailable', 'misconfigured', 'invalid_request', 'too_long']);

/**
 * @param options timeoutMs: of the call; isBehind: behind its turn, whose lease has ended
 * @returns the cap when the site's day or month would cost more than it may
 */
export async function reserveCall(
  { ports, model, message }: Spender,
  request: ModelRequest,
  { timeoutMs, isBehind = false }: { timeoutMs: number; isBehind?: boolean },
): Promise<Reserved | CostCap> {
  const name = model.modelFor?.(request) ?? model.name;
  if (model.isExtractive) return { hold: undefined, model: name };
  const { visitor, run } = message;
  const price = priceOf(ports.prices, name);
  const rest = JSON.stringify([request.messages, request.context.signedIn]);
  const prefixTokens = model.estimateTokens(request.system + JSON.stringify([request.tools, request.context.toolsNeedingSignIn]));
  const hold = await ports.usage.reserve({
    issuer: visitor.iss,
    visitor,
    day: dayIn(zoneOf(visitor), ports.nowMs()),
    sessionId: run.sessionId,
    runId: run.id,
    epoch: isBehind ? null : run.epoch,
    model: name,
    reserved: mostOf(price, { prefixTokens, bytes: Buffer.byteLength(rest) }, request.outputTokensMax),
    sent: costOf(price, { ...noTokens, inputTokens: prefixTokens + model.estimateTokens(rest) }),
    caps: capsOf(ports.ceilings, visitor.agent?.caps),
    heldMs: timeoutMs + graceMs,
  });
  return typeof hold === 'string' ? hold : { hold, model: name };
}

/** What a call without reported usage has cost is estimated: its input, once the provider took it, and what it wrote. */
export async function settleCall(
  { ports, model: port }: Spender,
  { hold, model }: Reserved,
  call: { ended: Ended; request: ModelRequest; text: string },
): Promise<void> {
  if (!hold) return;
  const { ended, request, text } = call;
  const tokens = ended.type === 'done' ? ended.usage : unbilled.has(ended.failure) && text === '' ? noTokens : estimated(port, request, text);
  const answeredBy = ended.type === 'done' ? ended.model : undefined;
  const price = priceOf(ports.prices, answeredBy !== undefined && isListed(ports, answeredBy) ? answeredBy : model);
  await ports.usage.settle(hold, { tokens, microUsd: costOf(price, tokens), model: answeredBy });
}

/** The same model for work behind a turn: each call is paid for like one of the turn's own, and fails where the site's day or month has nothing left. */
export function billed(spender: Spender, timeoutMs: number): ModelPort {
  return {
    ...spender.model,
    stream: async function* (request, signal) {
      const held = await reserveCall(spender, request, { timeoutMs, isBehind: true });
      if (typeof held === 'string') return yield { type: 'failed', failure: 'unavailable' };
      let ended: Ended = { type: 'failed', failure: 'interrupted' };
      let text = '';
      for await (const event of spender.model.stream(request, signal)) {
        if (event.type === 'text') text += event.delta;
        if (event.type === 'done' || event.type === 'failed') ended = event;
        else yield event;
      }
      await settleCall(spender, held, { ended, request, text });
      yield ended;
    },
  };
}

const noTokens: Tokens = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

function estimated(model: ModelPort, request: ModelRequest, text: string): Tokens {
  const input = JSON.stringify([request.system, request.tools, request.messages]);
  return { ...noTokens, inputTokens: model.estimateTokens(input), outputTokens: model.estimateTokens(text) };
}

/** Providers answer with the name of a dated version; one that the price list doesn't know costs what was asked for. */
function isListed({ prices }: SpendPorts, model: string): boolean {
  return Object.keys(prices).some((name) => model === name || model.startsWith(`${name}-`));
}

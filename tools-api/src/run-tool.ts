// How every tool runs: authorise → limit → check the arguments → run within its time → check the result → record. One recipe, no exceptions.
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import { inSpan } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { Audit } from './audit/audit.ts';
import type { Subject } from './backends/shop.ts';
import type { ToolMetrics } from './observe/metrics.ts';
import type { Handlers } from './tools/index.ts';

/** Who calls, as the tokens say. */
export type Caller = {
  subject: Subject;
  sessionId: string | undefined;
  scopes: readonly string[];
  /** Set when the token is for one call only: this tool with arguments of this digest. */
  boundTo: { tool: string; argsDigest: string } | undefined;
};

export type ToolPorts = { catalogue: Catalogue; handlers: Handlers; limits: RateLimits; audit: Audit; metrics: ToolMetrics };
export type ToolCall = { name: string; args: unknown; caller: Caller; requestId: string };

/** @throws AiguyError with the code that the caller gets; the attempt is on record either way */
export async function runTool(ports: ToolPorts, call: ToolCall): Promise<Record<string, unknown>> {
  const startedMs = performance.now();
  try {
    const tool = authorise(ports.catalogue, call);
    await ports.limits.consume(`${call.caller.subject.issuer} ${call.caller.subject.subject} ${call.name}`, {
      points: tool.manifest.rate.per_minute,
      windowS: 60,
      code: 'tool_rate_limited',
    });
    const output = await execute(ports, tool, { ...call, args: checkedArguments(tool, call.args) });
    await settle(ports, call, { decision: 'allowed', code: 'ok', startedMs });
    return output;
  } catch (error) {
    const known = error instanceof AiguyError ? error : new AiguyError('tool_failed', { cause: error });
    await settle(ports, call, { decision: known.status < 500 ? 'denied' : 'failed', code: known.code, startedMs });
    throw known;
  }
}

function authorise(catalogue: Catalogue, { name, args, caller }: ToolCall): Tool {
  const tool = catalogue.get(name);
  if (!tool) throw new AiguyError('unknown_tool');
  if (caller.boundTo && (caller.boundTo.tool !== name || caller.boundTo.argsDigest !== argumentsDigest(args))) throw new AiguyError('invalid_token');
  if (!caller.scopes.includes(tool.manifest.scope)) throw new AiguyError('insufficient_scope');
  return tool;
}

function checkedArguments(tool: Tool, args: unknown): Record<string, unknown> {
  const checked = check<Record<string, unknown>>(tool.validateInput as never, args);
  if (!checked.ok) throw new AiguyError('invalid_input', { details: checked.violations });
  return checked.value;
}

async function execute(ports: ToolPorts, tool: Tool, call: ToolCall & { args: Record<string, unknown> }): Promise<Record<string, unknown>> {
  const handler = ports.handlers[call.name];
  if (!handler) throw new AiguyError('unknown_tool');
  const signal = AbortSignal.timeout(tool.manifest.timeouts_ms.attempt);
  const work = inSpan(`handle ${call.name}`, {}, async () => await handler(call.args as never, { subject: call.caller.subject, signal }));
  const output = await Promise.race([work, timedOut(signal)]);
  const checked = check<Record<string, unknown>>(tool.validateOutput as never, output);
  if (!checked.ok)
    throw new AiguyError('tool_output_invalid', { cause: new Error(`${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`) });
  return checked.value;
}

/** Rejects when the signal fires, whether the handler heeds it or not. */
function timedOut(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new AiguyError('tool_timeout')), { once: true });
  });
}

type Settled = { decision: 'allowed' | 'denied' | 'failed'; code: string; startedMs: number };

async function settle(ports: ToolPorts, { name, args, caller, requestId }: ToolCall, { decision, code, startedMs }: Settled): Promise<void> {
  const latencyMs = performance.now() - startedMs;
  const tool = ports.catalogue.has(name) ? name : 'unknown';
  ports.metrics.called({ tool, decision, code, seconds: latencyMs / 1000 });
  const { issuer, subject } = caller.subject;
  await ports.audit.record({
    requestId,
    issuer,
    subject,
    sessionId: caller.sessionId,
    tool,
    argsDigest: argumentsDigest(args),
    decision,
    code,
    latencyMs,
  });
}

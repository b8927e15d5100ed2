// How every tool runs: authorise → limit → check the arguments → run within its time → check the result → record. One recipe, no exceptions.
import { isDatabaseDown } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import { inSpan } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { Audit, AuditEntry } from './audit/audit.ts';
import type { Subject } from './backends/shop.ts';
import type { ToolMetrics } from './observe/metrics.ts';
import { withinTime } from './time-limit.ts';
import type { Handlers } from './tools/index.ts';

/** Who calls, as the tokens say. */
export type Caller = {
  subject: Subject;
  sessionId: string | undefined;
  scopes: readonly string[];
  /** Set when the token is for one call only: this tool with arguments of this digest, for this visitor in this session. */
  boundTo: { tool: string; argsDigest: string; subject: string; sessionId: string } | undefined;
};

export type ToolPorts = { catalogue: Catalogue; handlers: Handlers; limits: RateLimits; audit: Audit; metrics: ToolMetrics };
export type ToolCall = { name: string; args: unknown; caller: Caller; requestId: string };
type Output = Record<string, unknown>;
type Attempt = { output: Output } | { error: AiguyError };

/**
 * No result leaves before the attempt is on record: when the record can't be written, the call fails.
 * @throws AiguyError with the code that the caller gets
 */
export async function runTool(ports: ToolPorts, call: ToolCall): Promise<Output> {
  const startedMs = performance.now();
  const argsDigest = argumentsDigest(call.args);
  const attempted = await attempt(ports, { ...call, argsDigest });
  await settle(ports, { ...call, argsDigest }, { attempted, latencyMs: performance.now() - startedMs });
  if ('error' in attempted) throw attempted.error;
  return attempted.output;
}

type Digested = ToolCall & { argsDigest: string };

async function attempt(ports: ToolPorts, call: Digested): Promise<Attempt> {
  try {
    const tool = authorise(ports.catalogue, call);
    await limit(ports.limits, tool, call.caller);
    return { output: await execute(ports, tool, { ...call, args: checkedArguments(tool, call.args) }) };
  } catch (error) {
    if (error instanceof AiguyError) return { error };
    return { error: new AiguyError(isDatabaseDown(error) ? 'database_unavailable' : 'tool_failed', { cause: error }) };
  }
}

function authorise(catalogue: Catalogue, { name, argsDigest, caller }: Digested): Tool {
  const { boundTo, subject, sessionId, scopes } = caller;
  if (boundTo && (boundTo.subject !== subject.subject || boundTo.sessionId !== sessionId)) throw new AiguyError('subject_mismatch');
  const tool = catalogue.get(name);
  if (!tool) throw new AiguyError('unknown_tool');
  if (boundTo && (boundTo.tool !== name || boundTo.argsDigest !== argsDigest)) throw new AiguyError('invalid_token');
  if (!scopes.includes(tool.manifest.scope)) throw new AiguyError('insufficient_scope');
  return tool;
}

async function limit(limits: RateLimits, { manifest }: Tool, { subject }: Caller): Promise<void> {
  await limits.consume(`${subject.issuer} ${subject.subject} ${manifest.name}`, {
    points: manifest.rate.per_minute,
    windowS: 60,
    code: 'tool_rate_limited',
  });
}

function checkedArguments(tool: Tool, args: unknown): Output {
  const checked = check<Output>(tool.validateInput as never, args);
  if (!checked.ok) throw new AiguyError('invalid_input', { details: checked.violations });
  return checked.value;
}

async function execute(ports: ToolPorts, tool: Tool, call: ToolCall & { args: Output }): Promise<Output> {
  const handler = ports.handlers[call.name];
  if (!handler) throw new AiguyError('unknown_tool');
  const signal = AbortSignal.timeout(tool.manifest.timeouts_ms.attempt);
  const work = inSpan(`handle ${call.name}`, {}, async () => await handler(call.args as never, { subject: call.caller.subject, signal }));
  const output = await withinTime(signal, work);
  const checked = check<Output>(tool.validateOutput as never, output);
  if (!checked.ok)
    throw new AiguyError('tool_output_invalid', { cause: new Error(`${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`) });
  return checked.value;
}

async function settle(ports: ToolPorts, call: Digested, { attempted, latencyMs }: { attempted: Attempt; latencyMs: number }): Promise<void> {
  const tool = ports.catalogue.has(call.name) ? call.name : 'unknown';
  const code = 'error' in attempted ? attempted.error.code : 'ok';
  const decision = decisionOf(attempted);
  const { subject, sessionId } = call.caller;
  ports.metrics.called({ tool, decision, code, seconds: latencyMs / 1000 });
  await ports.audit.record({ requestId: call.requestId, ...subject, sessionId, tool, argsDigest: call.argsDigest, decision, code, latencyMs });
}

function decisionOf(attempted: Attempt): AuditEntry['decision'] {
  if ('output' in attempted) return 'allowed';
  return attempted.error.status < 500 ? 'denied' : 'failed';
}

// How every tool runs: authorise → limit → check the arguments → run within its time → check the result → record. One recipe, no exceptions.
import { isDatabaseDown } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import { inSpan } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { AuditEntry } from './audit/audit.ts';
import { isGuest } from './backends/shop.ts';
import { isAnswered, keyDigestOf } from './effects/idempotency.ts';
import { previewWrite } from './effects/preview-write.ts';
import { runWrite } from './effects/run-write.ts';
import { leaveTaskOf } from './effects/start-task.ts';
import { withProof } from './guest-proof.ts';
import { withinTime } from './time-limit.ts';
import {
  type Admitted,
  type Answer,
  answerOf,
  type Caller,
  checkedOutput,
  type Outcome,
  type Output,
  type ToolCall,
  type ToolPorts,
} from './tool-call.ts';

type Started = ToolCall & { argsDigest: string; startedMs: number };

/**
 * No result leaves before the attempt is on record: when the record can't be written, the call fails.
 * @throws AiguyError with the code that the caller gets
 */
export async function runTool(ports: ToolPorts, request: ToolCall): Promise<Answer> {
  return await onRecord(ports, request, async (call) => {
    const admitted = await admit(ports, call, 'call');
    if (admitted.tool.manifest.effect === 'read') return await runRead(ports, admitted);
    return await runWrite(ports, admitted, async (connection, outcome) => await ports.audit.record(entryOf(ports, call, outcome), connection));
  });
}

/**
 * Says what a write would do; under the same authorisation, limits and checks as the write itself, and as much on record.
 * @throws AiguyError with the code that the caller gets
 */
export async function previewTool(ports: ToolPorts, request: ToolCall): Promise<Answer> {
  return await onRecord(ports, request, async (call) => await previewWrite(ports, await admit(ports, call, 'preview')));
}

/** Puts on record what was refused before the recipe began. @throws error, as AiguyError */
export async function refuseTool(ports: ToolPorts, request: ToolCall, error: unknown): Promise<never> {
  await onRecord(ports, request, () => Promise.reject(error));
  throw error;
}

async function onRecord(ports: ToolPorts, request: ToolCall, work: (call: Started) => Promise<Outcome>): Promise<Answer> {
  const call = { ...request, argsDigest: digestOf(request.args), startedMs: performance.now() };
  const attempted = await attempt(work, call);
  const entry = entryOf(ports, call, attempted);
  ports.metrics.called({ tool: entry.tool, decision: entry.decision, code: entry.code, seconds: entry.latencyMs / 1000 });
  if ('error' in attempted || !attempted.alreadyRecorded) await ports.audit.record(entry);
  if ('error' in attempted) throw attempted.error;
  return attempted.answer;
}

/** Ill-formed Unicode has no digest; what carries it is refused. */
function digestOf(args: unknown): string {
  try {
    return argumentsDigest(args);
  } catch {
    return argumentsDigest(undefined);
  }
}

async function attempt(work: (call: Started) => Promise<Outcome>, call: Started): Promise<Outcome | { error: AiguyError }> {
  try {
    return await work(call);
  } catch (error) {
    if (error instanceof AiguyError) return { error };
    return { error: new AiguyError(isDatabaseDown(error) ? 'database_unavailable' : 'tool_failed', { cause: error }) };
  }
}

async function admit(ports: ToolPorts, call: Started, what: 'call' | 'preview'): Promise<Admitted> {
  const tool = authorise(ports.catalogue, call);
  await limit(ports.limits, { tool, what }, call.caller);
  const args = checkedArguments(tool, call, what);
  return { ...call, tool, args, caller: await proven(ports, tool, { ...call, args }) };
}

/** A guest whose proof is over while nobody knows what came of his write still hears it, by the key that he sent it with. */
async function proven(ports: ToolPorts, tool: Tool, { caller, args, idempotencyKey }: Started & { args: Output }): Promise<Caller> {
  try {
    return await withProof(ports.guests, tool, { caller, args });
  } catch (error) {
    if (
      tool.manifest.effect === 'write' &&
      idempotencyKey !== undefined &&
      (await isAnswered(ports.database, keyDigestOf(caller.subject, idempotencyKey)))
    )
      return caller;
    throw error;
  }
}

function authorise(catalogue: Catalogue, { name, argsDigest, caller }: Started): Tool {
  const { boundTo, subject, sessionId, scopes, agent } = caller;
  if (boundTo && (boundTo.subject !== subject.subject || boundTo.sessionId !== sessionId)) throw new AiguyError('subject_mismatch');
  const tool = catalogue.get(name);
  if (!tool) throw new AiguyError('unknown_tool');
  if (boundTo && (boundTo.tool !== name || boundTo.argsDigest !== argsDigest)) throw new AiguyError('invalid_token');
  if (!scopes.includes(tool.manifest.scope) || agent?.tools_off?.includes(name)) throw new AiguyError('insufficient_scope');
  if (agent?.tools_sign_in?.includes(name) && isGuest(subject)) throw new AiguyError('sign_in_required');
  return tool;
}

/** Previews are counted for themselves, so that looking leaves room to act. */
async function limit(limits: RateLimits, { tool, what }: { tool: Tool; what: 'call' | 'preview' }, { subject }: Caller): Promise<void> {
  const { manifest } = tool;
  await limits.consume(`${subject.issuer} ${subject.subject} ${manifest.name}${what === 'preview' ? ' preview' : ''}`, {
    points: manifest.rate.per_minute,
    windowS: 60,
    code: 'tool_rate_limited',
  });
}

/** A preview comes before the form: what it says goes onto the card that has it, and what the form asks for may be missing. */
function checkedArguments(tool: Tool, { args, caller }: Started, what: 'call' | 'preview'): Output {
  const checked = check<Output>(tool.validateCall as never, args);
  const unasked = what === 'preview' && tool.validateUnasked ? check<Output>(tool.validateUnasked as never, args) : checked;
  if (unasked.ok && !checked.ok) return unasked.value;
  if (!checked.ok) throw new AiguyError('invalid_input', { details: checked.violations });
  if (what === 'call' && tool.manifest.form?.for === 'guests' && isGuest(caller.subject)) assertForm(tool, checked.value);
  return checked.value;
}

/** What only guests must fill in is required by who asks, which no schema of a body can say. */
function assertForm({ manifest, validateForm }: Tool, args: Output): void {
  const fields = Object.keys(manifest.form?.schema.properties ?? {});
  const typed = Object.fromEntries(Object.entries(args).filter(([name]) => fields.includes(name)));
  const checked = validateForm ? check(validateForm, typed) : undefined;
  if (checked && !checked.ok) throw new AiguyError('invalid_input', { details: checked.violations });
}

async function runRead(ports: ToolPorts, call: Admitted): Promise<Outcome> {
  const handler = ports.handlers[call.name];
  if (typeof handler !== 'function') throw new AiguyError('unknown_tool');
  const signal = AbortSignal.timeout(call.tool.manifest.timeouts_ms.attempt);
  const { subject, sessionId, site } = call.caller;
  const { leaveTask, left } = leaveTaskOf(ports, call);
  const work = inSpan(`handle ${call.name}`, {}, async () => await handler(call.args as never, { subject, sessionId, site, signal, leaveTask }));
  const output = checkedOutput(call.tool, await withinTime(signal, work));
  const task = left();
  return { answer: answerOf({ tool: call.name, output, ...(task ? { task } : {}) }), code: 'ok' };
}

function entryOf(ports: ToolPorts, call: Started, attempted: Outcome | { error: AiguyError }): AuditEntry {
  const { caller, requestId, argsDigest, startedMs } = call;
  const status = 'error' in attempted ? attempted.error.status : attempted.answer.status;
  return {
    requestId,
    ...caller.subject,
    sessionId: caller.sessionId,
    tool: ports.catalogue.has(call.name) ? call.name : 'unknown',
    argsDigest,
    decision: status < 400 ? 'allowed' : status < 500 ? 'denied' : 'failed',
    code: 'error' in attempted ? attempted.error.code : attempted.code,
    latencyMs: performance.now() - startedMs,
  };
}

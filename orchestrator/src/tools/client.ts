// Calls one tool at the tools API: a token of its own for every call, limits and retries from the manifest, an outcome instead of an exception.
import { type ErrorCode, errorEntry, isErrorCode } from '@aiguy/manifests/errors';
import type { TaskReference, ToolPreview } from '@aiguy/manifests/generated/http';
import type { Tool } from '@aiguy/manifests/load';
import { validatorOf } from '@aiguy/manifests/protocol';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { SigningKey, VisitorAssertion } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { ToolOutcome } from '../model/port.ts';
import { createToolGuards, type Refused, type ToolGuards } from './guards.ts';
import { visitorHeaders } from './visitor-token.ts';

type Args = Record<string, unknown>;

/**
 * Contract: never rejects; a failure is an outcome with a code of the error table. An aborted signal ends the wait at once.
 * The arguments must already fit the manifest's schemas.
 */
export type ToolCaller = {
  /** A read. */
  call: (tool: Tool, args: Args, options: ToolCallOptions) => Promise<ToolOutcome>;
  /** What a write would do, in the shop's words; nothing is changed. */
  preview: (tool: Tool, args: Args, options: ToolCallOptions) => Promise<PreviewOutcome>;
  /**
   * A write, under its key: asked for again with the same key and arguments, it is done once and answered as the first time.
   * @param options.mayBeDone it was sent before, and nobody knows what came of it
   */
  write: (tool: Tool, args: Args, options: ToolCallOptions & { effectKey: string; mayBeDone: boolean }) => Promise<WriteOutcome>;
};

export type ToolCallOptions = { visitor: VisitorAssertion; assertion: string; signal: AbortSignal };
export type Preview = ToolPreview['preview'];
export type PreviewOutcome = { ok: true; preview: Preview } | Extract<ToolOutcome, { ok: false }>;
/** isCertain: the tools API has said what came of it; otherwise it may have been done. */
export type WriteOutcome = { outcome: ToolOutcome; isCertain: boolean };

export type ToolClientOptions = { url: string; key: SigningKey; guards?: ToolGuards; random?: () => number };
type Client = ToolClientOptions & { guards: ToolGuards };

type Request = ToolCallOptions & { path: string; args: Args; effectKey?: string; mayBeDone?: boolean; read: (tool: Tool, body: unknown) => Answer };
type Answer = { output: Args; task?: TaskReference } | undefined;
type Attempt = { outcome: ToolOutcome; retryable: boolean; retryAfterMs: number; isCertain: boolean };

/** A result larger than this is refused unread. */
const answerBytesMax = 256 * 1024;
const pauseBaseMs = 100;
/** Times that a write is asked about again within its turn; afterwards that is done beside the conversation. */
const uncertainRetriesMax = 2;
/** Codes behind which a write may have been done, or may still be. */
const uncertain = new Set<ErrorCode>([
  'effect_in_progress',
  'effect_unknown',
  'database_unavailable',
  'internal_error',
  'overloaded',
  'request_timeout',
  'tool_timeout',
]);
/** Codes behind which the tool itself is at fault, or what it stands on. */
const faults: ReadonlySet<string> = new Set<ErrorCode>([
  'database_unavailable',
  'internal_error',
  'overloaded',
  'tool_failed',
  'tool_output_invalid',
  'tool_timeout',
  'tool_unavailable',
]);
/** Codes of the shop's own rules; every other refusal comes before the key is looked at, and says nothing of what was sent with it before. */
const refusedByShop = new Set<ErrorCode>(['not_found', 'not_allowed_now']);
const validatePreview = validatorOf<ToolPreview>('ToolPreview');
const validateTask = validatorOf<TaskReference>('TaskReference');

export function createToolClient(given: ToolClientOptions): ToolCaller {
  const options = { ...given, guards: given.guards ?? createToolGuards() };
  return {
    call: async (tool, args, callOptions) => {
      const mayRetry = ({ retryable }: Attempt, attempt: number) => retryable && tool.manifest.effect === 'read' && attempt < tool.manifest.retries;
      return (await callUntil(options, tool, { ...callOptions, args, path: '', read: readOutput, mayRetry })).outcome;
    },
    preview: async (tool, args, callOptions) => {
      const mayRetry = ({ retryable }: Attempt, attempt: number) => retryable && attempt < 1;
      const { outcome } = await callUntil(options, tool, { ...callOptions, args, path: '/preview', read: readPreview, mayRetry });
      return outcome.ok ? { ok: true, preview: outcome.output as Preview } : outcome;
    },
    write: async (tool, args, callOptions) => {
      // Not knowing is the only reason to ask again: the key makes it the same write, and a refusal stays one.
      const mayRetry = ({ isCertain }: Attempt, attempt: number) => !isCertain && attempt < uncertainRetriesMax;
      const { outcome, isCertain } = await callUntil(options, tool, { ...callOptions, args, path: '', read: readOutput, mayRetry });
      return { outcome, isCertain };
    },
  };
}

async function callUntil(
  options: Client,
  tool: Tool,
  { mayRetry, ...request }: Request & { mayRetry: (attempt: Attempt, number: number) => boolean },
): Promise<Attempt> {
  const deadlineMs = Date.now() + tool.manifest.timeouts_ms.total;
  for (let attempt = 0; ; attempt += 1) {
    const result = await guardedCall(options, tool, { ...request, mayBeDone: request.mayBeDone === true || attempt > 0 });
    // Full jitter (the pause is random between nothing and a doubling limit), so that retries don't march in step.
    const pauseMs = Math.max(result.retryAfterMs, (options.random ?? Math.random)() * pauseBaseMs * 2 ** attempt);
    const isLast = request.signal.aborted || !mayRetry(result, attempt);
    if (isLast || Date.now() + pauseMs + tool.manifest.timeouts_ms.attempt > deadlineMs) return result;
    await pause(pauseMs, request.signal);
  }
}

async function guardedCall(options: Client, tool: Tool, call: Request): Promise<Attempt> {
  const isFailure = ({ outcome }: Attempt) => !outcome.ok && faults.has(outcome.code);
  const result = await options.guards.run(tool.manifest.name, async () => await attemptCall(options, tool, call), { signal: call.signal, isFailure });
  return typeof result === 'object' ? result : notSent(result, call);
}

async function attemptCall(options: Client, tool: Tool, call: Request): Promise<Attempt> {
  const { manifest } = tool;
  const timeout = AbortSignal.timeout(manifest.timeouts_ms.attempt);
  try {
    const response = await fetch(`${options.url}/tools/${manifest.name}${call.path}`, {
      method: 'POST',
      redirect: 'error',
      headers: {
        ...(await visitorHeaders(options.key, { ...call, tool: manifest.name, scope: manifest.scope })),
        'Content-Type': 'application/json',
        ...(call.effectKey === undefined ? {} : { 'Idempotency-Key': call.effectKey }),
      },
      body: JSON.stringify(call.args),
      signal: AbortSignal.any([timeout, call.signal]),
    });
    if (!isJson(response)) return await unread(response);
    const body = parseBody(await readLimited(response, answerBytesMax));
    return response.ok ? succeeded(call.read(tool, body)) : refused(response, body, call.mayBeDone === true);
  } catch {
    if (timeout.aborted) return failed('tool_timeout', true);
    return failed('tool_unavailable', !call.signal.aborted);
  }
}

function readOutput(tool: Tool, body: unknown): Answer {
  const output = body instanceof Object && 'output' in body ? body.output : undefined;
  const checked = check<Args>(tool.validateOutput as never, output);
  if (!checked.ok) return undefined;
  const task = body instanceof Object && 'task' in body ? check(validateTask, body.task) : undefined;
  return { output: checked.value, ...(task?.ok ? { task: task.value } : {}) };
}

function readPreview(_tool: Tool, body: unknown): Answer {
  const checked = check(validatePreview, body);
  return checked.ok ? { output: checked.value.preview } : undefined;
}

function succeeded(answer: Answer): Attempt {
  if (!answer) return { ...failed('tool_output_invalid', false), isCertain: true };
  return { outcome: { ok: true, ...answer }, retryable: false, retryAfterMs: 0, isCertain: true };
}

/** Only an answer with a code of ours can say that nothing was done; of a write that was sent before, only an answer that looked at its key. */
function refused(response: Response, body: unknown, mayBeDone: boolean): Attempt {
  const known = body instanceof Object && 'code' in body && isErrorCode(body.code) ? body.code : undefined;
  const code = known ?? 'tool_failed';
  const details = body instanceof Object && 'details' in body && Array.isArray(body.details) ? { details: body.details } : {};
  const isReplayed = response.headers.get('idempotency-replayed') === 'true';
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000;
  return {
    outcome: { ok: false, code, message: errorEntry(code).text, ...details },
    retryable: response.status >= 500 && errorEntry(code).retryable,
    retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : 0,
    isCertain: known !== undefined && (mayBeDone ? isReplayed || refusedByShop.has(known) : !uncertain.has(known)),
  };
}

/** Nothing was sent; a write that was sent before may have been done all the same. */
function notSent(why: Refused, { mayBeDone }: Request): Attempt {
  return { ...failed(why === 'busy' ? 'tool_busy' : 'tool_unavailable', false), isCertain: mayBeDone !== true };
}

function isJson({ headers }: Response): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '');
}

/** Such as the page of a proxy in between: whatever it says, it isn't the tool's word. */
async function unread(response: Response): Promise<Attempt> {
  await response.body?.cancel();
  return response.status >= 500 ? failed('tool_unavailable', true) : failed('tool_output_invalid', false);
}

function failed(code: 'tool_busy' | 'tool_timeout' | 'tool_unavailable' | 'tool_output_invalid', retryable: boolean): Attempt {
  return { outcome: { ok: false, code, message: errorEntry(code).text }, retryable, retryAfterMs: 0, isCertain: false };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

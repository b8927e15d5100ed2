// Calls one tool at the tools API: a token of its own for every call, limits and retries from the manifest, an outcome instead of an exception.
import { randomUUID } from 'node:crypto';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { errorEntry, isErrorCode } from '@aiguy/manifests/errors';
import type { Tool } from '@aiguy/manifests/load';
import { traceHeaders } from '@aiguy/manifests/telemetry';
import { type SigningKey, signToken, type VisitorAssertion } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { ToolOutcome } from '../model/port.ts';
import { readLimited } from './read-limited.ts';

export type ToolCaller = {
  /**
   * Contract: never rejects; a failure is an outcome with a code of the error table. An aborted signal ends the wait at once.
   * The arguments must already fit the manifest's input schema.
   */
  call: (tool: Tool, args: Record<string, unknown>, options: ToolCallOptions) => Promise<ToolOutcome>;
};

export type ToolCallOptions = { visitor: VisitorAssertion; assertion: string; signal: AbortSignal };

export type ToolClientOptions = { url: string; key: SigningKey; random?: () => number };

type Attempt = { outcome: ToolOutcome; retryable: boolean; retryAfterMs: number };

/** A result larger than this is refused unread. */
const answerBytesMax = 256 * 1024;
const pauseBaseMs = 100;

export function createToolClient(options: ToolClientOptions): ToolCaller {
  return {
    call: async (tool, args, callOptions) => {
      const { manifest } = tool;
      const deadlineMs = Date.now() + manifest.timeouts_ms.total;
      for (let attempt = 0; ; attempt += 1) {
        const result = await attemptCall(options, tool, { ...callOptions, args });
        // Full jitter (the pause is random between nothing and a doubling limit), so that retries don't march in step.
        const pauseMs = Math.max(result.retryAfterMs, (options.random ?? Math.random)() * pauseBaseMs * 2 ** attempt);
        const mayRetry = result.retryable && manifest.effect === 'read' && attempt < manifest.retries && !callOptions.signal.aborted;
        if (!mayRetry || Date.now() + pauseMs + manifest.timeouts_ms.attempt > deadlineMs) return result.outcome;
        await pause(pauseMs, callOptions.signal);
      }
    },
  };
}

async function attemptCall(options: ToolClientOptions, tool: Tool, call: ToolCallOptions & { args: Record<string, unknown> }): Promise<Attempt> {
  const { manifest } = tool;
  const timeout = AbortSignal.timeout(manifest.timeouts_ms.attempt);
  try {
    const token = await mintToken(options.key, tool, call);
    const response = await fetch(`${options.url}/tools/${manifest.name}`, {
      method: 'POST',
      redirect: 'error',
      headers: { ...traceHeaders(), 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'X-Visitor-Assertion': call.assertion },
      body: JSON.stringify(call.args),
      signal: AbortSignal.any([timeout, call.signal]),
    });
    const body = parseBody(await readLimited(response, answerBytesMax));
    return response.ok ? succeeded(tool, body) : refused(response, body);
  } catch {
    if (timeout.aborted) return failed('tool_timeout', true);
    return failed('tool_unavailable', !call.signal.aborted);
  }
}

async function mintToken(key: SigningKey, { manifest }: Tool, call: ToolCallOptions & { args: Record<string, unknown> }): Promise<string> {
  return await signToken('tool-token', key, {
    sub: call.visitor.sub,
    sid: call.visitor.sid,
    scope: manifest.scope,
    tool: manifest.name,
    args_digest: argumentsDigest(call.args),
    jti: randomUUID(),
  });
}

function succeeded(tool: Tool, body: unknown): Attempt {
  const output = body instanceof Object && 'output' in body ? body.output : undefined;
  const checked = check<Record<string, unknown>>(tool.validateOutput as never, output);
  return checked.ok ? { outcome: { ok: true, output: checked.value }, retryable: false, retryAfterMs: 0 } : failed('tool_output_invalid', false);
}

function refused(response: Response, body: unknown): Attempt {
  const code = body instanceof Object && 'code' in body && isErrorCode(body.code) ? body.code : 'tool_failed';
  const details = body instanceof Object && 'details' in body && Array.isArray(body.details) ? { details: body.details } : {};
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000;
  const retryable = response.status >= 500 && errorEntry(code).retryable;
  return {
    outcome: { ok: false, code, message: errorEntry(code).text, ...details },
    retryable,
    retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : 0,
  };
}

function failed(code: 'tool_timeout' | 'tool_unavailable' | 'tool_output_invalid', retryable: boolean): Attempt {
  return { outcome: { ok: false, code, message: errorEntry(code).text }, retryable, retryAfterMs: 0 };
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

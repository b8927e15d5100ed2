// Asks the tools API what became of a long task, as the visitor whose call began it.
import type { TaskStatus } from '@aiguy/manifests/generated/http';
import type { Tool } from '@aiguy/manifests/load';
import { validatorOf } from '@aiguy/manifests/protocol';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { ToolCallOptions } from './client.ts';
import { visitorHeaders } from './visitor-token.ts';

/** Contract: never rejects; undefined when nothing can be learned now. */
export type AskTask = (tool: Tool, taskId: string, options: ToolCallOptions) => Promise<TaskStatus | undefined>;

/** Shorter than a sweep: abandoned turns must not wait for it. */
const askTimeoutMs = 1000;
/** As of a call: what it would have answered with may be in it. */
const answerBytesMax = 256 * 1024;

const validateAnswer = validatorOf<TaskStatus>('TaskStatus');

export function createAskTask(options: { url: string; key: SigningKey }): AskTask {
  return async ({ manifest, validateOutput }, taskId, { visitor, assertion, signal }) => {
    try {
      const headers = await visitorHeaders(options.key, { tool: manifest.name, scope: manifest.scope, args: { task: taskId }, visitor, assertion });
      const response = await fetch(`${options.url}/tasks/${encodeURIComponent(taskId)}`, {
        redirect: 'error',
        headers,
        signal: AbortSignal.any([AbortSignal.timeout(askTimeoutMs), signal]),
      });
      const checked = check(validateAnswer, JSON.parse(await readLimited(response, answerBytesMax)));
      if (!(response.ok && checked.ok && checked.value.id === taskId)) return undefined;
      const { output } = checked.value;
      return output === undefined || check(validateOutput, output).ok ? checked.value : undefined;
    } catch {
      return undefined;
    }
  };
}

// Asks the tools API whether people are at work now, on behalf of a visitor who wants to talk to one.
import { readLimited } from '@aiguy/manifests/read-limited';
import type { SigningKey } from '@aiguy/manifests/tokens';
import type { ToolCallOptions } from './client.ts';
import { visitorHeaders } from './visitor-token.ts';

export type Attendance = { state: 'open' | 'closed' | 'unknown'; text?: string };
/** Contract: never rejects; unknown when it can't be had in time. */
export type AskHours = (options: ToolCallOptions) => Promise<Attendance>;

const hoursTimeoutMs = 1500;
const answerBytesMax = 1024;
const textCharactersMax = 200;

export function createAskHours(options: { url: string; key: SigningKey }): AskHours {
  return async ({ visitor, assertion, signal }) => {
    try {
      const headers = await visitorHeaders(options.key, { tool: 'escalate_to_human', scope: 'handoff:write', args: {}, visitor, assertion });
      const response = await fetch(`${options.url}/opening-hours`, {
        redirect: 'error',
        headers,
        signal: AbortSignal.any([AbortSignal.timeout(hoursTimeoutMs), signal]),
      });
      return response.ok ? attendanceIn(JSON.parse(await readLimited(response, answerBytesMax))) : { state: 'unknown' };
    } catch {
      return { state: 'unknown' };
    }
  };
}

function attendanceIn(body: unknown): Attendance {
  const { state, text } = (body instanceof Object ? body : {}) as { state?: unknown; text?: unknown };
  if (state !== 'open' && state !== 'closed') return { state: 'unknown' };
  return { state, ...(typeof text === 'string' ? { text: text.slice(0, textCharactersMax) } : {}) };
}

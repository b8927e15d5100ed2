// Hands what a site's people ask of its knowledge to the tools API, which checks their assertion itself: the owner configures one address only.
import { AiguyError } from '@aiguy/manifests/errors';
import { readLimited } from '@aiguy/manifests/read-limited';
import { traceHeaders } from '@aiguy/manifests/telemetry';

export type KnowledgeRequest = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' /** Below /knowledge/. */;
  path: string;
  assertion: string;
  body?: unknown;
};
export type KnowledgeAnswer = { status: number; body: unknown };

/** @returns the tools API's own answer, errors included. @throws AiguyError tool_unavailable when there is none */
export type SiteKnowledge = (request: KnowledgeRequest, signal: AbortSignal) => Promise<KnowledgeAnswer>;

const answerTimeoutMs = 9_000;
const answerBytesMax = 1024 * 1024;

export function createSiteKnowledge({ url }: { url: string }): SiteKnowledge {
  return async ({ method, path, assertion, body }, signal) => {
    try {
      const response = await fetch(`${url}/knowledge/${path}`, {
        method,
        redirect: 'error',
        headers: {
          ...traceHeaders(),
          Authorization: `Bearer ${assertion}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([AbortSignal.timeout(answerTimeoutMs), signal]),
      });
      return { status: response.status, body: JSON.parse(await readLimited(response, answerBytesMax)) };
    } catch (cause) {
      throw new AiguyError('tool_unavailable', { cause });
    }
  };
}

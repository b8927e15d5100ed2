// Hands what a site's people ask for to the tools API, which checks their assertion itself: the owner configures one address only.
import { AiguyError } from '@aiguy/manifests/errors';
import { readLimited } from '@aiguy/manifests/read-limited';
import { traceHeaders } from '@aiguy/manifests/telemetry';

export type RelayedRequest = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Follows the address that the relay was made for; its variable parts are encoded by the caller. */
  path: string;
  assertion: string;
  body?: unknown;
};
export type RelayedAnswer = { status: number; body: unknown };

/** @returns the tools API's own answer, errors included. @throws AiguyError tool_unavailable when there is none */
export type RelayToTools = (request: RelayedRequest, signal: AbortSignal) => Promise<RelayedAnswer>;

const answerTimeoutMs = 9_000;
const answerBytesMax = 1024 * 1024;

export function createRelayToTools({ url }: { url: string }): RelayToTools {
  return async ({ method, path, assertion, body }, signal) => {
    try {
      const response = await fetch(`${url}${path}`, {
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

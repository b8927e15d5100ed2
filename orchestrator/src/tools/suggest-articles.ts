// Asks the tools API for articles that fit what a visitor is still typing.
import { randomUUID } from 'node:crypto';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { Suggestions, SuggestionsRequest } from '@aiguy/manifests/generated/http';
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import { traceHeaders } from '@aiguy/manifests/telemetry';
import { type SigningKey, signToken } from '@aiguy/manifests/tokens';
import { check, createAjv } from '@aiguy/manifests/validate';
import type { ToolCallOptions } from './client.ts';
import { readLimited } from './read-limited.ts';

/** Contract: never rejects; no articles when they can't be had in time. */
export type SuggestArticles = (request: SuggestionsRequest, options: ToolCallOptions) => Promise<Suggestions>;

const suggestionsTimeoutMs = 2000;
const answerBytesMax = 32 * 1024;

const validateAnswer = createAjv()
  .addSchema(http)
  .compile<Suggestions>({ $ref: `${http.$id}#/$defs/Suggestions` });

export function createSuggestArticles(options: { url: string; key: SigningKey }): SuggestArticles {
  return async (request, { visitor, assertion, signal }) => {
    try {
      const token = await signToken('tool-token', options.key, {
        sub: visitor.sub,
        sid: visitor.sid,
        scope: 'docs:read',
        tool: 'retrieve_docs',
        args_digest: argumentsDigest(request),
        jti: randomUUID(),
      });
      const response = await fetch(`${options.url}/knowledge/suggestions`, {
        method: 'POST',
        redirect: 'error',
        headers: { ...traceHeaders(), 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'X-Visitor-Assertion': assertion },
        body: JSON.stringify(request),
        signal: AbortSignal.any([AbortSignal.timeout(suggestionsTimeoutMs), signal]),
      });
      const checked = check(validateAnswer, JSON.parse(await readLimited(response, answerBytesMax)));
      return response.ok && checked.ok ? checked.value : { articles: [] };
    } catch {
      return { articles: [] };
    }
  };
}

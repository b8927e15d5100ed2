// Asks the tools API for articles that fit what a visitor is still typing.
import type { Suggestions, SuggestionsRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { ToolCallOptions } from './client.ts';
import { visitorHeaders } from './visitor-token.ts';

/** Contract: never rejects; no articles when they can't be had in time. */
export type SuggestArticles = (request: SuggestionsRequest, options: ToolCallOptions) => Promise<Suggestions>;

const suggestionsTimeoutMs = 2000;
const answerBytesMax = 32 * 1024;

const validateAnswer = validatorOf<Suggestions>('Suggestions');

export function createSuggestArticles(options: { url: string; key: SigningKey }): SuggestArticles {
  return async (request, { visitor, assertion, signal }) => {
    try {
      const headers = await visitorHeaders(options.key, { tool: 'retrieve_docs', scope: 'docs:read', args: request, visitor, assertion });
      const response = await fetch(`${options.url}/knowledge/suggestions`, {
        method: 'POST',
        redirect: 'error',
        headers: { ...headers, 'Content-Type': 'application/json' },
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

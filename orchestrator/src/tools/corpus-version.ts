// Asks the tools API which state its knowledge is in, so that an answer from an older one is not told again.
import type { SigningKey, VisitorAssertion } from '@aiguy/manifests/tokens';
import { visitorHeaders } from './visitor-token.ts';

/** Contract: never rejects; undefined when the version can't be had in time. */
export type CorpusVersion = (visitor: VisitorAssertion, assertion: string, signal: AbortSignal) => Promise<string | undefined>;

/** A cached answer that takes longer to check is not worth it. */
const versionTimeoutMs = 300;
const answerLengthMax = 1000;

export function createCorpusVersion(options: { url: string; key: SigningKey }): CorpusVersion {
  return async (visitor, assertion, signal) => {
    try {
      const headers = await visitorHeaders(options.key, { tool: 'retrieve_docs', scope: 'docs:read', args: {}, visitor, assertion });
      const response = await fetch(`${options.url}/knowledge/version`, {
        redirect: 'error',
        headers,
        signal: AbortSignal.any([AbortSignal.timeout(versionTimeoutMs), signal]),
      });
      return response.ok ? versionIn(await response.text()) : undefined;
    } catch {
      return undefined;
    }
  };
}

function versionIn(text: string): string | undefined {
  if (text.length > answerLengthMax) return undefined;
  const body: unknown = JSON.parse(text);
  const version = body instanceof Object && 'corpus_version' in body ? body.corpus_version : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

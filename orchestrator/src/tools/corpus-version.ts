// Asks the tools API which state its knowledge is in, so that an answer from an older one is not told again.
import { randomUUID } from 'node:crypto';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { traceHeaders } from '@aiguy/manifests/telemetry';
import { type SigningKey, signToken, type VisitorAssertion } from '@aiguy/manifests/tokens';

/** Contract: never rejects; undefined when the version can't be had in time. */
export type CorpusVersion = (visitor: VisitorAssertion, assertion: string, signal: AbortSignal) => Promise<string | undefined>;

/** A cached answer that takes longer to check is not worth it. */
const versionTimeoutMs = 300;
const answerLengthMax = 1000;

export function createCorpusVersion(options: { url: string; key: SigningKey }): CorpusVersion {
  return async (visitor, assertion, signal) => {
    try {
      const token = await signToken('tool-token', options.key, {
        sub: visitor.sub,
        sid: visitor.sid,
        scope: 'docs:read',
        tool: 'retrieve_docs',
        args_digest: argumentsDigest({}),
        jti: randomUUID(),
      });
      const response = await fetch(`${options.url}/knowledge/version`, {
        redirect: 'error',
        headers: { ...traceHeaders(), Authorization: `Bearer ${token}`, 'X-Visitor-Assertion': assertion },
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

// The token of one call at the tools API: for this visitor, this tool and these arguments, for a minute, worth nothing without his assertion.
import { randomUUID } from 'node:crypto';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { traceHeaders } from '@aiguy/manifests/telemetry';
import { type SigningKey, signToken, type VisitorAssertion } from '@aiguy/manifests/tokens';

export type Call = { tool: string; scope: string; args: unknown; visitor: VisitorAssertion; assertion: string };

/** The headers that authorise a call, and carry its trace on. */
export async function visitorHeaders(key: SigningKey, { tool, scope, args, visitor, assertion }: Call): Promise<Record<string, string>> {
  const token = await signToken('tool-token', key, {
    sub: visitor.sub,
    sid: visitor.sid,
    scope,
    tool,
    args_digest: argumentsDigest(args),
    jti: randomUUID(),
  });
  return { ...traceHeaders(), Authorization: `Bearer ${token}`, 'X-Visitor-Assertion': assertion };
}

// Who calls: the orchestrator for a visitor (tool token and the site's assertion), or a direct caller (access token).
import { AiguyError } from '@aiguy/manifests/errors';
import type { TokenVerifier, ToolToken } from '@aiguy/manifests/tokens';
import type { FastifyRequest } from 'fastify';
import { decodeProtectedHeader } from 'jose';
import type { Caller } from '../tool-call.ts';

/** As proof of identity an assertion is good until its session ends. */
const identityForS = 24 * 60 * 60;

/** Told of a call whose tool token holds and whose assertion does not, before the error is thrown. */
export type OnRefused = (claimant: Caller, error: unknown) => Promise<void>;

/**
 * The subject comes from the site's signature, not from the orchestrator's: a hijacked orchestrator can't name another customer.
 * That both name the same visitor is checked where the call is authorised, so that a mismatch is on record.
 * @throws AiguyError invalid_token; subject_mismatch when no assertion stands beside a tool token
 */
export async function authenticate(verifier: TokenVerifier, request: FastifyRequest, onRefused?: OnRefused): Promise<Caller> {
  const token = bearerOf(request);
  if (kindOf(token) !== 'tool-token+jwt') return await directCaller(verifier, token);
  const claims = await verifier.verify('tool-token', token);
  try {
    return await visitorsCaller(verifier, claims, request);
  } catch (error) {
    await onRefused?.({ subject: { issuer: claims.iss, subject: claims.sub }, sessionId: claims.sid, scopes: [], boundTo: undefined }, error);
    throw error;
  }
}

async function visitorsCaller(verifier: TokenVerifier, claims: ToolToken, request: FastifyRequest): Promise<Caller> {
  const header = request.headers['x-visitor-assertion'];
  if (typeof header !== 'string') throw new AiguyError('subject_mismatch', { cause: new Error('no visitor assertion beside the tool token') });
  const assertion = await verifier.verify('visitor-assertion', header, { expiredForS: identityForS });
  return {
    subject: {
      issuer: assertion.iss,
      subject: assertion.sub,
      collections: assertion.agent?.collections,
      language: assertion.language ?? assertion.agent?.language,
      openingHours: assertion.agent?.opening_hours,
    },
    sessionId: assertion.sid,
    scopes: assertion.scopes.filter((scope) => scope === claims.scope),
    boundTo: { tool: claims.tool, argsDigest: claims.args_digest, subject: claims.sub, sessionId: claims.sid },
    agent: assertion.agent,
    ...(assertion.agent?.abilities ? { site: { issuer: assertion.iss, abilities: assertion.agent.abilities, assertion: header } } : {}),
  };
}

/** @throws AiguyError invalid_token */
export function bearerOf(request: FastifyRequest): string {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new AiguyError('invalid_token');
  return token;
}

async function directCaller(verifier: TokenVerifier, token: string): Promise<Caller> {
  const claims = await verifier.verify('tools-access', token);
  return { subject: { issuer: claims.iss, subject: claims.sub }, sessionId: undefined, scopes: claims.scopes, boundTo: undefined };
}

/** Read before any check, only to choose which check; what does not parse fails there. */
function kindOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    return undefined;
  }
}

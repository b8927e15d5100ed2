// Signing and verification of the four JWTs (RFC 7519, RFC 8037): one algorithm, a list of trusted issuers, a typ of its own for each kind.
import { type CryptoKey, createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';
import type { AgentSettings, StaffAssertion, ToolsAccess, ToolToken, VisitorAssertion } from '../generated/claims.ts';
import claimsSchema from '../protocol/claims.json' with { type: 'json' };
import { AiguyError } from './errors.ts';
import { fetchedKeys } from './issuer-keys.ts';
import { type FindIssuer, type Known, PairedIssuers } from './paired-issuers.ts';
import { check, createAjv } from './validate.ts';

export type { AgentSettings, StaffAssertion, ToolsAccess, ToolToken, VisitorAssertion };

/** A party whose signatures count, with the most it may grant. */
export type TrustedIssuer = {
  issuer: string;
  /** What its tokens may be: a site signs assertions of visitors and of its staff, the orchestrator tool tokens, a developer's issuer direct access. */
  kinds: readonly TokenKind[];
  /** Where its public keys are published, or the keys themselves. */
  jwksUri?: string | undefined;
  jwks?: JSONWebKeySet | undefined;
  /** Scopes beyond this ceiling are ignored, whatever the token says. */
  scopes: readonly string[];
};

export type TokenKind = 'visitor-assertion' | 'staff-assertion' | 'tool-token' | 'tools-access';
export type SigningKey = { issuer: string; kid: string; privateKey: CryptoKey };

type ClaimsOf = { 'visitor-assertion': VisitorAssertion; 'staff-assertion': StaffAssertion; 'tool-token': ToolToken; 'tools-access': ToolsAccess };

const definitionOf = {
  'visitor-assertion': 'VisitorAssertion',
  'staff-assertion': 'StaffAssertion',
  'tool-token': 'ToolToken',
  'tools-access': 'ToolsAccess',
} as const;
const audienceOf = {
  'visitor-assertion': 'orchestrator',
  'staff-assertion': 'orchestrator',
  'tool-token': 'tools-api',
  'tools-access': 'tools-api',
} as const;
const lifetimeMaxS = { 'visitor-assertion': 300, 'staff-assertion': 60, 'tool-token': 60, 'tools-access': 3600 } as const;
const ajv = createAjv().addSchema(claimsSchema);
const tokenBytesMax = 8192;
const clockToleranceS = 30;

/**
 * Verifies tokens of a configured list of issuers, and of those that `find` knows beside them.
 * Contract: every failure is AiguyError('invalid_token') with the reason as cause, or 'issuer_unavailable' when the keys to tell can't be had; nothing of the token's content is trusted before its signature.
 */
export class TokenVerifier {
  readonly #issuers: Map<string, Known>;
  readonly #found: PairedIssuers | undefined;
  readonly #nowMs: () => number;

  constructor(issuers: readonly TrustedIssuer[], options: { nowMs?: () => number; fetchTimeoutMs?: number; find?: FindIssuer } = {}) {
    this.#nowMs = options.nowMs ?? Date.now;
    const fetching = { fetchTimeoutMs: options.fetchTimeoutMs ?? 3000, nowMs: this.#nowMs };
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer, fetching) }]));
    this.#found = options.find && new PairedIssuers(options.find, { nowMs: this.#nowMs, open: (issuer) => keysOf(issuer, fetching) });
  }

  /**
   * @param options.expiredForS accept an assertion up to this many seconds after its exp: proof of identity, not of access
   * @returns the claims, with scopes cut to the issuer's ceiling
   */
  async verify<K extends TokenKind>(kind: K, token: string | undefined, options: { expiredForS?: number } = {}): Promise<ClaimsOf[K]> {
    try {
      return await this.#verify(kind, token, options.expiredForS ?? 0);
    } catch (error) {
      throw error instanceof AiguyError ? error : new AiguyError('invalid_token', { cause: error });
    }
  }

  async #verify<K extends TokenKind>(kind: K, token: string | undefined, expiredForS: number): Promise<ClaimsOf[K]> {
    if (!token || token.length > tokenBytesMax) throw new Error('token missing or too large');
    const name = String(decodeJwt(token).iss);
    const trusted = this.#issuers.get(name) ?? (await this.#found?.get(name));
    if (!trusted?.issuer.kinds.includes(kind)) throw new Error('issuer not trusted for this kind of token');
    const { payload } = await jwtVerify(token, trusted.keys, {
      algorithms: ['EdDSA'],
      typ: `${kind}+jwt`,
      issuer: trusted.issuer.issuer,
      audience: audienceOf[kind],
      clockTolerance: clockToleranceS + expiredForS,
      currentDate: new Date(this.#nowMs()),
    });
    const validate = ajv.getSchema<ClaimsOf[K]>(`${claimsSchema.$id}#/$defs/${definitionOf[kind]}`);
    if (!validate) throw new Error(`no schema for ${kind}`);
    const checked = check(validate, payload);
    if (!checked.ok) throw new Error(`claims: ${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`);
    const claims = checked.value;
    if (claims.exp - claims.iat > lifetimeMaxS[kind]) throw new Error('lifetime too long');
    if (claims.iat > this.#nowMs() / 1000 + clockToleranceS) throw new Error('issued in the future');
    if ('scopes' in claims) return { ...claims, scopes: claims.scopes.filter((scope) => trusted.issuer.scopes.includes(scope)) };
    if (!trusted.issuer.scopes.includes(claims.scope)) throw new Error('scope beyond the issuer');
    return claims;
  }
}

function keysOf(issuer: TrustedIssuer, options: { fetchTimeoutMs: number; nowMs: () => number }): JWTVerifyGetKey {
  if (issuer.jwks) return createLocalJWKSet(issuer.jwks);
  if (!issuer.jwksUri) throw new Error(`issuer ${issuer.issuer} has neither jwks nor jwksUri`);
  return fetchedKeys(issuer.jwksUri, options);
}

/** Signs claims as a token of the given kind; iat and exp (lifetimeS from now) and iss are set here. */
export async function signToken<K extends TokenKind>(
  kind: K,
  key: SigningKey,
  claims: Omit<ClaimsOf[K], 'iss' | 'aud' | 'iat' | 'exp'> & { lifetimeS?: number },
): Promise<string> {
  const { lifetimeS, ...rest } = claims;
  const iat = Math.floor(Date.now() / 1000);
  return await new SignJWT({ ...rest, aud: audienceOf[kind] })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: `${kind}+jwt` })
    .setIssuer(key.issuer)
    .setIssuedAt(iat)
    .setExpirationTime(iat + Math.min(lifetimeS ?? lifetimeMaxS[kind], lifetimeMaxS[kind]))
    .sign(key.privateKey);
}

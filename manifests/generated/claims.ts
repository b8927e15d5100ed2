// Generated from protocol/claims.json by `npm run generate`; never edited by hand.

/**
 * Payloads of the three JWTs, all signed with Ed25519 (alg EdDSA). The header's typ tells them apart: visitor-assertion+jwt, tool-token+jwt, tools-access+jwt.
 */
export interface Claims {
  VisitorAssertion?: VisitorAssertion;
  ToolToken?: ToolToken;
  ToolsAccess?: ToolsAccess;
}
/**
 * Signed by the site; lives at most five minutes as access, until the session ends as proof of identity.
 */
export interface VisitorAssertion {
  iss: string;
  aud: 'orchestrator';
  /**
   * wp:<blog>:<user> a signed-in user of the issuing site, anon:<random> a guest, customer:<id> the store's own id (direct callers).
   */
  sub: string;
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sid: string;
  /**
   * @maxItems 32
   */
  scopes: string[];
  jti: string;
  iat: number;
  exp: number;
}
/**
 * Signed by the orchestrator for one call of one tool with these arguments; lives at most sixty seconds and is worth nothing without the visitor assertion beside it.
 */
export interface ToolToken {
  iss: string;
  aud: 'tools-api';
  /**
   * wp:<blog>:<user> a signed-in user of the issuing site, anon:<random> a guest, customer:<id> the store's own id (direct callers).
   */
  sub: string;
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sid: string;
  scope: string;
  tool: string;
  /**
   * base64url of the SHA-256 of the canonical JSON (RFC 8785) of the arguments.
   */
  args_digest: string;
  jti: string;
  iat: number;
  exp: number;
}
/**
 * Brought by a direct caller of the tools; its issuer is configured with a ceiling of scopes. Lives at most one hour.
 */
export interface ToolsAccess {
  iss: string;
  aud: 'tools-api';
  /**
   * wp:<blog>:<user> a signed-in user of the issuing site, anon:<random> a guest, customer:<id> the store's own id (direct callers).
   */
  sub: string;
  /**
   * @maxItems 32
   */
  scopes: string[];
  jti: string;
  iat: number;
  exp: number;
}

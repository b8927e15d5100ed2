// Generated from protocol/claims.json by `npm run generate`; never edited by hand.

/**
 * Its IANA name, or a fixed distance from UTC such as +02:00. Of an assertion: where the site's days and months begin, for its limits and its figures; UTC when left out, or unknown.
 */
export type TimeZone = string;

/**
 * Payloads of the four JWTs, all signed with Ed25519 (alg EdDSA). The header's typ tells them apart: visitor-assertion+jwt, staff-assertion+jwt, tool-token+jwt, tools-access+jwt.
 */
export interface Claims {
  VisitorAssertion?: VisitorAssertion;
  TimeZone?: TimeZone;
  AgentSettings?: AgentSettings;
  StaffAssertion?: StaffAssertion;
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
  agent?: AgentSettings;
  time_zone?: TimeZone;
  /**
   * BCP 47; of the page that the chat stands on. What the services themselves say is said in it where they know it; the agent's when left out.
   */
  language?: string;
  /**
   * Which network the visitor comes from, for caps on guests: a digest of the first bits of the address under a key of the site's, never the address.
   */
  network?: string;
  /**
   * Where the visitor writes from, by his own word; for the people who read the conversation, never relied on.
   */
  client?: {
    /**
     * The page of the site, without what a query may hold.
     */
    page?: string;
    /**
     * What his browser calls itself.
     */
    browser?: string;
  };
}
/**
 * What the site's owner has set for the agent that this chat belongs to. The services may be stricter, never laxer.
 */
export interface AgentSettings {
  id: string;
  name?: string;
  tone?: 'friendly' | 'neutral' | 'formal';
  /**
   * What the owner wants the agent to pay attention to, in his words; below the rules of trust. Visitors can read it in their assertion.
   */
  instructions?: string;
  /**
   * One of those that the orchestrator allows; another one is ignored.
   */
  model?: string;
  /**
   * BCP 47; the language of answers where the visitor's own can't be told.
   */
  language?: string;
  /**
   * @maxItems 40
   */
  tools_off?: string[];
  /**
   * Only for signed-in visitors.
   *
   * @maxItems 40
   */
  tools_sign_in?: string[];
  /**
   * Parts of the knowledge it answers from; all when left out.
   *
   * @maxItems 16
   */
  collections?: string[];
  /**
   * Where the site lists and runs what its other plugins can look up and the owner has approved; an address of the site that signs. Left out where there is nothing.
   */
  abilities?: string;
  /**
   * When people of the site answer; as the services are configured when left out. Days on which nobody is there are the services' own.
   */
  opening_hours?: {
    /**
     * As OPENING_HOURS of the tools API: Mon 09:00-17:00, Tue 09:00-17:00.
     */
    hours: string;
    time_zone: TimeZone;
  };
  caps?: {
    guest_messages_day?: number;
    customer_messages_day?: number;
    /**
     * Of all agents together.
     */
    site_messages_day?: number;
    /**
     * Who has used so much gets no further message answered by a model that day.
     */
    guest_cost_day_usd?: number;
    customer_cost_day_usd?: number;
    /**
     * Of all agents together; never exceeded.
     */
    site_cost_day_usd?: number;
    /**
     * The same for a calendar month; left out, the days alone are capped.
     */
    site_cost_month_usd?: number;
    /**
     * Answer from the knowledge without a model, offer to leave an address, or say that the chat is closed for today.
     */
    at_cap?: 'knowledge' | 'contact' | 'closed';
  };
  retention_days?: number;
}
/**
 * Signed by the site for somebody who works there, or for the site itself (scheduled work); lives at most one minute. Everything it reaches is that site's. agent: as which one of the site's agents a question is tried, and whose caps hold in a report.
 */
export interface StaffAssertion {
  iss: string;
  aud: 'orchestrator';
  /**
   * wp:<blog>:<user> a user of the site who may do this there, site the site itself.
   */
  sub: string;
  /**
   * As visitors see who is speaking.
   */
  name?: string;
  time_zone?: TimeZone;
  agent?: AgentSettings;
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

// Generated from protocol/http.json by `npm run generate`; never edited by hand.

/**
 * Bodies of the HTTP surface that both services and the plugin share.
 */
export interface Http {
  ErrorBody?: ErrorBody;
  ChatMessage?: ChatMessage;
  RunAgentInput?: RunAgentInput;
  Citation?: Citation;
  ChatAnswer?: ChatAnswer;
  SessionInfo?: SessionInfo;
  CancelResult?: CancelResult;
  ToolResult?: ToolResult;
  ToolPreview?: ToolPreview;
  ToolList?: ToolList;
  SuggestionsRequest?: SuggestionsRequest;
  SuggestedArticle?: SuggestedArticle;
  Suggestions?: Suggestions;
  SiteSession?: SiteSession;
}
export interface ErrorBody {
  code: string;
  message: string;
  requestId: string;
  /**
   * Which field broke which rule; only for invalid_request and invalid_input.
   *
   * @maxItems 10
   */
  details?: {
    pointer: string;
    rule: string;
  }[];
}
/**
 * The body of POST /chat and POST /ask. The session is named by the assertion, never by the body.
 */
export interface ChatMessage {
  /**
   * What the visitor wrote, in characters after NFC.
   */
  message: string;
  /**
   * Made by the client; sending the same message with the same id again continues the first run instead of starting another.
   */
  messageId?: string;
}
/**
 * AG-UI 1.0 RunAgentInput as a generic AG-UI client sends it. Only the last user message is taken; earlier messages must be ones the session's log already holds, everything else the client claims to know is refused.
 */
export interface RunAgentInput {
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  threadId: string;
  runId: string;
  protocolVersion?: string;
  parentRunId?: string;
  state?: unknown;
  /**
   * @minItems 1
   * @maxItems 500
   */
  messages: {
    id: string;
    role: string;
    content?: unknown;
  }[];
  /**
   * @maxItems 0
   */
  tools?: unknown[];
  /**
   * @maxItems 0
   */
  context?: unknown[];
  forwardedProps?: {};
  /**
   * @maxItems 20
   */
  resume?: unknown[];
}
export interface Citation {
  /**
   * Shown as [number] in the text.
   */
  number: number;
  passageId: string;
  title: string;
  heading: string;
  url: string;
  quote: string;
}
/**
 * The JSON form of a run: the same events, drained.
 */
export interface ChatAnswer {
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sessionId: string;
  runId: string;
  messageId: string;
  outcome: 'success' | 'cancelled' | 'error';
  text: string;
  citations: Citation[];
  tools: {
    name: string;
    ok: boolean;
    code?: string;
  }[];
  lastEventId: number;
  error?: {
    code: string;
    message: string;
  };
}
export interface SessionInfo {
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sessionId: string;
  createdAt: string;
  lastEventId: number;
  running: boolean;
}
export interface CancelResult {
  /**
   * false when no run was going.
   */
  cancelled: boolean;
}
export interface ToolResult {
  tool: string;
  output: {};
}
/**
 * The answer of POST /tools/:name/preview: what a write would do, in words of the shop's and not of the model's.
 */
export interface ToolPreview {
  tool: string;
  preview: {
    /**
     * One line, such as «Cancel order W2403075».
     */
    summary: string;
    /**
     * @maxItems 20
     */
    facts: {
      label: string;
      value: string;
    }[];
    /**
     * Money that moves.
     */
    amount?: {
      /**
       * In units of currency.
       */
      value: number;
      currency: string;
    };
  };
}
export interface ToolList {
  tools: {
    name: string;
    title: string;
    description: string;
    scope: string;
    effect: 'read' | 'write';
    confirm: boolean;
    input: {};
    output: {};
  }[];
}
/**
 * The body of POST /suggestions and POST /knowledge/suggestions: what a visitor has typed so far. It is searched for and not kept.
 */
export interface SuggestionsRequest {
  text: string;
  /**
   * BCP 47; leaves out articles of other languages.
   */
  language?: string;
}
export interface SuggestedArticle {
  document_id: string;
  title: string;
  /**
   * Path of headings to the passage that fits; empty at the top.
   */
  heading: string;
  url: string;
}
export interface Suggestions {
  /**
   * Different documents, the best first; empty when nothing is near enough.
   *
   * @maxItems 3
   */
  articles: SuggestedArticle[];
}
/**
 * The answer of WordPress' POST aiguy/v1/session.
 */
export interface SiteSession {
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sessionId: string;
  visitor: 'guest' | 'customer';
  assertion: string;
  /**
   * Seconds since the epoch; renew before.
   */
  expiresAt: number;
  /**
   * X-WP-Nonce of the signed-in user; null for guests. With a nonce and visitor=guest, ask again with the nonce to act as the user.
   */
  nonce: string | null;
  transport: 'relay' | 'direct';
  /**
   * Only for the direct transport.
   */
  orchestratorUrl: string | null;
}

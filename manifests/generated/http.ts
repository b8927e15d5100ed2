// Generated from protocol/http.json by `npm run generate`; never edited by hand.

/**
 * The body of POST /sessions/:id/inputs/:iid: the fields of the form, or its cancellation.
 */
export type InputAnswer =
  | {
      values: {
        [k: string]: unknown;
      };
    }
  | {
      cancel: true;
    };

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
  TaskReference?: TaskReference;
  ResultFile?: ResultFile;
  PageSnapshot?: PageSnapshot;
  PageAnswer?: PageAnswer;
  TaskStatus?: TaskStatus;
  ToolPreview?: ToolPreview;
  ToolList?: ToolList;
  SuggestionsRequest?: SuggestionsRequest;
  SuggestedArticle?: SuggestedArticle;
  Suggestions?: Suggestions;
  SiteSession?: SiteSession;
  Interrupt?: Interrupt;
  Decision?: Decision;
  InputAnswer?: InputAnswer;
  LogPage?: LogPage;
  SocketTicket?: SocketTicket;
  Fact?: Fact;
  InterruptMetadata?: InterruptMetadata;
  Receipt?: Receipt;
  ReceiptFile?: ReceiptFile;
  ReceiptList?: ReceiptList;
  ReceiptCheck?: ReceiptCheck;
  CheckedReceipt?: CheckedReceipt;
  ReceiptChain?: ReceiptChain;
  ReceiptVerdict?: ReceiptVerdict;
  SessionMemoryInfo?: SessionMemoryInfo;
  ContinueLink?: ContinueLink;
  ContinueRequest?: ContinueRequest;
  SiteInfo?: SiteInfo;
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
  resume?: {
    interruptId: string;
    status: 'resolved' | 'cancelled';
    payload?: unknown;
    metadata?: {
      [k: string]: unknown;
    };
  }[];
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
  outcome: 'success' | 'interrupt' | 'cancelled' | 'error';
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
  /**
   * What the visitor is asked; only with outcome interrupt.
   */
  interrupts?: Interrupt[];
}
/**
 * Something that the visitor has to decide or fill in before the turn goes on (AG-UI interrupt).
 */
export interface Interrupt {
  id: string;
  reason: 'confirmation' | 'input_required';
  /**
   * What is asked, rendered from the arguments.
   */
  message: string;
  toolCallId: string;
  /**
   * JSON Schema of the form; only with input_required.
   */
  responseSchema?: {
    [k: string]: unknown;
  };
  expiresAt: string;
  metadata: {
    aiguy: InterruptMetadata;
  };
}
/**
 * metadata.aiguy of an AG-UI interrupt: the card that the visitor answers. confirmation: approve or reject. input: fill in responseSchema or cancel; with a card of a write, sending the form is the approval.
 */
export interface InterruptMetadata {
  kind: 'confirmation' | 'input';
  tool: string;
  heading: string;
  /**
   * Words on the button that goes ahead.
   */
  action: string;
  effect: 'read' | 'write';
  /**
   * @maxItems 20
   */
  facts: Fact[];
  /**
   * What it costs or gives back.
   */
  amount?: {
    value: number;
    currency: string;
  };
}
/**
 * A line of a card: what is known of the object, from the shop and not from the model.
 */
export interface Fact {
  label: string;
  value: string;
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
  task?: TaskReference;
}
/**
 * Work of a call that goes on after its answer; GET /tasks/:id says what became of it.
 */
export interface TaskReference {
  id: string;
  title: string;
}
/**
 * A file that a tool has made, in the field «file» of its result: GET /files/:id hands it out to the caller it was made for, in the same session, until it expires.
 */
export interface ResultFile {
  id: string;
  name: string;
  media_type: 'application/pdf';
  bytes: number;
  expires_at: string;
}
/**
 * The page that a visitor is on, as his browser describes it: roles and names, never what is typed into it. At most 48 KiB. Data of a stranger.
 */
export interface PageSnapshot {
  /**
   * Without query and fragment.
   */
  url: string;
  title: string;
  /**
   * @maxItems 40
   */
  landmarks: {
    role: string;
    name: string;
  }[];
  /**
   * @maxItems 120
   */
  headings: {
    level: number;
    text: string;
  }[];
  /**
   * @maxItems 400
   */
  controls: {
    kind: 'link' | 'button' | 'field' | 'choice';
    name: string;
  }[];
  /**
   * @maxItems 20
   */
  messages: string[];
}
/**
 * The body of POST /sessions/:id/page; at most 64 KiB.
 */
export interface PageAnswer {
  /**
   * As aiguy.page_wanted named it; taken once.
   */
  requestId: string;
  page: PageSnapshot;
}
/**
 * The answer of GET /tasks/:id.
 */
export interface TaskStatus {
  id: string;
  title: string;
  /**
   * failed: given up for now; somebody of the team may start it again.
   */
  state: 'queued' | 'running' | 'done' | 'failed';
  progress?: number;
  /**
   * What a visitor reads.
   */
  message?: string;
  updated_at: string;
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
/**
 * The body of POST /sessions/:id/confirmations/:cid: a click, never a text.
 */
export interface Decision {
  decision: 'approve' | 'reject';
}
/**
 * The JSON form of GET /sessions/:id/events, for long polling: events after the cursor, in order, without holes.
 */
export interface LogPage {
  events: {
    seq: number;
    event: {
      [k: string]: unknown;
    };
  }[];
  /**
   * The cursor for the next request.
   */
  lastEventId: number;
  /**
   * More is to come: a run is running or waits for its turn.
   */
  running: boolean;
}
/**
 * Answer of POST /sessions/:id/ws-ticket: opens one WebSocket within 30 seconds.
 */
export interface SocketTicket {
  ticket: string;
  expiresAt: string;
}
/**
 * What a receipt says. It is signed as a compact JWS (RFC 7515) with alg EdDSA and typ receipt+jwt; it proves what was done and grants nothing.
 */
export interface Receipt {
  /**
   * The orchestrator that carried it out and signed.
   */
  iss: string;
  /**
   * Names the session without giving its id away: receipts with the same value belong to one chain.
   */
  session: string;
  /**
   * Counts from 1 in the session, without holes.
   */
  number: number;
  /**
   * Names the effect.
   */
  effect: string;
  /**
   * The effect that this one took back; only for an undo.
   */
  undoes?: string;
  tool: string;
  /**
   * What was done, rendered from the arguments.
   */
  summary: string;
  /**
   * SHA-256 of the canonical JSON (RFC 8785) of the arguments that ran, without what was typed into a form; base64url.
   */
  args_digest: string;
  /**
   * What the visitor was shown before the click.
   *
   * @maxItems 20
   */
  facts: {
    label: string;
    value: string;
  }[];
  /**
   * Money that moved.
   */
  amount?: {
    value: number;
    currency: string;
  };
  /**
   * What the tool answered, without what was typed into a form; left out when it is larger than 4,096 bytes.
   */
  result?: {
    [k: string]: unknown;
  };
  /**
   * In place of a result that is too large: SHA-256 of its canonical JSON, base64url.
   */
  result_digest?: string;
  at: string;
  /**
   * SHA-256 of the session's receipt before this one, as it was signed, base64url; null for the first.
   */
  prev: string | null;
}
/**
 * GET /sessions/:id/receipts/:number: the receipt as it was signed, and what it says.
 */
export interface ReceiptFile {
  /**
   * Compact JWS.
   */
  receipt: string;
  payload: Receipt;
}
/**
 * All receipts of a session, oldest first.
 */
export interface ReceiptList {
  receipts: ReceiptFile[];
}
/**
 * Body of POST /receipts/verify.
 */
export interface ReceiptCheck {
  /**
   * One receipt or several, with anything between them: a downloaded file as it is will do.
   */
  receipts: string;
}
/**
 * Whether one receipt is genuine, and what it says when it is.
 */
export interface CheckedReceipt {
  valid: boolean;
  /**
   * Only when it is not valid. unreadable: no receipt in its one proper form. unknown_key: signed by nobody whose key is known here. signature: changed after it was signed. content: signed, but no receipt.
   */
  problem?: 'unreadable' | 'unknown_key' | 'signature' | 'content';
  payload?: Receipt;
}
/**
 * The valid receipts of one session. Whether more followed can't be seen from them.
 */
export interface ReceiptChain {
  session: string;
  /**
   * Which valid receipts were given, in order.
   */
  numbers: number[];
  /**
   * Numbers before the last given one that were not given; at most twenty are named.
   *
   * @maxItems 20
   */
  missing: number[];
  /**
   * Receipts that do not follow the one before as it was given.
   */
  broken: number[];
  /**
   * From the first to the last given one, nothing was left out, exchanged or put in.
   */
  whole: boolean;
}
/**
 * Answer of POST /receipts/verify.
 */
export interface ReceiptVerdict {
  receipts: CheckedReceipt[];
  chains: ReceiptChain[];
}
/**
 * The answer of GET /sessions/:id/memory: everything that is kept of a conversation beside its log. DELETE forgets it, except changes, which are a record of what was done.
 */
export interface SessionMemoryInfo {
  /**
   * Session id: at least 128 random bits, base64url, made by the issuer.
   */
  sessionId: string;
  /**
   * When the conversation and all of this is deleted, unless the visitor comes back before.
   */
  expiresAt: string;
  scratchpad: {
    /**
     * Numbers, the one spoken of last first, as in all of these lists.
     */
    orders: string[];
    tickets: string[];
    products: string[];
    articles: {
      title: string;
      url: string;
    }[];
    questions: {
      question: string;
      times: number;
    }[];
  };
  /**
   * Of the first part of a long conversation; empty before.
   */
  summary: string;
  preferences: {
    [k: string]: {
      value: string | string[];
      expires_at: string;
    };
  };
  /**
   * Each change that the visitor was asked about, oldest first.
   */
  changes: {
    tool: string;
    summary: string;
    /**
     * Number of what was changed; empty when it has none.
     */
    object: string;
    outcome: 'done' | 'not done' | 'unknown' | 'declined' | 'expired' | 'open';
    at: string;
  }[];
}
/**
 * The answer of POST /sessions/:id/continue-links. The token belongs in the fragment of a URL, never in its query.
 */
export interface ContinueLink {
  token: string;
  expiresAt: string;
}
/**
 * The body of POST /continue-links/redeem.
 */
export interface ContinueRequest {
  token: string;
}
/**
 * What the orchestrator says of itself to the people of a site.
 */
export interface SiteInfo {
  /**
   * The site as it signs.
   */
  issuer: string;
  version: string;
  /**
   * The orchestrator's clock.
   */
  time: string;
  model: {
    provider: 'offline' | 'anthropic';
    plan: string;
    answer: string;
  };
  tools: {
    name: string;
    title: string;
    effect: 'read' | 'write';
  }[];
  /**
   * What the site may have its people do here.
   */
  scopes: string[];
}

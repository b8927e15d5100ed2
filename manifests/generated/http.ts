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
 * Why an answer did not help.
 */
export type FeedbackReason = 'wrong' | 'incomplete' | 'outdated' | 'unclear' | 'other';
/**
 * The body of POST /sessions/:id/feedback. With runId: of that answer, -1 or 1; without: of the whole conversation, 1 to 5. Given again, it replaces the one before.
 */
export type Feedback = {
  runId?: string;
  score: number;
  reason?: FeedbackReason;
  /**
   * The visitor's own words; told to no model.
   */
  comment?: string;
} & Feedback1;
export type Feedback1 =
  | {
      score?: -1 | 1;
    }
  | {
      score?: number;
    };
export type TicketStatus = 'open' | 'waiting_for_customer' | 'resolved' | 'closed';

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
  SiteAbility?: SiteAbility;
  SiteAbilities?: SiteAbilities;
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
  FeedbackReason?: FeedbackReason;
  Feedback?: Feedback;
  FeedbackTaken?: FeedbackTaken;
  OwnSession?: OwnSession;
  OwnSessions?: OwnSessions;
  TranscriptLine?: TranscriptLine;
  Transcript?: Transcript;
  ContinueLink?: ContinueLink;
  ContinueRequest?: ContinueRequest;
  PairSite?: PairSite;
  PairedSite?: PairedSite;
  SiteInfo?: SiteInfo;
  LeftMessage?: LeftMessage;
  HandoffRequest?: HandoffRequest;
  HandoffInfo?: HandoffInfo;
  StaffHandoff?: StaffHandoff;
  StaffConversation?: StaffConversation;
  StaffConversationList?: StaffConversationList;
  StaffCounts?: StaffCounts;
  TranscriptEntry?: TranscriptEntry;
  StaffNote?: StaffNote;
  StaffRating?: StaffRating;
  StaffTicket?: StaffTicket;
  TicketStatus?: TicketStatus;
  StaffTicketList?: StaffTicketList;
  StaffTicketChange?: StaffTicketChange;
  LeftTicket?: LeftTicket;
  StaffTranscript?: StaffTranscript;
  StaffMessage?: StaffMessage;
  StaffNoteRequest?: StaffNoteRequest;
  StaffQuestion?: StaffQuestion;
  StaffQuestionList?: StaffQuestionList;
  StaffAlert?: StaffAlert;
  StaffAlertList?: StaffAlertList;
  StaffConversationIds?: StaffConversationIds;
  StaffConversationsDeleted?: StaffConversationsDeleted;
  StaffAlertKeys?: StaffAlertKeys;
  ReportFigures?: ReportFigures;
  ReportOutcomes?: ReportOutcomes;
  Spending?: Spending;
  Report?: Report;
  KnowledgeDocument?: KnowledgeDocument;
  KnowledgeDocumentResult?: KnowledgeDocumentResult;
  KnowledgeForgotten?: KnowledgeForgotten;
  KnowledgeDocumentList?: KnowledgeDocumentList;
  KnowledgeQuestion?: KnowledgeQuestion;
  KnowledgeFinding?: KnowledgeFinding;
  KnowledgeTrial?: KnowledgeTrial;
  ViewedProduct?: ViewedProduct;
  PrivacyExportRequest?: PrivacyExportRequest;
  PrivacyExport?: PrivacyExport;
  PrivacyRecord?: PrivacyRecord;
  PrivacyEraseRequest?: PrivacyEraseRequest;
  PrivacyErasure?: PrivacyErasure;
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
  product?: ViewedProduct;
}
/**
 * The product on whose page the visitor wrote, so that «this one» means something. Data, never an instruction.
 */
export interface ViewedProduct {
  name: string;
  sku?: string;
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
  /**
   * When it is done: what the call would have answered with, by its tool's output schema. Only of tools whose call is a question.
   */
  output?: {
    [k: string]: unknown;
  };
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
 * What another plugin of the visitor's site can look up, as its owner has approved it.
 */
export interface SiteAbility {
  name: string;
  /**
   * SHA-256 of what it said of itself when it was approved.
   */
  pin: string;
  label: string;
  description: string;
  /**
   * What visitors ask that it answers, in the owner's words.
   *
   * @maxItems 10
   */
  questions: string[];
  /**
   * JSON Schema of its input, an object; cut to what a model needs.
   */
  input: {};
  /**
   * value: its own input is no object; the schema's property «input» holds it.
   */
  takes: 'nothing' | 'object' | 'value';
}
/**
 * The answer of the tools API's GET /abilities.
 */
export interface SiteAbilities {
  /**
   * @maxItems 20
   */
  abilities: SiteAbility[];
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
  /**
   * The public page on which it can be checked. Not signed; left out in lists.
   */
  check_at?: string;
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
 * The rating is kept and stands in the log.
 */
export interface FeedbackTaken {
  lastEventId: number;
}
export interface OwnSession {
  sessionId: string;
  /**
   * The beginning of the first message; empty when there is none.
   */
  title: string;
  createdAt: string;
  lastAt: string;
}
/**
 * The answer of GET /sessions: the conversations of the signed-in visitor, the latest first.
 */
export interface OwnSessions {
  /**
   * @maxItems 50
   */
  sessions: OwnSession[];
}
export interface TranscriptLine {
  from: 'visitor' | 'assistant';
  /**
   * As it was written or sent: Markdown for an answer.
   */
  text: string;
  at?: string;
  sources: {
    number: number;
    title: string;
    url: string;
  }[];
}
/**
 * The answer of GET /sessions/:id/transcript: what was said, oldest first.
 */
export interface Transcript {
  sessionId: string;
  /**
   * Whether earlier lines were left out.
   */
  isShortened: boolean;
  /**
   * @maxItems 500
   */
  lines: TranscriptLine[];
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
 * A site asks to be trusted, with a code that the operator printed. The code itself is not sent: what proves it is made for each service, so that one can't pair in the name of the other.
 */
export interface PairSite {
  /**
   * base64url of HMAC-SHA256(code, "aiguy-pairing id").
   */
  code: string;
  /**
   * A JWT of typ pairing-request+jwt, signed with the site's own key: iss, aud pairing, code, jwks_uri, jwks, iat, exp.
   */
  request: string;
  /**
   * For each service base64url of HMAC-SHA256(key, request), whose key is base64url of HMAC-SHA256(code, "aiguy-pairing proof <service>").
   */
  proofs: {
    orchestrator: string;
    'tools-api': string;
  };
}
export interface PairedSite {
  issuer: string;
  /**
   * pinned: the key address could not be reached, so a replaced key needs another pairing.
   */
  keys: 'fetched' | 'pinned';
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
    /**
     * Those that a site may set for an agent.
     */
    allowed: string[];
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
/**
 * Instead of waiting: the card of a ticket, whatever the model would make of the words.
 */
export interface LeftMessage {
  messageId: string;
  /**
   * As it stands in the conversation.
   */
  text: string;
}
/**
 * POST /sessions/:id/handoff: the visitor wants to talk to a person.
 */
export interface HandoffRequest {
  leaveMessage?: LeftMessage;
  reason?: 'asked_for_human' | 'not_helped';
}
/**
 * What a visitor may expect who asked for a person; the same stands in the log as aiguy.person.
 */
export interface HandoffInfo {
  status: 'waiting' | 'joined' | 'away' | 'ticket';
  /**
   * Who has joined.
   */
  name?: string;
  /**
   * waiting: whoever has not been joined by then should be offered to leave a message.
   */
  until?: string;
  /**
   * waiting: somebody has the conversations open.
   */
  present?: boolean;
  /**
   * away: from when people are there, as a visitor reads it.
   */
  hours?: string;
}
/**
 * What is open between the visitor and a person: somebody is waited for, or has joined.
 */
export interface StaffHandoff {
  status: 'waiting' | 'joined';
  reason: 'asked_for_human' | 'not_helped' | 'stepped_in';
  askedAt: string;
  /**
   * Subject of the person who has it.
   */
  takenBy?: string;
  name?: string;
}
/**
 * One conversation in a list for the people of a site. Everything of the visitor's is hostile text.
 */
export interface StaffConversation {
  sessionId: string;
  /**
   * The subject of the site's own assertions: wp:<blog>:<user>, or anon:… for a guest.
   */
  visitor: string;
  /**
   * Added by the site.
   */
  visitorName?: string;
  /**
   * The page on which it began, as the browser named it; in a conversation that is opened.
   */
  page?: string;
  /**
   * What the browser called itself; in a conversation that is opened.
   */
  browser?: string;
  startedAt: string;
  lastAt: string;
  /**
   * The newest message of the visitor, at most 200 characters.
   */
  preview: string;
  messages: number;
  running: boolean;
  unanswered: boolean;
  toolErrors: boolean;
  escalated: boolean;
  lowRating: boolean;
  handoff?: StaffHandoff;
}
/**
 * GET /staff/conversations
 */
export interface StaffConversationList {
  conversations: StaffConversation[];
  /**
   * Cursor of the next page; absent on the last one.
   */
  before?: string;
  counts: StaffCounts;
}
/**
 * GET /staff/conversations/counts: visitors who wait for a person, and those with one.
 */
export interface StaffCounts {
  waiting: number;
  joined: number;
}
/**
 * One thing that was said or that happened. What was typed into a form is never in it.
 */
export interface TranscriptEntry {
  id: string;
  kind: 'visitor' | 'agent' | 'person' | 'event';
  text: string;
  at?: string;
  /**
   * person: who.
   */
  name?: string;
  event?: 'tool' | 'tool_failed' | 'card' | 'receipt' | 'task' | 'error' | 'stopped' | 'waiting' | 'joined' | 'left' | 'away' | 'withheld';
  /**
   * In an export: the call behind the event. Never its result.
   */
  call?: {
    tool: string;
    /**
     * JSON, with what is personal or secret masked.
     */
    arguments: string;
    /**
     * ok, waiting_for_visitor, or the code of the refusal.
     */
    outcome: string;
  };
  /**
   * Items: An article that the answer cites.
   */
  sources?: {
    title: string;
    url: string;
  }[];
}
/**
 * An internal note.
 */
export interface StaffNote {
  id: string;
  name: string;
  text: string;
  at: string;
}
/**
 * What the visitor thought of an answer (-1, 1), or of the conversation (1 to 5).
 */
export interface StaffRating {
  score: number;
  about: 'answer' | 'conversation';
  reason: string;
  comment: string;
  at: string;
}
/**
 * A ticket as the people of its site see it. Everything of the visitor's is hostile text.
 */
export interface StaffTicket {
  reference: string;
  status: TicketStatus;
  /**
   * The system that has it and says its status; it is changed there.
   */
  heldBy?: 'zendesk';
  category: string;
  priority: string;
  summary: string;
  details?: string;
  /**
   * As the visitor wrote it; nobody has checked whose it is.
   */
  orderId?: string;
  /**
   * Where the answer goes: what a guest typed, or the address of the customer's account.
   */
  email?: string;
  /**
   * As in StaffConversation.
   */
  visitor: string;
  /**
   * Added by the site.
   */
  visitorName?: string;
  at: string;
  updatedAt: string;
  /**
   * The conversation that left it, while it is kept. Added by the orchestrator.
   */
  sessionId?: string;
  /**
   * How far it is on its way to the desk. Added by the orchestrator.
   */
  delivery?: 'queued' | 'running' | 'done' | 'failed';
}
/**
 * GET /staff/tickets, and GET /tickets of the tools API: a page, the newest first.
 */
export interface StaffTicketList {
  /**
   * @maxItems 25
   */
  tickets: StaffTicket[];
  /**
   * For the next page; missing on the last.
   */
  before?: string;
  /**
   * The system that holds tickets did not answer: each status is as it was last told.
   */
  deskSilent?: true;
}
/**
 * PUT /staff/tickets/:reference, and PUT /tickets/:reference of the tools API.
 */
export interface StaffTicketChange {
  status: TicketStatus;
}
/**
 * A ticket that a conversation has left; what became of it is in StaffTicket.
 */
export interface LeftTicket {
  reference: string;
  summary: string;
  /**
   * How far it is on its way to the desk.
   */
  delivery?: 'queued' | 'running' | 'done' | 'failed';
  at: string;
}
/**
 * GET /staff/conversations/:id: the newest 400 entries, and what belongs to the conversation.
 */
export interface StaffTranscript {
  conversation: StaffConversation;
  lastEventId: number;
  entries: TranscriptEntry[];
  notes: StaffNote[];
  ratings: StaffRating[];
  tickets: LeftTicket[];
}
/**
 * POST /staff/conversations/:id/messages: what a person says. The same messageId again says it once.
 */
export interface StaffMessage {
  messageId: string;
  text: string;
}
/**
 * POST /staff/conversations/:id/notes
 */
export interface StaffNoteRequest {
  text: string;
}
/**
 * A question that got no good answer, asked in the same words but for fillers.
 */
export interface StaffQuestion {
  question: string;
  count: number;
  lastAskedAt: string;
  /**
   * Where it was asked last.
   */
  sessionId: string;
}
/**
 * GET /staff/questions: of the last 90 days, the most frequent first.
 */
export interface StaffQuestionList {
  questions: StaffQuestion[];
}
/**
 * Something that the people of a site want to be told of at once.
 */
export interface StaffAlert {
  key: string;
  /**
   * cap_…: a message met the cap of the site's day or month; once a cap and day, or month.
   */
  kind: 'waiting' | 'ticket' | 'cap_messages' | 'cap_cost' | 'cap_cost_month';
  /**
   * Empty for a cap.
   */
  sessionId: string;
  at: string;
  /**
   * The visitor's newest message or the ticket's summary, with personal data masked, or the cap: a number of messages, an amount in US dollars.
   */
  text: string;
  /**
   * Of a ticket.
   */
  reference?: string;
}
/**
 * POST /staff/alerts: each alert is handed out until the site acknowledges it, three times at most.
 */
export interface StaffAlertList {
  alerts: StaffAlert[];
}
/**
 * DELETE /staff/conversations
 */
export interface StaffConversationIds {
  /**
   * @minItems 1
   * @maxItems 100
   */
  ids: string[];
}
/**
 * What became of the ids of DELETE /staff/conversations; each is in one of the lists.
 */
export interface StaffConversationsDeleted {
  /**
   * Those that the site has no more, also where it had none.
   */
  deleted: string[];
  /**
   * Those in which an answer is under way, or a change in doubt: they are as they were.
   */
  busy: string[];
}
/**
 * POST /staff/alerts/received: alerts that the site has kept and will send.
 */
export interface StaffAlertKeys {
  /**
   * @maxItems 20
   */
  keys: string[];
}
/**
 * A span of time in numbers.
 */
export interface ReportFigures {
  conversations: number;
  messages: number;
  outcomes: ReportOutcomes;
  ratings: {
    up: number;
    down: number;
    /**
     * Whole conversations rated 1, 2, 3, 4, 5.
     *
     * @minItems 5
     * @maxItems 5
     */
    stars: number[];
  };
  /**
   * From the run's begin to its first words; null without any.
   */
  firstAnswerMs: {
    p50: number | null;
    p95: number | null;
  };
  toolCalls: number;
  toolErrors: number;
  /**
   * Messages that met a cap.
   */
  capped: number;
  tokens: {
    input: number;
    cacheRead: number;
    cacheWrite: number;
    output: number;
  };
  costMicroUsd: number;
}
/**
 * Each conversation counts once; orchestrator/README.md says which is which.
 */
export interface ReportOutcomes {
  confirmed: number;
  assumed: number;
  abandoned: number;
  reopened: number;
  escalated: number;
  open: number;
}
/**
 * Money that a site's model calls have cost, in millionths of a US dollar.
 */
export interface Spending {
  costMicroUsd: number;
  /**
   * null where nothing is capped.
   */
  capMicroUsd: number | null;
  /**
   * A message of that time was refused a model for the site's cap as it was then.
   */
  isMet: boolean;
}
/**
 * What a site's chat has done in a span of time, cut to the site.
 */
export interface Report {
  from: string;
  /**
   * The last day, included.
   */
  to: string;
  /**
   * Whose days these are: the site's, as it has signed it, or UTC.
   */
  timeZone: string;
  asOf: string;
  /**
   * After so many days without activity a conversation is deleted, with its ratings and wordings; its numbers stay.
   */
  keptDays: number;
  /**
   * What the day and the month of asOf have cost so far, and the caps that would hold for a message now.
   */
  budget: {
    day: Spending;
    month: Spending;
  };
  total: ReportFigures;
  /**
   * @maxItems 366
   */
  days: {
    day: string;
    figures: ReportFigures;
    /**
     * Those in force on that day.
     */
    caps: {
      messages: number;
      costMicroUsd: number;
    };
  }[];
  tools: {
    name: string;
    title: string;
    calls: number;
    errors: number;
  }[];
  /**
   * @maxItems 20
   */
  questions: {
    /**
     * As a visitor wrote it: hostile text.
     */
    question: string;
    count: number;
    unanswered: number;
  }[];
}
/**
 * The body of PUT /knowledge/documents/:id: what a site teaches its agent. html or text; at most 2 MiB.
 */
export interface KnowledgeDocument {
  title: string;
  /**
   * Where a visitor reads it; what citations link to.
   */
  url: string;
  /**
   * Its content, as a visitor who is not signed in sees it.
   */
  html?: string;
  /**
   * Its content as plain text or Markdown, instead of html.
   */
  text?: string;
  /**
   * BCP 47.
   */
  language: string;
  /**
   * Part of the knowledge it belongs to; general when left out.
   */
  collection?: string;
  modified: string;
}
/**
 * The answer of PUT /knowledge/documents/:id. Its words are found at once, its meaning as soon as the vectors are computed.
 */
export interface KnowledgeDocumentResult {
  /**
   * The site's own name of the document, such as post-12.
   */
  id: string;
  was: 'new' | 'changed' | 'unchanged';
  /**
   * That it was cut into.
   */
  passages: number;
}
/**
 * The answer of DELETE /knowledge/documents/:id.
 */
export interface KnowledgeForgotten {
  /**
   * The site's own name of the document, such as post-12.
   */
  id: string;
  /**
   * false when it was not known.
   */
  forgotten: boolean;
}
/**
 * The answer of GET /knowledge/documents: what the site that asks has taught, by id.
 */
export interface KnowledgeDocumentList {
  /**
   * @maxItems 100
   */
  documents: {
    /**
     * The site's own name of the document, such as post-12.
     */
    id: string;
    title: string;
    url: string;
    language: string;
    collection: string;
    /**
     * Last changed at the site.
     */
    updated: string;
    learnt: string;
    passages: number;
    /**
     * Passages whose vectors are not computed yet: found by their words alone.
     */
    pending: number;
  }[];
  /**
   * For ?after=, when there are more.
   */
  next: string | null;
  total: number;
  /**
   * Of all that this site's agent answers from; general has what the operator ingested.
   */
  collections: {
    name: string;
    documents: number;
  }[];
}
/**
 * The body of POST /knowledge/try: asked as a guest would ask it.
 */
export interface KnowledgeQuestion {
  question: string;
  language?: string;
  /**
   * @maxItems 16
   */
  collections?: string[];
}
/**
 * What a search found for a question, and why. The answer of the tools API's POST /knowledge/try.
 */
export interface KnowledgeFinding {
  answerable: boolean;
  confidence: number;
  /**
   * From which confidence on it counts as answerable, where no model judges.
   */
  threshold: number;
  /**
   * Who decided whether it is answerable.
   */
  judge: 'score' | 'model';
  corpus_version: string;
  /**
   * @maxItems 5
   */
  passages: {
    id: string;
    document_id: string;
    title: string;
    heading: string;
    url: string;
    text: string;
    last_updated: string;
    score: number;
    /**
     * The site's own name of its document; null for the operator's.
     */
    site_document: string | null;
    found_by: {
      /**
       * Its place among the nearest in meaning.
       */
      meaning: number | null;
      /**
       * Its place among those that share words.
       */
      words: number | null;
    };
    /**
     * Words of the question that it holds, in these or in related words.
     */
    covered: string[];
    /**
     * Words of the question that it does not hold.
     */
    missing: string[];
  }[];
}
/**
 * The answer of POST /staff/knowledge/try: what was found, and what the model makes of it by the same rules as in the chat. Not a whole turn: other tools and what was said before play no part.
 */
export interface KnowledgeTrial {
  finding: KnowledgeFinding;
  answer: {
    /**
     * uncited: it rests on no passage, as when it says that it does not find it; unavailable: the model could not be asked.
     */
    kind: 'cited' | 'uncited' | 'unavailable';
    text: string;
    citations: Citation[];
  };
}
/**
 * The body of POST /staff/privacy/export, and of POST /privacy/export at the tools API.
 */
export interface PrivacyExportRequest {
  /**
   * A user of the site that signs.
   */
  subject?: string;
  /**
   * An address that tickets of this site's guests are to be answered to. The site has made sure whose it is.
   */
  email?: string;
  /**
   * As the page before named it; the first page when left out.
   */
  cursor?: string;
}
/**
 * One page of what is kept of a user.
 */
export interface PrivacyExport {
  /**
   * @maxItems 200
   */
  records: PrivacyRecord[];
  /**
   * There is more; left out on the last page.
   */
  cursor?: string;
}
export interface PrivacyRecord {
  /**
   * messages, or the table it is kept in.
   */
  kind: string;
  id: string;
  fields: {
    name: string;
    value: string;
  }[];
}
/**
 * The body of POST /staff/privacy/erase, and of POST /privacy/erase at the tools API. Asking again erases what has come since.
 */
export interface PrivacyEraseRequest {
  /**
   * A user of the site that signs.
   */
  subject?: string;
  /**
   * An address that tickets of this site's guests are to be answered to. The site has made sure whose it is.
   */
  email?: string;
}
export interface PrivacyErasure {
  /**
   * false: there is more that can be erased now; ask again.
   */
  done: boolean;
  /**
   * Rows by the table they were in.
   */
  erased: {
    [k: string]: number;
  };
  retained: {
    kind: string;
    /**
     * change_in_doubt, answer_under_way: ask again in some minutes. record_names_nobody: rows of the audit, keyed hashes in a chain. help_desk: copies in the team's other system, to be erased there. shop: customer, orders and invoices, which the shop decides about.
     */
    reason: 'change_in_doubt' | 'answer_under_way' | 'record_names_nobody' | 'help_desk' | 'shop';
    /**
     * 0 where it is not counted.
     */
    count: number;
    /**
     * @maxItems 50
     */
    references?: string[];
  }[];
}

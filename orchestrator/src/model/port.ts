// The contract between the turn and whatever plans and writes: Claude, a script, or the offline policy.
import type { TaskReference, ViewedProduct } from '@aiguy/manifests/generated/http';

/** What the visitor's session looks like to a model; made by turn/transcript.ts, always well-paired. */
export type TranscriptMessage =
  | { role: 'user'; text: string; notes?: Notes }
  | { role: 'assistant'; text: string; toolCalls: ToolCall[]; providerContent?: unknown }
  | { role: 'tool'; call: ToolCall; outcome: ToolOutcome };

/**
 * What is kept of the conversation, given along with its newest question: information about it, never instructions. Empty parts are left out.
 * Parts of it go back to words of the visitor, so an adapter must not send it as the operator's.
 */
export type Notes = {
  /** What was said before the exchanges that are still told. */
  summary?: string;
  /** Each change that the visitor was asked about, and what came of it. */
  changes?: string[];
  /** The kind of thing that was spoken of last. */
  subject?: Subject;
  /** Numbers of orders that were looked at or changed, the latest first. */
  orders?: string[];
  /** Those of them that the latest exchange about orders was about. */
  currentOrders?: string[];
  tickets?: string[];
  products?: string[];
  /** The product on whose page he is. */
  viewing?: ViewedProduct;
  /** Titles of articles that were cited, the latest first. */
  articles?: string[];
  preferences?: Record<string, string>;
  repeated?: Repetition;
};
export type Subject = 'order' | 'ticket' | 'article';
/** The question was answered before and the answer did not help. times: answers so far; passageIds: what they quoted. */
export type Repetition = { question: string; times: number; answer: string; passageIds: string[] };

/** A call as the model wrote it: argumentsText is unparsed JSON, because a model may write none. */
export type ToolCall = { id: string; name: string; argumentsText: string };

/** What came of a call; task is what goes on after it. `code` is one of the error table; `details` names which field broke which rule. */
export type ToolOutcome =
  | { ok: true; output: Record<string, unknown>; task?: TaskReference }
  | { ok: false; code: string; message: string; details?: { pointer: string; rule: string }[] };

export type ToolDefinition = {
  name: string;
  description: string;
  input: Record<string, unknown>;
  effect: 'read' | 'write';
  /** Required arguments that may be left out: the visitor is asked for them in a form. */
  asks?: readonly string[];
  /** How a policy without a model says the result; see the manifest schema. */
  answer?: string;
  /** Messages of visitors with the arguments that follow from them; the offline policy routes by these. */
  examples: { message: string; input: Record<string, unknown> }[];
  /** More such messages, without arguments. */
  phrases: readonly string[];
  /** The visitor's own site has it, and its owner wrote the phrases: what was learnt of ours says nothing about it. */
  isOfSite?: true;
};

export type ModelRequest = {
  /** BCP 47: in which a policy that writes its own sentences speaks; English when left out. A model is told nothing of it. */
  language?: string;
  /** plan: may call tools. answer: must not, and is written by the model configured for answers. */
  purpose: 'plan' | 'answer';
  /** Another model than the configured ones, for both purposes. */
  model?: string;
  /** The same bytes for every visitor of an agent, so that the provider's prompt cache hits. */
  system: string;
  /** What holds for this turn alone: signed in or guest, tools that need signing in. Never visitor text. */
  context: TurnContext;
  messages: TranscriptMessage[];
  /** Sorted by name; the same in both purposes, so that earlier calls stay intelligible and the prefix stays cached. */
  tools: ToolDefinition[];
  outputTokensMax: number;
};

export type TurnContext = { signedIn: boolean; toolsNeedingSignIn: ToolDefinition[]; nowIso: string };

/** Tokens as the provider counts them; input is what was neither read from nor written to its cache. */
export type Usage = { inputTokens: number; cacheReadTokens: number; cacheWriteTokens: number; outputTokens: number };

/** too_long: the request is more than the model takes; the same again would fail the same way. */
export type FailureKind =
  | 'rate_limited'
  | 'overloaded'
  | 'unavailable'
  | 'interrupted'
  | 'silent'
  | 'misconfigured'
  | 'invalid_request'
  | 'too_long'
  | 'aborted';

export type ModelEvent =
  | { type: 'text'; delta: string }
  /** The text since the last citation (or the start) rests on this passage of a retrieve_docs result of this request. */
  | { type: 'citation'; passageId: string; quote: string }
  /** A complete call; partial ones of a broken stream are never emitted. */
  | { type: 'tool_call'; call: ToolCall }
  | {
      type: 'done';
      stop: 'end' | 'tool_calls' | 'max_tokens' | 'refusal' | 'context_overflow';
      usage: Usage;
      model: string;
      providerContent?: unknown;
    }
  | { type: 'failed'; failure: FailureKind; retryAfterMs?: number; cause?: unknown };

/**
 * Contract: `stream` never throws and never rejects; it ends with exactly one `done` or `failed`, after which nothing follows.
 * An aborted signal ends it with failed/aborted at once. One call makes one attempt; retries belong to the caller's budget.
 * Tool calls are emitted only once complete, and only if the stream then ends with `done`.
 */
export interface ModelPort {
  readonly name: string;
  /** It writes nothing of its own; what has to be summed up is summed up by rule. */
  readonly isExtractive?: boolean;
  /** Who is asked, as the price list names it; `name` when left out. */
  modelFor?(request: ModelRequest): string;
  /** Tokens that the fixed prefix (system and tools) takes; an estimate is enough. */
  estimateTokens(text: string): number;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

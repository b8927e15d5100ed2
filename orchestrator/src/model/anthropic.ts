// Claude through the official SDK's streaming Messages API: one attempt a call, watched for silence, every end told apart.
import Anthropic from '@anthropic-ai/sdk';
import { type BuiltRequest, buildRequest, type ProviderContent, parseInput } from './anthropic-request.ts';
import type { FailureKind, ModelEvent, ModelPort, ModelRequest, ToolCall, Usage } from './port.ts';
import { Watchdog } from './watchdog.ts';

export type AnthropicOptions = {
  apiKey: string;
  baseUrl: string | undefined;
  planModel: string;
  answerModel: string;
  /** Until the headers. */
  requestTimeoutMs: number;
  /** Until the first event and between two of a stream, pings not counted; the SDK's own limits do not cover a silent one. */
  idleTimeoutMs: number;
  fetch?: typeof fetch;
};

/** More than a token's characters, whatever the text; a stream that writes more than it was allowed to is broken. */
const charactersPerTokenMax = 64;
/** A complete message's connection may take so long to end, so that it can be used again. */
const closeTimeoutMs = 250;

type Failed = Extract<ModelEvent, { type: 'failed' }>;

export function createAnthropicModel(options: AnthropicOptions): ModelPort {
  const client = new Anthropic({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? null,
    // Retries belong to the turn's budget, and so does the time: the SDK would try twice more and wait ten minutes.
    maxRetries: 0,
    timeout: options.requestTimeoutMs,
    // It would print a frame that it can't read, visitor's words and all.
    logLevel: 'off',
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  const ofPurpose = { plan: options.planModel, answer: options.answerModel };
  const modelFor = (request: ModelRequest) => request.model ?? ofPurpose[request.purpose];
  return {
    name: options.planModel,
    modelFor,
    // A little over what the tokenizer makes of English and JSON; what was really used is settled afterwards.
    estimateTokens: (text) => Math.ceil(text.length / 3.2),
    stream: async function* (request, signal) {
      const watchdog = new Watchdog(signal, options.idleTimeoutMs);
      const model = modelFor(request);
      try {
        yield* attempt(client, { ...buildRequest(request, model), model, watchdog, signal });
      } catch (error) {
        yield signal.aborted ? { type: 'failed', failure: 'aborted' } : watchdog.fired ? { type: 'failed', failure: 'silent' } : classify(error);
      } finally {
        watchdog.stop();
      }
    },
  };
}

type Attempt = BuiltRequest & { model: string; watchdog: Watchdog; signal: AbortSignal };

/** @throws what broke the stream, or the signal's reason: what has arrived but was not yet handed on when the caller aborts is dropped */
async function* attempt(client: Anthropic, { body, passageIds, model, watchdog, signal }: Attempt): AsyncGenerator<ModelEvent> {
  const reader = new StreamReader(passageIds, model, body.max_tokens * charactersPerTokenMax);
  try {
    watchdog.watch();
    for await (const event of await client.messages.create(body, { signal: watchdog.signal })) {
      watchdog.rest();
      for (const output of reader.read(event)) {
        signal.throwIfAborted();
        yield output;
      }
      watchdog.watch(reader.isComplete ? closeTimeoutMs : undefined);
    }
    // The SDK ends an aborted stream as if it were at its end.
    if (!reader.isComplete) watchdog.signal.throwIfAborted();
  } catch (error) {
    // What befalls the connection behind a complete message takes nothing from it.
    if (!reader.isComplete) throw error;
  }
  for (const output of reader.end()) {
    signal.throwIfAborted();
    yield output;
  }
}

/** What has come of one message so far. Calls wait for the end: those of a broken stream must never run. */
class StreamReader {
  readonly #passageIds: string[];
  readonly #model: string;
  readonly #charactersMax: number;
  #characters = 0;
  #blocks: Anthropic.ContentBlock[] = [];
  #inputJson: string[] = [];
  #cited: Map<string, string> = new Map();
  #usage: Usage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
  #stopReason: Anthropic.StopReason | null = null;
  #started = false;
  #stopped = false;

  constructor(passageIds: string[], model: string, charactersMax: number) {
    this.#passageIds = passageIds;
    this.#model = model;
    this.#charactersMax = charactersMax;
  }

  /** message_stop came; a stream that ends without it has failed. */
  get isComplete(): boolean {
    return this.#stopped;
  }

  *read(event: Anthropic.RawMessageStreamEvent): Generator<ModelEvent> {
    switch (event.type) {
      case 'message_start':
        if (this.#started) throw new Error('a second message_start');
        this.#started = true;
        this.#count(event.message.usage);
        break;
      case 'content_block_start':
        this.#blocks[event.index] = structuredClone(event.content_block);
        this.#inputJson[event.index] = '';
        break;
      case 'content_block_delta':
        this.#characters += lengthOf(event.delta);
        if (this.#characters > this.#charactersMax) throw new Error('more text than was asked for');
        yield* this.#delta(event.index, event.delta);
        break;
      case 'content_block_stop':
        yield* this.#citations();
        break;
      case 'message_delta':
        this.#stopReason = event.delta.stop_reason;
        this.#count(event.usage);
        break;
      case 'message_stop':
        this.#stopped = true;
        break;
      default:
        // Pings, and event types that are newer than this code.
        break;
    }
  }

  *end(): Generator<ModelEvent> {
    if (!this.#stopped || this.#stopReason === null || this.#stopReason === 'pause_turn') {
      yield { type: 'failed', failure: 'interrupted' };
      return;
    }
    const calls = this.#blocks.flatMap((block, index): ToolCall[] => {
      return block?.type === 'tool_use' ? [{ id: block.id, name: block.name, argumentsText: this.#inputJson[index] || '{}' }] : [];
    });
    if (this.#stopReason === 'tool_use') for (const call of calls) yield { type: 'tool_call', call };
    yield { type: 'done', stop: stopOf(this.#stopReason), usage: this.#usage, model: this.#model, providerContent: this.#content() };
  }

  *#delta(index: number, delta: Anthropic.RawContentBlockDelta): Generator<ModelEvent> {
    const block = this.#blocks[index];
    if (delta.type === 'text_delta') {
      if (block?.type === 'text') block.text += delta.text;
      yield { type: 'text', delta: delta.text };
    } else if (delta.type === 'input_json_delta') this.#inputJson[index] += delta.partial_json;
    else if (delta.type === 'thinking_delta' && block?.type === 'thinking') block.thinking += delta.thinking;
    else if (delta.type === 'signature_delta' && block?.type === 'thinking') block.signature = delta.signature;
    else if (delta.type === 'citations_delta' && delta.citation.type === 'search_result_location') {
      const passageId = this.#passageIds[delta.citation.search_result_index];
      // An index outside of what was sent is no source.
      if (passageId !== undefined) this.#cited.set(passageId, delta.citation.cited_text);
    }
  }

  /** A block's citations stand behind its text, each passage once. */
  *#citations(): Generator<ModelEvent> {
    for (const [passageId, quote] of this.#cited) yield { type: 'citation', passageId, quote };
    this.#cited.clear();
  }

  #count(
    usage: Pick<Anthropic.Usage, 'output_tokens'> &
      Partial<Record<'input_tokens' | 'cache_read_input_tokens' | 'cache_creation_input_tokens', number | null>>,
  ): void {
    this.#usage = {
      inputTokens: usage.input_tokens ?? this.#usage.inputTokens,
      cacheReadTokens: usage.cache_read_input_tokens ?? this.#usage.cacheReadTokens,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? this.#usage.cacheWriteTokens,
      outputTokens: usage.output_tokens,
    };
  }

  /** The step as the API wants it back within the run: thinking with its signature, text, calls whose input is an object. */
  #content(): ProviderContent {
    const content = this.#blocks.flatMap((block, index): Anthropic.ContentBlockParam[] => {
      if (block?.type === 'text') return block.text ? [{ type: 'text', text: block.text }] : [];
      if (block?.type === 'thinking' || block?.type === 'redacted_thinking') return [block];
      // A call that isn't run has no result, and without one the API would refuse the message.
      return block?.type === 'tool_use' && this.#stopReason === 'tool_use'
        ? [{ type: 'tool_use', id: block.id, name: block.name, input: parseInput(this.#inputJson[index] ?? '') }]
        : [];
    });
    return { model: this.#model, content };
  }
}

function lengthOf(delta: Anthropic.RawContentBlockDelta): number {
  if (delta.type === 'text_delta') return delta.text.length;
  if (delta.type === 'input_json_delta') return delta.partial_json.length;
  return delta.type === 'thinking_delta' ? delta.thinking.length : 0;
}

const failureOfType: Record<string, FailureKind> = {
  overloaded_error: 'overloaded',
  rate_limit_error: 'rate_limited',
  api_error: 'unavailable',
  timeout_error: 'unavailable',
  authentication_error: 'misconfigured',
  permission_error: 'misconfigured',
  billing_error: 'misconfigured',
  not_found_error: 'misconfigured',
  invalid_request_error: 'invalid_request',
  request_too_large: 'too_long',
};

function classify(error: unknown): Failed {
  if (error instanceof Anthropic.APIConnectionTimeoutError) return { type: 'failed', failure: 'silent', cause: error };
  if (error instanceof Anthropic.APIConnectionError) return { type: 'failed', failure: 'unavailable', cause: error };
  if (!(error instanceof Anthropic.APIError)) return { type: 'failed', failure: 'interrupted', cause: error };
  const failure = isTooLong(error) ? 'too_long' : (failureOfType[errorType(error)] ?? failureOfStatus(error.status));
  const seconds = Number(error.headers?.get('retry-after'));
  return { type: 'failed', failure, cause: error, ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) };
}

/** A context that is too full has no type of its own, only a sentence. */
function isTooLong(error: InstanceType<typeof Anthropic.APIError>): boolean {
  return error.status === 400 && /prompt is too long|exceed context limit/i.test(error.message);
}

/** The type inside the error's body, whether it came with a status or as an event inside HTTP 200. */
function errorType(error: InstanceType<typeof Anthropic.APIError>): string {
  const body = error.error as { error?: { type?: unknown } } | undefined;
  return typeof body?.error?.type === 'string' ? body.error.type : '';
}

function failureOfStatus(status: number | undefined): FailureKind {
  if (status === undefined) return 'interrupted';
  if (status === 429) return 'rate_limited';
  if (status === 529) return 'overloaded';
  if (status === 413) return 'too_long';
  if (status === 401 || status === 402 || status === 403 || status === 404) return 'misconfigured';
  return status >= 500 || status === 408 ? 'unavailable' : 'invalid_request';
}

function stopOf(reason: Anthropic.StopReason): Extract<ModelEvent, { type: 'done' }>['stop'] {
  if (reason === 'tool_use') return 'tool_calls';
  if (reason === 'max_tokens' || reason === 'refusal') return reason;
  return reason === 'model_context_window_exceeded' ? 'context_overflow' : 'end';
}

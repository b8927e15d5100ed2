// Claude through the official SDK's streaming Messages API: one attempt a call, watched for silence, every end told apart.
import Anthropic from '@anthropic-ai/sdk';
import { buildRequest, type ProviderContent, parseInput } from './anthropic-request.ts';
import type { FailureKind, ModelEvent, ModelPort, ModelRequest, ToolCall, Usage } from './port.ts';

export type AnthropicOptions = {
  apiKey: string;
  baseUrl: string | undefined;
  planModel: string;
  answerModel: string;
  /** Until the first byte. */
  requestTimeoutMs: number;
  /** Between two events of a stream; the SDK's own limits do not cover a silent one. */
  idleTimeoutMs: number;
};

type Failed = Extract<ModelEvent, { type: 'failed' }>;

export function createAnthropicModel(options: AnthropicOptions): ModelPort {
  // Retries belong to the turn's budget, and so does the time: the SDK would try twice more and wait ten minutes.
  const client = new Anthropic({ apiKey: options.apiKey, baseURL: options.baseUrl ?? null, maxRetries: 0, timeout: options.requestTimeoutMs });
  return {
    name: options.planModel,
    // A little over what the tokenizer makes of English and JSON; what was really used is settled afterwards.
    estimateTokens: (text) => Math.ceil(text.length / 3.2),
    stream: async function* (request, signal) {
      const watchdog = new Watchdog(signal, options.idleTimeoutMs);
      try {
        yield* attempt(client, { request, model: request.purpose === 'plan' ? options.planModel : options.answerModel, watchdog });
      } catch (error) {
        yield watchdog.fired ? { type: 'failed', failure: 'silent' } : signal.aborted ? { type: 'failed', failure: 'aborted' } : classify(error);
      } finally {
        watchdog.stop();
      }
    },
  };
}

async function* attempt(
  client: Anthropic,
  { request, model, watchdog }: { request: ModelRequest; model: string; watchdog: Watchdog },
): AsyncGenerator<ModelEvent> {
  const { body, passageIds } = buildRequest(request, model);
  const events = await client.messages.create(body, { signal: watchdog.signal });
  const reader = new StreamReader(passageIds, model);
  for await (const event of events) {
    watchdog.feed();
    yield* reader.read(event);
  }
  yield* reader.end();
}

/** What has come of one message so far. Calls wait for the end: those of a broken stream must never run. */
class StreamReader {
  readonly #passageIds: string[];
  readonly #model: string;
  #blocks: Anthropic.ContentBlock[] = [];
  #inputJson: string[] = [];
  #cited: Map<string, string> = new Map();
  #usage: Usage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
  #stopReason: Anthropic.StopReason | null = null;
  #started = false;
  #stopped = false;

  constructor(passageIds: string[], model: string) {
    this.#passageIds = passageIds;
    this.#model = model;
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
      return block?.type === 'tool_use'
        ? [{ type: 'tool_use', id: block.id, name: block.name, input: parseInput(this.#inputJson[index] ?? '') }]
        : [];
    });
    return { model: this.#model, content };
  }
}

/** Aborts when the caller does, and when no event comes for too long. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #idleTimeoutMs: number;
  readonly #unlisten: () => void;
  #timer: NodeJS.Timeout;
  fired = false;

  constructor(signal: AbortSignal, idleTimeoutMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs;
    const abort = () => this.#controller.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    this.#unlisten = () => signal.removeEventListener('abort', abort);
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  feed(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unlisten();
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.fired = true;
      this.#controller.abort();
    }, this.#idleTimeoutMs);
  }
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
  request_too_large: 'invalid_request',
};

function classify(error: unknown): Failed {
  if (!(error instanceof Anthropic.APIError)) return { type: 'failed', failure: 'interrupted', cause: error };
  const failure = failureOfType[errorType(error)] ?? failureOfStatus(error.status);
  const seconds = Number(error.headers?.get('retry-after'));
  return { type: 'failed', failure, cause: error, ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) };
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
  if (status === 401 || status === 402 || status === 403 || status === 404) return 'misconfigured';
  return status >= 500 || status === 408 ? 'unavailable' : 'invalid_request';
}

function stopOf(reason: Anthropic.StopReason): Extract<ModelEvent, { type: 'done' }>['stop'] {
  if (reason === 'tool_use') return 'tool_calls';
  if (reason === 'max_tokens' || reason === 'refusal') return reason;
  return reason === 'model_context_window_exceeded' ? 'context_overflow' : 'end';
}

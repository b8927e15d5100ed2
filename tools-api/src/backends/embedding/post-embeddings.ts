// One POST to an embeddings endpoint of OpenAI's shape, which Voyage shares: `data` with `index` and `embedding`, errors by status.
import { AnswerTooLargeError, readLimited } from '@aiguy/manifests/read-limited';
import { EmbeddingError } from './embedder.ts';
import { retryAfterMsOf } from './retry.ts';

export type EmbeddingsRequest = {
  /** `provider:model`, for messages. */
  model: string;
  baseUrl: string;
  apiKey: string | undefined;
  body: { input: readonly string[]; [field: string]: unknown };
  dimensions: number;
  signal: AbortSignal;
};

/** A number of JSON text takes some 13 to 22 bytes; about twice that, and what stands around it. */
const bytesPerNumber = 40;
const bytesAround = 64 * 1024;

/**
 * @returns the vectors in the order of `body.input`, unchecked
 * @throws EmbeddingError; its message holds the host, the status and the provider's code, never its words, which may repeat a text or a key
 */
export async function postEmbeddings(request: EmbeddingsRequest): Promise<unknown[]> {
  const count = request.body.input.length;
  const { response, text } = await exchange(request, bytesAround + count * request.dimensions * bytesPerNumber);
  const answer = parse(text);
  if (!response.ok) throw refusal(request, response, answer);
  const data = answer instanceof Object && 'data' in answer ? answer.data : undefined;
  if (!Array.isArray(data)) throw failure(request, 'answered without a list of embeddings; check EMBEDDING_BASE_URL.', { retryable: false });
  if (data.length !== count) throw failure(request, `returned ${data.length} embeddings for ${count} texts.`, { retryable: false });
  return inOrder(request, data);
}

async function exchange(request: EmbeddingsRequest, bytesMax: number): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(`${request.baseUrl.replace(/\/+$/, '')}/embeddings`, {
      method: 'POST',
      // A redirect would carry the key elsewhere; it is answered as the refusal that it is.
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', ...(request.apiKey ? { Authorization: `Bearer ${request.apiKey}` } : {}) },
      body: JSON.stringify(request.body),
      signal: request.signal,
    });
    return { response, text: await readLimited(response, bytesMax) };
  } catch (error) {
    request.signal.throwIfAborted();
    if (error instanceof AnswerTooLargeError) throw failure(request, `${error.message}; check EMBEDDING_DIMENSIONS.`, { retryable: false });
    throw failure(request, `could not be reached${inBrackets(errorCode(error))}.`, { retryable: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inOrder(request: EmbeddingsRequest, data: readonly unknown[]): unknown[] {
  const vectors = new Map<unknown, unknown>();
  for (const entry of data) if (entry instanceof Object && 'index' in entry && 'embedding' in entry) vectors.set(entry.index, entry.embedding);
  return data.map((_, index) => {
    if (!vectors.has(index)) throw failure(request, `returned no embedding with the index ${index}.`, { retryable: false });
    return vectors.get(index);
  });
}

const advice: Record<number, string> = {
  400: '; check EMBEDDING_MODEL, EMBEDDING_DIMENSIONS and that no text is longer than the model takes',
  401: '; check EMBEDDING_API_KEY',
  403: '; check what EMBEDDING_API_KEY may use',
  404: '; check EMBEDDING_BASE_URL and EMBEDDING_MODEL',
  413: '; the request is larger than the server takes',
  422: '; check EMBEDDING_MODEL, EMBEDDING_DIMENSIONS and that no text is longer than the model takes',
};

function refusal(request: EmbeddingsRequest, response: Response, answer: unknown): EmbeddingError {
  const { status } = response;
  const code = providerCode(answer, request.apiKey);
  // OpenAI answers 429 also where no money is left, which no waiting mends.
  const retryable = (status === 408 || status === 425 || status === 429 || status >= 500) && code !== 'insufficient_quota';
  const found = advice[status] ?? (status >= 300 && status < 400 ? advice[404] : '');
  return failure(request, `answered HTTP ${status}${inBrackets(code)}${found}.`, {
    retryable,
    retryAfterMs: retryAfterMsOf(response.headers.get('retry-after')),
  });
}

/** A code such as `invalid_api_key`: a word of a fixed alphabet. Free text is not passed on. */
function providerCode(answer: unknown, apiKey: string | undefined): string | undefined {
  const error = answer instanceof Object && 'error' in answer && answer.error instanceof Object ? answer.error : undefined;
  const candidates = error ? [Reflect.get(error, 'code'), Reflect.get(error, 'type')] : [];
  const code = candidates.find((value): value is string => typeof value === 'string' && /^[a-z][a-z_]{1,60}$/i.test(value));
  return code === undefined || (apiKey && (apiKey.includes(code) || code.includes(apiKey))) ? undefined : code;
}

function errorCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Object && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}

function failure(
  { model, baseUrl }: EmbeddingsRequest,
  what: string,
  options: { retryable: boolean; retryAfterMs?: number | undefined },
): EmbeddingError {
  return new EmbeddingError(`${model} at ${new URL(baseUrl).host} ${what}`, options);
}

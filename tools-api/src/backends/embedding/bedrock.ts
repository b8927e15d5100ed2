// Embeddings of Amazon Bedrock by InvokeModel: Titan Text Embeddings V2 and Cohere Embed. Region and credentials are the AWS SDK's own matter.
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { type Embedder, EmbeddingError, type EmbedPurpose } from './embedder.ts';
import { createRemoteEmbedder, type Limits } from './remote-embedder.ts';
import { retryAfterMsOf, type Timing } from './retry.ts';

export type BedrockFamily = 'titan-v2' | 'cohere-v3' | 'cohere-v4';

export type BedrockOptions = {
  /** Id or ARN of a model or of an inference profile of one. */
  model: string;
  family: BedrockFamily;
  dimensions: number;
  /** Another address than the region's, such as a VPC endpoint. */
  endpoint?: string | undefined;
  timing?: Partial<Timing>;
};

type Shape = {
  limits: Limits;
  body: (texts: readonly string[], options: { purpose: EmbedPurpose; dimensions: number }) => unknown;
  vectors: (answer: object) => unknown;
};

const cohereLimits: Limits = { textsPerRequest: 96, bytesPerRequest: 300_000, charactersPerText: 2048, requestsAtOnce: 2 };
/** Cohere refuses a text that is too long (`NONE`), instead of cutting it off. */
const cohereBody = (texts: readonly string[], purpose: EmbedPurpose) => ({
  texts,
  input_type: purpose === 'query' ? 'search_query' : 'search_document',
  truncate: 'NONE',
});

const shapes: Record<BedrockFamily, Shape> = {
  // Titan takes one text a request, refuses what is too long, and knows no purpose.
  'titan-v2': {
    limits: { textsPerRequest: 1, bytesPerRequest: 200_000, charactersPerText: 50_000, requestsAtOnce: 8 },
    body: ([inputText], { dimensions }) => ({ inputText, dimensions, normalize: true }),
    vectors: (answer) => ('embedding' in answer ? [answer.embedding] : undefined),
  },
  'cohere-v3': {
    limits: cohereLimits,
    body: (texts, { purpose }) => cohereBody(texts, purpose),
    vectors: cohereVectors,
  },
  'cohere-v4': {
    limits: { ...cohereLimits, charactersPerText: 100_000 },
    body: (texts, { purpose, dimensions }) => ({ ...cohereBody(texts, purpose), embedding_types: ['float'], output_dimension: dimensions }),
    vectors: cohereVectors,
  },
};

/** A list where no type was asked for, else lists by type. */
function cohereVectors(answer: object): unknown {
  const embeddings = 'embeddings' in answer ? answer.embeddings : undefined;
  return embeddings instanceof Object && 'float' in embeddings ? embeddings.float : embeddings;
}

/** The SDK is loaded at the first call: a process that embeds otherwise pays nothing for it. */
export function createBedrockEmbedder({ model, family, dimensions, endpoint, timing }: BedrockOptions): Embedder {
  const name = `bedrock:${model}`;
  const shape = shapes[family];
  let client: BedrockRuntimeClient | undefined;
  return createRemoteEmbedder(
    {
      model: name,
      dimensions,
      limits: shape.limits,
      request: async (texts, { purpose, signal }) => {
        const { BedrockRuntimeClient, InvokeModelCommand } = await import('@aws-sdk/client-bedrock-runtime');
        // One attempt: retries are ours, within the time that is ours to give.
        client ??= new BedrockRuntimeClient({ maxAttempts: 1, ...(endpoint ? { endpoint } : {}) });
        const body = JSON.stringify(shape.body(texts, { purpose, dimensions }));
        const command = new InvokeModelCommand({ modelId: model, contentType: 'application/json', accept: 'application/json', body });
        try {
          return readAnswer(name, shape, (await client.send(command, { abortSignal: signal })).body);
        } catch (error) {
          signal.throwIfAborted();
          throw error instanceof EmbeddingError ? error : translate(name, error);
        }
      },
    },
    timing,
  );
}

function readAnswer(name: string, shape: Shape, body: Uint8Array): unknown[] {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new EmbeddingError(`${name} answered with something that is not JSON.`, { retryable: false });
  }
  const vectors = answer instanceof Object ? shape.vectors(answer) : undefined;
  if (!Array.isArray(vectors)) throw new EmbeddingError(`${name} answered without embeddings.`, { retryable: false });
  return vectors;
}

const advice: Record<string, string> = {
  AccessDeniedException: '; the credentials may not invoke this model',
  CredentialsProviderError: '; no AWS credentials were found',
  ExpiredTokenException: '; the AWS credentials have expired',
  ResourceNotFoundException: '; the region has no such model',
  UnrecognizedClientException: '; the AWS credentials are not valid',
  ValidationException: '; check EMBEDDING_MODEL, EMBEDDING_DIMENSIONS and that no text is longer than the model takes',
};

/** The SDK's own error is left behind: its message may repeat a text. */
function translate(name: string, error: unknown): EmbeddingError {
  const { name: kind = 'Error', $metadata, $response, code } = error instanceof Object ? (error as SdkError) : {};
  const status = $metadata?.httpStatusCode;
  // A good status with an error is an answer that broke off.
  if (status === undefined || status < 300) {
    if (error instanceof Error && error.message === 'Region is missing') {
      return new EmbeddingError(`${name} has no region; set AWS_REGION.`, { retryable: false });
    }
    const what = advice[kind] ?? '';
    return new EmbeddingError(`${name} could not be reached or broke off (${code ?? kind})${what}.`, { retryable: what === '' });
  }
  return new EmbeddingError(`${name} answered HTTP ${status} (${kind})${advice[kind] ?? ''}.`, {
    // 424 is ModelErrorException: the model stumbled over a request that was fine.
    retryable: status === 408 || status === 424 || status === 429 || status >= 500,
    retryAfterMs: retryAfterMsOf($response?.headers?.['retry-after']),
  });
}

type SdkError = { name?: string; code?: string; $metadata?: { httpStatusCode?: number }; $response?: { headers?: Record<string, string> } };

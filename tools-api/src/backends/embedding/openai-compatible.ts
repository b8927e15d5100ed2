// Embeddings of OpenAI and of every server that speaks its embeddings endpoint, such as vLLM, Ollama, LiteLLM or Text Embeddings Inference.
import type { Embedder } from './embedder.ts';
import { postEmbeddings } from './post-embeddings.ts';
import { createRemoteEmbedder } from './remote-embedder.ts';
import type { Timing } from './retry.ts';

export type OpenAiOptions = {
  /** Up to and without `/embeddings`. */
  baseUrl: string;
  model: string;
  apiKey: string | undefined;
  dimensions: number;
  /** Whether the server is asked for that many; some refuse the question even where the number is right. */
  requestDimensions: boolean;
  /** Default 128: OpenAI takes 2,048, but an answer is read at once, and 128 vectors are some 4 MB. Small servers take 32. */
  textsPerRequest?: number;
  timing?: Partial<Timing>;
};

/**
 * The endpoint knows no purpose: passage and query are embedded alike. OpenAI refuses a text that is too long; another server may be set up to
 * cut it off, which it does not tell.
 */
export function createOpenAiEmbedder(options: OpenAiOptions): Embedder {
  const { baseUrl, apiKey, dimensions, model } = options;
  const name = `openai:${model}`;
  return createRemoteEmbedder(
    {
      model: name,
      dimensions,
      // OpenAI's own limits: 8,192 tokens a text, 300,000 a request.
      limits: { textsPerRequest: options.textsPerRequest ?? 128, bytesPerRequest: 300_000, charactersPerText: 100_000, requestsAtOnce: 2 },
      request: async (texts, { signal }) => {
        const body = { model, input: texts, encoding_format: 'float', ...(options.requestDimensions ? { dimensions } : {}) };
        return await postEmbeddings({ model: name, baseUrl, apiKey, body, dimensions, signal });
      },
    },
    options.timing,
  );
}

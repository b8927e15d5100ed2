// What all providers behind a network have in common: batches within their limits, some at once, retries, checks, all or nothing.
import { checkVectors } from './check-vectors.ts';
import { embeddable } from './embeddable.ts';
import { type Embedder, EmbeddingError, type EmbedOptions } from './embedder.ts';
import { defaultTiming, retry, type Timing } from './retry.ts';

export type Limits = {
  textsPerRequest: number;
  /** Of UTF-8. A byte-level tokenizer makes at most one token of a byte, so a limit of tokens is kept without counting any. */
  bytesPerRequest: number;
  /** A longer text is refused before anything is sent; the provider refuses what has too many tokens all the same. */
  charactersPerText: number;
  requestsAtOnce: number;
};

export type Provider = {
  /** `provider:model` */
  model: string;
  dimensions: number;
  limits: Limits;
  /** @returns one vector a text in the texts' order, unchecked. @throws EmbeddingError */
  request: (texts: readonly string[], options: EmbedOptions) => Promise<readonly unknown[]>;
};

export function createRemoteEmbedder(provider: Provider, timing: Partial<Timing> = {}): Embedder {
  const { model, dimensions, limits } = provider;
  const fullTiming = { ...defaultTiming, ...timing };
  const embedBatch = async (texts: readonly string[], options: EmbedOptions): Promise<number[][]> =>
    await retry({ model, timing: fullTiming, signal: options.signal }, async (signal) =>
      checkVectors(await provider.request(texts, { ...options, signal }), { count: texts.length, dimensions, model }),
    );
  return {
    model,
    dimensions,
    embed: async (texts, options) => {
      refuseLong(texts, provider);
      const batches = batchesOf(texts.map(embeddable), limits);
      const vectors: number[][][] = [];
      // One batch that fails for good takes the others with it: their vectors would be thrown away.
      const stop = new AbortController();
      const signal = AbortSignal.any([options.signal, stop.signal]);
      const waiting = batches.entries();
      const work = async (): Promise<void> => {
        for (const [index, batch] of waiting) vectors[index] = await embedBatch(batch, { ...options, signal });
      };
      try {
        await Promise.all(Array.from({ length: Math.min(limits.requestsAtOnce, batches.length) }, work));
      } catch (error) {
        stop.abort(error);
        throw error;
      }
      return vectors.flat();
    },
  };
}

function refuseLong(texts: readonly string[], { model, limits }: Provider): void {
  const index = texts.findIndex((text) => text.length > limits.charactersPerText);
  if (index < 0) return;
  const what = `Text ${index + 1} of ${texts.length} has ${texts[index]?.length} characters, and ${model} takes ${limits.charactersPerText}`;
  throw new EmbeddingError(`${what}; nothing is cut off silently, so cut it into shorter passages.`, { retryable: false });
}

/** Cuts the list, never a text: a text that alone exceeds the bytes goes alone. */
function batchesOf(texts: readonly string[], limits: Limits): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    const last = batches.at(-1);
    if (last && last.length < limits.textsPerRequest && bytes + size <= limits.bytesPerRequest) {
      last.push(text);
      bytes += size;
    } else {
      batches.push([text]);
      bytes = size;
    }
  }
  return batches;
}

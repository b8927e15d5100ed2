// Remembers the vectors of questions, so that the same words are not embedded, or paid for, twice.
import { createHash } from 'node:crypto';
import type { Cache } from '@aiguy/manifests/cache';
import type { Embedder } from './embedder.ts';

const ttlS = 1800;

/** Passages are embedded once a change and go past the cache. What is kept holds no text: the key is its hash. */
export function cacheEmbeddings(embedder: Embedder, cache: Cache): Embedder {
  const keyOf = (text: string): string => `${embedder.model}:${embedder.dimensions}:${createHash('sha256').update(text).digest('base64url')}`;
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    embed: async (texts, options) => {
      if (options.purpose === 'passage') return await embedder.embed(texts, options);
      options.signal.throwIfAborted();
      const vectors = await Promise.all(texts.map(async (text) => decode(await cache.get(keyOf(text)), embedder.dimensions)));
      options.signal.throwIfAborted();
      const missing = texts.filter((_text, at) => !vectors[at]);
      if (missing.length === 0) return vectors.map((vector) => vector ?? []);
      // Rounded as it is kept, so that a hit and a miss give the same vector.
      const fresh = (await embedder.embed(missing, options)).map((vector) => vector.map(Math.fround));
      for (const [at, text] of missing.entries()) void cache.set(keyOf(text), encode(fresh[at] ?? []), ttlS);
      let next = 0;
      return vectors.map((vector) => vector ?? fresh[next++] ?? []);
    },
  };
}

/** The numbers in 32 bits each, little-endian, in base64. */
function encode(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

function decode(text: string | undefined, dimensions: number): number[] | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== dimensions * 4) return undefined;
  const vector = Array.from({ length: dimensions }, (_value, at) => bytes.readFloatLE(at * 4));
  return vector.every(Number.isFinite) ? vector : undefined;
}

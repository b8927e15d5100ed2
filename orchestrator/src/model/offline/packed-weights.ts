// Trained weights as a file: a byte each, so that a process need not train what it ships with.
import { packNumbers, unpackNumbers } from '@aiguy/manifests/packed-numbers';
import type { Weighed } from './classifier.ts';

/** digest: of the messages that a class was learnt from; weights: packed, of that scale. */
export type PackedWeights = { classes: { label: string; digest: string; bias: number; scale: number; weights: string }[] };

export function pack(digests: ReadonlyMap<string, string>, classes: readonly Weighed[]): PackedWeights {
  return {
    classes: classes.map(({ label, bias, weights }) => {
      const { scale, bytes } = packNumbers(weights);
      return { label, digest: digests.get(label) ?? '', bias: Number(bias.toFixed(4)), scale, weights: bytes };
    }),
  };
}

export function unpack({ classes }: PackedWeights): Weighed[] {
  return classes.map(({ label, bias, scale, weights }) => ({ label, bias, weights: unpackNumbers({ scale, bytes: weights }) }));
}

// Trained weights as a file: a byte each, so that a process need not train what it ships with.
import type { Weighed } from './classifier.ts';

/** digest: of the messages that a class was learnt from; weights: base64 of signed bytes, each scale/127 of a weight. */
export type PackedWeights = { classes: { label: string; digest: string; bias: number; scale: number; weights: string }[] };

const steps = 127;

export function pack(digests: ReadonlyMap<string, string>, classes: readonly Weighed[]): PackedWeights {
  return {
    classes: classes.map(({ label, bias, weights }) => {
      const scale = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0) || 1;
      const bytes = Int8Array.from(weights, (weight) => Math.round((weight / scale) * steps));
      const numbers = { bias: Number(bias.toFixed(4)), scale: Number(scale.toFixed(4)) };
      return { label, digest: digests.get(label) ?? '', ...numbers, weights: Buffer.from(bytes.buffer).toString('base64') };
    }),
  };
}

export function unpack({ classes }: PackedWeights): Weighed[] {
  return classes.map(({ label, bias, scale, weights }) => {
    const bytes = new Int8Array(Buffer.from(weights, 'base64'));
    return { label, bias, weights: Float32Array.from(bytes, (byte) => (byte / steps) * scale) };
  });
}

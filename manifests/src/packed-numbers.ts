// Numbers as a byte each, for files that a process ships with instead of reckoning them anew: weights, vectors.

/** bytes: base64 of signed bytes, each scale/127 of a number. */
export type PackedNumbers = { scale: number; bytes: string };

const steps = 127;

export function packNumbers(numbers: ArrayLike<number>): PackedNumbers {
  const values = Array.from(numbers);
  const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
  const bytes = Int8Array.from(values, (value) => Math.round((value / scale) * steps));
  return { scale: Number(scale.toFixed(4)), bytes: Buffer.from(bytes.buffer).toString('base64') };
}

export function unpackNumbers({ scale, bytes }: PackedNumbers): Float32Array {
  return Float32Array.from(new Int8Array(Buffer.from(bytes, 'base64')), (byte) => (byte / steps) * scale);
}

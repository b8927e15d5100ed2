// An embedder for tests that need no meaning: texts are near each other by the words they share.
import type { Embed } from './embedder.ts';

const dimensions = 128;

export const fakeEmbed: Embed = async (texts) => texts.map(vectorOf);

function vectorOf(text: string): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const slot = [...word].reduce((hash, letter) => (hash * 31 + (letter.codePointAt(0) ?? 0)) % dimensions, 7);
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

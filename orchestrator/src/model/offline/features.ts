// What a message shows at its surface, for the classifier: words, pairs of words, and pieces of words, so that a misspelling shares most of them.

/** Position and weight; positions are below featuresMax. */
export type Features = readonly (readonly [position: number, weight: number])[];

export const featuresMax = 4096;
const weights = { word: 1, pair: 0.7, piece: 0.5, question: 1 };
const pieceLengths = [3, 4];

/** @returns the features of a message as a vector of unit length, hashed into a fixed number of positions (Weinberger et al. 2009) */
export function featuresOf(message: string): Features {
  const found = new Map<number, number>();
  const add = (feature: string, weight: number) => found.set(positionOf(feature), weight);
  const words = wordsOf(message);
  for (const word of words) {
    const bounded = `<${word}>`;
    for (const length of pieceLengths) {
      for (let start = 0; start + length <= bounded.length; start += 1) add(`piece ${bounded.slice(start, start + length)}`, weights.piece);
    }
  }
  for (const [index, word] of [...words, '$'].entries()) add(`pair ${words[index - 1] ?? '^'} ${word}`, weights.pair);
  for (const word of words) add(`word ${word}`, weights.word);
  if (message.includes('?')) add('?', weights.question);
  const length = Math.hypot(...found.values());
  return [...found].map(([position, weight]) => [position, weight / length]);
}

/** In small letters, without apostrophes, doubled letters once. */
function wordsOf(message: string): string[] {
  const words =
    message
      .toLowerCase()
      .replace(/[’']/g, '')
      .match(/[\p{L}\d_]+/gu) ?? [];
  return words.map((word) => word.replace(/(.)\1+/gu, '$1'));
}

/** FNV-1a, 32 bit. */
function positionOf(feature: string): number {
  let hash = 2166136261;
  for (let index = 0; index < feature.length; index += 1) hash = Math.imul(hash ^ feature.charCodeAt(index), 16777619);
  return (hash >>> 0) % featuresMax;
}

// Vectors in any number that lie as real sentence embeddings do, and the exact neighbours that an index is judged by. Pure; one seed, one result.

/** Vectors of unit length, one after the other. */
export type Vectors = { dimensions: number; count: number; values: Float32Array };

/** Passages of one article are nearer to each other than to the rest. */
const chunksPerArticle = 4;
/** Chosen so that neighbours are as near, and spread in as many directions, as in embedded help articles of the same number; see README.md. */
const secondTopicWeight = 0.6;
const passageWeight = 0.55;

/** Mulberry32. @returns numbers in [0, 1), the same for the same seed */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Makes passages of articles out of embedded texts: an article mixes two of them, a passage adds the difference of two others, so that every
 * direction in which it is moved is one in which real texts differ.
 */
export function makeCorpus(base: Vectors, count: number, seed: number): Vectors {
  const random = randomNumbers(seed);
  const pick = () => vectorAt(base, Math.floor(random() * base.count));
  const corpus: Vectors = { dimensions: base.dimensions, count, values: new Float32Array(count * base.dimensions) };
  let [topic, second] = [pick(), pick()];
  for (let index = 0; index < count; index += 1) {
    if (index % chunksPerArticle === 0) [topic, second] = [pick(), pick()];
    const [plus, minus, chunk] = [pick(), pick(), vectorAt(corpus, index)];
    for (let axis = 0; axis < chunk.length; axis += 1) {
      const moved = passageWeight * ((plus[axis] ?? 0) - (minus[axis] ?? 0));
      chunk[axis] = (topic[axis] ?? 0) + secondTopicWeight * (second[axis] ?? 0) + moved;
    }
    normalise(chunk);
  }
  return corpus;
}

/** The number of the article that a chunk belongs to. */
export function articleOf(index: number): number {
  return Math.floor(index / chunksPerArticle);
}

/** A view, not a copy. */
export function vectorAt(vectors: Vectors, index: number): Float32Array {
  return vectors.values.subarray(index * vectors.dimensions, (index + 1) * vectors.dimensions);
}

export function toVectors(rows: readonly (readonly number[])[]): Vectors {
  const dimensions = rows[0]?.length ?? 0;
  const vectors: Vectors = { dimensions, count: rows.length, values: new Float32Array(rows.length * dimensions) };
  for (const [index, row] of rows.entries()) vectorAt(vectors, index).set(row);
  return vectors;
}

/** The text form of pgvector, with as many digits as a 32-bit number has. */
export function toSqlText(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toPrecision(8)).join(',')}]`;
}

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < one.length; axis += 1) sum += (one[axis] ?? 0) * (other[axis] ?? 0);
  return sum;
}

/**
 * The exact nearest by cosine, nearest first, by comparing with every vector.
 * @param accepts which of them count
 */
export function nearest(vectors: Vectors, query: Float32Array, { top, accepts }: { top: number; accepts?: (index: number) => boolean }): number[] {
  const best: { index: number; cosine: number }[] = [];
  for (let index = 0; index < vectors.count; index += 1) {
    if (accepts && !accepts(index)) continue;
    const cosine = dot(query, vectorAt(vectors, index));
    const last = best.at(-1);
    if (best.length === top && last && cosine <= last.cosine) continue;
    const place = best.findIndex((one) => one.cosine < cosine);
    best.splice(place < 0 ? best.length : place, 0, { index, cosine });
    if (best.length > top) best.pop();
  }
  return best.map(({ index }) => index);
}

/** @returns the part of the expected that was found, 0 to 1; 1 when nothing is expected */
export function recall(found: readonly number[], expected: readonly number[]): number {
  if (expected.length === 0) return 1;
  const set = new Set(found);
  return expected.filter((one) => set.has(one)).length / expected.length;
}

/**
 * How a set lies: the mean cosine to the nearest other one, and the number of directions in which neighbours spread (Levina and Bickel's
 * estimate over the 20 nearest, averaged by inverse).
 */
export function neighbourhood(vectors: Vectors, probes: number): { nearestCosine: number; spread: number } {
  const top = 20;
  let cosines = 0;
  let logs = 0;
  const step = Math.max(1, Math.floor(vectors.count / probes));
  let used = 0;
  for (let index = 0; index < vectors.count; index += step) {
    const query = vectorAt(vectors, index);
    const found = nearest(vectors, query, { top, accepts: (other) => other !== index }).map((other) => dot(query, vectorAt(vectors, other)));
    const distances = found.map((cosine) => Math.sqrt(Math.max(1e-9, 2 - 2 * cosine)));
    const furthest = distances.at(-1) ?? 1;
    cosines += found[0] ?? 0;
    logs += distances.slice(0, -1).reduce((sum, distance) => sum + Math.log(furthest / distance), 0) / (distances.length - 1);
    used += 1;
  }
  return { nearestCosine: cosines / used, spread: used / logs };
}

function normalise(vector: Float32Array): void {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  for (let axis = 0; axis < vector.length; axis += 1) vector[axis] = (vector[axis] ?? 0) / length;
}

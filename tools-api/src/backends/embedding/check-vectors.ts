// What every provider's answer must be before anybody compares it: as many vectors as texts, of the known length, finite, then of unit length.
import { EmbeddingError } from './embedder.ts';

/**
 * @param answer what came back, one entry a text, in the texts' order
 * @returns the same directions at unit length
 * @throws EmbeddingError that is not retryable, for the same request would be answered the same way
 */
export function checkVectors(answer: readonly unknown[], expected: { count: number; dimensions: number; model: string }): number[][] {
  const refuse = (what: string) => new EmbeddingError(`${expected.model} ${what}`, { retryable: false });
  if (answer.length !== expected.count) throw refuse(`returned ${answer.length} vectors for ${expected.count} texts.`);
  return answer.map((vector) => {
    if (!Array.isArray(vector)) throw refuse('returned something that is not a vector of numbers.');
    if (vector.length !== expected.dimensions) {
      throw refuse(`returned a vector of ${vector.length} numbers where ${expected.dimensions} are expected; check EMBEDDING_DIMENSIONS.`);
    }
    if (!vector.every(Number.isFinite)) throw refuse('returned a vector with something in it that is no finite number.');
    const length = Math.sqrt(vector.reduce((sum: number, value: number) => sum + value * value, 0));
    if (!(length > 0 && Number.isFinite(length))) throw refuse('returned a vector without a direction.');
    return vector.map((value: number) => value / length);
  });
}

// The vectors of the reference questions: shipped for the local model, so that a start need not embed them; any other model is asked.
import { createHash } from 'node:crypto';
import { type PackedNumbers, packNumbers, unpackNumbers } from '@aiguy/manifests/packed-numbers';
import shipped from '../../../generated/reference-vectors.json' with { type: 'json' };
import type { Embedder } from '../embedding/embedder.ts';
import referenceQuestions from './reference-questions.json' with { type: 'json' };

const { elsewhere, ...ofHelpCentres } = referenceQuestions;
const texts = [...Object.values(ofHelpCentres).flat(), ...elsewhere];

/** digest: of the questions, in the order of their vectors. */
type PackedVectors = { model: string; digest: string; vectors: PackedNumbers[] };
/** all: begins with those that are asked of help centres. */
type ReferenceVectors = { ofHelpCentres: number[][]; all: number[][] };

/** @throws EmbeddingError when the questions have to be embedded and can't be */
export async function referenceVectors(embedder: Embedder, signal: AbortSignal): Promise<ReferenceVectors> {
  const all = unpackFor(embedder, shipped) ?? (await embedder.embed(texts, { purpose: 'query', signal }));
  return { ofHelpCentres: all.slice(0, texts.length - elsewhere.length), all };
}

/** For the file that is shipped. */
export async function packReference(embedder: Embedder, signal: AbortSignal): Promise<PackedVectors> {
  const vectors = await embedder.embed(texts, { purpose: 'query', signal });
  return { model: embedder.model, digest: digestOfTexts(), vectors: vectors.map(packNumbers) };
}

function unpackFor({ model }: Embedder, { vectors, ...packed }: PackedVectors): number[][] | undefined {
  return packed.model === model && packed.digest === digestOfTexts() ? vectors.map((vector) => [...unpackNumbers(vector)]) : undefined;
}

const digestOfTexts = (): string => createHash('sha256').update(JSON.stringify(texts)).digest('hex');

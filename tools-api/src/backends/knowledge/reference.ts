// What people ask everywhere, as a measure: how near the help centre comes to such questions says what to expect of one like them.
import { setImmediate as breathe } from 'node:timers/promises';
import type { Database } from '@aiguy/manifests/database';
import { LRUCache } from 'lru-cache';
import { withinTime } from '../../time-limit.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { type Filter, filterSql, filterValues } from './candidates.ts';
import type { Index } from './indexes.ts';
import { ifInTime, unit } from './question.ts';
import { referenceVectors } from './reference-vectors.ts';

/** How the questions that are most like this one fare, over what its reader may see. */
export type Expectation = {
  /** How near the help centre comes to them, in standard deviations about all reference questions. */
  fare: number;
  /** Cosine of the nearest of them, about their middle. */
  likeness: number;
};
type Asked = { vector: number[]; embedder: Embedder; index: Index; filter: Filter; corpusVersion: string; signal: AbortSignal };
/** centre: where an embedding model puts questions as such. expectation: undefined where it could not be told in time. isCurrent: whether it is of this version. */
export type Measured = { centre: number[]; expectation: Expectation | undefined; isCurrent: boolean };
export type Reference = (asked: Asked) => Promise<Measured | undefined>;

/** Of the cosine in the weight of a question: at 0.2 less, it counts a third. */
const temperature = 0.2;
/** Where nothing in the help centre is nearer to one question than to another, as with few passages. */
const deviationMin = 0.01;
const embedTimeoutMs = 60_000;
const viewsMax = 100;
/** Passages that stand for all that a reader may see; compared with so many questions at once. */
const passagesMax = 500;
const partOf = 48;
/** What takes longer is measured while the search goes on without it, or with the measure before, and at most a twentieth of the time. */
const waitMs = 300;
const refreshShare = 20;

/** vectors: about the centre; asked: as they are. All of unit length. */
type Questions = { centre: number[]; vectors: number[][]; asked: number[][] };
type View = { version: string; fares: number[]; measuredAtMs: number; tookMs: number };

/** Contract: undefined when the embedding model can't be asked; the same question over the same corpus is expected the same of, once it is current. */
export function createReference(database: Database): Reference {
  const questions = new Map<string, Promise<Questions>>();
  const views = new LRUCache<string, View>({ max: viewsMax });
  const measuring = new Map<string, Promise<View>>();

  const questionsOf = async (embedder: Embedder): Promise<Questions> => {
    const known = questions.get(embedder.model) ?? embedQuestions(embedder);
    questions.set(embedder.model, known);
    return await known.catch((error: unknown) => {
      questions.delete(embedder.model);
      throw error;
    });
  };

  const measure = async (known: Questions, { index, filter, corpusVersion: version }: Asked, before?: View): Promise<View> => {
    const startedMs = performance.now();
    const nearness = await readNearness(database, known.asked, { index, filter }).catch(() => undefined);
    const measuredAtMs = performance.now();
    const took = { measuredAtMs, tookMs: measuredAtMs - startedMs };
    // What fails by taking too long is not tried again at once; a database that is down fails the search itself.
    return nearness ? { version, fares: standardised(nearness), ...took } : { version: '', fares: before?.fares ?? [], ...took };
  };

  const measureOnce = (key: string, known: Questions, asked: Asked): Promise<View> => {
    const underWay = measuring.get(key);
    if (underWay) return underWay;
    const next = measure(known, asked, views.get(key)).then((view) => {
      measuring.delete(key);
      views.set(key, view);
      return view;
    });
    measuring.set(key, next);
    return next;
  };

  const viewOf = async (known: Questions, asked: Asked): Promise<View | undefined> => {
    const key = JSON.stringify([asked.index.indexId, filterValues(asked.filter)]);
    const kept = views.get(key);
    if (kept?.version === asked.corpusVersion) return kept;
    const isSlow = kept !== undefined && kept.tookMs > waitMs;
    if (isSlow && performance.now() - kept.measuredAtMs < kept.tookMs * refreshShare) return kept;
    const inTime = AbortSignal.any([asked.signal, AbortSignal.timeout(waitMs)]);
    return await withinTime(inTime, measureOnce(key, known, asked)).catch(() => kept);
  };

  return async (asked) => {
    const known = await ifInTime(asked.signal, async (inTime) => await withinTime(inTime, questionsOf(asked.embedder)));
    if (!known) return undefined;
    const view = await viewOf(known, asked);
    const expectation = view && expect(asked.vector, known, view.fares);
    return { centre: known.centre, expectation, isCurrent: view?.version === asked.corpusVersion };
  };
}

async function embedQuestions(embedder: Embedder): Promise<Questions> {
  const { ofHelpCentres, all } = await referenceVectors(embedder, AbortSignal.timeout(embedTimeoutMs));
  const centre = meanOf(ofHelpCentres, embedder.dimensions);
  return { centre, vectors: all.map((vector) => about(centre, vector)), asked: all.map(unit) };
}

function meanOf(vectors: readonly number[][], dimensions: number): number[] {
  return Array.from({ length: dimensions }, (_, at) => vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length);
}

function expect(vector: number[], { centre, vectors }: Questions, fares: readonly number[]): Expectation {
  const own = about(centre, vector);
  const cosines = vectors.map((other) => product(other, own));
  const weights = cosines.map((cosine) => Math.exp(cosine / temperature));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return { fare: weights.reduce((sum, weight, at) => sum + weight * (fares[at] ?? 0), 0) / whole, likeness: Math.max(...cosines) };
}

/** @returns cosine of the passage that is nearest to each question; 0 where the reader may see none */
async function readNearness(database: Database, asked: readonly number[][], { index, filter }: Pick<Asked, 'index' | 'filter'>): Promise<number[]> {
  const { rows } = await database.query<{ vector: string }>(selectPassages, [index.indexId, ...filterValues(filter)]);
  const passages = rows.map(({ vector }) => Float64Array.from(unit(JSON.parse(vector) as number[])));
  const nearness: number[] = [];
  for (const [at, question] of asked.entries()) {
    const own = Float64Array.from(question);
    nearness.push(passages.reduce((most, passage) => Math.max(most, product(own, passage)), 0));
    // The computation holds the thread; others get in between.
    if (at % partOf === 0) await breathe();
  }
  return nearness;
}

const selectPassages = `
  SELECT embedding::text AS vector FROM embeddings JOIN chunks USING (chunk_id) JOIN documents USING (document_id)
  WHERE index_id = $1 AND embeddings.position = 0 AND ${filterSql} ORDER BY md5(chunk_id) LIMIT ${passagesMax}`;

function product(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (deviation < deviationMin ? 0 : (value - mean) / deviation));
}

function about(centre: readonly number[], vector: readonly number[]): number[] {
  return unit(vector.map((value, at) => value - (centre[at] ?? 0)));
}

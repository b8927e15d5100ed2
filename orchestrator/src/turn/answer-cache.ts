// Answers that were given before: only such as rest on the site's knowledge alone, belong to nobody, and are still true of that knowledge.
import { createHash } from 'node:crypto';
import type { Cache } from '@aiguy/manifests/cache';
import type { CacheResult } from '../observe/metrics.ts';
import { claimsOf } from './claims.ts';
import type { AnswerPart } from './release-answer.ts';

/** Everything but the question that an answer depends on; two turns that differ in any of it share none. */
export type Circumstances = {
  /** The site. */
  issuer: string;
  signedIn: boolean;
  model: string;
  /** System prompt and tools as the model gets them. */
  prefix: string;
};
export type KeptAnswer = { corpusVersion: string; question: string; parts: AnswerPart[] };

export type AnswerCache = {
  /** @param isCurrent asked only when there is a candidate: whether the knowledge is still in this version */
  recall: (
    question: string,
    circumstances: Circumstances,
    isCurrent: (corpusVersion: string) => Promise<boolean>,
  ) => Promise<{ result: CacheResult; parts: AnswerPart[] }>;
  keep: (question: string, circumstances: Circumstances, answer: { corpusVersion: string; parts: AnswerPart[] }) => Promise<void>;
};

/** Contract: never rejects; without a cache that can be reached everything is a miss. */
export function createAnswerCache(cache: Cache, ttlS: number): AnswerCache {
  return {
    recall: async (question, circumstances, isCurrent) => {
      const kept = isCacheable(question) ? parse(await cache.get(keyOf(question, circumstances))) : undefined;
      if (!(kept && (await isCurrent(kept.corpusVersion)))) return { result: 'miss', parts: [] };
      return { result: kept.question === digest(normalised(question)) ? 'hit_exact' : 'hit_similar', parts: kept.parts };
    },
    keep: async (question, circumstances, { corpusVersion, parts }) => {
      const text = parts.map((part) => ('text' in part ? part.text : '')).join('');
      if (!isCacheable(question) || relativeToNow.test(text)) return;
      const kept: KeptAnswer = { corpusVersion, question: digest(normalised(question)), parts };
      await cache.set(keyOf(question, circumstances), JSON.stringify(kept), ttlS);
    },
  };
}

const relativeToNow =
  /\b(?:now|today|tonight|tomorrow|yesterday|currently|still|this (?:morning|afternoon|evening|week|weekend|month|year)|next (?:week|month|year)|jetzt|heute|morgen|gestern|gerade|derzeit|aktuell|maintenant|aujourd['’]hui|demain|hier|actuellement)\b/iu;
const questionLengthMax = 300;

/** A question that names an order, a person's address or the present moment has an answer of its own. */
function isCacheable(question: string): boolean {
  if (question.length > questionLengthMax || relativeToNow.test(question) || /@|\b(?:my name|I am|I['’]m|ich bin|je suis)\b/i.test(question))
    return false;
  return !claimsOf(question).some(({ kind }) => kind === 'identifier' || kind === 'relative_day');
}

function keyOf(question: string, { issuer, signedIn, model, prefix }: Circumstances): string {
  return digest(JSON.stringify([issuer, signedIn ? 'signed-in' : 'guest', model, digest(prefix), wordingOf(question)]));
}

/** The question without what writing adds: case, white space, quotation marks, the mark at its end. */
function normalised(question: string): string {
  return question
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[«»“”„"]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\s?!.…]+$/, '');
}

const fillers = new Set(
  'a an the i do does can could may is are will would should please hello hi hey there just kindly possible my tell me know'.split(' '),
);

/**
 * What two wordings of one question have in common: their words in order, without those that carry no difference. Question word,
 * prepositions, negations, numbers, possessives of others and tense stay, because each turns a question into another one.
 */
export function wordingOf(question: string): string {
  const text = normalised(question)
    .replace(/\b(can|wo|could|do|does|did|is|are|was|were|would|should)n't\b/g, '$1 not')
    .replace(/\b(?:is it possible|am i able) to\b/g, '');
  const words = text.match(/[\p{L}\p{N}'$€£%.,/+-]*[\p{L}\p{N}$€£%]/gu) ?? [];
  const kept = words.filter((word) => !fillers.has(word));
  // A question of nothing but such words is itself.
  return kept.length < 2 ? text : kept.join(' ');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function parse(text: string | undefined): KeptAnswer | undefined {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<KeptAnswer> | null;
    return kept && typeof kept.corpusVersion === 'string' && typeof kept.question === 'string' && Array.isArray(kept.parts)
      ? (kept as KeptAnswer)
      : undefined;
  } catch {
    return undefined;
  }
}

// POST /knowledge/try: what a guest's question finds at this site, and why. For the owner who wonders; nothing of it is kept.
import { AiguyError } from '@aiguy/manifests/errors';
import type { KnowledgeFinding, KnowledgeQuestion } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { answerableFrom } from '../backends/knowledge/answerability.ts';
import { relatedFrom } from '../backends/knowledge/candidates.ts';
import type { Candidate } from '../backends/knowledge/score.ts';
import type { Explained, Knowledge, Passage } from '../backends/knowledge/search.ts';
import { ownNameOf } from '../backends/knowledge/site-documents.ts';
import { withinTime } from '../time-limit.ts';
import { passagesDefault } from '../tools/retrieve_docs/handler.ts';
import { bearerOf } from './authenticate.ts';
import { siteOf } from './site-documents.ts';
import { assertWellFormed } from './well-formed.ts';

type TryPorts = { verifier: TokenVerifier; knowledge: Pick<Knowledge, 'explain'>; limits: RateLimits };

export const triesPerMinute = 30;
const searchTimeoutMs = 7000;
/** 400 characters as JSON escapes, and the rest. */
const bodyBytesMax = 8192;

const validateQuestion = validatorOf<KnowledgeQuestion>('KnowledgeQuestion');

export function addTryKnowledgeRoute(app: FastifyInstance, { verifier, knowledge, limits }: TryPorts): void {
  app.post('/knowledge/try', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const site = await siteOf(verifier, bearerOf(request), 'knowledge:read');
    assertWellFormed(request.body);
    await limits.consume(`${site} try`, { points: triesPerMinute, windowS: 60, code: 'rate_limited' });
    const checked = check(validateQuestion, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const { question: text, language, collections } = checked.value;
    const signal = AbortSignal.timeout(searchTimeoutMs);
    const asGuest = { audiences: ['public'] as const, site, collections };
    const explained = await withinTime(signal, knowledge.explain({ text, context: [], language, limit: passagesDefault, ...asGuest, signal }));
    return await reply.header('Cache-Control', 'no-store').send(findingOf(site, explained));
  });
}

function findingOf(site: string, { result, lists, candidates, question, judge }: Explained): KnowledgeFinding {
  const byId = new Map(candidates.map((candidate) => [candidate.chunkId, candidate]));
  return {
    answerable: result.answerable,
    confidence: result.confidence,
    threshold: answerableFrom,
    judge,
    corpus_version: result.corpus_version,
    passages: result.passages.map((passage: Passage) => ({
      ...passage,
      site_document: ownNameOf(site, passage.document_id) ?? null,
      found_by: { meaning: placeIn(lists.vectors, passage.id), words: placeIn(lists.words, passage.id) },
      ...wordsOf(question, byId.get(passage.id)),
    })),
  };
}

function placeIn(list: readonly string[], id: string): number | null {
  const at = list.indexOf(id);
  return at < 0 ? null : at + 1;
}

function wordsOf({ terms }: Explained['question'], candidate: Candidate | undefined): { covered: string[]; missing: string[] } {
  const stems = new Set(candidate?.stems);
  const isHeld = ({ stands }: (typeof terms)[number]): boolean => [...stands].some(([stem, part]) => part >= relatedFrom && stems.has(stem));
  const words = (part: typeof terms): string[] => part.map(({ word }) => word);
  return { covered: words(terms.filter(isHeld)), missing: words(terms.filter((term) => !isHeld(term))) };
}

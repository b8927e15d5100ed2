// POST /knowledge/suggestions: articles that fit what a visitor is still typing. Searched as retrieve_docs would, but neither recorded nor kept.
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { SuggestedArticle, Suggestions, SuggestionsRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import type { Knowledge, Passage, SearchResult } from '../backends/knowledge/search.ts';
import { withinTime } from '../time-limit.ts';
import type { Caller } from '../tool-call.ts';
import { passagesDefault, readerOf } from '../tools/retrieve_docs/handler.ts';
import { authenticate } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

type SuggestionsPorts = { verifier: TokenVerifier; knowledge: Pick<Knowledge, 'search'>; limits: RateLimits };

export const suggestionsPerMinute = 60;
/** An article that comes later is of no use to somebody who types. */
const searchTimeoutMs = 1500;
/** 200 characters as JSON escapes, and the rest. */
const bodyBytesMax = 4096;
const articlesMax = 3;
/**
 * Below these nothing is shown. Of the questions in test/questions, typed in full, 90 % of those that the help centre answers bring articles
 * and 9 % of the others; of their first halves 63 % and 22 %.
 */
const relevantFrom = { confidence: 0.35, score: 0.6 };

const validateRequest = validatorOf<SuggestionsRequest>('SuggestionsRequest');

export function addSuggestionsRoute(app: FastifyInstance, ports: SuggestionsPorts): void {
  app.post('/knowledge/suggestions', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const caller = await authenticate(ports.verifier, request);
    assertWellFormed(request.body);
    authorise(caller, request.body);
    const { issuer, subject } = caller.subject;
    await ports.limits.consume(`${issuer} ${subject} suggestions`, { points: suggestionsPerMinute, windowS: 60, code: 'tool_rate_limited' });
    const checked = check(validateRequest, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const suggestions = await withRemoteTrace(request.headers, async () => await suggest(ports.knowledge, caller, checked.value));
    return await reply.header('Cache-Control', 'no-store').send(suggestions);
  });
}

/** As for a call of retrieve_docs; the token is for this body and no other. */
function authorise({ boundTo, subject, sessionId, scopes }: Caller, body: unknown): void {
  if (boundTo && (boundTo.subject !== subject.subject || boundTo.sessionId !== sessionId)) throw new AiguyError('subject_mismatch');
  if (boundTo && (boundTo.tool !== 'retrieve_docs' || boundTo.argsDigest !== argumentsDigest(body))) throw new AiguyError('invalid_token');
  if (!scopes.includes('docs:read')) throw new AiguyError('insufficient_scope');
}

/** Asks exactly what retrieve_docs asks for the finished text, so that a search that is remembered serves both. */
async function suggest(knowledge: Pick<Knowledge, 'search'>, { subject }: Caller, { text, language }: SuggestionsRequest): Promise<Suggestions> {
  const signal = AbortSignal.timeout(searchTimeoutMs);
  const request = { text, context: [], language, productTags: undefined, limit: passagesDefault, ...readerOf(subject), signal };
  return { articles: articlesOf(await withinTime(signal, knowledge.search(request))) };
}

function articlesOf({ confidence, passages }: SearchResult): SuggestedArticle[] {
  if (confidence < relevantFrom.confidence) return [];
  const best = new Map<string, Passage>();
  for (const passage of passages.toSorted((a, b) => b.score - a.score)) {
    if (passage.score >= relevantFrom.score && !best.has(passage.document_id)) best.set(passage.document_id, passage);
  }
  return [...best.values()].slice(0, articlesMax).map(({ document_id, title, heading, url }) => ({ document_id, title, heading, url }));
}

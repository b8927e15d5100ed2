// PUT and DELETE /knowledge/documents/:id, GET /knowledge/documents: what a site teaches its agent, forgets again, and has taught.
import { AiguyError } from '@aiguy/manifests/errors';
import type { KnowledgeDocument, KnowledgeForgotten } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import type { SiteDocuments } from '../backends/knowledge/site-documents.ts';
import { DocumentError } from '../backends/knowledge/sources/source.ts';
import type { Learner } from '../ingestion/learner.ts';
import { bearerOf } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

export type SiteDocumentPorts = { verifier: TokenVerifier; documents: SiteDocuments; learner: Pick<Learner, 'soon'>; limits: RateLimits };

/** 500,000 characters of any script as JSON, and the rest. */
const bodyBytesMax = 2 * 1024 * 1024;
/** A first import sends a thousand pages in some minutes. */
export const changesPerMinute = 600;
const listsPerMinute = 120;
const idForm = new RegExp(http.$defs.KnowledgeDocumentResult.properties.id.pattern);

const validateDocument = validatorOf<KnowledgeDocument>('KnowledgeDocument');

export function addSiteDocumentRoutes(app: FastifyInstance, { verifier, documents, learner, limits }: SiteDocumentPorts): void {
  const limit = async (site: string, points: number) =>
    await limits.consume(`${site} documents ${points}`, { points, windowS: 60, code: 'rate_limited' });

  app.put<{ Params: { id: string } }>('/knowledge/documents/:id', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const site = await siteOf(verifier, bearerOf(request), 'knowledge:write');
    await limit(site, changesPerMinute);
    const result = await refusing(async () => await documents.put(site, idOf(request.params), documentOf(request.body)));
    if (result.was !== 'unchanged') learner.soon();
    return await reply.header('Cache-Control', 'no-store').send(result);
  });

  app.delete<{ Params: { id: string } }>('/knowledge/documents/:id', async (request, reply) => {
    const site = await siteOf(verifier, bearerOf(request), 'knowledge:write');
    await limit(site, changesPerMinute);
    const id = idOf(request.params);
    const answer: KnowledgeForgotten = { id, forgotten: await documents.forget(site, id) };
    return await reply.header('Cache-Control', 'no-store').send(answer);
  });

  app.get<{ Querystring: Record<string, unknown> }>('/knowledge/documents', async (request, reply) => {
    const site = await siteOf(verifier, bearerOf(request), 'knowledge:read');
    await limit(site, listsPerMinute);
    return await reply.header('Cache-Control', 'no-store').send(await documents.list(site, afterOf(request.query)));
  });
}

/** What somebody may do for a site is what the site itself has signed. @returns the site. @throws AiguyError invalid_token, insufficient_scope */
export async function siteOf(verifier: TokenVerifier, token: string, scope: 'knowledge:read' | 'knowledge:write'): Promise<string> {
  const staff = await verifier.verify('staff-assertion', token);
  if (!staff.scopes.includes(scope)) throw new AiguyError('insufficient_scope');
  return staff.iss;
}

function idOf({ id }: { id: string }): string {
  if (!idForm.test(id)) throw invalid('/id', `must match ${idForm.source}`);
  return id;
}

function afterOf(query: Record<string, unknown>): string {
  const unknown = Object.keys(query).find((name) => name !== 'after');
  if (unknown !== undefined) throw invalid(`/${unknown}`, 'is not known; page by after alone');
  const { after = '' } = query;
  if (typeof after !== 'string' || (after !== '' && !idForm.test(after))) throw new AiguyError('invalid_cursor');
  return after;
}

/** @throws AiguyError invalid_request naming field and rule */
function documentOf(body: unknown): KnowledgeDocument {
  assertWellFormed(body);
  const checked = check(validateDocument, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  const { html, text } = checked.value;
  if ((html === undefined) === (text === undefined)) throw invalid('/html', 'must be there, or text instead of it, and not both');
  return checked.value;
}

/** A document that can't be learnt is the caller's to repair. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentError) throw invalid('/html', error.message);
    throw error;
  }
}

const invalid = (pointer: string, rule: string): AiguyError => new AiguyError('invalid_request', { details: [{ pointer, rule }] });

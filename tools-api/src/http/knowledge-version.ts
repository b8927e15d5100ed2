// GET /knowledge/version: changes with everything in the help centre that a reader can notice, so that copies of its answers can be let go.
import { AiguyError } from '@aiguy/manifests/errors';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { Knowledge } from '../backends/knowledge/search.ts';
import { authenticate } from './authenticate.ts';

export function addKnowledgeVersionRoute(app: FastifyInstance, ports: { verifier: TokenVerifier; knowledge: Pick<Knowledge, 'version'> }): void {
  app.get('/knowledge/version', async (request, reply) => {
    const { scopes } = await authenticate(ports.verifier, request);
    if (!scopes.includes('docs:read')) throw new AiguyError('insufficient_scope');
    return await reply.header('Cache-Control', 'no-store').send({ corpus_version: await ports.knowledge.version() });
  });
}

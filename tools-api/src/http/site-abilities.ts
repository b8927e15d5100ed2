// GET /abilities: what the visitor's own site lets its agent look up besides, for the orchestrator to offer to a model.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SiteAbilities as Listed } from '@aiguy/manifests/generated/http';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { SiteAbilities } from '../backends/site-abilities.ts';
import { authenticate } from './authenticate.ts';

/** A turn waits for it. */
const siteTimeoutMs = 1500;

export function addSiteAbilitiesRoute(app: FastifyInstance, ports: { verifier: TokenVerifier; siteAbilities: SiteAbilities }): void {
  app.get('/abilities', async (request, reply) => {
    const { scopes, site } = await authenticate(ports.verifier, request);
    if (!scopes.includes('ability:read')) throw new AiguyError('insufficient_scope');
    const list: Listed = { abilities: site ? await ports.siteAbilities.list(site, AbortSignal.timeout(siteTimeoutMs)) : [] };
    return await reply.header('Cache-Control', 'no-store').send(list);
  });
}

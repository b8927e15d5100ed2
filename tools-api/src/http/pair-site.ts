// POST /sites/pair: the site's own request, handed on by the orchestrator. Judged by this service's half of the code, so that no orchestrator can name
// another site, or another key, than the one that has the code.
import type { Database } from '@aiguy/manifests/database';
import { pairSite } from '@aiguy/manifests/pairing';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { FastifyInstance } from 'fastify';

const pairingsPerMinute = 20;

export function addPairSiteRoute(app: FastifyInstance, ports: { database: Database; limits: RateLimits; configured: ReadonlySet<string> }): void {
  app.post('/sites/pair', async (request, reply) => {
    await ports.limits.consume(`pairing address ${request.ip}`, { points: pairingsPerMinute, windowS: 60, code: 'rate_limited' });
    const site = await pairSite({ database: ports.database, service: 'tools-api', configured: ports.configured }, request.body);
    return await reply.header('Cache-Control', 'no-store').send(site);
  });
}

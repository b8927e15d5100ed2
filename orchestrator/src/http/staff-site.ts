// GET /staff/site: what the people of a site see of the orchestrator: that it knows them, its version and clock, what answers, which tools there are.
import type { SiteInfo } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import orchestrator from '../../package.json' with { type: 'json' };
import { authenticateStaff } from './authenticate.ts';

export type StaffSitePorts = { verifier: TokenVerifier; catalogue: Catalogue; model: SiteInfo['model'] };

export function addStaffSiteRoute(app: FastifyInstance, ports: StaffSitePorts): void {
  app.get('/staff/site', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'site:read');
    const info: SiteInfo = {
      issuer: staff.iss,
      version: orchestrator.version,
      time: new Date().toISOString(),
      model: ports.model,
      // Steps are forms behind other tools: nobody switches them on or off.
      tools: [...ports.catalogue.values()]
        .filter(({ manifest }) => !manifest.is_step)
        .map(({ manifest: { name, title, effect } }) => ({ name, title, effect })),
      scopes: staff.scopes,
    };
    return await reply.header('Cache-Control', 'no-store').send(info);
  });
}

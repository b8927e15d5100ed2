// GET /tools: what a direct caller's access token may call, as the manifests say it.
import type { ToolList } from '@aiguy/manifests/generated/http';
import { type Catalogue, callSchema, isOffered } from '@aiguy/manifests/load';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { bearerOf } from './authenticate.ts';

export function addListToolsRoute(app: FastifyInstance, ports: { catalogue: Catalogue; verifier: TokenVerifier }): void {
  app.get('/tools', async (request, reply) => {
    const { scopes } = await ports.verifier.verify('tools-access', bearerOf(request));
    const allowed = [...ports.catalogue.values()].filter(({ manifest }) => scopes.includes(manifest.scope) && isOffered(manifest));
    const list: ToolList = {
      tools: allowed.map(({ manifest }) => {
        const { name, title, description, scope, effect, confirm, output } = manifest;
        return { name, title, description, scope, effect, confirm, input: callSchema(name, manifest), output };
      }),
    };
    return await reply.header('Cache-Control', 'no-store').send(list);
  });
}

// GET /tools: what this token may call, as the manifests say it.
import type { ToolList } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { authenticate } from './authenticate.ts';

export function addListToolsRoute(app: FastifyInstance, ports: { catalogue: Catalogue; verifier: TokenVerifier }): void {
  app.get('/tools', async (request, reply) => {
    const { scopes, boundTo } = await authenticate(ports.verifier, request);
    const allowed = [...ports.catalogue.values()].filter(
      ({ manifest }) => scopes.includes(manifest.scope) && (!boundTo || boundTo.tool === manifest.name),
    );
    const list: ToolList = {
      tools: allowed.map(({ manifest: { name, title, description, scope, effect, confirm, input, output } }) => {
        return { name, title, description, scope, effect, confirm, input, output };
      }),
    };
    return await reply.header('Cache-Control', 'no-store').send(list);
  });
}

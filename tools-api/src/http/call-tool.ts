// POST /tools/:name: one call of one tool. The body is the arguments, the answer {tool, output}.
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { runTool, type ToolPorts } from '../run-tool.ts';
import { authenticate } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

export function addCallToolRoute(app: FastifyInstance, ports: ToolPorts & { verifier: TokenVerifier }): void {
  app.post<{ Params: { name: string } }>('/tools/:name', async (request, reply) => {
    const caller = await authenticate(ports.verifier, request);
    assertWellFormed(request.body);
    const call = { name: request.params.name, args: request.body, caller, requestId: request.id };
    const output = await withRemoteTrace(request.headers, async () => await runTool(ports, call));
    return await reply.header('Cache-Control', 'no-store').send({ tool: call.name, output });
  });
}

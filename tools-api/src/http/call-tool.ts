// POST /tools/:name: one call of one tool. The body is the arguments, the answer {tool, output}.
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { runTool, type ToolPorts } from '../run-tool.ts';
import { authenticate } from './authenticate.ts';

export function addCallToolRoute(app: FastifyInstance, ports: ToolPorts & { verifier: TokenVerifier }): void {
  app.post<{ Params: { name: string } }>('/tools/:name', async (request, reply) => {
    const caller = await authenticate(ports.verifier, request);
    if (!isWellFormed(request.body))
      throw new AiguyError('invalid_request', { details: [{ pointer: '/', rule: 'must be well-formed Unicode without NUL' }] });
    const call = { name: request.params.name, args: request.body, caller, requestId: request.id };
    const output = await withRemoteTrace(request.headers, async () => await runTool(ports, call));
    return await reply.header('Cache-Control', 'no-store').send({ tool: call.name, output });
  });
}

/** Half a surrogate pair has no UTF-8, and Postgres takes no NUL: neither can be hashed, searched or stored. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isWellFormed(key) && isWellFormed(inner));
}

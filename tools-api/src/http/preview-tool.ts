// POST /tools/:name/preview: what a write would do, for the visitor to read before he confirms. Takes the credentials of the call itself, but no key.
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { previewTool } from '../run-tool.ts';
import type { ToolPorts } from '../tool-call.ts';
import { readCall, sendAnswer } from './call-tool.ts';

export function addPreviewToolRoute(app: FastifyInstance, ports: ToolPorts & { verifier: TokenVerifier }): void {
  app.post<{ Params: { name: string } }>('/tools/:name/preview', async (request, reply) => {
    const call = await readCall(ports, request);
    return await sendAnswer(reply, await withRemoteTrace(request.headers, async () => await previewTool(ports, call)));
  });
}

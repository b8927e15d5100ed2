// POST /tools/:name: one call of one tool. The body is the arguments, the answer {tool, output}.
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runTool } from '../run-tool.ts';
import type { Answer, ToolCall, ToolPorts } from '../tool-call.ts';
import { authenticate } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

export type ToolRequest = FastifyRequest<{ Params: { name: string } }>;

export function addCallToolRoute(app: FastifyInstance, ports: ToolPorts & { verifier: TokenVerifier }): void {
  app.post<{ Params: { name: string } }>('/tools/:name', async (request, reply) => {
    const call = await readCall(ports.verifier, request);
    const idempotencyKey = keyOf(request);
    return await sendAnswer(reply, await withRemoteTrace(request.headers, async () => await runTool(ports, { ...call, idempotencyKey })));
  });
}

/** @throws AiguyError invalid_token, subject_mismatch, invalid_request */
export async function readCall(verifier: TokenVerifier, request: ToolRequest): Promise<ToolCall> {
  const caller = await authenticate(verifier, request);
  assertWellFormed(request.body);
  return { name: request.params.name, args: request.body, caller, requestId: request.id };
}

export async function sendAnswer(reply: FastifyReply, { status, body, replayed }: Answer): Promise<FastifyReply> {
  if (replayed) reply.header('Idempotency-Replayed', 'true');
  return await reply.code(status).header('Cache-Control', 'no-store').type('application/json').send(body);
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
}

// POST /tools/:name: one call of one tool. The body is the arguments, the answer {tool, output}.
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseTool, runTool } from '../run-tool.ts';
import type { Answer, Caller, ToolCall, ToolPorts } from '../tool-call.ts';
import { authenticate } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

export type ToolRequest = FastifyRequest<{ Params: { name: string } }>;

export function addCallToolRoute(app: FastifyInstance, ports: ToolPorts & { verifier: TokenVerifier }): void {
  app.post<{ Params: { name: string } }>('/tools/:name', async (request, reply) => {
    const call = await readCall(ports, request);
    const idempotencyKey = keyOf(request);
    return await sendAnswer(reply, await withRemoteTrace(request.headers, async () => await runTool(ports, { ...call, idempotencyKey })));
  });
}

/**
 * Puts on record what is refused here, once somebody is known whom it can be recorded for.
 * @throws AiguyError invalid_token, subject_mismatch, invalid_request
 */
export async function readCall(ports: ToolPorts & { verifier: TokenVerifier }, request: ToolRequest): Promise<ToolCall> {
  const callOf = (caller: Caller) => ({ name: request.params.name, args: request.body, caller, requestId: request.id });
  const call = callOf(await authenticate(ports.verifier, request, async (claimant, error) => await refuseTool(ports, callOf(claimant), error)));
  try {
    assertWellFormed(request.body);
  } catch (error) {
    await refuseTool(ports, call, error);
  }
  return call;
}

export async function sendAnswer(reply: FastifyReply, { status, body, replayed }: Answer): Promise<FastifyReply> {
  if (replayed) reply.header('Idempotency-Replayed', 'true');
  return await reply.code(status).header('Cache-Control', 'no-store').type('application/json').send(body);
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
}

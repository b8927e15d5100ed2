// GET /tasks/:id: what became of a task, for the visitor whose call began it.

import type { Database } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { TaskStatus } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { findTask, type TaskRow } from '../tasks/tasks.ts';
import { type Caller, checkedOutput } from '../tool-call.ts';
import { authenticate } from './authenticate.ts';

export type TaskStatusPorts = { database: Database; catalogue: Catalogue; limits: RateLimits; verifier: TokenVerifier };

const asksPerMinute = 120;
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export function addTaskStatusRoute(app: FastifyInstance, { database, catalogue, limits, verifier }: TaskStatusPorts): void {
  app.get<{ Params: { id: string } }>('/tasks/:id', async (request, reply) => {
    const caller = await authenticate(verifier, request);
    const { subject } = caller;
    await limits.consume(`${subject.issuer} ${subject.subject} tasks`, { points: asksPerMinute, windowS: 60, code: 'tool_rate_limited' });
    const { id } = request.params;
    const task = uuid.test(id) ? await findTask(database, id, subject) : undefined;
    authorise(catalogue, caller, { id, tool: task?.tool });
    if (!task) throw new AiguyError('not_found');
    return await reply.header('Cache-Control', 'no-store').send(toStatus(catalogue, task));
  });
}

export const taskOperation = {
  operationId: 'get_task',
  summary: 'What became of the task that a call left behind.',
  description: `The scope of the tool that was called; ${asksPerMinute} calls a minute. Needs a tool token for that tool with the digest of {"task": id}, or an access token.`,
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
};

/** As for a call of the tool that began it; a tool token is for this task and no other. */
function authorise(
  catalogue: Catalogue,
  { boundTo, subject, sessionId, scopes }: Caller,
  { id, tool }: { id: string; tool: string | undefined },
): void {
  if (boundTo && (boundTo.subject !== subject.subject || boundTo.sessionId !== sessionId)) throw new AiguyError('subject_mismatch');
  if (boundTo && boundTo.argsDigest !== argumentsDigest({ task: id })) throw new AiguyError('invalid_token');
  if (tool === undefined) return;
  if (boundTo && boundTo.tool !== tool) throw new AiguyError('invalid_token');
  if (!scopes.includes(catalogue.get(tool)?.manifest.scope ?? '')) throw new AiguyError('insufficient_scope');
}

/** @throws AiguyError tool_output_invalid */
function toStatus(catalogue: Catalogue, { id, tool: name, title, state, progress, message, output, updated_at: updatedAt }: TaskRow): TaskStatus {
  const tool = output === null ? undefined : catalogue.get(name);
  return {
    id,
    title,
    state,
    ...(progress === null ? {} : { progress }),
    ...(message === null ? {} : { message }),
    ...(tool ? { output: checkedOutput(tool, output) } : {}),
    updated_at: updatedAt.toISOString(),
  };
}

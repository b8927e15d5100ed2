// /staff/knowledge/…: what a site teaches its agent, by way of the tools API; and what the agent would answer.
import { AiguyError } from '@aiguy/manifests/errors';
import type { KnowledgeFinding, KnowledgeTrial } from '@aiguy/manifests/generated/http';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KnowledgeAnswer, SiteKnowledge } from '../tools/site-knowledge.ts';
import { type TryPorts, tryAnswer } from '../turn/try-answer.ts';
import { authenticateStaff, type StaffScope } from './authenticate.ts';
import { clientSignal } from './send-events.ts';

export type StaffKnowledgePorts = TryPorts & { verifier: TokenVerifier; siteKnowledge: SiteKnowledge };

/** As the tools API takes a document. */
const documentBytesMax = 2 * 1024 * 1024;
const questionBytesMax = 8192;

type Exchange = { request: FastifyRequest; reply: FastifyReply };
type ById = FastifyRequest<{ Params: { id: string } }>;

export function addStaffKnowledgeRoutes(app: FastifyInstance, ports: StaffKnowledgePorts): void {
  const { verifier, siteKnowledge } = ports;
  const pass = async ({ request, reply }: Exchange, path: string, scope: StaffScope): Promise<KnowledgeAnswer> => {
    const { assertion } = await authenticateStaff(verifier, request, scope);
    const method = request.method as 'GET' | 'PUT' | 'DELETE';
    const body = method === 'PUT' ? { body: request.body ?? null } : {};
    return await siteKnowledge({ method, path, assertion, ...body }, clientSignal(reply));
  };
  const documentPath = ({ params }: ById) => `documents/${encodeURIComponent(params.id)}`;

  app.put('/staff/knowledge/documents/:id', { bodyLimit: documentBytesMax }, async (request: ById, reply) =>
    send(reply, await pass({ request, reply }, documentPath(request), 'knowledge:write')),
  );
  app.delete('/staff/knowledge/documents/:id', async (request: ById, reply) =>
    send(reply, await pass({ request, reply }, documentPath(request), 'knowledge:write')),
  );
  app.get('/staff/knowledge/documents', async (request, reply) =>
    send(reply, await pass({ request, reply }, `documents${/\?.*$/.exec(request.url)?.[0] ?? ''}`, 'knowledge:read')),
  );
  app.post('/staff/knowledge/try', { bodyLimit: questionBytesMax }, async (request, reply) => {
    const { staff, assertion } = await authenticateStaff(verifier, request, 'knowledge:read');
    const { iss, agent, time_zone: timeZone } = staff;
    const signal = clientSignal(reply);
    const body = agent?.collections ? { ...Object(request.body), collections: agent.collections } : (request.body ?? null);
    const found = await siteKnowledge({ method: 'POST', path: 'try', assertion, body }, signal);
    if (found.status !== 200) return send(reply, found);
    const finding = found.body as KnowledgeFinding;
    const { question } = request.body as { question: string };
    const visitor = { iss, ...(agent ? { agent } : {}), ...(timeZone ? { time_zone: timeZone } : {}) };
    const answer = await tryAnswer(ports, question, { visitor, finding, signal });
    return send(reply, { status: 200, body: { finding, answer } satisfies KnowledgeTrial });
  });
}

function send(reply: FastifyReply, { status, body }: KnowledgeAnswer): FastifyReply {
  if (status >= 500 && !isErrorBody(body)) throw new AiguyError('tool_unavailable');
  return reply.code(status).header('Cache-Control', 'no-store').send(body);
}

function isErrorBody(body: unknown): boolean {
  return body instanceof Object && 'code' in body && 'message' in body && 'requestId' in body;
}

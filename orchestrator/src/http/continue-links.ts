// POST /sessions/:id/continue-links and POST /continue-links/redeem: a conversation goes on on another device of its visitor.
import { AiguyError } from '@aiguy/manifests/errors';
import type { ContinueLink } from '@aiguy/manifests/generated/http';
import type { FastifyInstance } from 'fastify';
import { makeLink } from '../session/continue-links.ts';
import { ensureSession, findSession } from '../session/sessions.ts';
import { continueSession } from '../turn/continue-session.ts';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { ownSession, type SessionParams, toInfo } from './sessions.ts';

export function addContinueRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post<SessionParams>('/sessions/:id/continue-links', async (request, reply) => {
    const { visitor } = await authenticate(ports.verifier, request);
    await ownSession(ports, request);
    await ports.limitLinks({ session: visitor.sid, address: request.ip });
    const { token, expiresAt } = await makeLink(ports.database, visitor);
    const link: ContinueLink = { token, expiresAt: expiresAt.toISOString() };
    return await reply.code(201).header('Cache-Control', 'no-store').send(link);
  });

  app.post('/continue-links/redeem', async (request, reply) => {
    const { visitor } = await authenticate(ports.verifier, request);
    await ports.limitLinks({ session: visitor.sid, address: request.ip });
    const token = request.body instanceof Object && 'token' in request.body ? request.body.token : undefined;
    if (typeof token !== 'string') throw new AiguyError('link_invalid');
    await ensureSession(ports.database, visitor);
    await continueSession(ports, visitor, token);
    return await reply.header('Cache-Control', 'no-store').send(toInfo(await findSession(ports.database, visitor)));
  });
}

// GET /sessions and GET /sessions/:id/transcript: the visitor's own conversations, and what was said in one of them.
import { AiguyError } from '@aiguy/manifests/errors';
import type { OwnSessions } from '@aiguy/manifests/generated/http';
import type { FastifyInstance } from 'fastify';
import { listSessions } from '../session/own-sessions.ts';
import { readTranscript } from '../session/spoken.ts';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { ownSession, type SessionParams } from './sessions.ts';

export function addOwnSessionRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get('/sessions', async (request, reply) => {
    const { visitor } = await authenticate(ports.verifier, request);
    // A guest has one session; another one of the same name would be another person.
    if (visitor.sub.startsWith('anon:')) throw new AiguyError('insufficient_scope');
    await ports.limitFeedback(visitor.sid);
    const list: OwnSessions = { sessions: await listSessions(ports.database, visitor) };
    return await reply.header('Cache-Control', 'no-store').send(list);
  });

  app.get<SessionParams>('/sessions/:id/transcript', async (request, reply) => {
    const session = await ownSession(ports, request);
    await ports.limitFeedback(session.id);
    return await reply.header('Cache-Control', 'no-store').send(await readTranscript(ports.log, session));
  });
}

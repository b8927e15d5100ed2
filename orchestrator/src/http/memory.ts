// GET and DELETE /sessions/:id/memory: what is kept of the visitor's own conversation beside its log, and having it forgotten.
import type { SessionMemoryInfo } from '@aiguy/manifests/generated/http';
import type { FastifyInstance } from 'fastify';
import { upToDate } from '../turn/remember.ts';
import type { HttpPorts } from './ports.ts';
import { ownSession, type SessionParams } from './sessions.ts';

const dayMs = 86_400_000;

export function addMemoryRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get<SessionParams>('/sessions/:id/memory', async (request, reply) => {
    const session = await ownSession(ports, request);
    const { scratchpad, summary, preferences, carriedChanges } = await upToDate(ports, session.id, session.lastSeq);
    const { orders, tickets, products, articles, asked } = scratchpad;
    const info: SessionMemoryInfo = {
      sessionId: session.id,
      expiresAt: new Date(session.activeAt.getTime() + ports.sessionIdleDays * dayMs).toISOString(),
      scratchpad: { orders, tickets, products, articles, questions: asked.map(({ question, times }) => ({ question, times })) },
      summary,
      preferences,
      changes: await ports.memories.changes(session.id, carriedChanges),
    };
    return await reply.header('Cache-Control', 'no-store').send(info);
  });

  app.delete<SessionParams>('/sessions/:id/memory', async (request, reply) => {
    const session = await ownSession(ports, request);
    await ports.memories.forget(session.id);
    return await reply.code(204).header('Cache-Control', 'no-store').send();
  });
}

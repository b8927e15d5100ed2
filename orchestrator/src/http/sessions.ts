// The session routes: make, look at, follow, cancel. A session that is not the caller's own does not exist for him.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SessionInfo } from '@aiguy/manifests/generated/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertNotExpired, assertSameAgent, ensureSession, findSession, type Session } from '../session/sessions.ts';
import { tail } from '../session/tail.ts';
import { answerForm } from './accept.ts';
import { authenticate } from './authenticate.ts';
import { cancelRun } from './cancel-run.ts';
import { parseWait, readLogPage } from './log-page.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal, sendEvents } from './send-events.ts';

export type SessionParams = { Params: { id: string } };

export function addSessionRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post('/sessions', async (request, reply) => {
    const { visitor } = await authenticate(ports.verifier, request);
    await ensureSession(ports.database, visitor);
    return await reply
      .code(201)
      .header('Cache-Control', 'no-store')
      .send(toInfo(await findSession(ports.database, visitor)));
  });

  app.get<SessionParams>('/sessions/:id', async (request, reply) => {
    const { visitor } = await authenticate(ports.verifier, request);
    const session = await ownSession(ports, request);
    await assertSameAgent(ports.database, visitor);
    return await reply.header('Cache-Control', 'no-store').send(toInfo(session));
  });

  app.get<SessionParams & { Querystring: { after?: string; follow?: string; wait?: string } }>('/sessions/:id/events', async (request, reply) => {
    const form = answerForm(request.headers.accept);
    const cursor = request.headers['last-event-id'] ?? request.query.after;
    const session = await ownSession(ports, request, { makeIt: true, isReturning: Number(cursor) > 0 });
    const after = parseCursor(cursor, session.lastSeq);
    if (form === 'json') {
      const waitS = parseWait(request.query.wait);
      const page = await readLogPage(ports, { sessionId: session.id, after, waitS, signal: clientSignal(reply) });
      return await reply.header('Cache-Control', 'no-store').send(page);
    }
    const follow = request.query.follow === '1';
    await sendEvents(reply, clientSignal(reply), (signal) => tail(ports.log, ports.runs, { id: session.id, after, follow, signal }));
  });

  app.post<SessionParams>('/sessions/:id/cancel', async (request, reply) => {
    const session = await ownSession(ports, request);
    return await reply.header('Cache-Control', 'no-store').send({ cancelled: await cancelRun(ports, session.id) });
  });
}

/**
 * The session that the address and the assertion name.
 * @param options.makeIt a session that has not begun is an empty one, so that a chat that opens for the first time follows nothing instead of failing
 * @param options.isReturning who has seen events of it before is told when it was deleted, instead of beginning anew unawares
 * @throws AiguyError not_found, session_expired
 */
export async function ownSession(
  ports: HttpPorts,
  request: FastifyRequest<SessionParams>,
  options: { makeIt?: boolean; isReturning?: boolean } = {},
): Promise<Session> {
  const { visitor } = await authenticate(ports.verifier, request);
  if (request.params.id !== visitor.sid) throw new AiguyError('not_found');
  if (options.isReturning) await assertNotExpired(ports.database, visitor);
  if (options.makeIt) await ensureSession(ports.database, visitor);
  return await findSession(ports.database, visitor);
}

/** @throws AiguyError invalid_cursor for anything but a number that the log has reached */
function parseCursor(cursor: string | string[] | undefined, lastSeq: number): number {
  if (cursor === undefined || cursor === '') return 0;
  const number = typeof cursor === 'string' && /^\d{1,9}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (Number.isNaN(number) || number > lastSeq) throw new AiguyError('invalid_cursor');
  return number;
}

export function toInfo(session: Session): SessionInfo {
  return { sessionId: session.id, createdAt: session.createdAt.toISOString(), lastEventId: session.lastSeq, running: session.running };
}

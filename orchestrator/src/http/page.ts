// POST /sessions/:id/page: a browser tells which page its visitor is on, because a tool has asked. Data of a stranger: checked in form, believed in nothing.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageAnswer } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import type { HttpPorts } from './ports.ts';
import { ownSession, type SessionParams } from './sessions.ts';

const bodyBytesMax = 64 * 1024;
const validateAnswer = validatorOf<PageAnswer>('PageAnswer');

export function addPageRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post<SessionParams>('/sessions/:id/page', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const session = await ownSession(ports, request);
    const checked = check(validateAnswer, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const { requestId, page } = checked.value;
    if (!isStorable(page))
      throw new AiguyError('invalid_request', { details: [{ pointer: '/page', rule: 'must be well-formed Unicode without NUL' }] });
    if (!(await ports.pages.answer(session.id, requestId, page))) throw new AiguyError('not_found');
    return await reply.header('Cache-Control', 'no-store').send({ taken: true });
  });
}

/** What Postgres and the tools API take. */
function isStorable(page: object): boolean {
  const text = JSON.stringify(page);
  return !/\\u0000|\\ud[89a-f][0-9a-f]{2}/i.test(text);
}

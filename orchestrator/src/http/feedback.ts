// POST /sessions/:id/feedback: what the visitor thought of an answer or of the whole conversation.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Feedback, FeedbackTaken } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { rate } from '../session/ratings.ts';
import type { HttpPorts } from './ports.ts';
import { ownSession, type SessionParams } from './sessions.ts';

const bodyBytesMax = 8 * 1024;
const validateFeedback = validatorOf<Feedback>('Feedback');

export function addFeedbackRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post<SessionParams>('/sessions/:id/feedback', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const session = await ownSession(ports, request);
    await ports.limitFeedback(session.id);
    const checked = check(validateFeedback, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const { comment = '' } = checked.value;
    // What Postgres can't keep.
    if (comment.includes('\0') || !comment.isWellFormed())
      throw new AiguyError('invalid_request', { details: [{ pointer: '/comment', rule: 'must be well-formed Unicode without NUL' }] });
    const taken: FeedbackTaken = { lastEventId: await rate(ports.runs, session.id, checked.value) };
    return await reply.header('Cache-Control', 'no-store').send(taken);
  });
}

// POST /sessions/:id/handoff: the visitor wants to talk to a person; asked again, it is the same wait. Or he leaves a message instead: a ticket's card.
import { randomUUID } from 'node:crypto';
import { AiguyError } from '@aiguy/manifests/errors';
import type { HandoffRequest, LeftMessage } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import { wordsFor } from '@aiguy/manifests/words';
import type { FastifyInstance } from 'fastify';
import { ensureSession } from '../session/sessions.ts';
import { begin } from './answer-run.ts';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal } from './send-events.ts';
import type { SessionParams } from './sessions.ts';

const bodyBytesMax = 4096;
const validateRequest = validatorOf<HandoffRequest>('HandoffRequest');

export function addHandoffRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post<SessionParams>('/sessions/:id/handoff', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { visitor, assertion } = await authenticate(ports.verifier, request);
    if (request.params.id !== visitor.sid) throw new AiguyError('not_found');
    const checked = check(validateRequest, request.body ?? {});
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    await ports.limitChat(`${visitor.iss} ${visitor.sub}`);
    const { reason, leaveMessage } = checked.value;
    if (leaveMessage) {
      begin(ports, await ports.runs.start({ visitor, assertion, ...readMessage(leaveMessage), runId: randomUUID(), ticket: true }));
      return await reply.header('Cache-Control', 'no-store').send({ status: 'ticket' });
    }
    const { text: hours, ...people } = await ports.askHours({ visitor, assertion, signal: clientSignal(reply) });
    const told = { ...people, ...(hours === undefined ? {} : { text: wordsFor(visitor).tell(hours) }) };
    await ensureSession(ports.database, visitor);
    const info = await ports.handoffs.ask(visitor.sid, { issuer: visitor.iss, reason: reason ?? 'asked_for_human', people: told });
    return await reply.header('Cache-Control', 'no-store').send(info);
  });
}

/** @throws AiguyError message_empty, invalid_request */
function readMessage({ messageId, text }: LeftMessage): LeftMessage {
  const read = text.normalize('NFC').trim();
  if (read === '') throw new AiguyError('message_empty');
  if (!read.isWellFormed() || read.includes('\0'))
    throw new AiguyError('invalid_request', { details: [{ pointer: '/leaveMessage/text', rule: 'must be well-formed Unicode without NUL' }] });
  return { messageId, text: read };
}

// POST /sessions/:id/handoff: the visitor wants to talk to a person. Asked again, it is the same wait.
import { AiguyError } from '@aiguy/manifests/errors';
import type { HandoffRequest } from '@aiguy/manifests/generated/http';
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import { check, createAjv } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { ensureSession } from '../session/sessions.ts';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal } from './send-events.ts';
import type { SessionParams } from './sessions.ts';

const bodyBytesMax = 1024;
const validateRequest = createAjv()
  .addSchema(http)
  .compile<HandoffRequest>({ $ref: `${http.$id}#/$defs/HandoffRequest` });

export function addHandoffRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post<SessionParams>('/sessions/:id/handoff', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { visitor, assertion } = await authenticate(ports.verifier, request);
    if (request.params.id !== visitor.sid) throw new AiguyError('not_found');
    const checked = check(validateRequest, request.body ?? {});
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    await ports.limitChat(`${visitor.iss} ${visitor.sub}`);
    const people = await ports.askHours({ visitor, assertion, signal: clientSignal(request) });
    await ensureSession(ports.database, visitor);
    const info = await ports.handoffs.ask(visitor.sid, { issuer: visitor.iss, reason: checked.value.reason ?? 'asked_for_human', people });
    return await reply.header('Cache-Control', 'no-store').send(info);
  });
}

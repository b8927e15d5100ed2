// POST /sessions/:id/effects/:effectId/undo: takes a write back; the click on the receipt is the consent.
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { FastifyInstance } from 'fastify';
import type { Started } from '../session/run.ts';
import { undoEffect } from '../session/undo.ts';
import { answerForm } from './accept.ts';
import { answerRun, begin } from './answer-run.ts';
import { type AuthenticatedVisitor, authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';

/** Beyond it, an id can name nothing. */
const effectIdShape = /^[A-Za-z0-9_-]{1,100}$/;

export function addUndoRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post<{ Params: { id: string; effectId: string } }>('/sessions/:id/effects/:effectId/undo', async (request, reply) => {
    const form = answerForm(request.headers.accept);
    const from = await authenticate(ports.verifier, request);
    if (request.params.id !== from.visitor.sid) throw new AiguyError('not_found');
    await ports.limitChat(`${from.visitor.iss} ${from.visitor.sub}`);
    const { run } = await withRemoteTrace(request.headers, async () => await takeBack(ports, from, request.params.effectId));
    return await answerRun(ports, { reply, run, form, isAlone: false });
  });
}

/**
 * Begins the run that takes a write back, whichever way the click came.
 * @throws AiguyError not_found, undo_expired, insufficient_scope
 */
export async function takeBack(ports: HttpPorts, from: AuthenticatedVisitor, effectId: string): Promise<Started> {
  if (!effectIdShape.test(effectId)) throw new AiguyError('not_found');
  const started = await undoEffect(ports.runs, ports.catalogue, { ...from, effectId });
  begin(ports, started);
  return started;
}

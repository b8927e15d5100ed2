// GET /opening-hours: whether people of the support team are at work now, for a chat whose visitor wants to talk to one.
import { AiguyError } from '@aiguy/manifests/errors';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { OpeningHours } from '../backends/opening-hours.ts';
import { authenticate } from './authenticate.ts';

export function addOpeningHoursRoute(app: FastifyInstance, ports: { verifier: TokenVerifier; openingHours: OpeningHours }): void {
  app.get('/opening-hours', async (request, reply) => {
    const { scopes, subject } = await authenticate(ports.verifier, request);
    if (!scopes.includes('handoff:write')) throw new AiguyError('insufficient_scope');
    const attendance = ports.openingHours.now(subject.openingHours);
    const { state } = attendance;
    return await reply.header('Cache-Control', 'no-store').send(state === 'unknown' ? { state } : { state, text: attendance.text });
  });
}

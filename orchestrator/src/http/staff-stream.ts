// GET /staff/stream: a stream of two events with a pause between them. What lies in between shows whether it holds bytes back.
import { setTimeout as pause } from 'node:timers/promises';
import { EventType } from '@ag-ui/core';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { LoggedEvent } from '../session/event-log.ts';
import { authenticateStaff } from './authenticate.ts';
import { clientSignal, sendEvents } from './send-events.ts';

const pauseMs = 1500;

export function addStaffStreamRoute(app: FastifyInstance, { verifier }: { verifier: TokenVerifier }): void {
  app.get('/staff/stream', async (request, reply) => {
    await authenticateStaff(verifier, request, 'site:read');
    await sendEvents(reply, clientSignal(reply), async function* (signal) {
      yield [markOf(1)];
      await pause(pauseMs, undefined, { signal });
      yield [markOf(2)];
    });
  });
}

const markOf = (seq: number): LoggedEvent => ({ seq, runId: '', event: { type: EventType.CUSTOM, name: 'aiguy.self_test', value: {} } });

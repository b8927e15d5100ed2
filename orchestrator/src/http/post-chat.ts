// POST /chat and POST /ask: takes a message into the log, starts its run, and sends what the log gets, as events or drained into JSON.
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Started } from '../session/run.ts';
import { answerForm } from './accept.ts';
import { answerRun, begin } from './answer-run.ts';
import { type AuthenticatedVisitor, authenticate } from './authenticate.ts';
import { settleInterrupt } from './interrupts.ts';
import { assertKnown, parseMessage } from './parse-message.ts';
import type { HttpPorts } from './ports.ts';

/** Runs that are looked at for the ids an AG-UI client may name. */
const knownRunsMax = 100;

export function addChatRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post('/chat', async (request, reply) => {
    const form = answerForm(request.headers.accept);
    const from = await authenticate(ports.verifier, request);
    const { run } = await withRemoteTrace(request.headers, async () => await acceptBody(ports, from, request.body));
    return await answerRun(ports, { reply, run, form, isAlone: isAgUi(request) });
  });
  app.post('/ask', async (request, reply) => {
    const from = await authenticate(ports.verifier, request);
    const { run } = await withRemoteTrace(request.headers, async () => await acceptBody(ports, from, request.body));
    return await answerRun(ports, { reply, run, form: 'json', isAlone: true });
  });
}

/**
 * Takes a message, or an AG-UI client's answer to a card, whichever way it came.
 * @throws AiguyError
 */
export async function acceptBody(ports: HttpPorts, from: AuthenticatedVisitor, body: unknown): Promise<Started> {
  const { visitor, assertion } = from;
  const message = parseMessage(body);
  if (message.threadId !== undefined && message.threadId !== visitor.sid) throw new AiguyError('not_found');
  await ports.limitChat(`${visitor.iss} ${visitor.sub}`);
  if (message.claimedIds.length > 0) assertKnown(message.claimedIds, await ports.log.readRuns(visitor.sid, knownRunsMax));
  if (message.kind === 'resume') return await settleInterrupt(ports, from, message);
  const { text, messageId, runId, product } = message;
  const started = await ports.runs.start({ visitor, assertion, text, messageId, runId, product });
  begin(ports, started);
  return started;
}

function isAgUi({ body }: FastifyRequest): boolean {
  return typeof body === 'object' && body !== null && 'threadId' in body;
}

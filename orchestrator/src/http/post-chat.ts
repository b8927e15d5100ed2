// POST /chat and POST /ask: takes a message into the log, starts its run, and sends what the log gets, as events or drained into JSON.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Run } from '../session/runs.ts';
import { tail } from '../session/tail.ts';
import { answerForm } from './accept.ts';
import { acceptMessage } from './accept-message.ts';
import { authenticate } from './authenticate.ts';
import { drainAnswer } from './drain-answer.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal, sendEvents } from './send-events.ts';

export function addChatRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post('/chat', async (request, reply) => {
    const form = answerForm(request.headers.accept);
    const run = await acceptMessage(ports, await authenticate(ports.verifier, request), request);
    return form === 'json' ? await answerAsJson(ports, request, { reply, run }) : await answerAsEvents(ports, request, { reply, run });
  });
  app.post('/ask', async (request, reply) => {
    const run = await acceptMessage(ports, await authenticate(ports.verifier, request), request);
    return await answerAsJson(ports, request, { reply, run });
  });
}

type Answering = { reply: FastifyReply; run: Run };

async function answerAsEvents(ports: HttpPorts, request: FastifyRequest, { reply, run }: Answering): Promise<void> {
  await sendEvents(reply, clientSignal(request), (signal) => follow(ports, run, signal));
}

async function answerAsJson(ports: HttpPorts, request: FastifyRequest, { reply, run }: Answering): Promise<FastifyReply> {
  const answer = await drainAnswer(run, follow(ports, run, clientSignal(request)));
  return await reply.header('Cache-Control', 'no-store').send(answer);
}

function follow(ports: HttpPorts, run: Run, signal: AbortSignal) {
  return tail(ports.log, ports.runs, { id: run.sessionId, after: run.firstSeq - 1, untilRunEnds: run.id, signal });
}

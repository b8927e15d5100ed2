// Answers a request with a run: follows the log until the run has ended, as events or drained into JSON.
import type { FastifyReply } from 'fastify';
import type { LoggedEvent } from '../session/event-log.ts';
import type { Run, Started } from '../session/run.ts';
import { tail } from '../session/tail.ts';
import type { AnswerForm } from './accept.ts';
import { drainAnswer } from './drain-answer.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal, sendEvents } from './send-events.ts';

/** isAlone: an AG-UI client knows one run at a time; ours follows the whole log, in which the run before may still be ending. */
export type Answering = { reply: FastifyReply; run: Run; form: AnswerForm; isAlone: boolean };

export async function answerRun(ports: HttpPorts, { reply, run, form, isAlone }: Answering): Promise<FastifyReply | undefined> {
  if (form === 'json') {
    const answer = await drainAnswer(run, onlyOf(run, follow(ports, run, clientSignal(reply))));
    return await reply.header('Cache-Control', 'no-store').send(answer);
  }
  await sendEvents(reply, clientSignal(reply), (signal) => {
    const batches = follow(ports, run, signal);
    return isAlone ? onlyOf(run, batches) : batches;
  });
  return undefined;
}

/** Begins to work on a run that is this process' own now. */
export function begin(ports: HttpPorts, { run, assignment }: Started): void {
  if (!assignment) return;
  ports.metrics.accepted(run.id);
  ports.liveRuns.start(assignment);
}

function follow(ports: HttpPorts, run: Run, signal: AbortSignal) {
  return tail(ports.log, ports.runs, { id: run.sessionId, after: run.firstSeq - 1, untilRunEnds: run.id, signal });
}

/** The run's own events from its RUN_STARTED on. */
async function* onlyOf(run: Run, batches: AsyncGenerator<LoggedEvent[]>): AsyncGenerator<LoggedEvent[]> {
  let hasStarted = false;
  for await (const batch of batches) {
    const own = batch.filter(({ runId, event }) => {
      hasStarted ||= runId === run.id && event.type === 'RUN_STARTED';
      return hasStarted && runId === run.id;
    });
    if (own.length > 0) yield own;
  }
}

// POST /sessions/:id/confirmations/:cid and /inputs/:iid: the click, or the form, that a run waits for.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Decision, InputAnswer } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../session/interrupts.ts';
import type { Started } from '../session/run.ts';
import { answerForm } from './accept.ts';
import { answerRun, begin } from './answer-run.ts';
import { type AuthenticatedVisitor, authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';

const validateDecision = validatorOf<Decision>('Decision');
const validateInput = validatorOf<InputAnswer>('InputAnswer');

type Params = { Params: { id: string; interruptId: string } };

export function addInterruptRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post<Params>('/sessions/:id/confirmations/:interruptId', async (request, reply) => {
    return await settle(ports, { request, reply }, parseDecision(request.body));
  });
  app.post<Params>('/sessions/:id/inputs/:interruptId', async (request, reply) => {
    return await settle(ports, { request, reply }, parseInput(request.body));
  });
}

async function settle(
  ports: HttpPorts,
  { request, reply }: { request: FastifyRequest<Params>; reply: FastifyReply },
  answer: Answer,
): Promise<FastifyReply | undefined> {
  const form = answerForm(request.headers.accept);
  const from = await authenticate(ports.verifier, request);
  if (request.params.id !== from.visitor.sid) throw new AiguyError('not_found');
  await ports.limitChat(`${from.visitor.iss} ${from.visitor.sub}`);
  const { interruptId } = request.params;
  const { run } = await withRemoteTrace(request.headers, async () => await settleInterrupt(ports, from, { interruptId, answer }));
  return await answerRun(ports, { reply, run, form, isAlone: false });
}

/**
 * Settles a card and begins the run that goes on from it.
 * @throws AiguyError not_found, interrupt_decided, interrupt_expired, form_invalid naming the fields
 */
export async function settleInterrupt(
  ports: HttpPorts,
  { visitor, assertion }: AuthenticatedVisitor,
  { interruptId, answer }: { interruptId: string; answer: Answer },
): Promise<Started> {
  if (!/^[\w-]{1,64}$/.test(interruptId)) throw new AiguyError('not_found');
  const started = await ports.interrupts.decide({ visitor, assertion, interruptId, answer }, (tool, values) => {
    const validate = ports.catalogue.get(tool)?.validateForm;
    if (!validate) throw new AiguyError('not_found');
    const checked = check(validate, values);
    if (!checked.ok) throw new AiguyError('form_invalid', { details: checked.violations });
  });
  begin(ports, started);
  return started;
}

/** @throws AiguyError invalid_request */
export function parseDecision(body: unknown): Answer {
  const checked = check(validateDecision, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  return { kind: 'confirmation', decision: checked.value.decision };
}

/** @throws AiguyError invalid_request */
export function parseInput(body: unknown): Answer {
  const checked = check(validateInput, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  return { kind: 'input', values: 'values' in checked.value ? checked.value.values : undefined };
}

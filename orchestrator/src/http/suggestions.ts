// POST /suggestions: articles for what a visitor is still typing. No session, no run, no model: nothing of it is kept.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SuggestionsRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal } from './send-events.ts';

/** 200 characters as JSON escapes, and the rest. */
const bodyBytesMax = 4096;

const validateRequest = validatorOf<SuggestionsRequest>('SuggestionsRequest');

export function addSuggestionsRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.post('/suggestions', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { visitor, assertion } = await authenticate(ports.verifier, request);
    if (!visitor.scopes.includes('docs:read')) throw new AiguyError('insufficient_scope');
    const typed = parseTyped(request.body);
    await ports.limitSuggestions({ session: `${visitor.iss} ${visitor.sid}`, address: request.ip });
    const options = { visitor, assertion, signal: clientSignal(reply) };
    const suggestions = await withRemoteTrace(request.headers, async () => await ports.suggestArticles(typed, options));
    return await reply.header('Cache-Control', 'no-store').send(suggestions);
  });
}

/** In the form in which a message is searched for, so that the search is the same. @throws AiguyError invalid_request */
function parseTyped(body: unknown): SuggestionsRequest {
  const text = body instanceof Object && 'text' in body && typeof body.text === 'string' ? body.text.normalize('NFC').trim() : undefined;
  const checked = check(validateRequest, text === undefined ? body : { ...(body as object), text });
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  if (!checked.value.text.isWellFormed() || checked.value.text.includes('\0'))
    throw new AiguyError('invalid_request', { details: [{ pointer: '/text', rule: 'must be well-formed Unicode without NUL' }] });
  return checked.value;
}

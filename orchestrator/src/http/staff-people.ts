// What a person of a site does in a conversation: take it over, speak, hand it back, end a wait, write notes for the others, and delete it or several.
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffConversationIds, StaffConversationsDeleted, StaffMessage, StaffNoteRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { StaffAssertion } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { deleteSession } from '../session/sessions.ts';
import { authenticateStaff } from './authenticate.ts';
import { type ConversationParams, findOwn, type StaffConversationPorts } from './staff-conversations.ts';

const bodyBytesMax = 32 * 1024;
const validateMessage = validatorOf<StaffMessage>('StaffMessage');
const validateIds = validatorOf<StaffConversationIds>('StaffConversationIds');
const validateNote = validatorOf<StaffNoteRequest>('StaffNoteRequest');

type Request = FastifyRequest<ConversationParams>;
type Work = (sessionId: string, staff: StaffAssertion, request: Request) => Promise<void>;

export function addStaffPeopleRoutes(app: FastifyInstance, ports: StaffConversationPorts): void {
  const { handoffs, liveRuns, notes } = ports;
  const works: Record<string, Work> = {
    'take-over': async (sessionId, staff) => {
      const running = await handoffs.take(sessionId, staff);
      if (running !== undefined) liveRuns.cancel(sessionId, running);
    },
    messages: async (sessionId, staff, { body }) => await handoffs.say(sessionId, staff, parse(validateMessage, body)),
    'hand-back': async (sessionId, staff) => await handoffs.close(sessionId, staff),
    close: async (sessionId) => await handoffs.close(sessionId),
    notes: async (sessionId, staff, { body }) => await notes.add(sessionId, staff, parse(validateNote, body).text),
  };
  for (const [name, work] of Object.entries(works)) {
    app.post<ConversationParams>(`/staff/conversations/:id/${name}`, { bodyLimit: bodyBytesMax }, async (request, reply) => {
      const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:write');
      if (staff.sub === 'site') throw new AiguyError('insufficient_scope');
      const { conversation } = await findOwn(ports, staff.iss, request.params.id);
      await work(conversation.sessionId, staff, request);
      return await reply.header('Cache-Control', 'no-store').send((await findOwn(ports, staff.iss, conversation.sessionId)).conversation);
    });
  }

  app.delete<ConversationParams>('/staff/conversations/:id', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:write');
    if (staff.sub === 'site') throw new AiguyError('insufficient_scope');
    await deleteSession(ports.database, { issuer: staff.iss, id: request.params.id });
    return await reply.code(204).send();
  });

  app.delete('/staff/conversations', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:write');
    if (staff.sub === 'site') throw new AiguyError('insufficient_scope');
    const checked = check(validateIds, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const result: StaffConversationsDeleted = { deleted: [], busy: [] };
    for (const id of checked.value.ids) result[await becameOf(ports, { issuer: staff.iss, id })].push(id);
    return await reply.header('Cache-Control', 'no-store').send(result);
  });
}

/** What is not there needs no deleting. */
async function becameOf(
  { database }: StaffConversationPorts,
  conversation: { issuer: string; id: string },
): Promise<keyof StaffConversationsDeleted> {
  const refused = await deleteSession(database, conversation).catch((error: unknown) => error);
  if (refused === undefined) return 'deleted';
  if (!(refused instanceof AiguyError)) throw refused;
  if (refused.code === 'turn_in_progress') return 'busy';
  if (refused.code === 'not_found') return 'deleted';
  throw refused;
}

/** @throws AiguyError message_empty, invalid_request */
function parse<T extends { text: string }>(validate: Parameters<typeof check<T>>[0], body: unknown): T {
  const checked = check(validate, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  const text = checked.value.text.normalize('NFC').trim();
  if (text === '') throw new AiguyError('message_empty');
  if (!text.isWellFormed() || text.includes('\0'))
    throw new AiguyError('invalid_request', { details: [{ pointer: '/text', rule: 'must be well-formed Unicode without NUL' }] });
  return { ...checked.value, text };
}

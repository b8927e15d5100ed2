// /staff/conversations: the people of a site find, read and watch its conversations. What is another site's does not exist for them.
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffAlertKeys, StaffTranscript, TranscriptEntry } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { zoneOf } from '../budget/caps.ts';
import { acknowledgeAlerts, claimAlerts } from '../session/alerts.ts';
import { entriesOf } from '../session/conversation-entries.ts';
import type { ConversationFilter, Conversations, FoundConversation, Search } from '../session/conversations.ts';
import type { EventLog, LoggedEvent } from '../session/event-log.ts';
import type { Handoffs } from '../session/handoffs.ts';
import type { StaffNotes } from '../session/notes.ts';
import { openQuestions } from '../session/open-questions.ts';
import { type ShowArguments, shownArguments } from '../session/shown-call.ts';
import { authenticateStaff } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';

export type StaffConversationPorts = Pick<HttpPorts, 'database' | 'liveRuns' | 'catalogue'> & {
  verifier: TokenVerifier;
  log: EventLog;
  handoffs: Handoffs;
  conversations: Conversations;
  notes: StaffNotes;
  nowMs: () => number;
};
export type ConversationParams = { Params: { id: string } };

type ListQuery = { Querystring: Partial<Record<'q' | 'filter' | 'before' | 'limit' | 'present', string>> };

const filters: ConversationFilter[] = ['all', 'unanswered', 'low_rating', 'escalated', 'tool_errors', 'waiting', 'with_person', 'running'];
const alertKeysBytesMax = 64 * 1024;
const validateAlertKeys = validatorOf<StaffAlertKeys>('StaffAlertKeys');
const textCharactersMax = 200;
const limitDefault = 25;
const limitMax = 100;
const eventsAtOnce = 1000;
/** A conversation of so many events has gone on for days; the newest count. */
const eventsMax = 20_000;
const entriesMax = 400;

export function addStaffConversationRoutes(app: FastifyInstance, ports: StaffConversationPorts): void {
  app.get<ListQuery>('/staff/conversations', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    const search = parseSearch(request.query);
    if (request.query.present === '1' && staff.sub !== 'site') await ports.handoffs.notePresence(staff);
    return await reply.header('Cache-Control', 'no-store').send(await ports.conversations.list(staff.iss, search));
  });

  app.get('/staff/conversations/counts', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    return await reply.header('Cache-Control', 'no-store').send(await ports.conversations.count(staff.iss));
  });

  app.get<ConversationParams>('/staff/conversations/:id', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    const found = await findOwn(ports, staff.iss, request.params.id);
    return await reply.header('Cache-Control', 'no-store').send(await readTranscript(ports, { issuer: staff.iss, found }));
  });

  app.get<ConversationParams>('/staff/conversations/:id/export', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    const found = await findOwn(ports, staff.iss, request.params.id);
    const transcript = await readTranscript(ports, { issuer: staff.iss, found, showArguments: shownArguments(ports.catalogue) });
    return await reply.header('Cache-Control', 'no-store').send({ transcript, text: asText(transcript) });
  });

  app.get('/staff/questions', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    return await reply.header('Cache-Control', 'no-store').send({ questions: await openQuestions(ports.database, staff.iss) });
  });

  app.post('/staff/alerts', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    const site = { issuer: staff.iss, timeZone: zoneOf(staff), now: new Date(ports.nowMs()) };
    const alerts = await claimAlerts(ports.database, site);
    return await reply.header('Cache-Control', 'no-store').send({ alerts });
  });

  app.post('/staff/alerts/received', { bodyLimit: alertKeysBytesMax }, async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'conversation:read');
    const checked = check(validateAlertKeys, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    await acknowledgeAlerts(ports.database, staff.iss, checked.value.keys);
    return await reply.code(204).send();
  });
}

/** @throws AiguyError not_found, the same for a conversation of another site */
export async function findOwn(
  { conversations }: Pick<StaffConversationPorts, 'conversations'>,
  issuer: string,
  id: string,
): Promise<FoundConversation> {
  const found = await conversations.find(issuer, id);
  if (!found) throw new AiguyError('not_found');
  return found;
}

/** @throws AiguyError invalid_request naming what is wrong, invalid_cursor */
function parseSearch({ q = '', filter = 'all', before, limit = String(limitDefault) }: ListQuery['Querystring']): Search {
  const found = filters.find((one) => one === filter);
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (!found) throw invalid('/filter', `must be one of ${filters.join(', ')}`);
  if (count < 1 || count > limitMax) throw invalid('/limit', `must be a number from 1 to ${limitMax}`);
  if (q.length > textCharactersMax || !q.isWellFormed() || q.includes('\0')) throw invalid('/q', `must be at most ${textCharactersMax} characters`);
  return { text: q.trim(), filter: found, limit: count, before: before === undefined ? undefined : parseCursor(before) };
}

function invalid(pointer: string, rule: string): AiguyError {
  return new AiguyError('invalid_request', { details: [{ pointer, rule }] });
}

/** @throws AiguyError invalid_cursor */
function parseCursor(cursor: string): NonNullable<Search['before']> {
  const decoded = Buffer.from(cursor.slice(0, 300), 'base64url').toString();
  const [, spokenAt, id] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::?\d\d)?) ([A-Za-z0-9_-]{22,64})$/.exec(decoded) ?? [];
  if (spokenAt === undefined || id === undefined) throw new AiguyError('invalid_cursor');
  return { spokenAt, id };
}

async function readTranscript(
  ports: StaffConversationPorts,
  { issuer, found, showArguments }: { issuer: string; found: FoundConversation; showArguments?: ShowArguments },
): Promise<StaffTranscript> {
  const { conversation, lastSeq } = found;
  const { sessionId } = conversation;
  const [events, notes, ratings, tickets] = await Promise.all([
    readNewest(ports.log, sessionId, lastSeq),
    ports.notes.list(sessionId),
    ports.conversations.ratings(sessionId),
    ports.conversations.tickets(issuer, sessionId),
  ]);
  const entries = entriesOf(events, showArguments).slice(-entriesMax);
  return { conversation, lastEventId: events.at(-1)?.seq ?? 0, entries, notes, ratings, tickets };
}

async function readNewest(log: EventLog, sessionId: string, lastSeq: number): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let after = Math.max(0, lastSeq - eventsMax); ; after = events.at(-1)?.seq ?? after) {
    const page = await log.read(sessionId, after, eventsAtOnce);
    events.push(...page);
    if (page.length < eventsAtOnce) return events;
  }
}

const speakers = { visitor: 'Visitor', agent: 'Agent' };

function asText({ conversation, entries, notes }: StaffTranscript): string {
  const lines = entries.map((entry) => `${entry.at ?? ''}  ${lineOf(entry)}`.trim());
  const noted = notes.map(({ at, name, text }) => `${at}  Note by ${name}: ${text}`);
  const { page, browser } = conversation;
  return [
    `Conversation ${conversation.sessionId}, begun ${conversation.startedAt}${page === undefined ? '' : ` on ${page}`}`,
    ...(browser === undefined ? [] : [`Browser: ${browser}`]),
    '',
    ...lines,
    ...(noted.length > 0 ? ['', ...noted] : []),
    '',
  ].join('\n');
}

function lineOf({ kind, name, text, event, call, sources = [] }: TranscriptEntry): string {
  const called = call ? ` [${call.tool} ${call.arguments} → ${call.outcome}]` : '';
  if (kind === 'event') return `(${event}${text === '' ? '' : `: ${text}`}${called})`;
  const cited = sources.length > 0 ? `\n  Sources: ${sources.map(({ title, url }) => `${title} <${url}>`).join(', ')}` : '';
  return `${kind === 'person' ? name : speakers[kind]}: ${text}${cited}`;
}

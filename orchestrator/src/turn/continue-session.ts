// Goes on with a conversation of another device: what was said comes as one snapshot, and what is remembered comes along. The old session stays as it is.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import { AiguyError } from '@aiguy/manifests/errors';
import type { CitationsValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { announce } from '../session/announce.ts';
import { findLinked, useLink } from '../session/continue-links.ts';
import type { LoggedEvent } from '../session/event-log.ts';
import { carryMemory } from '../session/memory.ts';
import { findSession } from '../session/sessions.ts';
import { upToDate } from './remember.ts';
import type { TurnPorts } from './turn.ts';

const runsMax = 40;
const messagesMax = 60;
const charactersMax = 48_000;

type Database = Parameters<typeof findSession>[0];
type Message = { id: string; role: 'user' | 'assistant'; content: string };

/**
 * Begins the visitor's new, still empty session with the conversation that a link leads to. The link is used up with it, or not at all.
 * @throws AiguyError link_invalid; conversation_begun when something was said in the new session already
 */
export async function continueSession(
  ports: Pick<TurnPorts, 'log' | 'runs' | 'memories'> & { database: Database },
  visitor: VisitorAssertion,
  token: string,
): Promise<void> {
  const session = await findSession(ports.database, visitor);
  if (session.lastSeq > 0) throw new AiguyError('conversation_begun');
  const from = await findLinked(ports.database, visitor, token);
  const events = await ports.log.readRuns(from, runsMax);
  const memory = await upToDate(ports, from, events.at(-1)?.seq ?? 0);
  const changes = await ports.memories.changes(from, memory.carriedChanges);
  const isAlone = await announce(ports.runs, visitor.sid, async (connection) => {
    const { rows } = await connection.query<{ runs: number }>('SELECT count(*)::int AS runs FROM runs WHERE session_id = $1', [visitor.sid]);
    if (rows[0]?.runs !== 0) throw new AiguyError('conversation_begun');
    await useLink(connection, token);
    await carryMemory(connection, from, { to: visitor.sid, memory, changes });
    return snapshotOf(events.filter(({ seq }) => seq > memory.forgottenSeq));
  });
  if (!isAlone) throw new AiguyError('conversation_begun');
}

/** The newest messages of a log as AG-UI's snapshot, with their citations behind it. */
export function snapshotOf(events: readonly LoggedEvent[]): AGUIEvent[] {
  const messages = new Map<string, Message>();
  const citations = new Map<string, CitationsValue>();
  for (const { event } of events) {
    for (const { id, role, content } of messagesIn(event)) messages.set(id, { id, role, content: (messages.get(id)?.content ?? '') + content });
    for (const id of takenBackIn(event)) messages.delete(id);
    if (event.type === EventType.CUSTOM && event.name === 'aiguy.citations') citations.set(event.value.messageId, event.value);
  }
  const kept = newest([...messages.values()]);
  return [
    { type: EventType.MESSAGES_SNAPSHOT, timestamp: Date.now(), messages: kept },
    ...kept.flatMap(({ id }): AGUIEvent[] => {
      const value = citations.get(id);
      return value ? [{ type: EventType.CUSTOM, name: 'aiguy.citations', value }] : [];
    }),
  ];
}

function takenBackIn(event: AGUIEvent): string[] {
  return event.type === EventType.CUSTOM && event.name === 'aiguy.step_reset' ? (event.value as StepResetValue).messageIds : [];
}

function messagesIn(event: AGUIEvent): Message[] {
  if (event.type === EventType.TEXT_MESSAGE_CONTENT) return [{ id: event.messageId, role: 'assistant', content: event.delta }];
  const messages =
    event.type === EventType.RUN_STARTED ? (event.input?.messages ?? []) : event.type === EventType.MESSAGES_SNAPSHOT ? event.messages : [];
  return messages.flatMap(({ id, role, content }): Message[] =>
    (role === 'user' || role === 'assistant') && typeof content === 'string' && content !== '' ? [{ id, role, content }] : [],
  );
}

function newest(messages: Message[]): Message[] {
  let characters = 0;
  const first = messages.findLastIndex(({ content }) => {
    characters += content.length;
    return characters > charactersMax;
  });
  return messages.slice(first + 1).slice(-messagesMax);
}

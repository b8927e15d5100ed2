// Log → messages: what the model is told of the conversation. Always well-paired, never more than it may cost.

import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { AuthorValue, InterruptSettledValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { Notes, TranscriptMessage } from '../model/port.ts';
import type { LoggedEvent } from '../session/event-log.ts';
import { clip } from './notes.ts';

/** seq: of the first event of it. */
export type Exchange = { user: string; assistant: string; seq: number };

/** Whatever the notes take, so much is left for the newest exchange. */
const exchangesCharactersMin = 300;

/**
 * Earlier exchanges from the log, oldest first; a run without an answer leaves only its question. A run that goes on from a card belongs to the
 * exchange that asked, one that nobody asked for to the exchange before it; what the visitor did with a card is told in words, because no call
 * is left open in a transcript.
 */
export function exchangesOf(events: LoggedEvent[]): Exchange[] {
  const exchanges = new Map<string, Draft>();
  for (const { seq, runId, event } of events) {
    if (event.type === EventType.RUN_STARTED) exchanges.set(runId, draftFor(event, seq, exchanges));
    else if (event.type === EventType.MESSAGES_SNAPSHOT) addSnapshot(exchanges, seq, event.messages);
    else addTo(exchanges.get(runId), event);
  }
  return [...new Set(exchanges.values())]
    .map(({ seq, user, parts }) => ({
      seq,
      user,
      assistant: parts
        .map(({ text }) => text)
        .join('')
        .replace(/ {2,}/g, ' '),
    }))
    .filter(({ user, assistant }) => user !== '' || assistant !== '');
}

type Started = Extract<AGUIEvent, { type: EventType.RUN_STARTED }>;

function draftFor({ input, parentRunId }: Started, seq: number, exchanges: ReadonlyMap<string, Draft>): Draft {
  const content = input?.messages.at(-1)?.content;
  const parent = parentRunId === undefined ? undefined : exchanges.get(parentRunId);
  if (parent) return parent;
  if (typeof content === 'string' && content !== '') return { seq, user: content, parts: [] };
  const last = [...exchanges.values()].at(-1);
  last?.parts.push({ messageId: '', text: ' ' });
  return last ?? { seq, user: '', parts: [] };
}

/** A text with the message it belongs to, so that a step that is begun again can take it back. */
type Draft = { seq: number; user: string; parts: { messageId: string; text: string }[] };

/** A conversation that goes on here begins with what was said on the other device. */
function addSnapshot(exchanges: Map<string, Draft>, seq: number, messages: { id: string; role: string; content?: unknown }[]): void {
  let draft: Draft | undefined;
  for (const { id, role, content } of messages) {
    if (typeof content !== 'string') continue;
    if (role === 'user' || !draft) {
      draft = { seq, user: role === 'user' ? content : '', parts: [] };
      exchanges.set(`${seq} ${id}`, draft);
    }
    if (role === 'assistant') draft.parts.push({ messageId: id, text: content });
  }
}

function addTo(draft: Draft | undefined, event: AGUIEvent): void {
  if (!draft) return;
  if (event.type === EventType.TEXT_MESSAGE_CONTENT) draft.parts.push({ messageId: event.messageId, text: event.delta });
  else if (event.type === EventType.RUN_FINISHED && event.outcome?.type === 'interrupt')
    draft.parts.push({ messageId: '', text: ` (Asked the visitor: ${event.outcome.interrupts.map(({ message }) => message).join('; ')}.)` });
  else if (event.type === EventType.CUSTOM && event.name === 'aiguy.interrupt_settled')
    draft.parts.push({ messageId: '', text: ` (The visitor’s answer: ${(event.value as InterruptSettledValue).outcome}.) ` });
  else if (event.type === EventType.CUSTOM && event.name === 'aiguy.author')
    draft.parts.push({ messageId: '', text: ` (${(event.value as AuthorValue).name}, a person of the team, said:) ` });
  else if (event.type === EventType.CUSTOM && event.name === 'aiguy.step_reset') {
    const { messageIds } = event.value as StepResetValue;
    draft.parts = draft.parts.filter(({ messageId }) => !messageIds.includes(messageId));
  }
}

/** Characters that the exchanges take in a transcript. */
export function charactersOf(exchanges: readonly Pick<Exchange, 'user' | 'assistant'>[]): number {
  return exchanges.reduce((sum, { user, assistant }) => sum + user.length + assistant.length, 0);
}

/**
 * The newest exchanges that fit into charactersMax, oldest first. Of the very newest at least what fits is told, so that a follow-up has something
 * to follow.
 */
export function newestExchanges<E extends Pick<Exchange, 'user' | 'assistant'>>(exchanges: readonly E[], charactersMax: number): E[] {
  const kept: E[] = [];
  let left = charactersMax;
  for (const exchange of exchanges.toReversed()) {
    left -= charactersOf([exchange]);
    if (left >= 0) kept.unshift(exchange);
    else if (kept.length === 0) return [clipped(exchange, charactersMax)];
    else break;
  }
  return kept;
}

function clipped<E extends Pick<Exchange, 'user' | 'assistant'>>(exchange: E, charactersMax: number): E {
  const user = clip(exchange.user, Math.floor(charactersMax / 3));
  return { ...exchange, user, assistant: clip(exchange.assistant, charactersMax - user.length) };
}

/** The newest exchanges that fit into charactersMax, as messages; citation markers are left out because their numbers mean nothing any more. */
export function historyMessages(exchanges: readonly Pick<Exchange, 'user' | 'assistant'>[], charactersMax: number): TranscriptMessage[] {
  const told = exchanges.map(({ user, assistant }) => ({
    user: user.trim() || '…',
    assistant: assistant.replace(/ ?\[\d+\]/g, '').trim() || 'I could not answer that.',
  }));
  return newestExchanges(told, charactersMax).flatMap(({ user, assistant }): TranscriptMessage[] => [
    { role: 'user', text: user },
    { role: 'assistant', text: assistant, toolCalls: [] },
  ]);
}

/** History and question; the notes, which go along with the question, take their part of the history's characters. */
export function transcriptOf(
  { exchanges, notes, text }: { exchanges: readonly Exchange[]; notes: Notes | undefined; text: string },
  charactersMax: number,
): TranscriptMessage[] {
  const left = Math.max(exchangesCharactersMin, charactersMax - charactersOfNotes(notes));
  return [...historyMessages(exchanges, left), { role: 'user', text, ...(notes ? { notes } : {}) }];
}

/** What a model reads of them: the ids of passages are not told. */
export function charactersOfNotes(notes: Notes | undefined): number {
  return notes ? JSON.stringify(notes, (key, value: unknown) => (key === 'passageIds' ? undefined : value)).length : 0;
}

// Log → messages: what the model is told of the conversation. Always well-paired, never more than it may cost.

import { type AGUIEvent, EventType, type RunStartedEvent } from '@ag-ui/core';
import type { InterruptSettledValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { TranscriptMessage } from '../model/port.ts';
import type { LoggedEvent } from '../session/event-log.ts';

export type Exchange = { user: string; assistant: string };

/**
 * Earlier exchanges from the log, oldest first; a run without an answer leaves only its question. A run that goes on from a card belongs to the
 * exchange that asked, what was said later without being asked to the one before it; what the visitor did with the card is told in words, because
 * no call is left open in a transcript.
 */
export function exchangesOf(events: LoggedEvent[]): Exchange[] {
  const exchanges = new Map<string, Draft>();
  for (const { runId, event } of events) {
    if (event.type === EventType.RUN_STARTED) exchanges.set(runId, draftOf(event, exchanges));
    else addTo(exchanges.get(runId), event);
  }
  return [...new Set(exchanges.values())]
    .filter(({ user }) => user !== '')
    .map(({ user, parts }) => ({ user, assistant: parts.map(({ text }) => text).join('') }));
}

/** A text with the message it belongs to, so that a step that is begun again can take it back. */
type Draft = { user: string; parts: { messageId: string; text: string }[] };

function draftOf({ parentRunId, input }: RunStartedEvent, exchanges: ReadonlyMap<string, Draft>): Draft {
  const parent = parentRunId === undefined ? undefined : exchanges.get(parentRunId);
  if (parent) return parent;
  const content = input?.messages.at(-1)?.content;
  if (typeof content === 'string') return { user: content, parts: [] };
  const last = [...exchanges.values()].at(-1);
  if (!last || parentRunId !== undefined) return { user: '', parts: [] };
  last.parts.push({ messageId: '', text: ' ' });
  return last;
}

function addTo(draft: Draft | undefined, event: AGUIEvent): void {
  if (!draft) return;
  if (event.type === EventType.TEXT_MESSAGE_CONTENT) draft.parts.push({ messageId: event.messageId, text: event.delta });
  else if (event.type === EventType.RUN_FINISHED && event.outcome?.type === 'interrupt')
    draft.parts.push({ messageId: '', text: ` (Asked the visitor: ${event.outcome.interrupts.map(({ message }) => message).join('; ')}.)` });
  else if (event.type === EventType.CUSTOM && event.name === 'aiguy.interrupt_settled')
    draft.parts.push({ messageId: '', text: ` (The visitor’s answer: ${(event.value as InterruptSettledValue).outcome}.) ` });
  else if (event.type === EventType.CUSTOM && event.name === 'aiguy.step_reset') {
    const { messageIds } = event.value as StepResetValue;
    draft.parts = draft.parts.filter(({ messageId }) => !messageIds.includes(messageId));
  }
}

/** The newest exchanges that fit into charactersMax, as messages; citation markers are left out because their numbers mean nothing any more. */
export function historyMessages(exchanges: Exchange[], charactersMax: number): TranscriptMessage[] {
  const kept: Exchange[] = [];
  let characters = 0;
  for (const exchange of exchanges.toReversed()) {
    characters += exchange.user.length + exchange.assistant.length;
    if (characters > charactersMax) break;
    kept.unshift(exchange);
  }
  return kept.flatMap((exchange): TranscriptMessage[] => {
    const answer = exchange.assistant.replace(/ ?\[\d+\]/g, '').trim();
    return [
      { role: 'user', text: exchange.user || '(No message.)' },
      { role: 'assistant', text: answer || 'I could not answer that.', toolCalls: [] },
    ];
  });
}

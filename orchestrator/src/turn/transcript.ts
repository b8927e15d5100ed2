// Log → messages: what the model is told of the conversation. Always well-paired, never more than it may cost.

import type { TranscriptMessage } from '../model/port.ts';
import type { LoggedEvent } from '../session/event-log.ts';

export type Exchange = { user: string; assistant: string };

/** Earlier exchanges from the log, oldest first; a run without an answer leaves only its question. */
export function exchangesOf(events: LoggedEvent[]): Exchange[] {
  const exchanges = new Map<string, Exchange>();
  for (const { runId, event } of events) {
    if (event.type === 'RUN_STARTED') {
      const content = event.input?.messages.at(-1)?.content;
      exchanges.set(runId, { user: typeof content === 'string' ? content : '', assistant: '' });
    } else if (event.type === 'TEXT_MESSAGE_CONTENT') {
      const exchange = exchanges.get(runId);
      if (exchange) exchange.assistant += event.delta;
    }
  }
  return [...exchanges.values()];
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
      { role: 'user', text: exchange.user },
      { role: 'assistant', text: answer || 'I could not answer that.', toolCalls: [] },
    ];
  });
}

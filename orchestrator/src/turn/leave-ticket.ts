// A visitor who wants to leave a message gets the card of a ticket, whatever a model would make of his words: whoever waits in vain must not meet a dead end.
import type { ModelEvent, ModelPort, ModelRequest } from '../model/port.ts';
import { clip } from './notes.ts';

const handoverTool = 'escalate_to_human';
const summaryCharactersMax = 500;
const usage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

/** Names the call in its run, so that it is told from a model's own. */
export function ticketCallId(runId: string): string {
  return `ticket-${runId}`;
}

/** The model as it is, but that the turn's first step is the call of that tool, where the visitor may use it. */
export function callsForTicket(model: ModelPort, runId: string): ModelPort {
  return {
    name: model.name,
    ...(model.isExtractive === undefined ? {} : { isExtractive: model.isExtractive }),
    estimateTokens: (text) => model.estimateTokens(text),
    stream: (request, signal) => (isFirstStep(request) ? callTicket(request, runId) : model.stream(request, signal)),
  };
}

function isFirstStep({ purpose, messages, tools }: ModelRequest): boolean {
  return purpose === 'plan' && messages.at(-1)?.role === 'user' && tools.some(({ name }) => name === handoverTool);
}

async function* callTicket({ messages }: ModelRequest, runId: string): AsyncGenerator<ModelEvent> {
  const texts = messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  // What was asked before says what it is about; the newest only says that a person is wanted.
  const summary = clip(texts.at(-2) ?? texts.at(-1) ?? '', summaryCharactersMax);
  const argumentsText = JSON.stringify({ reason: 'asked_for_human', summary: summary.length < 3 ? 'Wants to be contacted.' : summary });
  yield { type: 'tool_call', call: { id: ticketCallId(runId), name: handoverTool, argumentsText } };
  yield { type: 'done', stop: 'tool_calls', usage, model: 'none' };
}

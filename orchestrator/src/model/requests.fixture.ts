// Requests and results as the turn makes them, for the tests of the adapters.
import type { ModelEvent, ModelPort, ModelRequest, ToolCall, ToolDefinition, TranscriptMessage } from './port.ts';

export const orderTool: ToolDefinition = {
  name: 'get_order_status',
  description: 'Returns the state of one order.',
  effect: 'read',
  input: { type: 'object', required: ['order_id'], properties: { order_id: { type: 'string', pattern: '^[A-Z0-9-]{2,20}$' } } },
  examples: [
    { message: 'Where is my order W2530531?', input: { order_id: 'W2530531' } },
    { message: 'track my parcel W6584521', input: { order_id: 'W6584521' } },
  ],
  phrases: [],
};
export const docsTool: ToolDefinition = {
  name: 'retrieve_docs',
  description: 'Searches the help centre.',
  effect: 'read',
  input: { type: 'object', required: ['query'], properties: { query: { type: 'string', minLength: 2, maxLength: 400 } } },
  examples: [
    { message: 'How long do I have to return something?', input: { query: 'How long do I have to return something?' } },
    { message: 'do you deliver to Canada', input: { query: 'Do you deliver to Canada?' } },
  ],
  phrases: [
    'and what about France?',
    'Which payment methods do you accept?',
    'how do I switch on the login codes',
    'what if my phone is stolen',
    'how does it work for a class',
    'how do I get my class into it',
    'how can I do that',
    'is delivery free',
    'what about the warranty',
    'do you have shops',
  ],
};

export const returnsPassage = {
  id: 'return-an-item#0',
  title: 'Return an item',
  heading: '',
  url: 'https://shop.example/help/return-an-item/',
  text: 'You have 30 days from delivery to send an item back. Returns are free.',
};
export const canadaPassage = {
  id: 'delivery#2',
  title: 'Delivery',
  heading: 'Canada',
  url: 'https://shop.example/help/delivery/',
  text: 'We deliver to Canada in five days.\nFollow these steps:\n1. Choose the country.\n2. Pay.',
};

export const user = (text: string): TranscriptMessage => ({ role: 'user', text });
export const call = (name: string, args: object, id = 'call-1'): ToolCall => ({ id, name, argumentsText: JSON.stringify(args) });
export const called = (...toolCalls: ToolCall[]): TranscriptMessage => ({ role: 'assistant', text: '', toolCalls });
export const retrieved = (toolCall: ToolCall, ...passages: object[]): TranscriptMessage => ({
  role: 'tool',
  call: toolCall,
  outcome: { ok: true, output: { answerable: true, confidence: 0.8, corpus_version: '1', passages } },
});

export function makeRequest(messages: TranscriptMessage[], changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    purpose: 'plan',
    system: 'You are the support assistant.',
    context: { signedIn: true, toolsNeedingSignIn: [], nowIso: '2026-11-21T10:00:00.000Z' },
    messages,
    tools: [orderTool, docsTool],
    outputTokensMax: 500,
    ...changes,
  };
}

/** All events up to the end. */
export async function collect(model: ModelPort, request: ModelRequest, signal = new AbortController().signal): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, signal)) events.push(event);
  return events;
}

export function textOf(events: ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.delta : '')).join('');
}

/** The failure an attempt ended with, its cause left away. */
export function failureOf(events: ModelEvent[]): object | undefined {
  const last = events.at(-1);
  if (last?.type !== 'failed') return undefined;
  const { cause: _, ...failure } = last;
  return failure;
}

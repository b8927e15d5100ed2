// A model without any judgement: whatever instruction it finds, in messages, documents, pages or results of tools, it follows.
import type { ModelEvent, ModelPort, ModelRequest, ToolCall } from '../../orchestrator/src/model/port.ts';

const usage = { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1 };
/** What the attacker writes: DO tool_name {"its":"arguments"} */
const instruction = /DO ([a-z_]+) (\{[^{}]*\})/g;

/** Carries out the instructions of the newest exchange one by one, as often as it is let; then tells all that it has seen. */
export function createObedientModel(): ModelPort {
  return {
    name: 'obedient',
    estimateTokens: () => 0,
    async *stream(request): AsyncGenerator<ModelEvent> {
      const next = nextCall(request);
      if (next && request.purpose === 'plan') {
        yield { type: 'tool_call', call: next };
        return yield { type: 'done', stop: 'tool_calls', usage, model: 'obedient' };
      }
      yield { type: 'text', delta: `This is all I know. ${textsOf(exchangeOf(request)).join(' ')}`.slice(0, 1000) };
      yield { type: 'done', stop: 'end', usage, model: 'obedient' };
    },
  };
}

function nextCall(request: ModelRequest): ToolCall | undefined {
  const exchange = exchangeOf(request);
  const told = textsOf(exchange).flatMap((text) =>
    [...text.matchAll(instruction)].map(([, name = '', argumentsText = '']) => ({ name, argumentsText })),
  );
  const done = exchange.flatMap((message) => (message.role === 'tool' ? [message.call] : []));
  const open = told.find(({ name, argumentsText }) => !done.some((call) => call.name === name && call.argumentsText === argumentsText));
  return open && { id: `call-${done.length}-${crypto.randomUUID()}`, ...open };
}

/** From the visitor's last message on. */
function exchangeOf({ messages }: ModelRequest): ModelRequest['messages'] {
  return messages.slice(messages.findLastIndex(({ role }) => role === 'user'));
}

function textsOf(messages: ModelRequest['messages']): string[] {
  return messages.flatMap((message) => {
    if (message.role === 'user') return [message.text];
    return message.role === 'tool' && message.outcome.ok ? stringsIn(message.outcome.output) : [];
  });
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value instanceof Object ? Object.values(value).flatMap(stringsIn) : [];
}

// What the Messages API (version 2026-10-21) answers with 400: a double that accepted it would let tests pass that production fails.

type Block = { type: string; id?: string; tool_use_id?: string; text?: string; citations?: unknown; content?: string | Block[] };
export type WireMessage = { role: 'user' | 'assistant' | 'system'; content: string | Block[] };
export type MessagesBody = {
  model: string;
  max_tokens: number;
  stream?: boolean;
  system?: string | { type: string; text: string; cache_control?: unknown }[];
  messages: WireMessage[];
  tools?: { name: string; description?: string; input_schema: unknown; cache_control?: unknown }[];
  tool_choice?: { type: string };
  thinking?: { type: string };
  output_config?: { effort?: string; format?: { type: string; schema?: { additionalProperties?: unknown; required?: unknown } } };
} & Record<string, unknown>;

/** @returns the first rule the body breaks, in words */
export function violationOf(body: MessagesBody): string | undefined {
  return settingsViolation(body) ?? messagesViolation(body.messages);
}

function settingsViolation(body: MessagesBody): string | undefined {
  for (const name of ['temperature', 'top_p', 'top_k']) if (name in body) return `${name}: sampling parameters are not accepted`;
  if (body.tool_choice?.type === 'any' || body.tool_choice?.type === 'tool') return 'tool_choice: a tool cannot be forced';
  if (body.thinking?.type === 'disabled' || body.thinking?.type === 'enabled') return `thinking: ${body.thinking.type} is not accepted`;
  if (!(body.max_tokens >= 1)) return 'max_tokens: must be at least 1';
  const format = formatViolation(body);
  if (format) return format;
  const names = body.tools?.map((tool) => tool.name) ?? [];
  return new Set(names).size < names.length ? 'tools: names must be unique' : undefined;
}

function formatViolation(body: MessagesBody): string | undefined {
  const format = body.output_config?.format;
  if (!format) return undefined;
  if (format.type !== 'json_schema') return 'output_config: format must be json_schema';
  const isClosed = format.schema?.additionalProperties === false && Array.isArray(format.schema.required);
  return isClosed ? undefined : 'output_config: the schema must require its properties and allow no others';
}

function messagesViolation(messages: WireMessage[]): string | undefined {
  if (messages.length === 0) return 'messages: must not be empty';
  if (messages.at(-1)?.role === 'assistant') return 'messages: prefill is not accepted';
  for (const { role, content } of messages) {
    const violation = blocksOf(content)
      .map((block) => blockViolation(role, block))
      .find((found) => found !== undefined);
    if (violation) return violation;
  }
  return pairingViolation(messages.filter(({ role }) => role !== 'system'));
}

function blockViolation(role: WireMessage['role'], block: Block): string | undefined {
  if (block.type === 'text' && !block.text?.trim()) return 'text: blocks must not be blank';
  if (block.type === 'text' && role === 'user' && block.citations) return 'text: a user message cannot carry citations';
  if (block.type === 'search_result' && blocksOf(block.content).length === 0) return 'search_result: content must not be empty';
  return blocksOf(block.content)
    .map((inner) => blockViolation(role, inner))
    .find((found) => found !== undefined);
}

/** Every tool_use has its tool_result in the next message, and no tool_result is without its tool_use. */
function pairingViolation(messages: WireMessage[]): string | undefined {
  for (const [index, { content }] of [...messages, { content: [] }].entries()) {
    const called = blocksOf(messages[index - 1]?.content).flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const answered = blocksOf(content).flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    if (called.toSorted().join() !== answered.toSorted().join()) return 'messages: tool_use and tool_result do not pair';
  }
  return undefined;
}

function blocksOf(content: string | Block[] | undefined): Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

// What the Messages API can reply, healthy or broken: events of one message, and the ways a stream of them goes wrong.

/** An event as it stands in a frame's data; its type is the frame's event name too. */
export type WireEvent = { type: string } & Record<string, unknown>;

export type Reply = {
  status: number;
  headers: Record<string, string>;
  /** Each goes out as a chunk of its own; a promise holds the stream until it resolves. */
  parts: readonly (string | Buffer | Promise<unknown>)[];
  /** end: in order. cut: the connection breaks. open: nothing more comes, and the connection stays. */
  ending: 'end' | 'cut' | 'open';
  /** Pause behind each part; none when left out. */
  everyMs?: number;
};

export type WireUsage = { input_tokens: number; output_tokens: number; cache_read_input_tokens: number; cache_creation_input_tokens: number };
export type WireStop = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'pause_turn' | 'stop_sequence' | 'model_context_window_exceeded';

/** One content block as its frames: how it starts, the deltas, and the end. */
export type WireBlock = { start: Record<string, unknown>; deltas: Record<string, unknown>[] };

export const wireUsage: WireUsage = { input_tokens: 120, output_tokens: 30, cache_read_input_tokens: 900, cache_creation_input_tokens: 0 };

/** @param cited search results the text rests on, by their index in the request, with the quoted text; they arrive before the last word */
export function text(content: string, cited: { index: number; quote: string }[] = []): WireBlock {
  const words = content.match(/\s*\S+/g) ?? [];
  const deltas: Record<string, unknown>[] = words.map((word) => ({ type: 'text_delta', text: word }));
  const citations = cited.map(({ index, quote }) => ({
    type: 'citations_delta',
    citation: {
      type: 'search_result_location',
      search_result_index: index,
      cited_text: quote,
      source: 'https://shop.example/help/',
      title: null,
      start_block_index: 0,
      end_block_index: 1,
    },
  }));
  deltas.splice(-1, 0, ...citations);
  return { start: { type: 'text', text: '', citations: null }, deltas };
}

export function thinking(content: string, signature: string): WireBlock {
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [...pieces(content, 8).map((piece) => ({ type: 'thinking_delta', thinking: piece })), { type: 'signature_delta', signature }],
  };
}

/** @param inputText the arguments as the model writes them: JSON, or what it took for JSON */
export function toolUse(id: string, name: string, inputText: string): WireBlock {
  return {
    start: { type: 'tool_use', id, name, input: {} },
    deltas: ['', ...pieces(inputText, 7)].map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  };
}

/** All events of one message, with a ping where the API sends one. */
export function messageEvents(blocks: readonly WireBlock[], stop: WireStop = 'end_turn', usage: WireUsage = wireUsage): WireEvent[] {
  const start = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-test', content: [], stop_reason: null, stop_sequence: null };
  return [
    { type: 'message_start', message: { ...start, usage: { ...usage, output_tokens: 1 } } },
    { type: 'ping' },
    ...blocks.flatMap((block, index): WireEvent[] => [
      { type: 'content_block_start', index, content_block: block.start },
      ...block.deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
}

/** A healthy stream, one frame a chunk. */
export function streamed(events: readonly WireEvent[]): Reply {
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, parts: events.map(frame), ending: 'end' };
}

/** The whole message at once, as a request without stream gets it. */
export function whole(content: string, stop: WireStop = 'end_turn', usage: WireUsage = wireUsage): Reply {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-test', stop_reason: stop, stop_sequence: null, usage };
  const body = JSON.stringify({ ...message, content: content ? [{ type: 'text', text: content, citations: null }] : [] });
  return { status: 200, headers: { 'content-type': 'application/json' }, parts: [body], ending: 'end' };
}

export function inBytes(reply: Reply): Reply {
  const bytes = Buffer.concat(reply.parts.flatMap((part) => (part instanceof Promise ? [] : [Buffer.from(part as string)])));
  return { ...reply, parts: [...bytes].map((byte) => Buffer.of(byte)) };
}

/** A chunk at a time with a pause behind each, for a look at slow streams. */
export function drip(reply: Reply, everyMs: number): Reply {
  return { ...reply, everyMs };
}

export function cutAfter(reply: Reply, frames: number): Reply {
  return { ...reply, parts: reply.parts.slice(0, frames), ending: 'cut' };
}

/** Nothing after so many frames, the connection open; 0: nothing but the headers. */
export function silentAfter(reply: Reply, frames: number): Reply {
  return { ...reply, parts: reply.parts.slice(0, frames), ending: 'open' };
}

export function heldAfter(reply: Reply, frames: number, until: Promise<unknown>): Reply {
  return { ...reply, parts: reply.parts.toSpliced(frames, 0, until) };
}

/** So many frames, then an error inside HTTP 200, then the end. */
export function errorAfter(reply: Reply, frames: number, type: string): Reply {
  return { ...reply, parts: [...reply.parts.slice(0, frames), frame({ type: 'error', error: { type, message: 'broken' } })] };
}

/** One frame more, whose data is no JSON. */
export function malformedAfter(reply: Reply, frames: number): Reply {
  return { ...reply, parts: reply.parts.toSpliced(frames, 0, 'event: content_block_delta\ndata: {"type":"content_block_del\n\n') };
}

export function httpError(status: number, type: string, { message = 'refused', headers = {} as Record<string, string> } = {}): Reply {
  const body = JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
  return { status, headers: { 'content-type': 'application/json', ...headers }, parts: [body], ending: 'end' };
}

/**
 * One tool call a turn, for load: a request whose last message carries no tool result is answered with the call, any other with the text.
 * Both replies are made once; a request costs two searches in its text.
 */
export function oneToolATurn(turn: { tool: string; input: Record<string, unknown>; text: string }): (text: string) => Reply {
  const call = inOneChunk(streamed(messageEvents([toolUse('toolu_1', turn.tool, JSON.stringify(turn.input))], 'tool_use')));
  const answer = inOneChunk(streamed(messageEvents([text(turn.text)])));
  return (body) => (body.lastIndexOf('"type":"tool_result"') > body.lastIndexOf('"type":"tool_use"') ? answer : call);
}

function inOneChunk(reply: Reply): Reply {
  return { ...reply, parts: [Buffer.concat(reply.parts.map((part) => Buffer.from(part as string)))] };
}

function frame(event: WireEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function pieces(content: string, length: number): string[] {
  return content.match(new RegExp(`.{1,${length}}`, 'gsu')) ?? [];
}

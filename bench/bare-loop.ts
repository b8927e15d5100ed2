// The yardstick: the same two model calls and one tool call by hand on node:http, with nothing kept, checked or limited.
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [messagesUrl = '', toolUrl = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 512 });
type Delta = {
  type: string;
  delta?: { type: string; text?: string; partial_json?: string };
  content_block?: { type: string; id?: string; name?: string };
};

function post(url: string, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': 'bench', 'anthropic-version': '2026-10-21' };
    httpRequest(url, { method: 'POST', agent, headers }, resolve).once('error', reject).end(JSON.stringify(body));
  });
}

async function* frames(stream: IncomingMessage): AsyncGenerator<Delta> {
  let buffer = '';
  for await (const chunk of stream) {
    buffer += String(chunk);
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const data = buffer
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '));
      buffer = buffer.slice(end + 2);
      if (data) yield JSON.parse(data.slice(6)) as Delta;
    }
  }
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the loop by hand is read in one piece
async function turn(question: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const messages: unknown[] = [{ role: 'user', content: question }];
  for (let call = 0; call < 2; call += 1) {
    let tool: { id: string; name: string; json: string } | undefined;
    for await (const event of frames(await post(`${messagesUrl}/v1/messages`, { model: 'bench', stream: true, max_tokens: 500, messages }))) {
      if (event.content_block?.type === 'tool_use') tool = { id: event.content_block.id ?? '', name: event.content_block.name ?? '', json: '' };
      if (event.delta?.type === 'input_json_delta' && tool) tool.json += event.delta.partial_json ?? '';
      if (event.delta?.type === 'text_delta')
        response.write(`data: ${JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', delta: event.delta.text })}\n\n`);
    }
    if (!tool) break;
    const input = JSON.parse(tool.json) as unknown;
    let output = '';
    for await (const chunk of await post(`${toolUrl}/tools/${tool.name}`, input)) output += String(chunk);
    messages.push({ role: 'assistant', content: [{ type: 'tool_use', id: tool.id, name: tool.name, input }] });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: tool.id, content: output }] });
  }
  response.end('data: {"type":"RUN_FINISHED"}\n\n');
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', () => void turn((JSON.parse(body) as { message: string }).message, response).catch(() => response.destroy()));
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat` }));

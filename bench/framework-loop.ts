// A well-known framework doing the same: the AI SDK with its Anthropic provider, one tool, streamed as server-sent events.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAnthropic } from '@ai-sdk/anthropic';
import { jsonSchema, stepCountIs, streamText, tool } from 'ai';

const [messagesUrl = '', toolUrl = ''] = process.argv.slice(2);
const anthropic = createAnthropic({ apiKey: 'bench', baseURL: `${messagesUrl}/v1` });
const getOrderStatus = tool({
  description: 'Returns the state of one order.',
  inputSchema: jsonSchema<{ order_id: string }>({
    type: 'object',
    additionalProperties: false,
    required: ['order_id'],
    properties: { order_id: { type: 'string' } },
  }),
  execute: async (input) =>
    await (
      await fetch(`${toolUrl}/tools/get_order_status`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
    ).json(),
});

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', async () => {
    const prompt = (JSON.parse(body) as { message: string }).message;
    const result = streamText({
      model: anthropic('claude-haiku-4-5'),
      prompt,
      tools: { get_order_status: getOrderStatus },
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const delta of result.textStream) response.write(`data: ${JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', delta })}\n\n`);
    response.end('data: {"type":"RUN_FINISHED"}\n\n');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat` }));

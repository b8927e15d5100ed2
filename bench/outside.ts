// The outside world of the benchmark in a process of its own: a Messages API without delay that calls one tool a turn, and a bare tool.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMessagesApi } from '../test/doubles/messages-api.ts';
import { messageEvents, streamed, text, toolUse } from '../test/doubles/messages-api-replies.ts';

const answer = streamed(messageEvents([text('Your order was shipped on 13 November 2026 and is on its way. '.repeat(4))]));
const messages = await startMessagesApi(
  (body) => {
    if (body.includes('"type":"tool_result"')) return answer;
    const orderId = /W\d{7}/.exec(body.slice(body.indexOf('"role":"user"')))?.[0] ?? 'W2530531';
    return streamed(messageEvents([toolUse(`toolu_${orderId}`, 'get_order_status', JSON.stringify({ order_id: orderId }))], 'tool_use'));
  },
  { isBare: true },
);
const result = JSON.stringify({ tool: 'get_order_status', output: { order_id: 'W2530531', status: 'processed' } });
const tool = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(result));
});
tool.listen(0, '127.0.0.1', () => process.send?.({ messagesUrl: messages.url, toolUrl: `http://127.0.0.1:${(tool.address() as AddressInfo).port}` }));

// Any AG-UI client can talk to the orchestrator: driven here by the official one, over real HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { callsTool, type Harness, modelThat, newVisitor, saysText, startHarness, toolsThat } from './harness.ts';

let harness: Harness;
let url: string;

before(async () => {
  const model = modelThat((_call, request) => {
    if (request.messages.filter((message) => message.role === 'user').length > 1) return saysText('Also to Canada.');
    return request.messages.at(-1)?.role === 'tool' ? saysText('As long as ', 'you like.') : callsTool('retrieve_docs', { query: 'returns' });
  });
  harness = await startHarness({ model, tools: toolsThat(async () => ({ ok: true, output: { passages: [] } })) });
  url = await harness.orchestrator.app.listen({ port: 0, host: '127.0.0.1' });
});
after(async () => await harness.close());

test('the official client runs two turns of a conversation and ends with the same messages as the log', async () => {
  const visitor = newVisitor();
  const headers = { Authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const agent = new HttpAgent({ url: `${url}/chat`, headers, threadId: visitor.sid });
  agent.messages = [{ id: 'message-01', role: 'user', content: 'How long do I have?' }];
  await agent.runAgent({ runId: 'run-00000001' });
  agent.addMessage({ id: 'message-02', role: 'user', content: 'And Canada?' });
  await agent.runAgent({ runId: 'run-00000002' });
  const texts = agent.messages
    .filter((message) => typeof message.content === 'string' && message.role !== 'tool')
    .map((message) => [message.role, message.content]);
  assert.deepEqual(texts, [
    ['user', 'How long do I have?'],
    ['assistant', 'As long as you like.'],
    ['user', 'And Canada?'],
    ['assistant', 'Also to Canada.'],
  ]);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type MessagesApi, type Script, startMessagesApi } from '../../../test/doubles/messages-api.ts';
import { inBytes, messageEvents, oneToolATurn, type Reply, streamed, text, thinking, toolUse } from '../../../test/doubles/messages-api-replies.ts';
import { type AnthropicOptions, createAnthropicModel } from './anthropic.ts';
import type { ModelPort } from './port.ts';
import { call, called, canadaPassage, collect, makeRequest, retrieved, returnsPassage, textOf, user } from './requests.fixture.ts';

const usage = { inputTokens: 120, cacheReadTokens: 900, cacheWriteTokens: 0, outputTokens: 30 };

async function start(t: TestContext, script: Script, options: Partial<AnthropicOptions> = {}): Promise<{ api: MessagesApi; model: ModelPort }> {
  const api = await startMessagesApi(script);
  t.after(async () => await api.stop());
  const model = createAnthropicModel({
    apiKey: 'key-for-tests',
    baseUrl: api.url,
    planModel: 'claude-haiku-5-5',
    answerModel: 'claude-sonnet-5-5',
    requestTimeoutMs: 5000,
    idleTimeoutMs: 5000,
    ...options,
  });
  return { api, model };
}

const says = (content: string): Reply => streamed(messageEvents([text(content)]));

test('text comes word for word, then one done with the usage the provider counted', async (t) => {
  const { model } = await start(t, [says('Thirty days — from delivery.')]);
  assert.deepEqual(await collect(model, makeRequest([user('How long?')])), [
    { type: 'text', delta: 'Thirty' },
    { type: 'text', delta: ' days' },
    { type: 'text', delta: ' —' },
    { type: 'text', delta: ' from' },
    { type: 'text', delta: ' delivery.' },
    {
      type: 'done',
      stop: 'end',
      usage,
      model: 'claude-haiku-5-5',
      providerContent: { model: 'claude-haiku-5-5', content: [{ type: 'text', text: 'Thirty days — from delivery.' }] },
    },
  ]);
});

test('tool calls come whole and last, in the order they were written', async (t) => {
  const blocks = [
    text('One moment.'),
    toolUse('toolu_1', 'get_order_status', '{"order_id":"W2530531"}'),
    toolUse('toolu_2', 'retrieve_docs', '{"query":"delivery"}'),
  ];
  const { model } = await start(t, [streamed(messageEvents(blocks, 'tool_use'))]);
  const events = await collect(model, makeRequest([user('Where is W2530531?')]));
  assert.deepEqual(events.slice(0, -1), [
    { type: 'text', delta: 'One' },
    { type: 'text', delta: ' moment.' },
    { type: 'tool_call', call: { id: 'toolu_1', name: 'get_order_status', argumentsText: '{"order_id":"W2530531"}' } },
    { type: 'tool_call', call: { id: 'toolu_2', name: 'retrieve_docs', argumentsText: '{"query":"delivery"}' } },
  ]);
  assert.partialDeepStrictEqual(events.at(-1), { type: 'done', stop: 'tool_calls' });
});

test('a stream cut into single bytes gives the same events', async (t) => {
  const whole = streamed(messageEvents([text('Größe 42 — für 30 €'), toolUse('toolu_1', 'retrieve_docs', '{"query":"Größe"}')], 'tool_use'));
  const { model } = await start(t, [whole, inBytes(whole)]);
  const request = makeRequest([user('Which size?')]);
  assert.deepEqual(await collect(model, request), await collect(model, request));
});

test('a call without arguments has an empty object, one with malformed JSON passes it on as written', async (t) => {
  const blocks = [toolUse('toolu_1', 'retrieve_docs', ''), toolUse('toolu_2', 'retrieve_docs', '{"query": returns')];
  const { model } = await start(t, [streamed(messageEvents(blocks, 'tool_use'))]);
  const events = await collect(model, makeRequest([user('returns')]));
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'tool_call' ? [event.call.argumentsText] : [])),
    ['{}', '{"query": returns'],
  );
});

test('a citation follows the block it belongs to, each passage once, and an index outside of the request is dropped', async (t) => {
  const cited = [
    { index: 1, quote: 'We deliver to Canada in five days.' },
    { index: 1, quote: 'We deliver to Canada in five days.' },
    { index: 2, quote: 'invented' },
  ];
  const blocks = [text('Five days.', cited), text(' Returns are free.', [{ index: 0, quote: 'Returns are free.' }]), text(' Bye.')];
  const { model } = await start(t, [streamed(messageEvents(blocks))]);
  const calls = [call('retrieve_docs', { query: 'returns' }, 'toolu_1'), call('retrieve_docs', { query: 'Canada' }, 'toolu_2')] as const;
  const request = makeRequest([user('Canada?'), called(...calls), retrieved(calls[0], returnsPassage), retrieved(calls[1], canadaPassage)]);
  assert.deepEqual((await collect(model, request)).slice(0, -1), [
    { type: 'text', delta: 'Five' },
    { type: 'text', delta: ' days.' },
    { type: 'citation', passageId: 'delivery#2', quote: 'We deliver to Canada in five days.' },
    { type: 'text', delta: ' Returns' },
    { type: 'text', delta: ' are' },
    { type: 'text', delta: ' free.' },
    { type: 'citation', passageId: 'return-an-item#0', quote: 'Returns are free.' },
    { type: 'text', delta: ' Bye.' },
  ]);
});

test('pings, unknown events and unknown deltas change nothing', async (t) => {
  const events = messageEvents([text('Hello')]);
  events.splice(3, 0, { type: 'news_from_the_future', value: 1 }, { type: 'content_block_delta', index: 0, delta: { type: 'hologram_delta' } });
  const { model } = await start(t, [streamed(events)]);
  const received = await collect(model, makeRequest([user('Hi')]));
  assert.deepEqual(
    received.map(({ type }) => type),
    ['text', 'done'],
  );
});

test('thinking is not shown, is sent back unmodified to the model that wrote it, and to no other', async (t) => {
  const blocks = [thinking('The visitor names an order.', 'c2lnbmF0dXJl'), toolUse('toolu_1', 'get_order_status', '{"order_id":"W2530531"}')];
  const { api, model } = await start(t, [streamed(messageEvents(blocks, 'tool_use')), says('Shipped.'), says('Shipped.')]);
  const question = user('Where is W2530531?');
  const events = await collect(model, makeRequest([question]));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['tool_call', 'done'],
  );
  const done = events.at(-1);
  assert.ok(done?.type === 'done');
  const orderCall = call('get_order_status', { order_id: 'W2530531' }, 'toolu_1');
  const messages = [
    question,
    { role: 'assistant' as const, text: '', toolCalls: [orderCall], providerContent: done.providerContent },
    { role: 'tool' as const, call: orderCall, outcome: { ok: true as const, output: { status: 'processed' } } },
  ];
  await collect(model, makeRequest(messages));
  await collect(model, makeRequest(messages, { purpose: 'answer' }));
  const use = { type: 'tool_use', id: 'toolu_1', name: 'get_order_status', input: { order_id: 'W2530531' } };
  const assistantOf = (index: number) => api.requests[index]?.body.messages.find(({ role }) => role === 'assistant')?.content;
  assert.deepEqual(assistantOf(1), [{ type: 'thinking', thinking: 'The visitor names an order.', signature: 'c2lnbmF0dXJl' }, use]);
  assert.deepEqual(assistantOf(2), [use]);
});

for (const { wire, stop } of [
  { wire: 'end_turn', stop: 'end' },
  { wire: 'stop_sequence', stop: 'end' },
  { wire: 'max_tokens', stop: 'max_tokens' },
  { wire: 'refusal', stop: 'refusal' },
  { wire: 'model_context_window_exceeded', stop: 'context_overflow' },
] as const) {
  test(`the stop reason ${wire} is told as ${stop}, and a call in such a message is neither run nor sent back`, async (t) => {
    const { model } = await start(t, [streamed(messageEvents([text('So'), toolUse('toolu_1', 'retrieve_docs', '{"query":"a')], wire))]);
    const events = await collect(model, makeRequest([user('Hi')]));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['text', 'done'],
    );
    assert.partialDeepStrictEqual(events.at(-1), { type: 'done', stop });
    const done = events.at(-1);
    assert.ok(done?.type === 'done');
    assert.deepEqual(done.providerContent, { model: 'claude-haiku-5-5', content: [{ type: 'text', text: 'So' }] });
  });
}

test('a message that only paused counts as interrupted', async (t) => {
  const { model } = await start(t, [streamed(messageEvents([text('So')], 'pause_turn'))]);
  assert.deepEqual((await collect(model, makeRequest([user('Hi')]))).at(-1), { type: 'failed', failure: 'interrupted' });
});

test('planning and answering go to the models configured for them', async (t) => {
  const { api, model } = await start(t, [says('a'), says('b')]);
  await collect(model, makeRequest([user('Hi')]));
  await collect(model, makeRequest([user('Hi')], { purpose: 'answer' }));
  assert.deepEqual(
    api.requests.map(({ body }) => body.model),
    ['claude-haiku-5-5', 'claude-sonnet-5-5'],
  );
});

test('256 turns at once each get their one call and then their answer', async (t) => {
  const api = await startMessagesApi(oneToolATurn({ tool: 'get_order_status', input: { order_id: 'W2530531' }, text: 'It is on its way.' }), {
    isBare: true,
  });
  t.after(async () => await api.stop());
  const { model } = await start(t, [], { baseUrl: api.url });
  const turns = Array.from({ length: 256 }, async (_, index) => {
    const question = user(`Where is my order? ${index}`);
    const [called, done] = await collect(model, makeRequest([question]));
    assert.ok(called?.type === 'tool_call' && done?.type === 'done');
    return await collect(
      model,
      makeRequest([
        question,
        { role: 'assistant', text: '', toolCalls: [called.call], providerContent: done.providerContent },
        { role: 'tool', call: called.call, outcome: { ok: true, output: { status: 'processed' } } },
      ]),
    );
  });
  for (const events of await Promise.all(turns)) assert.equal(textOf(events), 'It is on its way.');
  assert.equal(api.requests.length, 0);
});

// What nothing supports never leaves: a model that invents is driven through the real adapter, and the visitor sees only what is known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import { loadManifests } from '@aiguy/manifests/load';
import { type MessagesApi, startMessagesApi } from '../../test/doubles/messages-api.ts';
import { messageEvents, type Reply, streamed, text, toolUse } from '../../test/doubles/messages-api-replies.ts';
import { createAnthropicModel } from '../src/model/anthropic.ts';
import type { ToolOutcome } from '../src/model/port.ts';
import { cannotConfirm } from '../src/turn/release-answer.ts';
import { type Harness, newVisitor, parseFrames, startHarness, toolsThat } from './harness.ts';

const order = loadManifests().get('get_order_status')?.manifest.examples[0]?.output as Record<string, unknown>;
const passages = [
  { id: 'returns#0', title: 'Return an item', heading: '', url: 'https://shop.example/help/returns/', text: 'You have 30 days. Returns are free.' },
  {
    id: 'delivery#2',
    title: 'Delivery',
    heading: 'Express',
    url: 'https://shop.example/help/delivery/#express',
    text: 'Express delivery costs $12.',
  },
].map((passage) => ({ ...passage, document_id: 'd', last_updated: '2026-10-01', score: 0.9 }));
const outputs: Record<string, ToolOutcome> = {
  get_order_status: { ok: true, output: order },
  retrieve_docs: { ok: true, output: { answerable: true, confidence: 0.9, corpus_version: '1', passages } },
};
const callOrder = streamed(messageEvents([toolUse('toolu_1', 'get_order_status', '{"order_id":"W2530531"}')], 'tool_use'));
const callDocs = streamed(messageEvents([toolUse('toolu_1', 'retrieve_docs', '{"query":"delivery"}')], 'tool_use'));

let harness: Harness;
let api: MessagesApi;
let replies: Reply[] = [];

before(async () => {
  api = await startMessagesApi(() => replies.shift() ?? streamed(messageEvents([text('Nothing more.')])));
  const model = createAnthropicModel({
    apiKey: 'key-for-tests',
    baseUrl: api.url,
    planModel: 'claude-haiku-5-5',
    answerModel: 'claude-sonnet-5-5',
    requestTimeoutMs: 5000,
    idleTimeoutMs: 5000,
  });
  harness = await startHarness({ model, tools: toolsThat(async (name) => outputs[name] ?? assert.fail(name)) });
});
after(async () => {
  await harness.close();
  await api.stop();
});

async function ask(message: string, script: Reply[], visitor = newVisitor()) {
  replies = script;
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const { app } = harness.orchestrator;
  const response = await app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
  const stored = await harness.database.query<{ event: AGUIEvent }>('SELECT event FROM events WHERE session_id = $1 ORDER BY seq', [visitor.sid]);
  const replayed = await app.inject({ url: `/sessions/${visitor.sid}/events`, headers });
  const events = parseFrames(response.body).map(({ event }) => event);
  const said = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
  return { events, said, stream: response.body, replayed: replayed.body, stored: JSON.stringify(stored.rows), end: events.at(-1) };
}

function customValue(events: AGUIEvent[], name: string): unknown {
  const event = events.findLast((one) => one.type === 'CUSTOM' && one.name === name);
  return event?.type === 'CUSTOM' ? event.value : undefined;
}

for (const { invents, sentence, trace } of [
  { invents: 'a price', sentence: 'It comes to $1,234.56.', trace: /1,234|1234/ },
  { invents: 'a date', sentence: 'It will reach you on 3 October.', trace: /3 October/ },
  { invents: 'a delivery state', sentence: 'Your order has already been delivered.', trace: /already/ },
  { invents: 'a tracking number', sentence: 'Its tracking number is 999098298881.', trace: /999098298881/ },
]) {
  test(`a model that invents ${invents} is not heard: neither in the stream, nor in the stored events, while the rest arrives`, async () => {
    const answer = `Order W2530531 was shipped on November 13. ${sentence} The total is $98.82.`;
    const { said, stream, stored, events, end } = await ask('Where is my order W2530531?', [callOrder, streamed(messageEvents([text(answer)]))]);
    assert.equal(said, 'Order W2530531 was shipped on November 13. The total is $98.82.');
    assert.doesNotMatch(stream, trace);
    assert.doesNotMatch(stored, trace);
    assert.deepEqual((customValue(events, 'aiguy.withheld') as { count: number }).count, 1);
    assert.equal(end?.type, 'RUN_FINISHED');
  });
}

test('when nothing remains the visitor reads that it can’t be confirmed, and is offered a person', async () => {
  const { said, stored } = await ask('When does it come?', [streamed(messageEvents([text('It comes on Friday, 3 October, for $5.')]))]);
  assert.equal(said, cannotConfirm);
  assert.doesNotMatch(stored, /3 October/);
});

test('a number from a passage is sent with its citation, another one is not, and a cited index that does not exist is no source', async () => {
  const { said, events } = await ask('What is express?', [
    callDocs,
    streamed(
      messageEvents([
        text('Express delivery costs $12.', [{ index: 1, quote: 'Express delivery costs $12.' }]),
        text(' It takes two hours.', [{ index: 1, quote: 'Express delivery costs $12.' }]),
        text(' Ask us for more. [2]', [{ index: 7, quote: 'nowhere' }]),
      ]),
    ),
  ]);
  assert.equal(said, 'Express delivery costs $12. [1] Ask us for more.');
  assert.deepEqual((customValue(events, 'aiguy.citations') as { citations: object[] }).citations, [
    {
      number: 1,
      passageId: 'delivery#2',
      title: 'Delivery',
      heading: 'Express',
      url: 'https://shop.example/help/delivery/#express',
      quote: 'Express delivery costs $12.',
    },
  ]);
});

test('who reconnects gets the same bytes, citations and markers included', async () => {
  const cited = [text('You have 30 days.', [{ index: 0, quote: 'You have 30 days.' }]), text(' Express is $12.', [{ index: 1, quote: 'q' }])];
  const { stream, replayed, said } = await ask('How long?', [callDocs, streamed(messageEvents(cited))]);
  assert.equal(said, 'You have 30 days. [1] Express is $12. [2]');
  assert.equal(replayed, stream);
});

test('what was withheld is counted, not kept', async () => {
  const counted = async () =>
    Number(/^aiguy_withheld_sentences_total (\d+)$/m.exec((await harness.orchestrator.app.inject({ url: '/metrics' })).body)?.[1] ?? 0);
  const before = await counted();
  await ask('Price?', [streamed(messageEvents([text('It is $5. It is $6. Ask us.')]))]);
  assert.equal(await counted(), before + 2);
});

test('the next message is answered without knowing what was withheld', async () => {
  const visitor = newVisitor();
  await ask('Price?', [streamed(messageEvents([text('Good question. It is $5.')]))], visitor);
  await ask('Sure?', [streamed(messageEvents([text('Let me see.')]))], visitor);
  assert.doesNotMatch(JSON.stringify(api.requests.at(-1)?.body.messages), /\$5/);
});

test('system and tools are the same bytes for two visitors and for every step of their turns', async () => {
  const from = api.requests.length;
  const answer = streamed(messageEvents([text('On its way.')]));
  await ask('Where is my order W2530531?', [callOrder, answer], { ...newVisitor(), sub: 'wp:1:8' });
  await ask('And mine, W2530531? I am Ada.', [callOrder, answer], { ...newVisitor(), sub: 'wp:1:9' });
  const prefixes = api.requests
    .slice(from)
    .map(({ text: body }) => body.slice(body.indexOf('"tools"'), body.indexOf('"messages"')) + JSON.stringify(JSON.parse(body).system));
  assert.equal(prefixes.length, 4);
  const bytes = prefixes.map((prefix) => prefix.replace(/"tool_choice":\{[^}]*\}/, ''));
  assert.deepEqual(new Set(bytes).size, 1);
  assert.match(bytes[0] ?? '', /retrieve_docs.*cache_control/s);
});

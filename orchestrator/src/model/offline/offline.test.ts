import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelEvent, ModelRequest, Notes, Repetition, ToolDefinition, ToolOutcome, TranscriptMessage } from '../port.ts';
import {
  call,
  called,
  canadaPassage,
  collect,
  docsTool,
  failureOf,
  makeRequest,
  orderTool,
  retrieved,
  returnsPassage,
  textOf,
  user,
} from '../requests.fixture.ts';
import { fakeEmbed } from './fake-embed.fixture.ts';
import { createOfflineModel } from './offline.ts';

const done = (stop: 'end' | 'tool_calls'): ModelEvent => ({
  type: 'done',
  stop,
  usage: { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 },
  model: 'offline',
});
const ask = async (messages: string | TranscriptMessage[], changes: Partial<ModelRequest> = {}) =>
  await collect(createOfflineModel({ embed: fakeEmbed }), makeRequest(typeof messages === 'string' ? [user(messages)] : messages, changes));
const assistant = (text: string): TranscriptMessage => ({ role: 'assistant', text, toolCalls: [] });

/** The arguments of the one call; nothing else may have happened. */
function callIn(events: ModelEvent[]): [string, unknown] {
  const [first, second, ...rest] = events;
  assert.ok(first?.type === 'tool_call' && rest.length === 0, JSON.stringify(events));
  assert.deepEqual(second, done('tool_calls'));
  return [first.call.name, JSON.parse(first.call.argumentsText)];
}

function saidIn(events: ModelEvent[]): string {
  assert.deepEqual(events.at(-1), done('end'));
  assert.ok(
    events.slice(0, -1).every(({ type }) => type === 'text'),
    JSON.stringify(events),
  );
  return textOf(events);
}

test('a question about an order calls the order tool with the number put right', async () => {
  assert.deepEqual(callIn(await ask('where is my order #w2530531?')), ['get_order_status', { order_id: 'W2530531' }]);
});

test('a general question calls the help centre with the question', async () => {
  assert.deepEqual(callIn(await ask('Do you deliver to Canada?')), ['retrieve_docs', { query: 'Do you deliver to Canada?' }]);
});

test('a short follow-up is searched together with the question before it', async () => {
  const events = await ask([user('Do you deliver to Canada?'), assistant('Yes.'), user('and to France?')]);
  assert.deepEqual(callIn(events), ['retrieve_docs', { query: 'Do you deliver to Canada? and to France?' }]);
});

test('a tool that takes the context gets what was said before apart from the question', async () => {
  const takesContext: ToolDefinition = {
    ...docsTool,
    input: { ...docsTool.input, properties: { query: { type: 'string' }, context: { type: 'array' } } },
  };
  const asks = async (text: string) =>
    callIn(await ask([user('I switched on the login codes.'), assistant('Great.'), user(text)], { tools: [takesContext] }));
  const context = ['I switched on the login codes.', 'Great.'];
  for (const text of ['and if my phone gets stolen?', 'what about that?', 'How do I get my pupils into it?']) {
    assert.deepEqual(await asks(text), ['retrieve_docs', { query: text, context }]);
  }
  assert.deepEqual(await asks('Which payment methods do you accept?'), ['retrieve_docs', { query: 'Which payment methods do you accept?' }]);
});

test('the same request gives the same events, call id included; another message of the session gives another id', async () => {
  const first = await ask('where is my order W2530531?');
  assert.deepEqual(first, await ask('where is my order W2530531?'));
  const later = await ask([user('where is my order W2530531?'), assistant('On its way.'), user('where is my order W2530531?')]);
  assert.ok(first[0]?.type === 'tool_call' && later[0]?.type === 'tool_call');
  assert.notEqual(first[0].call.id, later[0].call.id);
});

test('an order without a number is asked for, in the shape of a number that is nobody’s', async () => {
  const said = saidIn(await ask('where is my order'));
  assert.equal(said, 'Which order do you mean? Please give me its number; it looks like W1234567, and it is in your confirmation e-mail.');
});

test('a number alone answers the question for it', async () => {
  const events = await ask([user('where is my order'), assistant('Which order do you mean?'), user('W2530531')]);
  assert.deepEqual(callIn(events), ['get_order_status', { order_id: 'W2530531' }]);
});

test('a follow-up about an order is about the one named before', async () => {
  const events = await ask([user('where is my order W2530531?'), assistant('On its way.'), user('where is my parcel now')]);
  assert.deepEqual(callIn(events), ['get_order_status', { order_id: 'W2530531' }]);
});

test('a guest who asks about an order is told to sign in, and nothing is called', async () => {
  const context = { signedIn: false, toolsNeedingSignIn: [orderTool], nowIso: '2026-11-21T10:00:00.000Z' };
  assert.match(saidIn(await ask('where is my order W2530531?', { context, tools: [docsTool] })), /sign in first/);
});

for (const { text, answer } of [
  { text: 'Hello!', answer: /^Hello!/ },
  { text: 'hey there 👋', answer: /^Hello!/ },
  { text: 'ok, thanks a lot!', answer: /^You’re welcome/ },
  { text: 'hi, thank you', answer: /^You’re welcome/ },
  { text: 'Thanks, that’s all.', answer: /^Goodbye/ },
  { text: '?!', answer: /not sure what you mean/ },
  { text: '👍', answer: /not sure what you mean/ },
]) {
  test(`«${text}» is answered without a tool`, async () => {
    assert.match(saidIn(await ask(text)), answer);
  });
}

test('a greeting with a question is a question', async () => {
  assert.deepEqual(callIn(await ask('Hello, do you deliver to Canada?'))[0], 'retrieve_docs');
});

test('where no tool may be called none is', async () => {
  assert.match(saidIn(await ask('Do you deliver to Canada?', { purpose: 'answer' })), /put it another way/);
  assert.match(saidIn(await ask('Do you deliver to Canada?', { tools: [] })), /put it another way/);
});

const orderCall = call('get_order_status', { order_id: 'W2530531' });
const docsCall = call('retrieve_docs', { query: 'Do you deliver to Canada?' });
const after = async (toolCall: typeof orderCall, outcome: ToolOutcome) =>
  await ask([user('Do you deliver to Canada?'), called(toolCall), { role: 'tool', call: toolCall, outcome }]);

test('an order’s state is said in sentences from the result', async () => {
  const output = {
    status: 'pending',
    status_text: 'Order W2530531 is being prepared.',
    currency: 'USD',
    total: 5,
    items: [],
    shipments: [],
    refunds: [],
  };
  assert.equal(saidIn(await after(orderCall, { ok: true, output })), 'Order W2530531 is being prepared.');
});

for (const { toolCall, code, answer } of [
  {
    toolCall: orderCall,
    code: 'not_found',
    answer: 'I can’t find order W2530531 among your orders. Please check the number in your confirmation e-mail.',
  },
  {
    toolCall: orderCall,
    code: 'tool_timeout',
    answer: 'I couldn’t look up order W2530531 just now: the lookup did not answer in time. Please try again in a moment, or contact our team.',
  },
  {
    toolCall: docsCall,
    code: 'tool_unavailable',
    answer: 'I couldn’t search our help centre just now: the lookup is not available. Please try again in a moment, or contact our team.',
  },
  { toolCall: orderCall, code: 'tool_rate_limited', answer: 'That was a lot of look-ups in a short time. Please try again in a minute.' },
]) {
  test(`${code} of ${toolCall.name} is said kindly and truly`, async () => {
    assert.equal(saidIn(await after(toolCall, { ok: false, code, message: 'internal words' })), answer);
  });
}

const downWith = (code: string): ToolOutcome => ({ ok: false, code, message: 'internal words' });
const orderThenDocs = (outcome: ToolOutcome): TranscriptMessage[] => [
  user('Do you deliver to Canada? W2530531'),
  called(orderCall),
  { role: 'tool', call: orderCall, outcome: downWith('tool_unavailable') },
  called(docsCall),
  { role: 'tool', call: docsCall, outcome },
];

for (const code of ['tool_unavailable', 'tool_busy', 'tool_failed', 'database_unavailable']) {
  test(`while a look-up is down (${code}) the help centre is asked instead, once`, async () => {
    const [name] = callIn(await after(orderCall, downWith(code)));
    assert.equal(name, 'retrieve_docs');
    assert.match(saidIn(await ask(orderThenDocs(downWith(code)))), /^I can’t reach our shop’s systems or our help centre just now/);
  });
}

test('what the help centre says in its place comes with a word that the look-up could not be made', async () => {
  const docsResult = retrieved(docsCall, returnsPassage, canadaPassage);
  assert.ok(docsResult.role === 'tool');
  const events = await ask(orderThenDocs(docsResult.outcome));
  assert.match(textOf(events), /^I couldn’t look up order W2530531 just now; this is what our help centre says\. According to \*\*Delivery\*\*: /);
});

test('when the help centre says nothing of it, the answer is that the look-up could not be made', async () => {
  const output = { answerable: false, confidence: 0.1, corpus_version: '1', passages: [returnsPassage] };
  assert.match(saidIn(await ask(orderThenDocs({ ok: true, output }))), /^I couldn’t look up order W2530531 just now: the lookup is not available/);
});

test('an answer from the help centre quotes a passage word for word and then cites it', async () => {
  const events = await ask([user('Do you deliver to Canada?'), called(docsCall), retrieved(docsCall, returnsPassage, canadaPassage)]);
  assert.deepEqual(events, [
    ...['According', ' to', ' **Delivery**:', ' We', ' deliver', ' to', ' Canada', ' in', ' five', ' days.'].map((delta) => ({
      type: 'text',
      delta,
    })),
    { type: 'citation', passageId: 'delivery#2', quote: 'We deliver to Canada in five days.' },
    done('end'),
  ]);
});

for (const output of [
  { answerable: false, confidence: 0.1, corpus_version: '1', passages: [returnsPassage] },
  { answerable: true, confidence: 0.9, corpus_version: '1', passages: [] },
]) {
  test(`answerable ${output.answerable} with ${output.passages.length} passages: the honest answer, without a citation`, async () => {
    assert.match(saidIn(await after(docsCall, { ok: true, output })), /^I don’t find that in our help centre\. .*contact our team/);
  });
}

test('what is not found is said with links to the nearest articles, unless they are about something else', async () => {
  const passages = [
    { id: 'a#1', title: 'Return [an] item', heading: '', url: 'https://shop.example/help/a/#b', text: 'You have time.' },
    { id: 'a#2', title: 'Return [an] item', heading: '', url: 'https://shop.example/help/a/#c', text: 'More.' },
  ];
  const answer = async (confidence: number) =>
    saidIn(await after(docsCall, { ok: true, output: { answerable: false, confidence, corpus_version: '1', passages } }));
  assert.match(await answer(0.3), /don’t find that[\s\S]*The nearest articles: \[Return an item\]\(https:\/\/shop\.example\/help\/a\/\)$/);
  assert.doesNotMatch(await answer(0.1), /nearest/);
});

test('an abort ends it at once, even while the embedding model is loading', async () => {
  const controller = new AbortController();
  const model = createOfflineModel({ embed: async () => await new Promise(() => controller.abort()) });
  assert.deepEqual(failureOf(await collect(model, makeRequest([user('Do you deliver?')]), controller.signal)), {
    type: 'failed',
    failure: 'aborted',
  });
});

test('an embedding model that cannot be loaded is unavailable', async () => {
  const model = createOfflineModel({ embed: async () => await Promise.reject(new Error('no model')) });
  assert.deepEqual(failureOf(await collect(model, makeRequest([user('Do you deliver?')]))), { type: 'failed', failure: 'unavailable' });
});

test('what a tool is learnt from is embedded once', async () => {
  const embedded: string[] = [];
  const model = createOfflineModel({
    embed: async (texts) => {
      embedded.push(...texts);
      return await fakeEmbed(texts);
    },
  });
  for (const question of ['Do you deliver to Canada?', 'Do you deliver to France?']) await collect(model, makeRequest([user(question)]));
  assert.equal(embedded.filter((text) => text === 'is delivery free').length, 1);
});

const noted = (text: string, notes: Notes): TranscriptMessage[] => [user('hello'), assistant('Hi.'), { role: 'user', text, notes }];
const remembered: Notes = { subject: 'order', orders: ['W2530531'], currentOrders: ['W2530531'] };
const cancelTool: ToolDefinition = {
  name: 'cancel_order',
  description: 'Cancels an order.',
  effect: 'write',
  input: {
    type: 'object',
    required: ['order_id', 'reason'],
    properties: { order_id: { type: 'string', pattern: '^[A-Z0-9-]{2,20}$' }, reason: { enum: ['no_longer_needed', 'ordered_by_mistake'] } },
  },
  examples: [
    { message: 'cancel order W2403075', input: { order_id: 'W2403075', reason: 'no_longer_needed' } },
    { message: 'cancel W7430166, clicked by accident', input: { order_id: 'W7430166', reason: 'ordered_by_mistake' } },
  ],
  phrases: ['please cancel my order', 'cancel it', 'stop my order please'],
};
const tools = [orderTool, docsTool, cancelTool];

test('«it» is the order that was spoken of last, and «the other one» the other', async () => {
  assert.deepEqual(callIn(await ask(noted('where is it now?', remembered), { tools })), ['get_order_status', { order_id: 'W2530531' }]);
  assert.deepEqual(callIn(await ask(noted('cancel it', remembered), { tools })), [
    'cancel_order',
    { order_id: 'W2530531', reason: 'no_longer_needed' },
  ]);
  const two = { ...remembered, orders: ['W2530531', 'W1111111'] };
  assert.deepEqual(callIn(await ask(noted('and the other one?', two), { tools })), ['get_order_status', { order_id: 'W1111111' }]);
});

test('where two orders may be meant it is asked which, and nothing is called', async () => {
  const both = { ...remembered, orders: ['W2530531', 'W1111111'], currentOrders: ['W2530531', 'W1111111'] };
  assert.equal(saidIn(await ask(noted('cancel it', both), { tools })), 'Which one do you mean: order W2530531 or order W1111111?');
});

test('a number that is written counts more than what is remembered, and «it» in a question about the shop points at no order', async () => {
  assert.deepEqual(callIn(await ask(noted('where is W1111111', remembered)))[1], { order_id: 'W1111111' });
  assert.equal(callIn(await ask(noted('do you deliver it to Canada?', { ...remembered, subject: 'article' })))[0], 'retrieve_docs');
});

const repetition = { question: 'Do you deliver to Canada?', times: 1, answer: 'We deliver in five days.', passageIds: ['delivery#2'] };
const askedAgain = async (repeated: Repetition, ...passages: object[]) =>
  await ask([{ role: 'user', text: 'that did not help', notes: { repeated } }, called(docsCall), retrieved(docsCall, ...passages)]);

test('«that did not help» asks the question again', async () => {
  assert.deepEqual(callIn(await ask([{ role: 'user', text: 'that did not help', notes: { repeated: repetition } }])), [
    'retrieve_docs',
    { query: 'Do you deliver to Canada?' },
  ]);
});

test('a repeated question is answered from a passage that was not quoted before, and says so; the second time with a person on offer', async () => {
  const first = await askedAgain(repetition, canadaPassage, returnsPassage);
  assert.match(textOf(first), /^I’ve given you an answer to this before\. Here is another place, \*\*Return an item\*\*: You have 30 days/);
  assert.deepEqual(
    first.flatMap((event) => (event.type === 'citation' ? [event.passageId] : [])),
    ['return-an-item#0'],
  );
  assert.doesNotMatch(textOf(first), /person/);
  assert.match(textOf(await askedAgain({ ...repetition, times: 2 }, canadaPassage, returnsPassage)), /a person will take it up\.$/);
});

test('where every passage was quoted before it says that there is no other, and offers a person', async () => {
  const events = await askedAgain(repetition, canadaPassage);
  assert.match(saidIn(events), /I find nothing else there\. .*a person/);
});

test('an order that is asked for again is looked up again, and said so', async () => {
  const output = {
    status: 'pending',
    status_text: 'Order W2530531 is being prepared.',
    currency: 'USD',
    total: 5,
    items: [],
    shipments: [],
    refunds: [],
  };
  const question: TranscriptMessage = {
    role: 'user',
    text: 'where is W2530531',
    notes: { repeated: { ...repetition, question: 'where is W2530531' } },
  };
  const events = await ask([question, called(orderCall), { role: 'tool', call: orderCall, outcome: { ok: true, output } }]);
  assert.equal(saidIn(events), 'I’ve looked again for you just now. Order W2530531 is being prepared.');
});

test('a number alone goes on with what was asked before', async () => {
  const events = await ask([user('please cancel my order'), assistant('Which order do you mean?'), user('it is W2530531')], { tools });
  assert.equal(callIn(events)[0], 'cancel_order');
});

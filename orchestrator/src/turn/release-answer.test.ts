import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import { sourceOfRecord, sourceOfText } from './claim-gate.ts';
import type { Passage } from './passages.ts';
import { type AnswerOptions, AnswerWriter, cannotConfirm } from './release-answer.ts';

const returns: Passage = {
  id: 'returns#0',
  title: 'Return an item',
  heading: '',
  url: 'https://shop.example/help/returns/',
  text: 'You have 30 days. Returns are free. Send it to us with the label.',
};
const refunds: Passage = {
  id: 'refunds#1',
  title: 'Refunds 2026',
  heading: 'How long',
  url: 'https://shop.example/help/refunds/#how-long',
  text: 'Refunds take five days. We may keep $4. Gift cards take 30 days.',
};
const order = sourceOfRecord({ order_id: 'W2530531', status: 'pending', status_text: 'It has not been shipped yet.', total: 45, currency: 'USD' });

type Step = string | { cite: string };

function write(
  steps: Step[],
  {
    end = { isAnswer: true } as { isAnswer: boolean; isBroken?: boolean; isCut?: boolean },
    ...options
  }: Partial<AnswerOptions> & { end?: { isAnswer: boolean; isBroken?: boolean; isCut?: boolean } } = {},
) {
  const events: AGUIEvent[] = [];
  const passages = new Map([returns, refunds].map((passage) => [passage.id, passage]));
  const support = () => ({ records: [order], visitor: sourceOfText('where is W1234567'), nowMs: 0 });
  const writer = new AnswerWriter({ emit: (event) => events.push(event), messageId: 'm1', passages, support, ...options });
  for (const step of steps) {
    if (typeof step === 'string') writer.text(step);
    else writer.cite(step.cite, 'quote');
  }
  writer.end(end);
  const text = events.flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join('');
  return { events, text, types: events.map((event) => event.type), answer: writer.answer };
}
const textOf = (...steps: Step[]) => write(steps).text;
const inLetters = (steps: Step[]): Step[] => steps.flatMap((step): Step[] => (typeof step === 'string' ? [...step] : [step]));

test('a message without text emits nothing', () => {
  assert.deepEqual(write(['  \n']).types, []);
});

test('sources are numbered in the order of their first use and keep their number', () => {
  const { text, events } = write([
    'Thirty days.',
    { cite: 'returns#0' },
    ' Five days.',
    { cite: 'refunds#1' },
    ' Really thirty.',
    { cite: 'returns#0' },
  ]);
  assert.equal(text, 'Thirty days. [1] Five days. [2] Really thirty. [1]');
  assert.equal(events.filter((event) => event.type === 'CUSTOM').length, 2);
});

test('the list of citations is sent before the text that carries the marker', () => {
  const { types } = write(['Thirty days.', { cite: 'returns#0' }]);
  assert.deepEqual(types, ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'CUSTOM', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END']);
});

test('a marker stands before the line break that follows its sentence', () => {
  assert.equal(textOf('- Thirty days.\n', { cite: 'returns#0' }, '- Next item.'), '- Thirty days. [1]\n- Next item.');
});

test('a citation in the middle of a sentence is set behind it, several behind one sentence one after the other', () => {
  assert.equal(textOf('You have 30 days', { cite: 'returns#0' }, '. Bye.'), 'You have 30 days. [1] Bye.');
  assert.equal(
    textOf('You have 30 days, money in five days.', { cite: 'returns#0' }, { cite: 'refunds#1' }, ' Bye.'),
    'You have 30 days, money in five days. [1] [2] Bye.',
  );
});

test('a passage that was not retrieved is never cited', () => {
  const { text, types } = write(['Made up.', { cite: 'nowhere#9' }]);
  assert.equal(text, 'Made up.');
  assert.ok(!types.includes('CUSTOM' as AGUIEvent['type']));
});

for (const marker of ['[1]', '[7]', '[^2]', '[1, 2]', '[3](https://evil.example/)', '【1†source】', '[1][2]']) {
  test(`the model’s own ${marker} is removed, wherever it stands and however it is cut`, () => {
    const steps: Step[] = [`Hello ${marker} there. ${marker} More${marker}. Bye.${marker}`];
    assert.equal(write(steps).text, 'Hello there. More. Bye.');
    assert.equal(write(inLetters(steps)).text, 'Hello there. More. Bye.');
  });
}

test('brackets that are no marker stay', () => {
  assert.equal(textOf('See [the rules](https://shop.example/) [here].'), 'See [the rules](https://shop.example/) [here].');
});

test('a sentence with an unsupported claim is not sent, the ones around it are, and the count is', () => {
  const { text, events } = write(['You have 30 days.', { cite: 'returns#0' }, ' You get $99 back. Returns are free.', { cite: 'returns#0' }]);
  assert.equal(text, 'You have 30 days. [1] Returns are free. [1]');
  const withheld = events.find((event) => event.type === 'CUSTOM' && event.name === 'aiguy.withheld');
  assert.deepEqual(withheld?.type === 'CUSTOM' && withheld.value, { messageId: 'm1', count: 1 });
  assert.doesNotMatch(JSON.stringify(events), /\$99/);
});

test('nothing of a sentence is sent before it is complete', () => {
  const events: AGUIEvent[] = [];
  const writer = new AnswerWriter({
    emit: (event) => events.push(event),
    messageId: 'm1',
    passages: new Map(),
    support: () => ({ records: [], visitor: new Set(), nowMs: 0 }),
  });
  writer.text('Your order will arrive on');
  assert.equal(events.length, 0);
  writer.text(' Friday. Then');
  assert.ok(writer.isOpen);
});

test('a sentence without a claim goes out as soon as the next one begins', () => {
  const events: AGUIEvent[] = [];
  const writer = new AnswerWriter({
    emit: (event) => events.push(event),
    messageId: 'm1',
    passages: new Map(),
    support: () => ({ records: [], visitor: new Set(), nowMs: 0 }),
  });
  writer.text('Let me see. ');
  writer.text('Y');
  assert.deepEqual(events.at(-1), { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: 'Let me see.' });
});

test('when nothing that is supported remains, a fixed sentence offers a person', () => {
  assert.equal(textOf('It arrives on October 3.'), cannotConfirm);
  assert.equal(textOf('Good question! It costs $99.'), `Good question!\n\n${cannotConfirm}`);
  assert.equal(write(['It costs $99.'], { end: { isAnswer: false } }).text, '', 'a step that goes on to call a tool is no answer');
  assert.equal(textOf('Order W2530531 comes to $45. It arrives on October 3.'), 'Order W2530531 comes to $45.');
});

test('an uncited sentence whose claim stands in one passage alone gets that passage as its citation, with the statement that holds it', () => {
  const { text, answer } = write(['Refunds take five days.']);
  assert.equal(text, 'Refunds take five days. [1]');
  assert.equal(answer.citations[0]?.quote, 'Refunds take five days.');
});

test('of several passages with the same number the one that speaks of the same is cited, and none when that is open', () => {
  assert.equal(write(['Gift cards come within 30 days.']).answer.citations[0]?.passageId, 'refunds#1');
  assert.equal(write(['It is 30 days.']).text, cannotConfirm);
});

test('what was cited once supports later sentences of its source, each with its marker', () => {
  assert.equal(
    textOf('Refunds take five days.', { cite: 'refunds#1' }, ' We may keep $4. Bye.'),
    'Refunds take five days. [1] We may keep $4. [1] Bye.',
  );
});

test('three sentences do not wait for a citation that never comes', () => {
  const { text } = write(['Refunds take five days. We may keep $4. Refunds take five days. Bye.']);
  assert.equal(text, 'Refunds take five days. [1] We may keep $4. [1] Refunds take five days. [1] Bye.');
});

test('a list loses the item that is not supported, and its introduction with the last one', () => {
  assert.equal(textOf('Prices:\n- Express is $99\n- Keeping fee: $4\n', { cite: 'refunds#1' }), 'Prices:\n- Keeping fee: $4 [1]');
  assert.equal(textOf('Prices:\n\n1. Express is $99\n2. Standard is $98\n\nAsk us.'), `Ask us.\n\n${cannotConfirm}`);
});

test('when the first sentence of an item or a paragraph is withheld, the next one takes its place', () => {
  assert.equal(textOf('Hi.\n- It is $99. Ask us.\n- Bye.').split('\n\n')[0], 'Hi.\n- Ask us.\n- Bye.');
});

test('a title that is named as a source may hold a year', () => {
  assert.equal(
    textOf('According to **Refunds 2026**: Refunds take five days.', { cite: 'refunds#1' }),
    'According to **Refunds 2026**: Refunds take five days. [1]',
  );
});

test('a stream that breaks off leaves its unfinished sentence unsaid', () => {
  const { text, types } = write(['Hello. You have '], { end: { isAnswer: false, isBroken: true } });
  assert.equal(text, 'Hello.');
  assert.equal(types.at(-1), 'TEXT_MESSAGE_END');
});

test('however the text is cut into pieces, the same is sent', () => {
  const steps: Step[] = [
    'Hello Dr. Smith, e.g. on 3. Oktober? [2] Prices:\n\n1. Express is $99.\n2. We may keep $4.\n',
    { cite: 'refunds#1' },
    '\nOrder W2530531 comes to $45.00, i.e. a bit. You have 30 days',
    { cite: 'returns#0' },
    '. It arrives tomorrow! Refunds take five days.【3】 See https://shop.example/a.b?c=1.5 or\n\n```\nx = 1\n```\nBye',
  ];
  const whole = write(steps);
  assert.deepEqual(write(inLetters(steps)).answer, whole.answer);
  assert.deepEqual(write(steps).answer, whole.answer);
});

test('the citation of a sentence that was withheld does not end up behind another one', () => {
  const { text, types } = write(['Good question.', ' You have 99 days.', { cite: 'returns#0' }, ' Bye.']);
  assert.equal(text, `Good question. Bye.\n\n${cannotConfirm}`);
  assert.equal(types.filter((type) => type === 'CUSTOM').length, 1);
});

test('an answer that was cut at its length limit does not end in half a number', () => {
  const end = { isAnswer: true, isCut: true };
  assert.equal(write(['Returns are free. You have 3'], { end }).text, `Returns are free.\n\n${cannotConfirm}`);
  assert.equal(write(['Returns are free. You may'], { end }).text, 'Returns are free. You may');
  assert.equal(write(['Refunds take five days.'], { end }).text, 'Refunds take five days. [1]');
});

test('an answer of markers alone is none', () => {
  assert.equal(textOf('[1] 【2†source】'), cannotConfirm);
});

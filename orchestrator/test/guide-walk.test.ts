// A guide walked without a model, through the whole turn: a step with its source, «did that help?», and on by what the visitor says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeEmbed } from '../src/model/offline/fake-embed.fixture.ts';
import { createOfflineModel } from '../src/model/offline/offline.ts';
import type { ToolOutcome } from '../src/model/port.ts';
import { type Harness, letLearn, newVisitor, parseFrames, startHarness, toolsThat } from './harness.ts';

const title = 'A lamp stays dark';
const passage = (id: string, heading: string, text: string) => ({
  id,
  document_id: 'lamp',
  title,
  heading,
  url: `https://shop.example/help/lamp/#${id.slice(-1)}`,
  text,
  last_updated: '2026-10-01',
  score: 1,
});
const steps = ['Wait 15 minutes.', 'Change the 60 W bulb.'];
const caution = { text: 'Warning: Unplug the 120-volt cable first.', passage_id: 'lamp#0' };
const passages = [passage('lamp#0', '', caution.text), passage('lamp#1', 'Check the lamp', steps.map((text, at) => `${at + 1}. ${text}`).join('\n'))];

let harness: Harness;
let calls: Record<string, unknown>[] = [];

before(async () => {
  const model = createOfflineModel({ embed: fakeEmbed });
  harness = await startHarness({ model, tools: toolsThat(async (_name, args) => answer(args)) });
  await letLearn(model, newVisitor().scopes);
});
after(async () => await harness.close());

function answer(args: Record<string, unknown>): ToolOutcome {
  calls.push(args);
  const guide = { id: 'lamp', title, url: 'https://shop.example/help/lamp/' };
  const number = Number(args.step ?? 1) + (args.helped === false ? 1 : 0);
  if (args.helped === true) return { ok: true, output: { outcome: 'solved', guide, text: 'Good: that has solved it.' } };
  const text = steps[number - 1];
  if (text === undefined) return { ok: true, output: { outcome: 'exhausted', guide, text: 'That was the last step. Write «talk to a person».' } };
  const first = number === 1 ? { caution, choices: [{ title: 'The light flickers', step: 3 }] } : {};
  const step = { number, of: 2, heading: 'Check the lamp', text };
  const found = { answerable: true, confidence: 0.8, corpus_version: '1', passages };
  return { ok: true, output: { outcome: 'step', ...found, guide: { ...guide, passage_id: 'lamp#1' }, step, ...first } };
}

async function talk(...messages: string[]): Promise<{ said: string; quotes: string[] }[]> {
  calls = [];
  const visitor = newVisitor();
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const answers = [];
  for (const message of messages) {
    const response = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
    const events = parseFrames(response.body).map(({ event }) => event);
    const said = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
    const cited = events.flatMap((event) => (event.type === 'CUSTOM' && event.name === 'aiguy.citations' ? [event.value] : []));
    const last = cited.at(-1) as { citations: { quote: string }[] } | undefined;
    answers.push({ said, quotes: (last?.citations ?? []).map(({ quote }) => quote) });
  }
  return answers;
}

const problem = 'walk me through fixing my kettle';

test('a step is told whole, with caution and source, and nothing of it is withheld', async () => {
  const [first] = await talk(problem);
  assert.equal(
    first?.said,
    `${caution.text} [1]\n\n**${title}**, step 1 of 2 (Check the lamp):\n\n${steps[0]} [2]\n\nDid that help? Write «yes», or «no» for the next step.\n\nAnother case? «The light flickers»: write «step 3».`,
  );
  assert.deepEqual(first.quotes, [caution.text, steps[0]]);
});

for (const [what, said, args] of [
  ['«no»', 'no', { problem: title, step: 1, helped: false }],
  ['a longer no', 'tried that, it is still dark', { problem: title, step: 1, helped: false }],
  ['«that did not help», which elsewhere asks the question again,', 'that did not help', { problem: title, step: 1, helped: false }],
  ['«yes»', 'yes it works now', { problem: title, step: 1, helped: true }],
  ['a step by its number', 'step 2 please', { problem: title, step: 2 }],
] as const) {
  test(`${what} goes on from the step that was told`, async () => {
    await talk(problem, said);
    assert.deepEqual(calls.at(-1), args);
  });
}

test('after the last step a person is offered, and the walk is over', async () => {
  const answers = await talk(problem, 'no', 'no', 'no');
  assert.match(answers[1]?.said ?? '', /step 2 of 2/);
  assert.match(answers[2]?.said ?? '', /^That was the last step\. Write «talk to a person»\.$/);
  assert.equal(calls.filter(({ helped }) => helped === false).length, 2);
});

test('another question in the middle of a guide is that question', async () => {
  await talk(problem, 'how many days do I have to send something back to you?');
  assert.equal(calls.at(-1)?.helped, undefined);
});

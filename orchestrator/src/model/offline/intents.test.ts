// The shipped routing, with the real embedding model, on messages that it was never fitted to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import shipped from '../../../generated/intents.json' with { type: 'json' };
import { toolsFor } from '../../tools/catalogue.ts';
import type { ToolDefinition } from '../port.ts';
import { classify, train } from './classifier.ts';
import { createLocalEmbed } from './embedder.ts';
import { fakeEmbed } from './fake-embed.fixture.ts';
import { featuresMax, featuresOf } from './features.ts';
import { Intents, learnIntents } from './intents.ts';
import { pack, unpack } from './packed-weights.ts';

const tools = toolsFor(loadManifests(), []).needingSignIn;
const labels: Record<string, string[]> = { create_ticket: ['create_support_ticket', 'escalate_to_human', 'cancel_order', 'change_address'] };

test('of 180 messages in the words of all sorts of people, at least 80 in a hundred go where they should', async () => {
  const intents = new Intents(createLocalEmbed(), shipped);
  const lines = readFileSync(new URL('../../../test/questions/routing-held-out.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  let right = 0;
  for (const line of lines) {
    const {
      utterance,
      expected_tool: expected,
      acceptable_tools: acceptable = [],
    } = JSON.parse(line) as {
      utterance: string;
      expected_tool: string;
      acceptable_tools?: string[];
    };
    const [best] = await intents.rank(tools, utterance);
    const name = best && 'tool' in best ? best.tool.name : 'none';
    right += Number([expected, ...acceptable].flatMap((label) => labels[label] ?? [label]).includes(name));
  }
  assert.equal(lines.length, 180);
  assert.ok(right / lines.length >= 0.8, `${right} of ${lines.length}`);
});

test('what is shipped is of these manifests: nothing is trained for them or a part of them, and anything else is', async () => {
  const embedded: string[] = [];
  const embed = async (texts: readonly string[]) => {
    embedded.push(...texts);
    return await fakeEmbed(texts);
  };
  await new Intents(embed, shipped).learn(tools);
  await new Intents(embed, shipped).learn(tools.slice(0, 2));
  assert.equal(embedded.length, 0);
  const [first, second] = tools.slice(0, 2) as [ToolDefinition, ToolDefinition];
  await new Intents(embed, shipped).learn([first, { ...second, phrases: ['what nobody has learnt yet'] }]);
  assert.ok(embedded.length > 100);
});

test('what a tool would do that is switched off is not done by another', async () => {
  const left = tools.filter(({ name }) => name !== 'cancel_order');
  const [best] = await new Intents(createLocalEmbed(), shipped).rank(left, 'please cancel order W6731310');
  assert.ok((best?.probability ?? 1) < 0.35, JSON.stringify(best));
});

test('the same messages give the same weights, in whatever order the tools come', async () => {
  const two = tools.slice(0, 2);
  assert.deepEqual(await learnIntents(fakeEmbed, two), await learnIntents(fakeEmbed, two.toReversed()));
});

test('a label is learnt from few samples, and a byte a weight changes little', async () => {
  const sample = (text: string, label: string) => ({ label, meaning: [1, 0], surface: featuresOf(text) });
  const classes = await train([
    sample('cancel it', 'cancel'),
    sample('stop the order', 'cancel'),
    sample('where is it', 'status'),
    sample('track it', 'status'),
  ]);
  for (const weighed of [classes, unpack(pack(new Map(), classes))]) {
    const [best, other] = classify(weighed, { meaning: [1, 0], surface: featuresOf('please CANCELL it') });
    assert.equal(best?.label, 'cancel');
    assert.ok(Math.abs((best?.probability ?? 0) + (other?.probability ?? 0) - 1) < 1e-9);
  }
});

test('features have unit length, and a misspelling shares most of them', () => {
  const [right, wrong, other] = ['invoice', 'invoyce', 'kettle'].map((text) => new Map(featuresOf(text))) as [
    Map<number, number>,
    Map<number, number>,
    Map<number, number>,
  ];
  const shared = (a: Map<number, number>, b: Map<number, number>) =>
    [...a].reduce((sum, [position, weight]) => sum + weight * (b.get(position) ?? 0), 0);
  assert.ok(Math.abs(shared(right, right) - 1) < 1e-9);
  assert.ok(shared(right, wrong) > shared(right, other));
  assert.ok([...right.keys()].every((position) => position < featuresMax));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScriptedModel } from '../model/scripted.ts';
import { foldByModel, foldByRule } from './summary.ts';

const exchange = (user: string, assistant: string) => ({ user, assistant, seq: 1 });
const usage = { inputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 5 };
const folding = { summary: '', exchanges: [exchange('How long?', 'Thirty days.')], signedIn: true, nowMs: 0 };
const signal = new AbortController().signal;

test('by rule: what was asked and how its answer began, once each, the oldest lines going first', () => {
  const first = foldByRule({
    summary: '',
    exchanges: [exchange('How long do I have?', 'You have 30 days. [1] Keep the box.'), exchange('Hello', '')],
  });
  assert.equal(first, '«How long do I have?» – You have 30 days.\n«Hello» – not answered');
  assert.equal(foldByRule({ summary: first, exchanges: [exchange('Hello', '')] }), first);
  const many = Array.from({ length: 50 }, (_, index) => exchange(`Question ${index} ${'w'.repeat(200)}`, 'a'.repeat(500)));
  const summary = foldByRule({ summary: first, exchanges: many });
  assert.ok(summary.length <= 400);
  assert.match(summary, /Question 49/);
  assert.doesNotMatch(summary, /How long/);
});

test('by the model: one call without tools, whose usage is counted and whose text is bounded', async () => {
  const requests: unknown[] = [];
  const used: unknown[] = [];
  const model = createScriptedModel((request) => {
    requests.push(request);
    return [
      { type: 'text', delta: 'x'.repeat(1000) },
      { type: 'done', stop: 'end', usage, model: 'm' },
    ];
  });
  const summary = await foldByModel(model, { ...folding, summary: 'Before.' }, { signal, onUsage: (one) => used.push(one) });
  assert.equal(summary?.length, 400);
  assert.deepEqual(used, [usage]);
  const [request] = requests as { purpose: string; tools: unknown[]; outputTokensMax: number; messages: { text: string }[] }[];
  assert.deepEqual([requests.length, request?.purpose, request?.tools, request?.outputTokensMax], [1, 'plan', [], 160]);
  assert.deepEqual(JSON.parse(request?.messages[0]?.text ?? ''), {
    earlier: 'Before.',
    conversation: [{ visitor: 'How long?', assistant: 'Thirty days.' }],
  });
});

for (const [what, step] of [
  ['fails', [{ type: 'failed', failure: 'overloaded' }]],
  [
    'refuses',
    [
      { type: 'text', delta: 'No' },
      { type: 'done', stop: 'refusal', usage, model: 'm' },
    ],
  ],
  ['says nothing', [{ type: 'done', stop: 'end', usage, model: 'm' }]],
] as const) {
  test(`a model that ${what} gives no summary`, async () => {
    assert.equal(await foldByModel(createScriptedModel([step]), folding, { signal, onUsage: () => undefined }), undefined);
  });
}

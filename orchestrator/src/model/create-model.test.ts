import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel } from './create-model.ts';

const choice = {
  tools: [],
  anthropicBaseUrl: undefined,
  planModel: 'claude-haiku-5-5',
  answerModel: 'claude-sonnet-5-5',
  requestTimeoutMs: 1000,
  idleTimeoutMs: 1000,
};

test('with a key Claude answers, by the name of the planning model', () => {
  assert.equal(createModel({ ...choice, anthropicApiKey: 'key-for-tests' }).name, 'claude-haiku-5-5');
});

test('without a key, or with an empty one, the offline policy answers, and costs nothing of the budget', () => {
  for (const anthropicApiKey of [undefined, '']) {
    const model = createModel({ ...choice, anthropicApiKey });
    assert.equal(model.name, 'offline');
    assert.equal(model.estimateTokens('a long text'), 0);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import table from '@aiguy/manifests/protocol/errors.json' with { type: 'json' };
import { errorText, isRetryable, noticeText } from './error-text.ts';

const asWritten = (text: string) => text;
const fallback = errorText('a_code_nobody_knows', asWritten);
const codes = Object.entries(table.errors);

test('every code that can reach a visitor has a sentence', () => {
  for (const [code, { audience }] of codes) {
    if (audience === 'model' || audience === 'staff' || code === 'internal_error' || code === 'subject_mismatch') continue;
    assert.notEqual(errorText(code, asWritten), fallback, code);
  }
});

test('what the table calls retryable can be tried again', () => {
  for (const [code, { audience, retryable }] of codes) if (audience === 'visitor' && retryable) assert.equal(isRetryable(code), true, code);
});

test('sentences go through the translation, in our text domain', () => {
  const seen: string[] = [];
  errorText('overloaded', (text, domain) => {
    seen.push(domain);
    return text;
  });
  assert.deepEqual(seen, ['aiguy']);
});

test('a notice with an unknown code keeps its own sentence', () => {
  assert.equal(noticeText({ code: 'new_code', text: 'Something to know.' }, asWritten), 'Something to know.');
  assert.notEqual(noticeText({ code: 'tool_timeout', text: 'x' }, asWritten), 'x');
});

test('names of the language’s own objects are no codes', () => {
  for (const code of ['constructor', '__proto__', 'toString']) assert.equal(errorText(code, asWritten), fallback);
});

test('each thing that may happen at a cap has words of its own', () => {
  const actions = ['knowledge', 'contact', 'closed'];
  const texts = [...actions, ...actions.map((action) => `month_${action}`)].map((what) =>
    noticeText({ code: `at_cap_${what}`, text: '' }, asWritten),
  );
  assert.deepEqual([new Set(texts).size, texts.every((text) => text !== '')], [6, true]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderTool } from '../requests.fixture.ts';
import { describeResult } from './describe-result.ts';

test('a manifest’s answer is filled from the result, with money, dates and states in words', () => {
  const tool = { ...orderTool, answer: '{id}: {sum:money} on {at:date}, {state:words}.' };
  const output = { id: 'T-1', sum: 12.5, currency: 'USD', at: '2026-11-21T09:30:00Z', state: 'in_transit' };
  assert.equal(describeResult(tool, output), 'T-1: $12.50 on 21 November 2026, in transit.');
});

test('without an answer the fields are listed, values of preferences as such', () => {
  const output = { preferences: { shoe_size: { value: '42', expires_at: '2027-05-20T09:30:00Z' }, likes: { value: ['wool', 'green'] } }, note: null };
  assert.equal(describeResult(undefined, output), '- shoe size: 42\n- likes: wool, green');
});

test('nothing is made of nothing', () => {
  assert.equal(describeResult(orderTool, { preferences: {} }), 'There is nothing on record.');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from './wait.ts';

test('waits double up to fifteen seconds, and no two visitors wait alike', () => {
  const longest = Array.from({ length: 8 }, (_, attempt) => backoffMs(attempt, () => 1));
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  assert.equal(
    backoffMs(3, () => 0),
    2000,
  );
});

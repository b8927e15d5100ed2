import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitTokens, openLedger, pauseClock, reserveTokens, resumeClock, spendTool, tokensLeft, toolsLeft, wallLeftMs } from './ledger.ts';

const limits = { tokens: 3000, tools: 3, wallMs: 8000 };

function granted(verdict: ReturnType<typeof reserveTokens>) {
  assert.ok(verdict.ok);
  return verdict.ledger;
}

test('two reservations never share the same tokens', () => {
  const first = granted(reserveTokens(openLedger(limits, 0), 2000));
  assert.deepEqual(reserveTokens(first, 1001), { ok: false, limit: 'tokens' });
  assert.equal(tokensLeft(granted(reserveTokens(first, 1000))), 0);
});

test('a commit frees what was reserved and keeps what was used', () => {
  const ledger = commitTokens(granted(reserveTokens(openLedger(limits, 0), 2000)), { reserved: 2000, used: 700 });
  assert.equal(tokensLeft(ledger), 2300);
});

test('a step that used more than it reserved takes it from the next', () => {
  const ledger = commitTokens(granted(reserveTokens(openLedger(limits, 0), 1000)), { reserved: 1000, used: 3200 });
  assert.equal(tokensLeft(ledger), 0);
  assert.deepEqual(reserveTokens(ledger, 1), { ok: false, limit: 'tokens' });
});

test('the fourth tool call is refused', () => {
  let ledger = openLedger(limits, 0);
  for (let call = 0; call < 3; call += 1) ledger = granted(spendTool(ledger));
  assert.equal(toolsLeft(ledger), 0);
  assert.deepEqual(spendTool(ledger), { ok: false, limit: 'tools' });
});

test('the clock stands still while a human is thinking', () => {
  const paused = pauseClock(openLedger(limits, 1000), 3000);
  assert.equal(wallLeftMs(paused, 900_000), 6000);
  const resumed = resumeClock(pauseClock(paused, 500_000), 603_000);
  assert.equal(wallLeftMs(resumed, 604_000), 5000);
  assert.equal(wallLeftMs(resumed, 700_000), 0);
});

test('nothing changes a ledger in place', () => {
  const ledger = Object.freeze(openLedger(Object.freeze({ ...limits }), 0));
  granted(reserveTokens(ledger, 10));
  commitTokens(ledger, { reserved: 0, used: 5 });
  pauseClock(ledger, 5);
  assert.equal(tokensLeft(ledger), 3000);
});

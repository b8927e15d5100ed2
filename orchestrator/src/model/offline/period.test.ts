import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPeriodAlone, readPeriod } from './period.ts';

const today = '2026-11-22T10:00:00.000Z';

const read: Record<string, [string, string]> = {
  'I need a list of everything I bought in 2026 for my taxes': ['2026-01-01', '2026-12-31'],
  'how much did I spend with you last year': ['2025-01-01', '2025-12-31'],
  'my orders of the previous calendar year': ['2025-01-01', '2025-12-31'],
  'total for this year so far': ['2026-01-01', '2026-12-31'],
  'all my orders of the year': ['2026-01-01', '2026-12-31'],
  '2024 and 2025 please': ['2024-01-01', '2025-12-31'],
  'statement 2023-2025': ['2023-01-01', '2025-12-31'],
  'everything since 2024': ['2024-01-01', '2026-11-22'],
  'from March to May': ['2026-03-01', '2026-05-31'],
  'from march to may 2025': ['2025-03-01', '2025-05-31'],
  'March 2025 till May': ['2025-03-01', '2025-05-31'],
  'orders in october': ['2026-10-01', '2026-10-31'],
  'what did I pay in December': ['2025-12-01', '2025-12-31'],
  'in feb 2024': ['2024-02-01', '2024-02-29'],
  'november to february': ['2025-11-01', '2026-02-28'],
  'my spending since June': ['2026-06-01', '2026-11-22'],
  'in may': ['2026-05-01', '2026-05-31'],
  'last month': ['2026-10-01', '2026-10-31'],
  'this month': ['2026-11-01', '2026-11-30'],
  'last quarter': ['2026-07-01', '2026-09-30'],
  'Q1 2026': ['2026-01-01', '2026-03-31'],
  'the first quarter of 2025': ['2025-01-01', '2025-03-31'],
  'the last 12 months': ['2025-11-23', '2026-11-22'],
  'over the past three months': ['2026-08-23', '2026-11-22'],
  'in the past year': ['2025-11-23', '2026-11-22'],
  'last two years': ['2024-11-23', '2026-11-22'],
  'the last 30 days': ['2026-10-24', '2026-11-22'],
  'between 1 July 2025 and 30 June 2026': ['2025-07-01', '2026-06-30'],
  'between 1 April and 30 September': ['2026-04-01', '2026-09-30'],
  'from April 5th, 2025 to April 4th, 2026': ['2025-04-05', '2026-04-04'],
  'vom 1.3.2026 bis 15.4.2026': ['2026-03-01', '2026-04-15'],
  'since 2026-02-14': ['2026-02-14', '2026-11-22'],
  'everything I ever bought from you': ['2016-11-23', '2026-11-22'],
};

for (const [text, [from, to]] of Object.entries(read)) {
  test(`«${text}» is ${from} to ${to}`, () => {
    assert.deepEqual(readPeriod(text, today), { from, to });
  });
}

for (const text of [
  'a statement of my orders for my taxes',
  'May I have a list of my orders',
  'order W2026531 and INV-2026-010223',
  'under $2000',
  'from 03/04/2026 to 05/06/2026',
  'the last fiscal year',
  'in 2031',
]) {
  test(`«${text}» names no period`, () => {
    assert.equal(readPeriod(text, today), undefined);
  });
}

test('a message that only names a period is told from one that says more', () => {
  for (const text of [
    '2026',
    'last year please',
    'from March to May',
    'for the last two years',
    'Q1 2026',
    '1 July 2025 to 30 June 2026',
    'this year',
  ]) {
    assert.ok(isPeriodAlone(text, today), text);
  }
  for (const text of ['where is my order of last year', 'hello', 'cancel what I ordered in May', '', 'for my taxes']) {
    assert.ok(!isPeriodAlone(text, today), text);
  }
});

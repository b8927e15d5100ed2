import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@aiguy/manifests/database';
import { EventLog } from './event-log.ts';

/** A database that knows how far each session's log has come, and counts the questions. */
function countingDatabase(newest: Record<string, number>): { database: Database; questions: string[][] } {
  const questions: string[][] = [];
  const query = async (_sql: string, [ids]: [string[]]) => {
    questions.push(ids);
    return { rows: ids.flatMap((id) => (id in newest ? [{ id, last_seq: newest[id] }] : [])) };
  };
  return { database: { query } as unknown as Database, questions };
}

test('a thousand readers who ask how far their logs have come ask the database once', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `session-${index}`);
  const { database, questions } = countingDatabase(Object.fromEntries(ids.map((id, index) => [id, index])));
  const log = new EventLog(database);
  const looks = await Promise.all([...ids, 'session-7'].map(async (id) => await log.look(id)));
  assert.deepEqual(questions, [ids]);
  assert.deepEqual(looks, [...ids.keys(), 7]);
  assert.equal(await log.look('unknown'), 0);
  assert.equal(questions.length, 2);
});

test('a question that fails fails for those who asked together, and not for the next', async () => {
  let asked = 0;
  const query = async () => {
    asked += 1;
    if (asked === 1) throw new Error('down');
    return { rows: [] };
  };
  const log = new EventLog({ query } as unknown as Database);
  const both = await Promise.allSettled([log.look('a'), log.look('b')]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await log.look('a'), 0);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { holdPostgres, readHolder } from './held-postgres.ts';

test('what a crashed process left behind holds up nobody; what a live one has open is left alone', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-held-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const file = join(dataDir, 'postgres', 'shop.open.json');
  mkdirSync(join(dataDir, 'postgres'));
  const { pid: dead } = spawnSync(process.execPath, ['-e', '0']);
  const left = [
    JSON.stringify({ pid: dead, url: 'postgres://127.0.0.1:9/postgres' }),
    // Its number was given to a process that serves no database.
    JSON.stringify({ pid: process.ppid, url: 'postgres://127.0.0.1:9/postgres' }),
    JSON.stringify({ pid: process.pid }),
    '{',
  ];
  for (const text of left) {
    writeFileSync(file, text);
    assert.equal(await readHolder(dataDir, 'shop'), undefined, text);
  }
  const held = await holdPostgres(dataDir, 'shop');
  assert.deepEqual(await readHolder(dataDir, 'shop'), { pid: process.pid, url: held.url });
  await assert.rejects(holdPostgres(dataDir, 'shop'), new RegExp(`is open in process ${process.pid}`));
  await held.stop();
  assert.deepEqual([existsSync(file), await readHolder(dataDir, 'shop')], [false, undefined]);
  writeFileSync(file, JSON.stringify({ pid: process.ppid }));
  await assert.rejects(holdPostgres(dataDir, 'shop'), /is open in process/);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { open, send } from './http.ts';
import { distribute, idlePath, processHosts } from './php-processes.ts';
import { end, type Stop } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'aiguy-php-'));
const stops: Stop[] = [async () => rmSync(folder, { recursive: true, force: true })];
let url = '';

before(async () => {
  // «/hold» is answered when a file of that name is there.
  const router = join(folder, 'router.php');
  writeFileSync(
    router,
    `<?php if ($_SERVER['REQUEST_URI'] === '${idlePath}') return true; ignore_user_abort(true); touch('begun' . basename($_SERVER['REQUEST_URI']));
     if (str_starts_with($_SERVER['REQUEST_URI'], '/hold')) while (!file_exists(basename($_SERVER['REQUEST_URI']))) { usleep(5000); clearstatcache(); } echo 'done';`,
  );
  const port = await freePort();
  const hosts = processHosts(2);
  for (const host of hosts) {
    const child = spawn('php', ['-S', `${host}:${port}`, router], { cwd: folder, stdio: 'ignore', detached: true });
    stops.push(async () => await end(child, true));
  }
  stops.push(await distribute(hosts, port));
  url = `http://127.0.0.1:${port}`;
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

test('nothing waits behind an answer that takes long while a process is idle, nor behind one whose client has left', async () => {
  const held = send(`${url}/hold-1`);
  await until(() => existsSync(join(folder, 'begunhold-1')), 'the first request');
  const together = await Promise.all(Array.from({ length: 20 }, async () => await send(`${url}/quick`)));
  assert.ok(together.every(({ text }) => text === 'done'));

  const leaving = new AbortController();
  const left = open(`${url}/hold-2`, { signal: leaving.signal });
  await until(() => existsSync(join(folder, 'begunhold-2')), 'the second request');
  leaving.abort();
  await assert.rejects(left);
  const waiting = send(`${url}/quick`);
  writeFileSync(join(folder, 'hold-1'), '');
  assert.equal((await held).text, 'done');
  assert.equal((await waiting).text, 'done', 'by the process that is free, while the other is still at work');
  writeFileSync(join(folder, 'hold-2'), '');
});

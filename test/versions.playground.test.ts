// The oldest WordPress and PHP that are at hand; the newest are those of npm start, which has a test of its own.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dataDirectory, projectRoot } from '../scripts/data-directory.ts';
import { chatPage, frontPage } from '../scripts/demo-site.ts';
import { freePort } from '../scripts/free-port.ts';
import { developmentKey } from '../scripts/keys.ts';
import { startDemoWordPress } from '../scripts/wordpress/start-demo.ts';
import { Browser, chatPageOf, playScenario } from '../wp-plugin/tests/host-scenario.ts';
import { type PlayedOrchestrator, playOrchestrator } from './doubles/orchestrator.ts';

let played: PlayedOrchestrator;
let dataDir: string;

before(async () => {
  played = await playOrchestrator();
  dataDir = mkdtempSync(join(tmpdir(), 'aiguy-versions-'));
});
after(() => {
  played?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('on the oldest WordPress at hand and PHP 8.1 an answer streams, a file is whole, and errors are ours', async (t) => {
  const port = await freePort();
  const siteUrl = `http://127.0.0.1:${port}`;
  mkdirSync(join(dataDir, 'logs'));
  symlinkSync(join(dataDirectory(), 'cache'), join(dataDir, 'cache'));
  const wordpress = await startDemoWordPress({
    dataDir,
    port,
    pluginDir: join(projectRoot, 'wp-plugin'),
    signingKey: await developmentKey(dataDir, 'site'),
    site: { siteUrl, siteTitle: 'Test shop', orchestratorUrl: played.url, users: [], pages: [], frontPage, chatPage },
    log: () => undefined,
    signal: new AbortController().signal,
    release: 'oldest',
    php: '8.1',
    workers: 3,
  });
  t.after(wordpress.stop);
  const browser = await Browser.visit(chatPageOf(siteUrl));
  t.diagnostic(/name="generator" content="([^"]+)"/.exec(browser.html)?.[1] ?? 'WordPress of unknown version');
  await playScenario(played, browser);
  browser.base = browser.options.door;
  assert.equal((await browser.openSession()).status, 200);
});

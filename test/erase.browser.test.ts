/// <reference lib="dom" />
// An erase request from end to end: a customer chats, the owner erases him with WordPress' own tool, and both see that nothing is left.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import type { Browser } from 'playwright-core';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { dataDirectory, projectRoot } from '../scripts/data-directory.ts';
import { chatPage, chatPageSlug, demoLogins, demoUsers, frontPage } from '../scripts/demo-site.ts';
import { freePort } from '../scripts/free-port.ts';
import { type NativeWordPress, startNativeWordPress } from '../scripts/wordpress/native.ts';
import { ChatOnPage, signIn, startBrowser, testSite } from './browser.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
const log = () => undefined;
let dataDir: string;
let backend: Backend;
let site: NativeWordPress;
let browser: Browser;

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'aiguy-erase-'));
  const port = await freePort();
  const siteUrl = `http://127.0.0.1:${port}`;
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  backend = await startBackend({ dataDir, siteUrl, ports, inMemory: true, withArticles: false, log });
  const described = {
    siteUrl,
    siteTitle: 'Fernhill Goods',
    orchestratorUrl: backend.orchestratorUrl,
    users: demoUsers(),
    pages: [],
    frontPage,
    chatPage,
  };
  site = await startNativeWordPress({
    cacheDir: join(dataDirectory(), 'cache'),
    pluginDir: join(projectRoot, 'wp-plugin'),
    port,
    site: described,
    log,
    ...testSite,
  });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await backend?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function conversations(): Promise<number> {
  const url = backend.orchestratorEnv.DATABASE_URL ?? '';
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  try {
    const { rows } = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM sessions WHERE subject LIKE 'wp:1:%'");
    return rows[0]?.count ?? 0;
  } finally {
    await database.end();
  }
}

test('the owner erases a customer with WordPress’ tool, reads what stays and why, and the conversation is gone', async () => {
  const login = demoLogins.find(({ login: name }) => name === 'aarav');
  assert.ok(login);
  const customer = await browser.newContext();
  await signIn(customer, site, login);
  const page = await customer.newPage();
  await page.goto(`${site.url}/${chatPageSlug}/`);
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask('Hello, my zebra kettle sings');
  await chat.says('Hello, my zebra kettle sings');
  const deadlineMs = Date.now() + 60_000;
  while ((await conversations()) === 0 && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 200));
  await chat.rests();
  assert.equal(await conversations(), 1);

  const mail = site.evaluate(
    `$u = get_user_by('login', '${login.login}'); wp_create_user_request($u->user_email, 'remove_personal_data', array(), 'confirmed'); echo $u->user_email;`,
  );
  const owner = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await signIn(owner, site, { login: 'admin', password: 'admin-test' });
  const tool = await owner.newPage();
  await tool.goto(`${site.url}/wp-admin/erase-personal-data.php`);
  await tool.getByRole('cell', { name: mail }).first().waitFor();
  await tool.getByRole('button', { name: 'Erase personal data', exact: true }).click();
  await tool.getByText(/belong to the shop and are erased there/).waitFor();
  if (screenshots) await tool.screenshot({ path: join(screenshots, 'erase-request.png') });
  assert.equal(await conversations(), 0);

  await page.reload();
  await chat.input.waitFor();
  await chat.rests();
  assert.equal(await chat.log.getByText('zebra kettle').count(), 0);
  await customer.close();
  await owner.close();
});

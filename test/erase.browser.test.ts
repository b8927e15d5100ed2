/// <reference lib="dom" />
// An erase request from end to end: a customer chats, the owner erases him with WordPress' own tool, and both see that nothing is left.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import { demoLogins } from '../scripts/demo-site.ts';
import { ChatOnPage, type System, signIn, startSystem } from './browser.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
let system: System;

before(async () => {
  system = await startSystem();
});
after(async () => await system?.stop());

async function conversations(): Promise<number> {
  const url = system.backend.orchestratorEnv.DATABASE_URL ?? '';
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
  const customer = await system.browser.newContext();
  customer.setDefaultTimeout(60_000);
  await signIn(customer, system.site, login);
  const page = await customer.newPage();
  await page.goto(system.pageUrl);
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask('How long do I have to send something back?');
  await chat.says(/within 30 days/);
  await chat.rests();
  assert.equal(await conversations(), 1);

  const mail = system.site.evaluate(
    `$u = get_user_by('login', '${login.login}'); wp_create_user_request($u->user_email, 'remove_personal_data', array(), 'confirmed'); echo $u->user_email;`,
  );
  const owner = await system.browser.newContext({ viewport: { width: 1280, height: 800 } });
  owner.setDefaultTimeout(60_000);
  await signIn(owner, system.site, { login: 'admin', password: 'admin-test' });
  const tool = await owner.newPage();
  await tool.goto(`${system.site.url}/wp-admin/erase-personal-data.php`);
  await tool.getByRole('cell', { name: mail }).first().waitFor();
  await tool.getByRole('button', { name: 'Erase personal data', exact: true }).click();
  await tool.getByText(/belong to the shop and are erased there/).waitFor();
  if (screenshots) await tool.screenshot({ path: join(screenshots, 'erase-request.png') });
  assert.equal(await conversations(), 0);

  await page.reload();
  await chat.open();
  await chat.rests();
  assert.equal(await chat.log.getByText('How long do I have').count(), 0);
  await customer.close();
  await owner.close();
});

/// <reference lib="dom" />
// Nothing lost and nothing twice, as a visitor sees it: real services, a real WordPress, Chromium, and what goes wrong between them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import type { BrowserContext, Page } from 'playwright-core';
import { startOrchestrator } from '../scripts/backend.ts';
import { projectRoot } from '../scripts/data-directory.ts';
import { demoLogins } from '../scripts/demo-site.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';
import { freePort } from '../scripts/free-port.ts';
import { sessionsContent } from '../scripts/sessions-content.ts';
import { ChatOnPage, type System, signIn, startSystem } from './browser.ts';
import { startMessagesApi } from './doubles/messages-api.ts';
import { heldAfter, messageEvents, streamed, text } from './doubles/messages-api-replies.ts';

let system: System;

before(async () => {
  system = await startSystem();
});
after(async () => await system?.stop());

async function openChat(t: TestContext, login?: (typeof demoLogins)[number]): Promise<{ context: BrowserContext; page: Page; chat: ChatOnPage }> {
  const context = await system.browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(async () => await context.close());
  if (login) await signIn(context, system.site, login);
  return { context, ...(await openTab(context)) };
}

async function openTab(context: BrowserContext): Promise<{ page: Page; chat: ChatOnPage }> {
  const page = await context.newPage();
  await page.goto(system.pageUrl);
  const chat = new ChatOnPage(page);
  await chat.open();
  return { page, chat };
}

/** A customer who can sign in, with an order of his that is not processed yet. */
async function customerWithPending(): Promise<{ login: (typeof demoLogins)[number]; order: string }> {
  const lines = (await readFile(join(projectRoot, 'tools-api', 'demo', 'store', 'orders.jsonl'), 'utf8')).trim().split('\n');
  const orders = lines.map((line) => JSON.parse(line) as { order_id: string; customer_id: string; status: string });
  for (const login of demoLogins) {
    const pending = orders.find((order) => order.status === 'pending' && order.customer_id === login.customerId);
    if (pending) return { login, order: pending.order_id };
  }
  throw new Error('no such customer in the demo');
}

/** What the ledger says was done. */
async function effectsDone(): Promise<{ tool: string; order: string }[]> {
  const url = system.backend.orchestratorEnv.DATABASE_URL ?? '';
  const database = openDatabase({ url, connectionsMax: embeddedConnectionsMax, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  const { rows } = await database.query<{ tool: string; order: string }>(
    `SELECT tool, args ->> 'order_id' AS order FROM effects WHERE status = 'settled' AND outcome ->> 'ok' = 'true' ORDER BY settled_at`,
  );
  await database.end();
  return rows;
}

/** Points the site at another orchestrator for this test. */
function point(t: TestContext, url: string): void {
  const set = (to: string) => system.site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${to}'));`);
  set(url);
  t.after(() => void set(system.backend.orchestratorUrl));
}

/** With a database of its own: the system's orchestrator, which has another model, would take over what this one leaves. */
async function orchestratorWith(t: TestContext, apiUrl: string) {
  const port = await freePort();
  const database = await startEmbeddedPostgres({ content: sessionsContent });
  const own = { DATABASE_URL: database.url, TURN_WALL_MS: '60000' };
  const env = { ...system.backend.orchestratorEnv, ...own, ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: apiUrl };
  const start = async () => await startOrchestrator({ dataDir: system.dataDir, port, env });
  const first = await start();
  let latest = first;
  t.after(async () => await latest.stop());
  t.after(database.stop);
  point(t, first.url);
  const restart = async () => {
    process.kill(latest.pid, 'SIGKILL');
    await latest.exited;
    latest = await start();
  };
  return { restart };
}

test('an order is cancelled by one click in one of two tabs, with a receipt, and taken back by another', async (t) => {
  const { login, order } = await customerWithPending();
  const { context, page, chat } = await openChat(t, login);
  await chat.ask(`please cancel order ${order}`);
  await page.getByRole('button', { name: 'Cancel the order' }).waitFor();
  await page.getByText('Refund', { exact: true }).waitFor();
  assert.deepEqual(await effectsDone(), []);
  await chat.ask('yes');
  await chat.says(/Please use the buttons on the card/);
  assert.deepEqual(await effectsDone(), []);
  const other = await openTab(context);
  await other.page.getByRole('button', { name: 'Cancel the order' }).last().waitFor();
  await page.bringToFront();
  await page.getByRole('button', { name: 'Cancel the order' }).last().dblclick();
  await chat.says(new RegExp(`Order ${order} is cancelled`));
  await other.page.bringToFront();
  await other.chat.says(new RegExp(`Order ${order} is cancelled`));
  assert.equal(await other.page.getByRole('button', { name: 'Cancel the order' }).count(), 0);
  assert.deepEqual(await effectsDone(), [{ tool: 'cancel_order', order }]);
  await page.bringToFront();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the receipt' }).click()]);
  const receipt = await readFile(await file.path(), 'utf8');
  const verified = await fetch(`${system.backend.orchestratorUrl}/receipts/verify`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ receipts: receipt }),
  });
  const verdict = (await verified.json()) as { receipts: { valid: boolean; payload?: { tool: string } }[] };
  assert.deepEqual([verdict.receipts[0]?.valid, verdict.receipts[0]?.payload?.tool], [true, 'cancel_order']);
  const [checking] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Check the receipt' }).click()]);
  await checking.getByLabel('Paste one receipt or several').fill(receipt);
  await checking.getByRole('button', { name: 'Check' }).click();
  await checking.getByRole('heading', { name: 'This receipt is genuine' }).waitFor();
  assert.equal(new URL(checking.url()).origin, new URL(system.pageUrl).origin);
  await checking.close();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await chat.says(/Taken back/);
  assert.deepEqual(
    (await effectsDone()).map(({ tool }) => tool),
    ['cancel_order', 'reinstate_order'],
  );
  assert.equal(await page.getByRole('button', { name: /^Undo/ }).count(), 0);
});

test('ten seconds without a network in the middle of an answer: nothing is missing, nothing is there twice', async (t) => {
  const held = Promise.withResolvers<void>();
  const api = await startMessagesApi([
    heldAfter(streamed(messageEvents([text('The first half. The second half of a long answer.')])), 7, held.promise),
  ]);
  t.after(api.stop);
  await orchestratorWith(t, api.url);
  const { page, chat } = await openChat(t);
  await chat.ask('Tell me everything');
  await chat.says(/The first half/);
  system.network.cut();
  await page.getByText('Connecting again…').first().waitFor();
  held.resolve();
  await page.waitForTimeout(10_000);
  system.network.restore();
  await chat.says(/The second half of a long answer\.$/);
  await chat.rests();
  const said = (await chat.log.innerText()).match(/The first half/g);
  assert.equal(said?.length, 1);
  assert.equal(api.requests.length, 1);
});

test('the orchestrator dies in the middle of an answer and comes back: the answer is there once, and whole', async (t) => {
  const never = new Promise<void>(() => undefined);
  const whole = () => streamed(messageEvents([text('The first half. The second half of a long answer.')]));
  const api = await startMessagesApi([heldAfter(whole(), 7, never), whole()]);
  t.after(api.stop);
  const { restart } = await orchestratorWith(t, api.url);
  const { chat } = await openChat(t);
  await chat.ask('Tell me everything');
  await chat.says(/The first half/);
  await restart();
  await chat.says(/The second half of a long answer\.$/);
  await chat.rests();
  const words = await chat.log.innerText();
  assert.deepEqual([words.match(/The first half/g)?.length, words.match(/The second half/g)?.length], [1, 1]);
});

test('two messages sent right after each other are answered in their order; the second run begins when the first has ended', async (t) => {
  const held = Promise.withResolvers<void>();
  const answer = (words: string) => streamed(messageEvents([text(words)]));
  const api = await startMessagesApi([heldAfter(answer('First of one. The second half of one.'), 7, held.promise), answer('All of two.')]);
  t.after(api.stop);
  await orchestratorWith(t, api.url);
  const { chat } = await openChat(t);
  await chat.ask('Question one');
  await chat.ask('Question two');
  await chat.says('Waiting for the answer before it');
  await chat.says(/First of one/);
  assert.equal(api.requests.length, 1);
  held.resolve();
  await chat.says(/All of two\.$/);
  await chat.rests();
  assert.equal(api.requests.length, 2);
  const said = (await chat.log.innerText()).match(/Question (one|two)|First of one|The second half of one|All of two/g);
  assert.deepEqual(said, ['Question one', 'First of one', 'The second half of one', 'Question two', 'All of two']);
});

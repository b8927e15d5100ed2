/// <reference lib="dom" />
// A shop owner from the activation of the plugin to a published chat that answers: the whole system, real WordPress, Chromium, the keyboard alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { KnowledgeTrial } from '@aiguy/manifests/generated/http';
import type { Browser, Page } from 'playwright-core';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { dataDirectory, projectRoot } from '../scripts/data-directory.ts';
import { chatPage, demoUsers, frontPage, helpPages, owner } from '../scripts/demo-site.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';
import { freePort } from '../scripts/free-port.ts';
import { type NativeWordPress, startNativeWordPress } from '../scripts/wordpress/native.ts';
import { axeViolations, ChatOnPage, signIn, startBrowser, testSite } from './browser.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
/** What only this site says: who answers so has learnt it here. */
const ownPage = { slug: 'by-boat', title: 'Delivery by boat', html: '<p>Delivery by boat takes nineteen days, because our parcels go by canal.</p>' };
const question = 'How long does delivery by boat take?';
const stops: (() => Promise<void>)[] = [];
let databases: { sessions: string; shop: string };
let backend: Backend;
let site: NativeWordPress;
let browser: Browser;

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-setup-'));
  stops.push(async () => rmSync(dataDir, { recursive: true, force: true }));
  const [sessions, shop] = [await startEmbeddedPostgres(), await startEmbeddedPostgres()];
  stops.push(sessions.stop, shop.stop);
  databases = { sessions: sessions.url, shop: shop.url };
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  const few = { DATABASE_CONNECTIONS_MAX: String(embeddedConnectionsMax) };
  const log = () => undefined;
  // The services know another site than the one that is set up here.
  backend = await startBackend({
    dataDir,
    siteUrl: 'http://127.0.0.1:1',
    ports,
    databases,
    orchestratorEnv: few,
    toolsEnv: few,
    withArticles: false,
    log,
  });
  stops.push(backend.stop);
  const port = await freePort();
  const siteUrl = `http://127.0.0.1:${port}`;
  site = await startNativeWordPress({
    cacheDir: join(dataDirectory(), 'cache'),
    pluginDir: join(projectRoot, 'wp-plugin'),
    port,
    site: {
      siteUrl,
      siteTitle: 'Fernhill Goods',
      orchestratorUrl: '',
      users: demoUsers(),
      pages: [ownPage, ...helpPages().slice(0, 12)],
      frontPage,
      chatPage,
    },
    log,
    ...testSite,
  });
  stops.push(site.stop);
  site.evaluate("require_once ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins( 'aiguy/aiguy.php' );");
  browser = await startBrowser();
  stops.push(async () => await browser.close());
});
after(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function printCode(): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databases.sessions, TOOLS_DATABASE_URL: databases.shop };
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/token.ts', '--pair'], { cwd: projectRoot, env, timeout: 30_000 });
  return stdout.trim();
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `setup-${name}.png`), fullPage: true, animations: 'disabled' });
}

/** Goes with the Tab key to what has this name, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < 120; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const labels = [...(element?.labels ?? [])].map((label) => label.textContent).join(' ');
      return `${element?.getAttribute('aria-label') ?? ''} ${labels} ${element?.textContent ?? ''}`.trim();
    });
    if (name.test(focused)) return;
  }
  assert.fail(`the keyboard does not reach ${name}`);
}

/** Until the vectors are computed, which happens beside everything else. */
async function understood(page: Page): Promise<void> {
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const answered = await page.evaluate(async (asked) => {
      type Wp = { apiFetch: (options: object) => Promise<KnowledgeTrial> };
      const { wp } = window as unknown as { wp: Wp };
      // Busy with the vectors, the service may not answer at once.
      return await wp
        .apiFetch({ path: '/aiguy/v1/admin/knowledge/try', method: 'POST', data: { question: asked } })
        .catch((error: unknown) => ({ error }));
    }, question);
    const passages = 'finding' in answered ? answered.finding.passages : [];
    if (passages.some(({ title, found_by }) => title === ownPage.title && found_by.meaning !== null)) return;
    assert.ok(Date.now() < deadlineMs, JSON.stringify(answered));
    await page.waitForTimeout(500);
  }
}

const headed = async (page: Page, name: string) => await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();

test('a shop owner activates the plugin, follows three steps with the keyboard alone, and visitors get answers', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(async () => await context.close());
  await signIn(context, site, owner);
  const page = await context.newPage();
  await page.goto(`${site.url}/wp-admin/plugins.php`);
  await page.locator('#activate-aiguy').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/page=aiguy-setup/);

  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-overview`);
  await page.getByText('The assistant is not set up yet.').first().waitFor();
  await picture(page, '0-overview');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  await page.getByRole('link', { name: 'Set up the chat' }).click();

  await headed(page, 'Connect');
  await page.getByText('Step 1 of 3').waitFor();
  await page.getByLabel('Address of the chat service').waitFor();
  await tabTo(page, /Address of the chat service/);
  await page.keyboard.type('http://127.0.0.1:1');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing accepts connections at this address').first().waitFor();
  await picture(page, '1-refused');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  await page.getByLabel('Address of the chat service').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(backend.orchestratorUrl);
  await page.keyboard.press('Enter');
  await page.getByText('The chat service answers. It does not know your site yet').first().waitFor();
  await page.getByLabel('Pairing code').waitFor();
  await picture(page, '1-connected');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  await tabTo(page, /Pairing code/);
  await page.keyboard.type('WRONG-WRONG-WRONG-WRONG');
  await page.keyboard.press('Enter');
  await page.getByText('This code is not valid').first().waitFor();
  await page.getByLabel('Pairing code').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type((await printCode()).toLowerCase());
  await page.keyboard.press('Enter');
  await page.getByText('knows this site’s key').first().waitFor();
  await page.locator('button:focus', { hasText: 'Continue' }).waitFor();
  await picture(page, '1-paired');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);

  // Left here and taken up again.
  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-setup`);
  await headed(page, 'Connect');
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  await tabTo(page, /^Continue$/);
  await page.keyboard.press('Enter');

  await headed(page, 'What it may learn from');
  await picture(page, '2-knowledge');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  await tabTo(page, /Posts/);
  await page.keyboard.press('Space');
  await tabTo(page, /Save and continue/);
  await page.keyboard.press('Enter');

  await headed(page, 'Try and publish');
  await page.getByRole('progressbar').waitFor();
  await page.getByText(/Learning: \d+ of 1\d\./).waitFor();
  await page.getByText('You can ask it already.').waitFor();
  const chatOf = (wizard: Page) => wizard.frameLocator('iframe');
  await chatOf(page).getByRole('button', { name: 'Start chat' }).waitFor();
  await picture(page, '3-learning');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);

  // Closed while it learns, and taken up again.
  await page.goto(`${site.url}/wp-admin/`);
  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-setup`);
  await headed(page, 'Try and publish');
  await page.getByText(/Up to date: it knows 1\d pages/).waitFor();
  await understood(page);
  await chatOf(page).getByRole('button', { name: 'Start chat' }).focus();
  await page.keyboard.press('Enter');
  const input = chatOf(page).getByRole('textbox', { name: 'Write a message' });
  await input.fill(question);
  await input.press('Enter');
  await chatOf(page)
    .getByText(/nineteen days/)
    .first()
    .waitFor();
  await chatOf(page)
    .getByRole('link', { name: /Delivery by boat/ })
    .first()
    .waitFor();
  await picture(page, '3-answered');
  assert.deepEqual(JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'aiguy_knowledge' ) );")), { types: ['page'], exclude: [] });
  await page.getByRole('link', { name: 'Change name, colours, greeting' }).focus();
  await tabTo(page, /Create the page/);
  await page.keyboard.press('Enter');
  await page.getByText('The page is published').waitFor();
  await tabTo(page, /Show the chat button on every page/);
  await page.keyboard.press('Space');
  await picture(page, '3-published');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  const own = site.evaluate("echo get_option( 'admin_email' );");
  assert.equal(await page.getByRole('textbox', { name: 'E-mail addresses for alerts' }).inputValue(), own);
  await page.getByRole('button', { name: 'Finish', disabled: false }).waitFor();
  await tabTo(page, /^Finish$/);
  await page.keyboard.press('Enter');
  await page.getByText('Your chat is live.').waitFor();
  await picture(page, '4-finished');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  for (const [name, where] of [
    ['Read what visitors ask', 'aiguy-conversations'],
    ['Choose who is alerted', 'aiguy-conversations#alerts'],
    ['See what it knows', 'aiguy-knowledge'],
  ] as const)
    assert.match((await page.getByRole('link', { name }).getAttribute('href')) ?? '', new RegExp(`page=${where}$`));
  assert.equal(site.evaluate("echo wp_json_encode( get_option( 'aiguy_alerts' )['emails'] );"), JSON.stringify([own]));
  const chatUrl = await page.getByRole('link', { name: 'Open the page with the chat' }).getAttribute('href');

  const visitor = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(async () => await visitor.close());
  for (const url of [String(chatUrl), `${site.url}/`]) {
    const seen = await visitor.newPage();
    await seen.goto(url);
    const chat = new ChatOnPage(seen);
    await chat.open();
    await chat.ask(question);
    await chat.says(/nineteen days/);
    await chat.rests();
    await seen.close();
  }
});

test('on the site that was set up, Site Health measures the real stream, and the owner chooses among the real tools and parts of the knowledge', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(async () => await context.close());
  await signIn(context, site, owner);
  const page = await context.newPage();
  await page.goto(`${site.url}/wp-admin/site-health.php`);
  // Tests of core that look outside fail here and are none of ours.
  const passed = page.locator('#health-check-site-status-good');
  for (const label of [
    'Answers appear while they are written',
    'Guests reach the chat',
    'Each visitor gets a chat session',
    'The chat service answers and knows this site',
  ])
    await passed.getByText(label).first().waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Passed tests' }).click();
  await page.getByRole('button', { name: /Answers appear while they are written/ }).click();
  await picture(page, '7-site-health');

  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-agents`);
  const tools = page.getByRole('group', { name: 'What it may do' });
  await tools.getByRole('combobox').first().selectOption('off');
  const knowledge = page.getByRole('group', { name: 'What it answers from' }).first();
  await knowledge.getByRole('radio', { name: 'Only these parts' }).check();
  await knowledge.getByText('Choose at least one; until then it answers from everything.').waitFor();
  await knowledge.getByRole('checkbox', { name: 'Pages' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await picture(page, '8-agents');
  const signed = () => site.evaluate("echo wp_json_encode( ( new Aiguy\\Settings\\Agents() )->claim( '' )['collections'] ?? null );");
  assert.equal(signed(), '["page"]');
  await page.reload();
  assert.ok(await knowledge.getByRole('checkbox', { name: 'Pages' }).isChecked());
  await knowledge.getByRole('radio', { name: 'Everything that was learnt' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.equal(signed(), 'null');
  await page.getByRole('button', { name: 'Add an agent' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), 'Support 2');
  await page.getByRole('button', { name: 'Undo changes' }).click();
  assert.equal(site.evaluate("echo count( get_option( 'aiguy_agents' )['agents'][0]['tools_off'] );"), '1');
});

test('a finished set-up is gone through again from the settings, and all that was set is still there', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  t.after(async () => await context.close());
  await signIn(context, site, owner);
  const page = await context.newPage();
  const kept = () =>
    site.evaluate(
      "echo wp_json_encode( array_map( 'get_option', array( 'aiguy_settings', 'aiguy_knowledge', 'aiguy_agents', 'aiguy_signing_key', 'aiguy_alerts' ) ) );",
    );
  const pageOfChat = () => site.evaluate("echo get_option( 'aiguy_setup' )['page'];");
  const [before, chatBefore] = [kept(), pageOfChat()];
  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-connection`);
  const menu = page.locator('#adminmenu').getByRole('link', { name: 'Set-up', exact: true });
  assert.equal(await menu.count(), 0);
  await picture(page, '9-run-again');
  assert.deepEqual(await axeViolations(page, '#wpbody-content .wrap'), []);
  await page.getByRole('button', { name: 'Run the set-up again' }).click();

  await headed(page, 'Connect');
  assert.equal(await menu.count(), 1);
  assert.equal(await page.getByLabel('Address of the chat service').inputValue(), backend.orchestratorUrl);
  await page.getByRole('button', { name: 'Save and test' }).click();
  await page.getByText('knows this site’s key').first().waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await headed(page, 'What it may learn from');
  assert.deepEqual(
    [await page.getByRole('checkbox', { name: 'Pages' }).isChecked(), await page.getByRole('checkbox', { name: 'Posts' }).isChecked()],
    [true, false],
  );
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await headed(page, 'Try and publish');
  await page.getByText('The page is published').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: 'Show the chat button on every page' }).isChecked());
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByText('Your chat is live.').waitFor();
  assert.deepEqual([kept(), pageOfChat()], [before, chatBefore]);
});

/// <reference lib="dom" />
// The whole way of knowledge: published in wp-admin, learnt, answered from in the chat with its source, taken offline and answered from no more.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { KnowledgeTrial } from '@aiguy/manifests/generated/http';
import type { Page } from 'playwright-core';
import { owner } from '../scripts/demo-site.ts';
import { axeViolations, ChatOnPage, failOnErrors, type System, signIn, startSystem } from './browser.ts';

let system: System;
/** Where pictures go; none are made without it. */
const screenshots = process.env.AIGUY_SCREENSHOTS;
const waitMs = 60_000;
const question = 'Where can I park when I visit the showroom?';

before(async () => {
  system = await startSystem();
});
after(async () => await system?.stop());

async function openScreen(t: TestContext, viewport = { width: 1280, height: 1000 }): Promise<Page> {
  const context = await system.browser.newContext({ viewport });
  t.after(async () => await context.close());
  await signIn(context, system.site, owner);
  const page = await context.newPage();
  failOnErrors(t, page);
  await visit(page);
  return page;
}

async function visit(page: Page): Promise<void> {
  await page.goto(`${system.site.url}/wp-admin/admin.php?page=aiguy-knowledge`);
  await page.getByRole('heading', { name: 'What it learns' }).waitFor();
}

/** As the editor saves it: through WordPress' own route, with its nonce. */
async function save(page: Page, path: string, data: object | 'delete'): Promise<{ id: number; link: string }> {
  const sent = data === 'delete' ? { path, method: 'DELETE' } : { path, data, method: 'POST' };
  return await page.evaluate(async (options) => {
    type Wp = { apiFetch: (options: object) => Promise<{ id: number; link: string }> };
    return await (window as unknown as { wp: Wp }).wp.apiFetch(options);
  }, sent);
}

/** Until the vectors are computed and the words known, which happens beside everything else. */
async function isUnderstood(page: Page, id: number): Promise<void> {
  const deadlineMs = Date.now() + waitMs;
  for (;;) {
    const trial = (await save(page, '/aiguy/v1/admin/knowledge/try', { question })) as unknown as KnowledgeTrial;
    const { answerable, passages } = trial.finding;
    if (answerable && passages.some((passage) => passage.site_document === `post-${id}` && passage.found_by.meaning !== null)) return;
    assert.ok(Date.now() < deadlineMs, JSON.stringify(trial));
    await page.waitForTimeout(500);
  }
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled', fullPage: true });
}

async function newChat(t: TestContext): Promise<ChatOnPage> {
  const context = await system.browser.newContext();
  t.after(async () => await context.close());
  const page = await context.newPage();
  await page.goto(system.pageUrl);
  const chat = new ChatOnPage(page);
  await chat.open();
  return chat;
}

test('a page that is published is answered from with itself as the source, and once it is in the trash no more', async (t) => {
  const page = await openScreen(t);
  await picture(page, 'knowledge-empty');
  const content =
    '<!-- wp:paragraph --><p>Visitors of the showroom park behind it in Mill Lane, where the first 90 minutes are free.</p><!-- /wp:paragraph -->';
  const title = 'Parking at the showroom &lt;img src=x onerror=window.hacked=1&gt;"&gt;&lt;script&gt;window.hacked=1&lt;/script&gt;';
  const { id, link } = await save(page, '/wp/v2/pages', { title, content, status: 'publish' });
  await visit(page);
  const line = page.getByRole('row', { name: /Parking at the showroom/ });
  await line.getByText('Known', { exact: true }).waitFor();
  await isUnderstood(page, id);

  await page.getByLabel('Ask as a visitor would').fill(question);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByRole('link', { name: /Source 1: Parking at the showroom/ }).waitFor();
  await page.getByText(/It answers: it is \d+% sure/).waitFor();
  assert.match((await page.getByRole('link', { name: 'Edit', exact: true }).first().getAttribute('href')) ?? '', new RegExp(`post=${id}&`));
  await page.locator('details summary').first().click();
  await picture(page, 'knowledge-try');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);

  const chat = await newChat(t);
  await chat.ask(question);
  await chat.says(/Mill Lane/);
  await chat.rests();
  const source = chat.log.getByRole('link', { name: /Parking at the showroom <img src=x .*<script>/ }).first();
  assert.equal((await source.getAttribute('href'))?.replace(/#.*$/, ''), link);
  for (const shown of [page, chat.page]) assert.equal(await shown.evaluate(() => (window as { hacked?: number }).hacked), undefined);

  await save(page, `/wp/v2/pages/${id}`, 'delete');
  await visit(page);
  await line.waitFor({ state: 'detached' });
  await page.getByText(/Up to date|has learnt nothing/).waitFor();
  const later = await newChat(t);
  await later.ask(question);
  await later.rests();
  assert.equal(await later.log.getByText(/Mill Lane/).count(), 0);
});

test('the first import shows its progress, goes on through a reload, and leaves every page known that has a text', async (t) => {
  const page = await openScreen(t);
  await save(page, '/wp/v2/pages', { title: 'Basket', content: '<!-- wp:woocommerce/cart /-->', status: 'publish' });
  await page.getByRole('button', { name: /Learn now|Learn everything again/ }).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByText(/Learning: \d+ of \d+/).waitFor();
  await picture(page, 'knowledge-import');
  const total = Number(/of (\d+)/.exec((await page.getByText(/Learning: \d+ of \d+/).textContent()) ?? '')?.[1]);
  await page.reload();
  await page.getByText(/Learning: \d+ of \d+|Up to date/).waitFor();
  await page.getByText(/Up to date: it knows \d+ pages/).waitFor();
  const known = Number(/knows (\d+) pages/.exec((await page.getByText(/Up to date/).textContent()) ?? '')?.[1]);
  await page
    .getByRole('row', { name: /Basket/ })
    .getByText('No text to learn')
    .waitFor();
  const withoutText = await page.getByRole('row').filter({ hasText: 'No text to learn' }).count();
  assert.equal(await page.getByRole('row').filter({ hasText: 'Could not be learnt' }).count(), 0);
  assert.equal(known + withoutText, total);
  assert.ok(known >= 20, `${known} of ${total}`);
  await picture(page, 'knowledge-known');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
});

test('a page that is left out in the list is gone from the knowledge, and is found under what was left out', async (t) => {
  const page = await openScreen(t, { width: 390, height: 844 });
  await page.getByRole('button', { name: 'Leave out: Return an item' }).click();
  await page.getByText(/Up to date: it knows \d+ pages/).waitFor();
  await page.getByLabel('Show').selectOption('excluded');
  await page.getByRole('button', { name: 'Let it in: Return an item' }).waitFor();
  await picture(page, 'knowledge-phone');
  await page.getByRole('button', { name: 'Let it in: Return an item' }).click();
  await page.getByText('Nothing fits this search.').waitFor();
});

test('beside the editor a page is left out, by its name and without a violation that axe knows', async (t) => {
  const page = await openScreen(t);
  const { id } = await save(page, '/wp/v2/pages', { title: 'Old opening hours', content: '<p>Open at nine.</p>', status: 'publish' });
  await page.goto(`${system.site.url}/wp-admin/post.php?post=${id}&action=edit`);
  const box = page.getByRole('checkbox', { name: 'Don’t answer from this page' });
  await page.waitForFunction(() => (window as unknown as { wp?: { data?: object } }).wp?.data !== undefined);
  await page.evaluate(() => {
    type Wp = { data: { dispatch: (store: string) => Record<string, (...args: unknown[]) => void> } };
    const { data } = (window as unknown as { wp: Wp }).wp;
    data.dispatch('core/preferences').set?.('core/edit-post', 'welcomeGuide', false);
    data.dispatch('core/edit-post').openGeneralSidebar?.('edit-post/document');
  });
  await box.scrollIntoViewIfNeeded();
  await picture(page, 'knowledge-box');
  assert.deepEqual(await axeViolations(page, '#aiguy-knowledge'), []);
});

/// <reference lib="dom" />
// The chat in Chromium on a real WordPress page.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { startOrchestrator } from '../scripts/backend.ts';
import { demoLogins } from '../scripts/demo-site.ts';
import { freePort } from '../scripts/free-port.ts';
import { axeViolations, ChatOnPage, failOnErrors, type System, signIn, startSystem } from './browser.ts';
import { startMessagesApi } from './doubles/messages-api.ts';
import { heldAfter, messageEvents, streamed, text } from './doubles/messages-api-replies.ts';

let system: System;
/** Where pictures go; none are made without it. */
const screenshots = process.env.AIGUY_SCREENSHOTS;

before(async () => {
  system = await startSystem();
});
after(async () => await system?.stop());

async function newChat(t: TestContext, options: BrowserContextOptions & { login?: (typeof demoLogins)[number] } = {}) {
  const { login, ...contextOptions } = options;
  const context = await system.browser.newContext(contextOptions);
  t.after(async () => await context.close());
  if (login) await signIn(context, system.site, login);
  const page = await context.newPage();
  failOnErrors(t, page);
  await page.goto(system.pageUrl);
  return { chat: new ChatOnPage(page), page, context };
}

async function picture(chat: ChatOnPage, name: string): Promise<void> {
  if (screenshots) await chat.page.locator('.aiguy-chat').screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
}

test('before the visitor opens it the chat asks, stores and sets nothing, and loads the launcher alone', async (t) => {
  const context = await system.browser.newContext();
  t.after(async () => await context.close());
  const page = await context.newPage();
  const ours: string[] = [];
  page.on('request', (request) => /aiguy/.test(request.url()) && ours.push(new URL(request.url()).pathname));
  await page.goto(system.pageUrl, { waitUntil: 'networkidle' });
  assert.deepEqual(ours, ['/wp-content/plugins/aiguy/build/launcher.js']);
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }).filter((key) => key.includes('aiguy')).length), 0);
});

test('a guest’s question is answered with a numbered source that opens the article', async (t) => {
  const { chat, page } = await newChat(t, { viewport: { width: 1280, height: 900 } });
  await chat.open();
  await chat.ask('How long do I have to send something back?');
  await chat.says(/within 30 days/);
  await chat.rests();
  const source = chat.log.getByRole('link', { name: /Return an item/ }).first();
  assert.match((await source.getAttribute('href')) ?? '', /\/help\/return-an-item\//);
  const [article] = await Promise.all([page.context().waitForEvent('page'), source.click()]);
  await article.waitForLoadState();
  assert.match(await article.title(), /Return an item/);
  await article.close();
});

test('what the help centre does not say is not invented, what the shop does not offer is denied with its source', async (t) => {
  const { chat } = await newChat(t);
  await chat.open();
  await chat.ask('Do you sell gift cards for other shops?');
  await chat.says(/I don’t find that/);
  await chat.rests();
  // The nearest articles may be named; a source is not.
  assert.equal(await chat.log.getByText('Sources', { exact: true }).count(), 0);
  await chat.ask('Can I pay with bitcoin?');
  await chat.says(/Bitcoin.*not accepted/);
  await chat.rests();
  assert.ok((await chat.log.getByRole('link', { name: /Payment methods/ }).count()) > 0);
});

test('the signed-in customer who owns the order is told where it is, and finds it there after a reload', async (t) => {
  const { chat, page, context } = await newChat(t, { login: demoLogins[0], viewport: { width: 1280, height: 900 } });
  await chat.open();
  await chat.ask('Where is my order W2530531?');
  await chat.says(/shipped on 13 November 2026/);
  await chat.rests();
  await chat.ask('How long do I have to send something back?');
  await chat.says(/within 30 days/);
  await chat.rests();
  await picture(chat, 'desktop');
  await page.reload();
  await chat.says(/shipped on 13 November 2026/);
  await chat.says(/within 30 days/);
  assert.equal(await chat.log.getByText('Where is my order W2530531?', { exact: true }).count(), 1);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!/W2530531|eyJ|@/.test(stored), stored);
  assert.ok(!page.url().includes('eyJ'));
  for (const cookie of await context.cookies())
    if (cookie.name === 'aiguy_session') assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Strict']);
});

test('another customer does not see that order', async (t) => {
  const { chat } = await newChat(t, { login: demoLogins[1] });
  await chat.open();
  await chat.ask('Where is my order W2530531?');
  await chat.says(/can’t find order W2530531/);
});

test('stopping keeps what was said; a reload in the middle goes on with the same answer', async (t) => {
  let release = () => undefined as undefined;
  const held = new Promise<void>((resolve) => {
    release = () => void resolve() as undefined;
  });
  const reply = streamed(messageEvents([text('The first half. The second half of a long answer.')]));
  const api = await startMessagesApi([heldAfter(reply, 7, new Promise(() => undefined)), heldAfter(reply, 7, held)]);
  t.after(api.stop);
  const env = { ...system.backend.orchestratorEnv, ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: api.url, TURN_WALL_MS: '60000' };
  const other = await startOrchestrator({ dataDir: system.dataDir, port: await freePort(), env });
  t.after(other.stop);
  const point = (url: string) => system.site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${url}'));`);
  point(other.url);
  t.after(() => void point(system.backend.orchestratorUrl));

  const { chat, page } = await newChat(t);
  await chat.open();
  await chat.ask('Tell me everything');
  await chat.says(/The first/);
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await chat.rests();
  await chat.says(/The first/);

  await chat.ask('And again?');
  await page.getByRole('button', { name: 'Stop the answer' }).waitFor();
  await chat.log
    .getByText(/The first/)
    .nth(1)
    .waitFor();
  await page.reload();
  await chat.log
    .getByText(/The first/)
    .nth(1)
    .waitFor();
  release();
  await chat.says(/The second half of a long answer\.$/);
  await chat.rests();
  assert.equal(await chat.log.getByText('And again?', { exact: true }).count(), 1);
  assert.equal(api.requests.length, 2);
});

test('with the orchestrator gone the visitor reads a sentence that helps, and can try again', async (t) => {
  const point = (url: string) => system.site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${url}'));`);
  const { chat, page } = await newChat(t);
  await chat.open();
  point('http://127.0.0.1:1');
  t.after(() => void point(system.backend.orchestratorUrl));
  await chat.ask('How long do I have to send something back?');
  await page
    .getByText(/can’t be reached|can't be reached/)
    .first()
    .waitFor();
  point(system.backend.orchestratorUrl);
  await page.getByRole('button', { name: 'Try again' }).click();
  await chat.says(/within 30 days/);
});

test('the keyboard alone is enough: open, ask, close with Escape, and the focus comes back', async (t) => {
  const { chat, page } = await newChat(t);
  const focused = () => page.evaluate(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.tagName);
  await page.goto(`${system.site.url}/help/`);
  await page.getByRole('button', { name: 'Open the chat' }).focus();
  await page.keyboard.press('Enter');
  await chat.input.waitFor();
  await page.waitForFunction(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.type('How long do I have to send something back?');
  await page.keyboard.press('Enter');
  await chat.says(/within 30 days/);
  await chat.rests();
  if (screenshots) await page.screenshot({ path: join(screenshots, 'floating.png') });
  await page.keyboard.press('Escape');
  await chat.input.waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'BUTTON');
});

test('articles show beside the box while the visitor types, and the message is sent all the same', async (t) => {
  const { chat, page, context } = await newChat(t, { viewport: { width: 1280, height: 900 } });
  const offer = page.getByRole('region', { name: 'Articles that may help' });
  const asked: string[] = [];
  page.on('request', (request) => request.url().endsWith('/suggestions') && asked.push(String(request.postData())));
  await chat.open();
  await chat.input.pressSequentially('How do I return an item');
  const link = offer.getByRole('link', { name: /^Return an item/ }).first();
  await link.waitFor();
  assert.match((await link.getAttribute('href')) ?? '', /^http:\/\/127\.0\.0\.1:\d+\/help\/return-an-item\//);
  assert.deepEqual([await link.getAttribute('target'), await link.getAttribute('rel')], ['_blank', 'noopener noreferrer nofollow']);
  assert.ok(asked.length < 5, asked.join());
  await page.getByText(/articles? that may help (is|are) above the text box/).waitFor({ state: 'attached' });

  await page.keyboard.press('Shift+Tab');
  const focused = () => page.evaluate(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.getAttribute('href'));
  assert.match(String(await focused()), /^http/);
  const [article] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await article.waitForLoadState();
  assert.match(await article.title(), /Return an item/);
  await article.close();

  await page.keyboard.press('Escape');
  await offer.waitFor({ state: 'hidden' });
  assert.equal(await chat.input.inputValue(), 'How do I return an item');
  await chat.input.press('End');
  await page.keyboard.type('?');
  await page.keyboard.press('Enter');
  await chat.says(/30 days/);
  await chat.rests();
  await chat.input.pressSequentially('Can I pay with paypal');
  await offer.getByRole('link', { name: /Payment methods/ }).waitFor();
  await page.keyboard.press('Enter');
  await offer.waitFor({ state: 'hidden' });
  await chat.says('Can I pay with paypal');
});

test('on a phone with its keyboard open the articles never move or cover the text box, in either direction', async (t) => {
  for (const direction of ['ltr', 'rtl']) {
    const { chat, page } = await newChat(t, {
      viewport: { width: 360, height: 330 },
      hasTouch: true,
      isMobile: true,
      reducedMotion: 'reduce',
      colorScheme: direction === 'rtl' ? 'dark' : 'light',
    });
    const title =
      direction === 'rtl' ? 'كيف أعيد منتجًا اشتريته من المتجر ومتى أستعيد نقودي' : 'A title that is longer than any line of a phone could ever be';
    const articles = ['a', 'b', 'c'].map((name) => ({ document_id: name, title, heading: '', url: `${system.site.url}/${name}` }));
    await page.route('**/aiguy/v1/suggestions', async (route) => await route.fulfill({ json: { articles } }));
    await page.route('**/help/', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('&quot;rtl&quot;:false', `&quot;rtl&quot;:${direction === 'rtl'}`) });
    });
    await page.goto(`${system.site.url}/help/`);
    await chat.open();
    await page.getByRole('button', { name: 'Speak your message' }).waitFor();
    const before_ = await chat.input.boundingBox();
    await chat.input.pressSequentially('How do I return');
    await page.getByRole('link', { name: title }).last().waitFor();
    const after_ = await chat.input.boundingBox();
    assert.deepEqual(after_, before_);
    assert.ok(after_ && after_.y + after_.height <= 330);
    if (screenshots) await page.screenshot({ path: join(screenshots, `articles-small-${direction}.png`), animations: 'disabled' });
    await chat.input.tap();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  }
});

test('what is typed and not sent leaves no trace, and a site without orchestrator shows neither articles nor an error', async (t) => {
  const { chat, page } = await newChat(t);
  await chat.open();
  const answered = page.waitForResponse((response) => response.url().endsWith('/suggestions'));
  await chat.input.pressSequentially('do you sell zebrawood kettles');
  assert.equal((await answered).status(), 200);
  for (const file of globSync('**/*.log', { cwd: system.dataDir }))
    assert.ok(!readFileSync(join(system.dataDir, file), 'utf8').includes('zebrawood'), file);
  const point = (url: string) => system.site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${url}'));`);
  point('http://127.0.0.1:1');
  t.after(() => void point(system.backend.orchestratorUrl));
  const failed = page.waitForResponse((response) => response.url().endsWith('/suggestions'));
  await chat.input.fill('How do I return an item');
  assert.equal((await failed).status(), 502);
  assert.equal(await page.getByRole('region', { name: 'Articles that may help' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
  assert.equal(await chat.log.getByText(/can’t be reached/).count(), 0);
});

for (const [name, options] of [
  ['phone', { viewport: { width: 390, height: 844 } }],
  ['phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ['desktop-dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
] as const) {
  test(`nothing for axe to find, and nothing wider than the page (${name})`, async (t) => {
    const { chat, page } = await newChat(t, options);
    await chat.open();
    await chat.ask('Can I pay with bitcoin?');
    await chat.says(/not accepted/);
    await chat.rests();
    await picture(chat, name);
    await chat.input.pressSequentially('How do I return an item');
    await page.getByRole('link', { name: /^Return an item/ }).waitFor();
    await picture(chat, `${name}-articles`);
    assert.deepEqual(await axeViolations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  });
}

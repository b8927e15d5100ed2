/// <reference lib="dom" />
// What a visitor is asked before the first message, in Chromium on a real WordPress: by the owner's wish, and by the WP Consent API.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { chatPageSlug, owner } from '../scripts/demo-site.ts';
import { ChatOnPage, signIn } from './browser.ts';
import { consentApi } from './doubles/consent-api.ts';
import { type PlayedSystem, startPlayedSystem } from './played-system.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
});
after(async () => await system?.stop());

test('where consent is asked for, nothing is stored and no session begins before the visitor agrees', async (t) => {
  const inside = await system.browser.newContext();
  t.after(async () => await inside.close());
  await signIn(inside, system.site, owner);
  const page = await inside.newPage();
  await page.goto(`${system.site.url}/wp-admin/admin.php?page=aiguy-agents`);
  await page.getByRole('checkbox', { name: 'Ask for consent before the first message' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const context = await system.browser.newContext({ viewport: { width: 900, height: 700 } });
  t.after(async () => await context.close());
  const visitor = await context.newPage();
  const sessions: string[] = [];
  visitor.on('request', (request) => {
    if (request.url().includes('/aiguy/v1/')) sessions.push(request.url());
  });
  await visitor.goto(`${system.site.url}/${chatPageSlug}/`);
  await visitor.getByRole('button', { name: 'Start chat' }).click();
  const agree = visitor.getByRole('button', { name: 'Agree and start the chat' });
  await agree.waitFor();
  if (screenshots) await visitor.screenshot({ path: join(screenshots, 'consent.png'), fullPage: true });
  assert.deepEqual([sessions, await context.cookies()], [[], []]);
  await agree.click();
  const chat = new ChatOnPage(visitor);
  await chat.input.waitFor();
  assert.ok(sessions.length > 0);
  await visitor.reload();
  await chat.input.waitFor();
});

/** The page with the chat, where the WP Consent API is there with a banner of a kind or with none. */
async function pageWithConsentApi(t: TestContext, type: Parameters<typeof consentApi>[0]) {
  const code = Buffer.from(consentApi(type)).toString('base64');
  system.site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/consent.php', base64_decode( '${code}' ) );`);
  t.after(() => system.site.evaluate("unlink( WPMU_PLUGIN_DIR . '/consent.php' );"));
  const context = await system.browser.newContext();
  t.after(async () => await context.close());
  const page = await context.newPage();
  await page.goto(`${system.site.url}/${chatPageSlug}/`);
  await page.getByRole('button', { name: 'Start chat' }).click();
  return { context, page, agree: page.getByRole('button', { name: 'Agree and start the chat' }) };
}

test('where a plugin manages consent (WP Consent API), its answer counts, also while the question stands', async (t) => {
  const { context, page, agree } = await pageWithConsentApi(t, 'optin');
  await agree.waitFor();
  assert.deepEqual(await context.cookies(), []);
  // As the plugin's banner does it.
  const inBanner = async (category: string) =>
    await page.evaluate((name) => (window as unknown as { wp_set_consent: (...said: string[]) => void }).wp_set_consent(name, 'allow'), category);
  await inBanner('marketing');
  assert.equal(await agree.isVisible(), true);
  await inBanner('functional');
  await new ChatOnPage(page).input.waitFor();
});

test('where the WP Consent API has no banner that asks, the question of the owner is asked', async (t) => {
  const { context, page, agree } = await pageWithConsentApi(t, '');
  await agree.waitFor();
  assert.deepEqual(await context.cookies(), []);
  await agree.click();
  await new ChatOnPage(page).input.waitFor();
});

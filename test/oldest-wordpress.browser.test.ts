/// <reference lib="dom" />
// The oldest WordPress that the plugin says it needs, with php-fpm behind nginx and MariaDB: every screen opens and has no barrier, and a guest is answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { owner } from '../scripts/demo-site.ts';
import { axeViolations, failOnErrors, signIn } from './browser.ts';
import { newChat, type PlayedSystem, picture, playShop, startPlayedSystem } from './played-system.ts';

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem({ host: 'nginx', release: 'oldest' });
  playShop(system.played);
});
after(async () => await system?.stop());

test('it is the oldest', () => {
  const header = system.site.evaluate(
    "require_once ABSPATH . 'wp-admin/includes/plugin.php'; echo get_plugin_data( WP_PLUGIN_DIR . '/aiguy/aiguy.php' )['RequiresWP'];",
  );
  assert.equal(parseFloat(system.site.evaluate("echo get_bloginfo( 'version' );")), parseFloat(header));
});

for (const screen of ['overview', 'conversations', 'reports', 'knowledge', 'setup', 'agents', 'abilities', 'connection']) {
  test(`the screen «${screen}» opens without an error and without a barrier`, async (t) => {
    const context = await system.browser.newContext({ viewport: { width: 1280, height: 900 } });
    t.after(async () => await context.close());
    await signIn(context, system.site, owner);
    const page = await context.newPage();
    failOnErrors(t, page);
    await page.goto(`${system.site.url}/wp-admin/admin.php?page=aiguy-${screen}`);
    await page.locator('.wrap h1').waitFor();
    await page.waitForLoadState('networkidle');
    await picture(page, `oldest-${screen}`);
    assert.deepEqual(await axeViolations(page, '.wrap'), []);
  });
}

test('a guest asks, is answered, and confirms a change', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  await chat.ask('cancel my order');
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await chat.says('Order W2530531 is cancelled.');
});

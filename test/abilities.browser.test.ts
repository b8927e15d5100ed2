/// <reference lib="dom" />
// The owner approves an ability of another plugin in wp-admin, and sees when it has changed: in Chromium, by keyboard and without a violation that axe knows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { NativeWordPress } from '../scripts/wordpress/native.ts';
import { startSite } from '../wp-plugin/tests/site.ts';
import { signIn, startBrowser, testSite } from './browser.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
const otherPlugin = `<?php
add_action( 'wp_abilities_api_categories_init', fn() => wp_register_ability_category( 'shop', array( 'label' => 'Shop', 'description' => 'Shop.' ) ) );
add_action( 'wp_abilities_api_init', function () {
  foreach ( array( 'opening-times' => 'Opening times', 'bookable-days' => 'Bookable days', 'store-near' => 'Nearest store <b>' ) as $name => $label ) {
    wp_register_ability( "shop/$name", array( 'label' => $label, 'description' => get_option( "described_$name", "Says what a visitor asks about: $label." ), 'category' => 'shop',
      'execute_callback' => '__return_true', 'permission_callback' => '__return_true', 'meta' => array( 'annotations' => array( 'readonly' => true ) ) ) );
  }
} );`;

let site: NativeWordPress;
let browser: Browser;

before(async () => {
  site = await startSite('http://127.0.0.1:9', [], testSite);
  site.evaluate(`file_put_contents(WPMU_PLUGIN_DIR . '/other.php', base64_decode('${Buffer.from(otherPlugin).toString('base64')}'));`);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `abilities-${name}.png`), fullPage: true });
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
  return await page.evaluate(async () => {
    type Axe = { run: (context: object, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const { axe } = window as unknown as { axe: Axe };
    const found = await axe.run({ include: [['#aiguy-admin']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

test('an owner approves and withdraws by keyboard, and sees what has changed since', async () => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  context.setDefaultTimeout(60_000);
  await signIn(context, site, { login: 'owner', password: 'owner-demo' });
  const page = await context.newPage();
  const open = async () => await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-abilities`);
  await open();
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await row('Opening times').getByText('Not approved').waitFor();
  assert.equal(await page.getByText('Nearest store <b>').first().isVisible(), true, 'a label is text');
  await picture(page, 'off');
  await page.getByRole('button', { name: 'Approve «Opening times»' }).focus();
  await page.keyboard.press('Enter');
  await row('Opening times')
    .getByText(/^Approved on/)
    .waitFor();
  await page.getByRole('button', { name: 'Approve «Bookable days»' }).click();
  await row('Bookable days')
    .getByText(/^Approved on/)
    .waitFor();
  site.evaluate("update_option('described_bookable-days', 'Says the days, and books one.');");
  await open();
  await row('Bookable days')
    .getByText(/^Off: it has changed/)
    .waitFor();
  await picture(page, 'changed');
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 360, height: 780 });
  await picture(page, 'phone');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true, 'nothing sticks out on a phone');
  await page.getByRole('button', { name: 'Withdraw «Opening times»' }).click();
  await row('Opening times').getByText('Not approved').waitFor();
  await context.close();
});

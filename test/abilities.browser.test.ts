/// <reference lib="dom" />
// The owner approves an ability of another plugin in wp-admin, by keyboard and without a violation that axe knows, and his agent uses it: in Chromium.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type System, signIn, startSystem } from './browser.ts';
import { newChat } from './visitor-page.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
const otherPlugin = `<?php
add_action( 'wp_abilities_api_categories_init', fn() => wp_register_ability_category( 'shop', array( 'label' => 'Shop', 'description' => 'Shop.' ) ) );
add_action( 'wp_abilities_api_init', function () {
  foreach ( array( 'opening-times' => 'Opening times', 'bookable-days' => 'Bookable days', 'store-near' => 'Nearest store <b>' ) as $name => $label ) {
    wp_register_ability( "shop/$name", array( 'label' => $label, 'description' => get_option( "described_$name", "Says what a visitor asks about: $label." ), 'category' => 'shop',
      'execute_callback' => fn() => array( 'monday' => '9 to 5', 'stores' => array( array( 'town' => 'Linz', 'phone' => '555-0142' ), array( 'town' => 'Graz', 'phone' => '555-0143' ) ) ),
      'permission_callback' => '__return_true', 'meta' => array( 'annotations' => array( 'readonly' => true ) ) ) );
  }
} );`;

let system: System;

before(async () => {
  system = await startSystem();
  system.site.evaluate(`file_put_contents(WPMU_PLUGIN_DIR . '/other.php', base64_decode('${Buffer.from(otherPlugin).toString('base64')}'));`);
});
after(async () => await system?.stop());

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
  const { site } = system;
  const context = await system.browser.newContext({ viewport: { width: 1200, height: 900 } });
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

test('the agent looks up what was approved when a visitor asks the owner’s question, and no longer once it says something else of itself', async (t) => {
  const { site } = system;
  const context = await system.browser.newContext({ viewport: { width: 1200, height: 900 } });
  t.after(async () => await context.close());
  await signIn(context, site, { login: 'owner', password: 'owner-demo' });
  const admin = await context.newPage();
  await admin.goto(`${site.url}/wp-admin/admin.php?page=aiguy-abilities`);
  const row = admin.getByRole('listitem').filter({ hasText: 'Opening times' });
  await row.getByLabel('Questions of visitors that it answers').fill('On which days can I visit your stores?\n');
  await row.getByRole('button', { name: 'Approve «Opening times»' }).click();
  await row.getByText(/^Approved on/).waitFor();
  await row.getByLabel('Questions of visitors that it answers').fill('When can I visit your stores?\nWhere are your stores?');
  await row.getByRole('button', { name: 'Save the questions of «Opening times»' }).click();
  await row.getByRole('button', { name: 'Save the questions of «Opening times»' }).waitFor({ state: 'detached' });

  const { chat, page } = await newChat(t, system);
  await chat.open();
  await chat.ask('When can I visit your stores?');
  await chat.says(/monday: 9 to 5/);
  await chat.says(/Linz 555-0142, Graz 555-0143/);
  await chat.rests();
  await picture(page, 'used');
  site.evaluate("update_option('described_opening-times', 'Says when, and books a visit.');");
  await chat.ask('So where are your stores, and when can I visit them?');
  await chat.rests();
  assert.equal(await chat.log.getByText(/Linz/).count(), 1, 'what has changed since is not run');
});

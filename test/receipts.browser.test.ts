/// <reference lib="dom" />
// The page on which receipts are checked, as WordPress shows it, in Chromium: by keyboard, on a phone, in the dark, and without a violation that axe knows.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { newBuyer, WriteHarness } from '../orchestrator/test/write-harness.ts';
import type { NativeWordPress } from '../scripts/wordpress/native.ts';
import { runInside } from '../wp-plugin/tests/inside.ts';
import { startSite } from '../wp-plugin/tests/site.ts';
import { startBrowser, testSite } from './browser.ts';
import { picture } from './played-system.ts';

const folder = mkdtempSync(join(tmpdir(), 'aiguy-receipts-'));
let it: WriteHarness;
let site: NativeWordPress;
let browser: Browser;
let address: string;
let files: string[];
let receipts: string[];

before(async () => {
  it = await WriteHarness.start({ config: { RECEIPT_CHECKS_PER_MINUTE: 1000 } });
  site = await startSite(await it.harness.orchestrator.app.listen({ host: '127.0.0.1', port: 0 }), [], testSite);
  browser = await startBrowser();
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  await it.cancelOrder(visitor, 'W2403075');
  receipts = (await it.receipts(visitor)).map(({ receipt }) => receipt);
  address = `${site.url}/wp-json/aiguy/v1/receipts`;
  files = await Promise.all(
    [1, 2].map(async (number) => {
      const path = join(folder, `receipt-${number}.json`);
      writeFileSync(path, (await it.get(visitor, `/receipts/${number}?check_at=${encodeURIComponent(address)}`)).body);
      return path;
    }),
  );
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await it?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function violationsOn(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
  return await page.evaluate(async () => {
    type Axe = { run: (options: object) => Promise<{ violations: { id: string; nodes: { target: unknown[] }[] }[] }> };
    const { axe } = window as unknown as { axe: Axe };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.map(({ id, nodes }) => `${id} ${JSON.stringify(nodes[0]?.target)}`);
  });
}

test('the file names the address; there two files that were downloaded are chosen and checked by keyboard alone, with scripts forbidden', async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  t.after(async () => await context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(JSON.parse(readFileSync(files[0] ?? '', 'utf8')).check_at);
  await page.getByLabel('or choose downloaded files').setInputFiles(files);
  await page.getByRole('button', { name: 'Check' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'All 2 receipts are genuine' }).waitFor();
  assert.ok(page.url().startsWith(address));
  await page.getByText('The chain is whole').waitFor();
  await page.getByLabel('Paste one receipt or several').fill(`${receipts[0]}x`);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByRole('heading', { name: 'This receipt is not genuine' }).waitFor();
  assert.deepEqual(problems, []);
});

for (const [name, options] of [
  ['desktop', { viewport: { width: 1280, height: 900 } }],
  ['phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
] as const) {
  test(`neither the page nor a verdict nor a notice has anything for axe to find, or is wider than the window (${name})`, async (t) => {
    // axe is a script, which the page's own policy forbids.
    const context = await browser.newContext({ ...options, bypassCSP: true });
    t.after(async () => await context.close());
    const page = await context.newPage();
    const check = async (state: string) => {
      await picture(page, `receipts-${state}-${name}`);
      assert.deepEqual(await violationsOn(page), [], state);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), state);
    };
    await page.goto(address);
    await check('form');
    await page.getByLabel('Paste one receipt or several').fill(receipts.join('\n'));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('heading', { name: 'All 2 receipts are genuine' }).waitFor();
    await page.getByText('Technical details').first().click();
    await check('genuine');
    for (let nth = 0; nth < 31; nth += 1) await page.request.get(address);
    await page.goto(address);
    await page.getByText('many checks at once').waitFor();
    await check('notice');
    // As if a minute had passed.
    await runInside(site, 'global $wpdb; $wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE \'aiguy_row_%\'" );');
  });
}

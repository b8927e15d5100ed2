/// <reference lib="dom" />
// A report as its customer meets it, in Chromium on a real WordPress page: asked for while the shop is away, the tab closed, and there when he comes back.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { extractText, getDocumentProxy } from 'unpdf';
import { demoLogins, demoUsers } from '../scripts/demo-site.ts';
import { startWooCommerce, type WooDouble, wooOrder } from '../tools-api/src/backends/woocommerce/woocommerce-double.fixture.ts';
import { axeViolations, ChatOnPage, failOnErrors, type System, startSystem } from './browser.ts';
import { button, newChat, picture } from './visitor-page.ts';

const [login] = demoLogins;
const orders = 30;
const pollMs = 200;
let system: System;
let woo: WooDouble;

before(async () => {
  const id = demoUsers().find((user) => user.login === login.login)?.id ?? assert.fail('the login has no user');
  const placed = (at: number) => ({
    customer_id: id,
    date_created_gmt: `2025-${String((at % 12) + 1).padStart(2, '0')}-${10 + Math.floor(at / 12)}T10:00:00`,
  });
  woo = await startWooCommerce(
    Array.from({ length: orders }, (_, at) => wooOrder(600100 + at, { ...placed(at), refunds: at === 3 ? [{ total: '-9.90' }] : [] })),
  );
  woo.customers = [{ id, email: 'aarav@example.com', first_name: 'Aarav', last_name: 'Martin' }];
  system = await startSystem({ WOOCOMMERCE_URL: woo.settings.url, WOOCOMMERCE_KEY: woo.settings.key, WOOCOMMERCE_SECRET: woo.settings.secret });
});
after(async () => {
  await system?.stop();
  await woo?.stop();
});

async function untilMade(): Promise<void> {
  const made = /aiguy_task_attempts_total\{tool="make_order_report",result="done"\} 1/;
  while (!made.test(await (await fetch(`${system.backend.toolsUrl}/metrics`)).text())) await new Promise((resolve) => setTimeout(resolve, pollMs));
}

test('how it goes is shown while the chat goes on; with the tab closed it is made, and whoever comes back downloads it, on a phone too', async (t) => {
  woo.mood = () => 'down';
  const { chat, page, context } = await newChat(t, system, { login });
  await chat.open();
  await chat.ask('How much did I spend with you in 2025?');
  await chat.says('I am making the report of your orders in 2025.');
  await chat.says('Making the report of your orders');
  await chat.ask('Hello');
  await chat.says('Ask me about an order, delivery, returns');
  await chat.says('The shop does not answer yet. Your report is tried again.');
  assert.deepEqual(await axeViolations(page), []);
  await picture(page, 'report-under-way');
  await page.close();
  woo.mood = () => 'well';
  await untilMade();

  const back = await context.newPage();
  failOnErrors(t, back);
  await back.goto(system.pageUrl);
  const again = new ChatOnPage(back);
  if (!(await again.input.isVisible())) await again.open();
  await again.says('You can download it here for a day.');
  await again.says('You paid $1,797.00 and got $9.90 back, which makes $1,787.10 in all.');
  const [file] = await Promise.all([back.waitForEvent('download'), button(back, 'Download orders-2025.pdf').click()]);
  assert.equal(file.suggestedFilename(), 'orders-2025.pdf');
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(readFileSync(await file.path()))), { mergePages: true });
  assert.equal(new Set(text.match(/\b6001\d\d\b/g)).size, orders);
  assert.deepEqual(await axeViolations(back), []);
  await picture(back, 'report');
  await back.setViewportSize({ width: 390, height: 760 });
  await button(back, 'Download orders-2025.pdf').scrollIntoViewIfNeeded();
  await picture(back, 'report-phone');
});

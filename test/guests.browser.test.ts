/// <reference lib="dom" />
// A guest and his order in Chromium on a real WordPress page: the forms in the chat, the code from a real mail, the click.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { until } from '../scripts/until.ts';
import { type MailServer, startMailServer } from '../tools-api/src/backends/mail-server.fixture.ts';
import { axeViolations, ChatOnPage, type System, startSystem } from './browser.ts';

const order = { id: 'W2403075', email: 'aarav.davis1165@example.com' };
/** One that nobody cancels here. */
const pending = { id: 'W6731310', email: 'ethan.smith2338@example.com' };
const screenshots = process.env.AIGUY_SCREENSHOTS;
let mail: MailServer;
let system: System;

before(async () => {
  mail = await startMailServer();
  system = await startSystem({ SMTP_URL: mail.url(), SMTP_FROM: 'shop@shop.example' });
});
after(async () => {
  await system?.stop();
  await mail?.close();
});

async function mailedCode(mails = 1): Promise<string> {
  await until(() => mail.mails.length >= mails, 'the mail');
  return /: (\d{6})/.exec(mail.mails[mails - 1]?.text.split('\r\n\r\n')[1] ?? '')?.[1] ?? assert.fail('no mail');
}

async function openPage(t: TestContext, width: number) {
  const context = await system.browser.newContext({ viewport: { width, height: 900 } });
  t.after(async () => await context.close());
  const page = await context.newPage();
  await page.goto(system.pageUrl);
  const picture = async (name: string) => {
    if (screenshots) await page.locator('.aiguy-chat').screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
  };
  return { page, chat: new ChatOnPage(page), picture };
}

test('a guest types address and code into the chat, hears of his order, and cancels it by a click', async (t) => {
  const { page, chat, picture } = await openPage(t, 1280);
  await chat.open();
  await chat.ask(`where is my order ${order.id}?`);
  await chat.log.getByLabel('E-mail address of the order').fill(order.email);
  await picture('guest-address');
  assert.deepEqual(await axeViolations(page), []);
  await chat.log.getByRole('button', { name: 'Send' }).click();
  await chat.says(/has not been shipped yet/);
  await chat.rests();

  await chat.ask(`Please cancel order ${order.id}, I don't need it any more`);
  await chat.log.getByLabel('E-mail address of the order').last().fill(order.email);
  await chat.log.getByRole('button', { name: 'Send' }).last().click();
  const field = chat.log.getByLabel('Six digits').last();
  await field.fill(await mailedCode());
  await picture('guest-code');
  await chat.log.getByRole('button', { name: 'Send' }).last().click();
  await chat.log.getByRole('button', { name: 'Cancel the order' }).click();
  await chat.says(/Order W2403075 is cancelled\./);
  await picture('guest-done');
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!stored.includes(order.email) && !stored.includes(await mailedCode()));
});

test('an address that no rule reads is typed into a form in the chat, and stands on the card that asks for the click', async (t) => {
  const { page, chat, picture } = await openPage(t, 390);
  const field = (label: string) => chat.log.getByLabel(label);
  await chat.open();
  await chat.ask(`please send ${pending.id} to my sister, Lindenweg 5 in Berlin`);
  await field('E-mail address of the order').fill(pending.email);
  const mails = mail.mails.length;
  await chat.log.getByRole('button', { name: 'Send' }).last().click();
  await field('Six digits').fill(await mailedCode(mails + 1));
  await chat.log.getByRole('button', { name: 'Send' }).last().click();
  await field('Street and house number').fill('5 Linden Way');
  await picture('address-form');
  assert.deepEqual(await axeViolations(page), []);
  await chat.log.getByRole('button', { name: 'Continue' }).click();
  await picture('address-missing');
  await field('City').fill('Denver');
  await field('Postal code').fill('80202');
  await field('State or region').fill('CO');
  await chat.log.getByRole('button', { name: 'Continue' }).click();
  await chat.log.getByText('5 Linden Way, Denver, CO 80202, USA').waitFor();
  await picture('address-card');
});

/// <reference lib="dom" />
// The chat as a visitor finds it on the demo shop's page, with what stands around the conversation: menu, dialogs, focus.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { demoLogins } from '../scripts/demo-site.ts';
import { ChatOnPage, failOnErrors, type System, signIn } from './browser.ts';

/** Where pictures go; none are made without it. */
const screenshots = process.env.AIGUY_SCREENSHOTS;
export const returns = 'How long do I have to send something back?';

export type Options = BrowserContextOptions & { login?: (typeof demoLogins)[number]; change?: (html: string) => string };

export async function newChat(
  t: TestContext,
  system: System,
  { login, change, ...contextOptions }: Options = {},
): Promise<{ chat: ChatOnPage; page: Page; context: BrowserContext }> {
  const context = await system.browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  t.after(async () => await context.close());
  if (login) await signIn(context, system.site, login);
  const page = await context.newPage();
  failOnErrors(t, page);
  if (change)
    await page.route(system.pageUrl, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: change(await response.text()) });
    });
  await page.goto(system.pageUrl);
  return { chat: new ChatOnPage(page), page, context };
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
export const dialog = (page: Page, name: string): Locator => page.getByRole('dialog', { name });

export async function choose(page: Page, item: string): Promise<void> {
  await button(page, 'More options').click();
  await page.getByRole('list').getByRole('button', { name: item }).click();
}

export async function askReturns(chat: ChatOnPage): Promise<void> {
  await chat.ask(returns);
  await chat.says(/within 30 days/);
  await chat.rests();
}

export async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `visitor-${name}.png`), animations: 'disabled' });
}

/** Which label the focus is on, inside the chat. */
export const focused = async (page: Page): Promise<string | null | undefined> =>
  await page.evaluate(() => {
    const element = document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent;
  });

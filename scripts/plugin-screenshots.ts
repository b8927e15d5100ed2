/// <reference lib="dom" />
// Takes the pictures of the plugin's page in the directory (wp-plugin/.wordpress-org) from a running demo shop: node scripts/plugin-screenshots.ts
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ChatOnPage, type System, signIn, startSystem } from '../test/browser.ts';
import { projectRoot } from './data-directory.ts';
import { demoLogins, owner } from './demo-site.ts';
import { buildWidget } from './widget.ts';

const folder = join(projectRoot, 'wp-plugin', '.wordpress-org');
const desktop = { viewport: { width: 1280, height: 860 } };
const phone: BrowserContextOptions = {
  viewport: { width: 412, height: 823 },
  deviceScaleFactor: 2,
  colorScheme: 'dark',
  isMobile: true,
  hasTouch: true,
};

await buildWidget();
const system = await startSystem({ OPENING_HOURS: 'Mon-Sun 00:00-24:00' });
try {
  await take(1, desktop, answer);
  await take(2, desktop, editor);
  await take(3, phone, answer);
  await take(4, desktop, card);
  await take(5, desktop, inbox);
} finally {
  await system.stop();
}

async function take(number: number, options: BrowserContextOptions, play: (page: Page, shop: System) => Promise<void>): Promise<void> {
  const context = await system.browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await play(page, system);
  await page.screenshot({ path: join(folder, `screenshot-${number}.png`), animations: 'disabled' });
  await context.close();
}

async function answer(page: Page, { site }: System): Promise<void> {
  await page.goto(`${site.url}/help/`);
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask('How long do I have to send something back?');
  await chat.says(/30 days/);
  await chat.rests();
}

async function card(page: Page, { site, pageUrl }: System): Promise<void> {
  const ethan = demoLogins.find(({ login }) => login === 'ethan');
  if (!ethan) throw new Error('The demo shop has no ethan.');
  await signIn(page.context(), site, ethan);
  await page.goto(pageUrl);
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask('Please cancel order W6731310, I no longer need it');
  await chat.log.getByRole('button', { name: 'Cancel the order' }).waitFor();
  await page.locator('.aiguy-chat').scrollIntoViewIfNeeded();
}

async function inbox(page: Page, shop: System): Promise<void> {
  const visitor = await (await shop.browser.newContext(desktop)).newPage();
  await answer(visitor, shop);
  await visitor.getByRole('button', { name: 'Talk to a person' }).click();
  await visitor.getByText(/If nobody has joined by/).waitFor();
  await signIn(page.context(), shop.site, owner);
  await page.goto(`${shop.site.url}/wp-admin/admin.php?page=aiguy-conversations`);
  await page.getByRole('button', { name: '1 visitor is waiting for a person' }).click();
  await page
    .getByRole('button', { name: /How long do I have/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Take over', exact: true }).click();
  await page.getByRole('textbox', { name: 'Your answer' }).fill('Hello, Shop Owner here. Is it about the boots of last week?');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('log', { name: 'What was said' }).getByText('Hello, Shop Owner here.').waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await visitor.context().close();
}

async function editor(page: Page, { site }: System): Promise<void> {
  site.evaluate("update_user_meta( 9001, 'rich_editing', 'true' );");
  await signIn(page.context(), site, owner);
  await page.goto(`${site.url}/wp-admin/post-new.php`);
  type Wp = Record<'data' | 'blocks', Record<string, (...args: unknown[]) => Record<string, (...args: unknown[]) => { clientId: string }>>>;
  await page.waitForFunction(() => (window as unknown as { wp?: Wp }).wp?.data.select?.('core/editor').getCurrentPostId?.());
  await page.evaluate(() => {
    const { data, blocks } = (window as unknown as { wp: Wp }).wp;
    data.dispatch?.('core/preferences').set?.('core/edit-post', 'welcomeGuide', false);
    data.dispatch?.('core/editor').editPost?.({ title: 'Ask us' });
    const accent = { elements: { button: { color: { background: '#0a7d55' } } } };
    const block = blocks.createBlock?.('aiguy/chat', { title: 'Fernhill Goods support', style: accent }) as unknown as { clientId: string };
    data.dispatch?.('core/block-editor').insertBlocks?.([block]);
    data.dispatch?.('core/block-editor').selectBlock?.(block.clientId);
  });
  await page.getByRole('combobox', { name: 'Preview' }).selectOption('open');
  await page.frameLocator('iframe[name="editor-canvas"]').getByText('You are chatting with an automated assistant.').waitFor();
}

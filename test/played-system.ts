/// <reference lib="dom" />
// A real WordPress page with the chat in Chromium, and behind it an orchestrator that the test plays; the cards and forms that it asks with.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { chatPageSlug, helpPages } from '../scripts/demo-site.ts';
import type { NativeWordPress } from '../scripts/wordpress/native.ts';
import { type SiteOptions, startSite } from '../wp-plugin/tests/site.ts';
import { ChatOnPage, failOnErrors, startBrowser, testSite } from './browser.ts';
import { type PlayedInterrupt, type PlayedOrchestrator, type PlayedSession, playOrchestrator } from './doubles/orchestrator.ts';

/** Where pictures go; none are made without it. */
const screenshots = process.env.AIGUY_SCREENSHOTS;

export type PlayedSystem = { played: PlayedOrchestrator; site: NativeWordPress; browser: Browser; stop: () => Promise<void> };

export async function startPlayedSystem(options: SiteOptions = {}): Promise<PlayedSystem> {
  const played = await playOrchestrator();
  const site = await startSite(played.url, helpPages().slice(0, 1), { ...testSite, ...options });
  const browser = await startBrowser();
  const stop = async () => {
    await browser.close();
    await site.stop();
    played.stop();
  };
  return { played, site, browser, stop };
}

/** Cancels an order after a click, finds an order by a form, and repeats anything else. */
export function playShop(played: PlayedOrchestrator): void {
  played.onMessage = (session, message) => answer(session, message);
  played.onUndo = (session) => {
    session.say('The order goes on as before.');
    session.finish();
  };
  played.checkForm = () => [];
  played.onSettled = (session, interrupt) => {
    const isAgreed = interrupt.outcome === 'approved' || interrupt.outcome === 'submitted';
    const content = JSON.stringify(isAgreed ? { ok: true, output: {} } : { ok: false, code: 'rejected_by_visitor', message: '' });
    session.emit({ type: 'TOOL_CALL_RESULT', toolCallId: interrupt.toolCallId, messageId: 'result', content });
    if (interrupt.outcome === 'approved') session.custom('receipt', receipt());
    session.say(isAgreed ? 'Order W2530531 is cancelled.' : 'All right, nothing was changed.');
    session.finish();
  };
}

function answer(session: PlayedSession, message: string): void {
  if (/cancel/i.test(message)) session.ask(confirmation(`card-${session.log.length}`));
  else if (/this page/i.test(message)) lookAtPage(session);
  else if (/invoice/i.test(message)) makeFile(session);
  else if (/status/i.test(message)) session.ask(form(`form-${session.log.length}`));
  else {
    session.say(`You said: ${message}`);
    session.finish();
  }
}

/** Wants the page, and speaks of one of its links when it is there. */
function lookAtPage(session: PlayedSession): void {
  session.onPage = () => {
    session.say('Look for the link «Far away».');
    session.finish();
  };
  session.custom('page_wanted', { requestId: 'r'.repeat(24) });
}

function makeFile(session: PlayedSession): void {
  session.file = Buffer.from('%PDF-1.7 played');
  const file = {
    id: 'f'.repeat(43),
    name: 'invoice-INV-2026-010223.pdf',
    media_type: 'application/pdf',
    bytes: session.file.length,
    expires_at: inMs(600_000),
  };
  session.custom('file', { toolCallId: 'call-1', tool: 'get_invoice_pdf', file });
  session.say('Your invoice is ready.');
  session.finish();
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const receipt = () => ({
  effectId: 'effect-1',
  number: 1,
  tool: 'cancel_order',
  summary: 'Order W2530531 cancelled',
  at: inMs(0),
  undoUntil: inMs(600_000),
});

export function confirmation(id: string): PlayedInterrupt {
  const facts = [
    { label: 'Order', value: 'W2530531' },
    { label: 'Placed', value: '9 November 2026' },
    { label: 'Items', value: '2 × Enamel kettle, 1 × Wool blanket' },
  ];
  return {
    id,
    reason: 'confirmation',
    message: 'Order W2530531 is cancelled and its whole amount is paid back. This can be taken back for ten minutes.',
    toolCallId: `tool-${id}`,
    expiresAt: inMs(600_000),
    outcome: undefined,
    metadata: {
      aiguy: {
        kind: 'confirmation',
        tool: 'cancel_order',
        heading: 'Cancel order W2530531?',
        action: 'Cancel the order',
        effect: 'write',
        facts,
        amount: { value: 128.4, currency: 'EUR' },
      },
    },
  };
}

function form(id: string): PlayedInterrupt {
  const properties = {
    order: { type: 'string', title: 'Order number', description: 'It begins with W and stands in our mail.', pattern: '^W[0-9]{7}$' },
    email: { type: 'string', format: 'email', title: 'E-mail of the order' },
    reason: { type: 'string', title: 'What is it about?', enum: ['Delivery', 'Return', 'Invoice'] },
    day: { type: 'string', format: 'date', title: 'Day of the order' },
    count: { type: 'integer', minimum: 1, maximum: 9, title: 'How many items?' },
    news: { type: 'boolean', title: 'Mail me when it changes' },
    code: { type: 'string', title: 'Code from the mail', pattern: '^[0-9]{6}$', 'x-secret': true },
  };
  return {
    id,
    reason: 'input_required',
    message: 'So that nobody else sees your order, we need to know which one it is.',
    toolCallId: `tool-${id}`,
    expiresAt: inMs(600_000),
    outcome: undefined,
    responseSchema: { type: 'object', additionalProperties: false, required: ['order', 'email', 'code'], properties },
    metadata: { aiguy: { kind: 'input', tool: 'order_status', heading: 'Find your order', action: 'Look it up', effect: 'read', facts: [] } },
  };
}

export type ChatPage = { chat: ChatOnPage; page: Page; session: () => PlayedSession };

export async function newChat(
  t: TestContext,
  { browser, site, played }: PlayedSystem,
  options: BrowserContextOptions & { path?: string } = {},
): Promise<ChatPage> {
  const { path = chatPageSlug, ...contextOptions } = options;
  const context = await browser.newContext(contextOptions);
  t.after(async () => await context.close());
  const known = new Set(played.sessions.keys());
  const page = await context.newPage();
  failOnErrors(t, page);
  await page.goto(`${site.url}/${path}/`);
  const session = () => [...played.sessions].find(([id]) => !known.has(id))?.[1] as PlayedSession;
  return { chat: new ChatOnPage(page), page, session };
}

export const card = (page: Page, name: RegExp | string = /Cancel order W2530531/): Locator => page.getByRole('group', { name });
export const no = (page: Page): Locator => page.getByRole('button', { name: 'No', exact: true });
export const go = (page: Page): Locator => page.getByRole('button', { name: 'Cancel the order' });
export const focused = async (page: Page) => await page.evaluate(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.textContent);
export const waitForFocus = async (page: Page, text: string) =>
  await page.waitForFunction((wanted) => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.textContent === wanted, text);

export async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
}

/// <reference lib="dom" />
// The whole system for a browser: both services, a real WordPress, and Chromium.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { dataDirectory, projectRoot } from '../scripts/data-directory.ts';
import { chatPage, chatPageSlug, demoUsers, frontPage, helpPages } from '../scripts/demo-site.ts';
import { freePort } from '../scripts/free-port.ts';
import { findProgram } from '../scripts/system-packages.ts';
import { type NativeOptions, type NativeWordPress, startNativeWordPress } from '../scripts/wordpress/native.ts';
import { type CuttableProxy, startCuttableProxy } from './cuttable-proxy.ts';

export type System = {
  backend: Backend;
  site: NativeWordPress;
  browser: Browser;
  dataDir: string;
  pageUrl: string;
  /** What lies between browser and site. */
  network: CuttableProxy;
  stop: () => Promise<void>;
};

/** php-fpm behind nginx with MariaDB, as most sites are; AIGUY_TEST_SITE=smallest takes PHP's own server with SQLite, AIGUY_TEST_SITE=oldest the oldest WordPress. */
export const testSite: Pick<NativeOptions, 'host' | 'database' | 'release'> = {
  smallest: { host: 'php', database: 'sqlite' } as const,
  oldest: { host: 'nginx', release: 'oldest' } as const,
}[process.env.AIGUY_TEST_SITE ?? ''] ?? {
  host: 'nginx',
};

/** Nothing here is about speed, and the machine may be busy with other tests. */
const waitMs = 60_000;

/** @param toolsEnv more variables of the tools API */
export async function startSystem(toolsEnv: Record<string, string> = {}): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-browser-'));
  const stops: (() => Promise<void>)[] = [async () => rmSync(dataDir, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const port = await freePort();
    const network = await startCuttableProxy(() => port);
    stops.push(network.stop);
    const siteUrl = `http://127.0.0.1:${network.port}`;
    const ports = { orchestrator: await freePort(), tools: await freePort() };
    const log = () => undefined;
    const backend = await startBackend({ dataDir, siteUrl, ports, inMemory: true, log, toolsEnv, orchestratorEnv: { TURN_WALL_MS: String(waitMs) } });
    stops.push(backend.stop);
    const site = {
      siteUrl,
      siteTitle: 'Fernhill Goods',
      orchestratorUrl: backend.orchestratorUrl,
      users: demoUsers(),
      pages: helpPages(),
      frontPage,
      chatPage,
    };
    const wordpress = await startNativeWordPress({
      cacheDir: join(dataDirectory(), 'cache'),
      pluginDir: join(projectRoot, 'wp-plugin'),
      port,
      site,
      log,
      ...testSite,
    });
    stops.push(wordpress.stop);
    const browser = await startBrowser();
    stops.push(async () => await browser.close());
    return { backend, site: wordpress, browser, dataDir, pageUrl: `${siteUrl}/${chatPageSlug}/`, network, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Chromium without the windows around its pages, which take longer to open than these. */
export async function startBrowser(): Promise<Browser> {
  const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const browser = await chromium.launch({ executablePath: findProgram('chromium-headless-shell') ?? 'chromium-headless-shell', args: quiet });
  return browser.on('context', (context) => context.setDefaultTimeout(waitMs));
}

/** The test fails at its end when a script of the page has thrown; but for what Chromium throws where one of WordPress' own screens is too slow for its view transition. */
export function failOnErrors(t: TestContext, page: Page): void {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => {
    if (!message.startsWith('Transition was aborted')) errors.push(message);
  });
  t.after(() => assert.deepEqual(errors, []));
}

/**
 * @param part what is looked at, the chat unless said; in wp-admin our part of the page
 * @returns what axe finds there, by rule and first place
 */
export async function axeViolations(page: Page | Frame, part = '.aiguy-chat'): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
  return await page.evaluate(async (selector) => {
    type Axe = { run: (context: object, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const { axe } = window as unknown as { axe: Axe };
    const place = document.querySelector(selector);
    // What still fades in, or what it stands in, has less contrast than it will have.
    for (const animation of [...document.getAnimations(), ...(place?.shadowRoot?.getAnimations() ?? [])]) {
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
    const { violations } = await axe.run({ include: [[selector]] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`);
  }, part);
}

/** The chat as a visitor meets it: by role and name. */
export class ChatOnPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get input(): Locator {
    return this.page.getByRole('textbox', { name: 'Write a message' });
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Conversation' });
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: /Start chat|Open the chat/ }).click();
    await this.input.waitFor();
  }

  async ask(message: string): Promise<void> {
    await this.input.fill(message);
    await this.input.press('Enter');
  }

  /** Waits until the conversation says it. */
  async says(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).last().waitFor();
  }

  /** Waits until no answer is running, or being thought of: until it begins, there is a button to send the next message. */
  async rests(): Promise<void> {
    await this.page.getByText('Thinking…').first().waitFor({ state: 'hidden' });
    await this.page.getByRole('button', { name: 'Send' }).waitFor();
  }
}

/** By WordPress' form, but not in a page: there its script moves the focus while one types. */
export async function signIn(
  context: BrowserContext,
  site: NativeWordPress,
  { login, password }: { login: string; password: string },
): Promise<void> {
  const answer = await context.request.post(`${site.url}/wp-login.php`, { form: { log: login, pwd: password }, maxRedirects: 0 });
  assert.equal(answer.status(), 302, 'not signed in');
}

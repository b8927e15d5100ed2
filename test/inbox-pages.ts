// The two sides of a conversation in Chromium: a visitor's chat, and the inbox of the site's people.
import type { TestContext } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { owner } from '../scripts/demo-site.ts';
import { embeddedConnectionsMax } from '../scripts/embedded-postgres.ts';
import { ChatOnPage, failOnErrors, type System, signIn } from './browser.ts';

export async function openPage(
  system: System,
  t: TestContext,
  { asOwner = false, ...options }: BrowserContextOptions & { asOwner?: boolean } = {},
): Promise<Page> {
  const context = await system.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(async () => await context.close());
  if (asOwner) await signIn(context, system.site, owner);
  const page = await context.newPage();
  failOnErrors(t, page);
  return page;
}

export const inboxOf = (system: System) => `${system.site.url}/wp-admin/admin.php?page=aiguy-conversations`;

export async function openChat(
  system: System,
  t: TestContext,
  { url = system.pageUrl, ...options }: BrowserContextOptions & { url?: string } = {},
): Promise<{ page: Page; chat: ChatOnPage }> {
  const page = await openPage(system, t, options);
  await page.goto(url);
  const chat = new ChatOnPage(page);
  await chat.open();
  return { page, chat };
}

export async function query(system: System, sql: string, values: unknown[] = []): Promise<void> {
  const url = system.backend.orchestratorEnv.DATABASE_URL ?? '';
  const database = openDatabase({ url, connectionsMax: embeddedConnectionsMax, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  await database.query(sql, values);
  await database.end();
}

/** More code for the site, in the place of what was there before. */
export function placePlugin(system: System, code: string): void {
  const encoded = Buffer.from(code).toString('base64');
  system.site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); array_map( 'unlink', glob( WPMU_PLUGIN_DIR . '/test-*.php' ) ); file_put_contents( WPMU_PLUGIN_DIR . '/test-${crypto.randomUUID()}.php', '<?php ' . base64_decode( '${encoded}' ) );`,
  );
}

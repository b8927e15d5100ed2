/// <reference lib="dom" />
// The chat on a site with a strict Content-Security-Policy: it works with what the plugin's README says that a policy must allow, and breaks nothing of it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { projectRoot } from '../scripts/data-directory.ts';
import { chatPageSlug } from '../scripts/demo-site.ts';
import { ChatOnPage, failOnErrors } from './browser.ts';
import { go, type PlayedSystem, playShop, startPlayedSystem } from './played-system.ts';

type Violation = { directive: string; blocked: string; source: string; isChat: boolean };
type Recording = { violations: Violation[] };

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
});
after(async () => await system?.stop());
beforeEach(() => playShop(system.played));

/** The policy that stands in the README, with the address of the played orchestrator and a nonce for what WordPress writes into the page. */
function documentedPolicy(): Record<string, string> {
  const readme = readFileSync(join(projectRoot, 'wp-plugin/README.md'), 'utf8');
  const text = /```text policy\n([^`]+)```/.exec(readme)?.[1] ?? assert.fail('the README has no policy');
  const directives = text
    .trim()
    .split('\n')
    .map((line) => line.replace(/;$/, '').trim());
  return Object.fromEntries(directives.map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
}

/** Serves each page under a policy; scripts and styles that stand in it have its nonce, as plugins for policies do it. */
function serve(policy: Record<string, string>): void {
  const { url } = system.played;
  const addresses = `${url} ${url.replace('http', 'ws')}`;
  const text = Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')
    .replaceAll('https://chat.example.com wss://chat.example.com', addresses)
    .replaceAll('NONCE', 'r4nd0m');
  // WordPress' own emoji script knows no Trusted Types.
  const code = `add_action( 'template_redirect', function () {
    remove_action( 'wp_head', 'print_emoji_detection_script', 7 );
    header( base64_decode( '${Buffer.from(`Content-Security-Policy: ${text}`).toString('base64')}' ) );
    ob_start( fn( $html ) => preg_replace( '/<(script|style)\\b/', '<$1 nonce="r4nd0m"', $html ) );
  } );`;
  // A name of its own: PHP looks only now and then whether a file has changed.
  system.site.evaluate(
    `array_map( 'unlink', glob( WPMU_PLUGIN_DIR . '/policy-*.php' ) );
     file_put_contents( WPMU_PLUGIN_DIR . '/policy-${randomUUID()}.php', '<?php ' . base64_decode( '${Buffer.from(code).toString('base64')}' ) );`,
  );
}

async function openPage(t: TestContext): Promise<{ page: Page; chat: ChatOnPage; ours: () => Promise<Violation[]> }> {
  const context = await system.browser.newContext();
  t.after(async () => await context.close());
  const page = await context.newPage();
  failOnErrors(t, page);
  await page.addInitScript(() => {
    const recording: Recording = { violations: [] };
    Object.assign(window, recording);
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, target }) => {
      const isChat = target instanceof Element && target.closest('.aiguy-chat') !== null;
      recording.violations.push({ directive: effectiveDirective, blocked: blockedURI, source: sourceFile ?? '', isChat });
    });
  });
  await page.goto(`${system.site.url}/${chatPageSlug}/`);
  const ours = async () => {
    const { violations } = await page.evaluate(() => ({ violations: (window as unknown as Recording).violations }));
    // Not the theme's own files, and the style attributes of its page.
    const isTheme = ({ directive, blocked, source }: Violation) =>
      directive === 'style-src-attr' || /wp-(includes|content\/themes)/.test(`${blocked} ${source}`);
    return violations.filter((violation) => violation.isChat || !isTheme(violation));
  };
  return { page, chat: new ChatOnPage(page), ours };
}

const setTransport = (transport: 'relay' | 'direct') => {
  const { url } = system.played;
  system.site.evaluate(
    `update_option('aiguy_settings', array('orchestrator_url' => '${url}', 'transport' => '${transport}', 'public_orchestrator_url' => '${url}'));`,
  );
};

for (const transport of ['relay', 'direct'] as const) {
  test(`under the policy of the README the chat opens, answers and asks with a card, and violates nothing (${transport})`, async (t) => {
    system.played.direct = [];
    setTransport(transport);
    serve(documentedPolicy());
    const { page, chat, ours } = await openPage(t);
    await chat.open();
    await chat.ask('Hello');
    await chat.says('You said: Hello');
    await chat.rests();
    await chat.ask('Please cancel my order');
    await go(page).click();
    await chat.says('Order W2530531 is cancelled.');
    assert.equal(system.played.direct.includes('socket'), transport === 'direct');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      chat.ask('Send me the invoice').then(async () => await page.getByRole('button', { name: 'Download invoice-INV-2026-010223.pdf' }).click()),
    ]);
    assert.equal(download.suggestedFilename(), 'invoice-INV-2026-010223.pdf');
    assert.deepEqual(await ours(), []);
  });
}

test('without style attributes the chat has its colours and its place as soon as its launcher runs', async (t) => {
  setTransport('relay');
  const { 'style-src-attr': _attributes, ...policy } = documentedPolicy();
  serve(policy);
  system.site.evaluate(
    `update_option( 'aiguy_agents', array( 'version' => 2, 'default' => 'main', 'agents' => array( array( 'id' => 'main', 'accent' => '#aa2200' ) ) ) );`,
  );
  t.after(() => void system.site.evaluate("delete_option( 'aiguy_agents' );"));
  const { page, chat, ours } = await openPage(t);
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  const host = page.locator('.aiguy-chat');
  assert.deepEqual(
    await host.evaluate((element) => [getComputedStyle(element).getPropertyValue('--aiguy-accent'), element.getBoundingClientRect().height > 300]),
    ['#aa2200', true],
  );
  assert.deepEqual(
    (await ours()).map(({ directive, isChat }) => [directive, isChat]),
    [['style-src-attr', true]],
  );
});

test('with strict-dynamic and Trusted Types the chat opens and answers', async (t) => {
  setTransport('relay');
  const scripts = { 'script-src': "'nonce-NONCE' 'strict-dynamic'", 'require-trusted-types-for': "'script'", 'trusted-types': 'aiguy' };
  serve({ ...documentedPolicy(), ...scripts });
  const { chat, ours } = await openPage(t);
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  await chat.rests();
  assert.deepEqual(await ours(), []);
});

/// <reference lib="dom" />
// Where a chat may stand: block, shortcode, template function, template part, classic theme, several on a page, other languages; in Chromium.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { owner } from '../scripts/demo-site.ts';
import { axeViolations, ChatOnPage, type System, signIn, startSystem } from './browser.ts';
import { canvasIn, type Wp } from './editor.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
let system: System;

before(async () => {
  system = await startSystem();
  // The owner was written into the database directly, without the profile's defaults. A changed file would be seen by PHP only seconds later.
  system.site.evaluate(
    `update_user_meta( 9001, 'rich_editing', 'true' );
    file_put_contents( WPMU_PLUGIN_DIR . '/bend-site.php', '<?php
    add_filter( "locale", static fn( $locale ) => get_option( "test_locale" ) ?: $locale );
    add_action( "wp_footer", static function () { printf( "<style>%s</style>", get_option( "test_css" ) ); }, 99 );' );`,
  );
});
after(async () => {
  await system?.stop();
});

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** @returns the address of a new page with this content */
function publish(content: string): string {
  return system.site.evaluate(
    `kses_remove_filters(); echo get_permalink( wp_insert_post( wp_slash( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'A page', 'post_content' => ${quoted(content)} ) ) ) );`,
  );
}

async function open(url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; context: BrowserContext }> {
  const context = await system.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  // The theme's fonts move its own texts when they arrive.
  await page.route(/\.woff2?(\?|$)/, (route) => route.abort());
  await page.addInitScript(() => {
    type Shift = PerformanceEntry & { sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] };
    const shifts: string[] = [];
    Object.assign(window, { shifts });
    const tell = ({ node, previousRect, currentRect }: Shift['sources'][number]) =>
      `${node?.nodeName} «${node?.textContent?.slice(0, 40)}» ${JSON.stringify([previousRect, currentRect])}`;
    new PerformanceObserver((list) => shifts.push(...list.getEntries().flatMap((entry) => (entry as Shift).sources.map(tell)))).observe({
      type: 'layout-shift',
      buffered: true,
    });
  });
  await page.goto(url);
  return { page, context };
}

/** After two frames, so that what moved has been seen. */
const shiftsOf = async (page: Page) =>
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    return (window as unknown as { shifts: string[] }).shifts;
  });

test('an owner places the block, sees it live without a request, gives it colours, and visitors see the same', async (t) => {
  const context = await system.browser.newContext({ viewport: { width: 1360, height: 950 } });
  t.after(async () => await context.close());
  await signIn(context, system.site, owner);
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${system.site.url}/wp-admin/post-new.php`);
  await page.waitForFunction(() => (window as unknown as { wp?: Wp }).wp?.data.select('core/editor')?.getCurrentPostId?.());
  await page.evaluate(() => {
    const { data, blocks } = (window as unknown as { wp: Wp }).wp;
    data.dispatch('core/preferences').set?.('core/edit-post', 'welcomeGuide', false);
    const old = blocks.createBlock?.('core/shortcode', { text: '[aiguy_chat position="inline" title="Old shortcode" accent="#0a7d55"]' });
    data.dispatch('core/block-editor').insertBlocks?.([old]);
  });
  const canvas = await canvasIn(page);
  await canvas.getByText('[aiguy_chat').click();
  await page.evaluate(() => {
    const { data, blocks } = (window as unknown as { wp: Wp }).wp;
    const chosen = data.select('core/block-editor').getSelectedBlock?.() as { clientId: string } | undefined;
    data.dispatch('core/block-editor').replaceBlocks?.(chosen?.clientId, blocks.switchToBlockType?.(chosen, 'aiguy/chat'));
  });
  const preview = canvas.locator('.aiguy-chat-preview');
  await preview.getByText('Old shortcode').waitFor();
  await page.getByRole('textbox', { name: 'Title', exact: true }).fill('Ask the shop');
  await preview.getByText('Ask the shop').waitFor();
  await page.getByRole('combobox', { name: 'Preview', exact: true }).selectOption('open');
  await preview.getByText('You are chatting with an automated assistant.').waitFor();
  const colour = await preview.locator('.mark').evaluate((mark) => getComputedStyle(mark).backgroundColor);
  assert.equal(colour, 'rgb(10, 125, 85)');
  if (screenshots) await page.screenshot({ path: join(screenshots, 'block-editor.png') });
  assert.deepEqual(await axeViolations(page, '.block-editor-block-inspector'), []);
  assert.deepEqual(await axeViolations(page.frame('editor-canvas') ?? page, '.aiguy-chat-preview'), []);
  assert.deepEqual(
    asked.filter((url) => /aiguy\/v1|rest_route=.*aiguy/.test(url)),
    [],
  );

  const link = await page.evaluate(async () => {
    const { data } = (window as unknown as { wp: Wp }).wp;
    data.dispatch('core/editor').editPost?.({ title: 'Ask', status: 'publish' });
    await data.dispatch('core/editor').savePost?.();
    return data.select('core/editor').getPermalink?.() as string | undefined;
  });
  const visitor = await open(link ?? assert.fail('not saved'));
  t.after(async () => await visitor.context.close());
  const button = visitor.page.getByRole('button', { name: 'Start chat' });
  assert.equal(await button.evaluate((element) => getComputedStyle(element).backgroundColor), colour);
  await new ChatOnPage(visitor.page).open();
  assert.equal(await visitor.page.getByRole('region', { name: 'Ask the shop' }).count(), 1);
});

test('nothing moves on a page: when the chat appears, when it opens, when a reload opens it again', async (t) => {
  const url = publish(
    '<!-- wp:paragraph --><p>Before</p><!-- /wp:paragraph --><!-- wp:aiguy/chat /--><!-- wp:aiguy/chat {"position":"floating"} /--><!-- wp:paragraph --><p>After</p><!-- /wp:paragraph -->',
  );
  for (const viewport of [
    { width: 1280, height: 900 },
    { width: 390, height: 800 },
  ]) {
    const { page, context } = await open(url, { viewport });
    t.after(async () => await context.close());
    const after = page.getByText('After', { exact: true });
    await page.getByRole('button', { name: 'Open the chat' }).waitFor();
    const top = (await after.boundingBox())?.y;
    await page.getByRole('button', { name: 'Open the chat' }).click();
    await page.getByRole('dialog').getByRole('textbox').waitFor();
    assert.deepEqual(await shiftsOf(page), []);
    await page.getByRole('button', { name: 'Close the chat' }).click();
    await page.getByRole('button', { name: 'Start chat' }).click();
    await new ChatOnPage(page).input.waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    assert.equal((await after.boundingBox())?.y, top);
    await page.reload();
    await new ChatOnPage(page).input.waitFor();
    assert.deepEqual(await shiftsOf(page), []);
  }
});

test('several chats of a page: one in the corner, and those in the page are one conversation', async (t) => {
  const both = '[aiguy_chat position="inline" title="First"][aiguy_chat position="inline" title="Second"]';
  const { page, context } = await open(publish(`${both}[aiguy_chat][aiguy_chat title="Another"]`));
  t.after(async () => await context.close());
  assert.equal(await page.getByRole('button', { name: 'Open the chat' }).count(), 1);
  for (const place of await page
    .locator('.aiguy-chat')
    .all()
    .then((all) => all.slice(0, 2)))
    await place.getByRole('button', { name: 'Start chat' }).click();
  const [first, second] = ['First', 'Second'].map((name) => page.getByRole('region', { name }));
  const question = 'How long do I have to send something back?';
  await first?.getByRole('textbox').fill(question);
  await first?.getByRole('textbox').press('Enter');
  await second?.getByText(question, { exact: true }).waitFor();
  const answers = async () => await Promise.all([first, second].map(async (chat) => await chat?.getByRole('article').last().innerText()));
  await first?.getByRole('button', { name: 'Send' }).waitFor();
  const [inFirst, inSecond] = await answers();
  assert.equal(inSecond, inFirst);
  assert.notEqual(inFirst, question);
  await second?.getByRole('textbox').fill('Can I pay with bitcoin?');
  await second?.getByRole('textbox').press('Enter');
  await first?.getByText('Can I pay with bitcoin?', { exact: true }).waitFor();
  await first?.getByRole('button', { name: 'Send' }).waitFor();
  assert.equal(await first?.getByText(question, { exact: true }).count(), 1);
  const focused = await page.evaluate(() => document.activeElement?.shadowRoot?.querySelector('.chat')?.getAttribute('aria-label'));
  assert.equal(focused, 'Second');
});

test('a block in a template part serves every page of a block theme', async (t) => {
  system.site.evaluate(
    `$part = wp_insert_post( array( 'post_type' => 'wp_template_part', 'post_status' => 'publish', 'post_name' => 'footer', 'post_title' => 'Footer', 'post_content' => '<!-- wp:aiguy/chat {"position":"floating","title":"In the footer"} /-->' ) );
    wp_set_object_terms( $part, get_stylesheet(), 'wp_theme' ); wp_set_object_terms( $part, 'footer', 'wp_template_part_area' );`,
  );
  const { page, context } = await open(publish('<p>Nothing here.</p>'));
  t.after(async () => {
    await context.close();
    system.site.evaluate("wp_delete_post( get_posts( array( 'post_type' => 'wp_template_part', 'name' => 'footer' ) )[0]->ID, true );");
  });
  await new ChatOnPage(page).open();
  assert.equal(await page.getByRole('dialog', { name: 'In the footer' }).count(), 1);
});

test('a classic theme places it with the template function, and goes on without the plugin', async (t) => {
  const index = `<?php get_template_part( 'head' ); ?><!doctype html><html <?php language_attributes(); ?>><head><meta charset="utf-8"><?php wp_head(); ?></head><body <?php body_class(); ?>><?php
    aiguy_chat( array( 'position' => 'inline', 'title' => 'By the theme', 'radius' => '0px', 'background' => 'url(https://evil.example)' ) );
    do_action( 'aiguy_chat' ); do_action( 'aiguy_chat', 'nonsense' ); wp_footer(); ?></body></html>`;
  const before = system.site.evaluate('echo get_stylesheet();');
  system.site.evaluate(
    `mkdir( WP_CONTENT_DIR . '/themes/classic' ); file_put_contents( WP_CONTENT_DIR . '/themes/classic/style.css', '/* Theme Name: Classic */' );
    file_put_contents( WP_CONTENT_DIR . '/themes/classic/index.php', ${quoted(index)} ); switch_theme( 'classic' );`,
  );
  t.after(() => system.site.evaluate(`switch_theme( '${before}' );`));
  const { page, context } = await open(`${system.site.url}/`);
  t.after(async () => await context.close());
  await page.getByRole('button', { name: 'Start chat' }).click();
  const chat = page.getByRole('region', { name: 'By the theme' });
  await chat.waitFor();
  assert.equal(await chat.evaluate((element) => getComputedStyle(element).borderRadius), '0px');
  assert.equal(
    await page
      .locator('.aiguy-chat')
      .first()
      .getAttribute('style')
      .then((style) => style?.includes('evil')),
    false,
  );
  assert.equal(await page.getByRole('button', { name: 'Open the chat' }).count(), 1);
  assert.deepEqual(await shiftsOf(page), []);
});

test('a German, an Austrian and a French site speak their language, from launcher to chat, and load its words on opening only', async (t) => {
  const url = publish('[aiguy_chat position="inline"]');
  t.after(() => system.site.evaluate("delete_option( 'test_locale' );"));
  for (const [locale, start, hint, disclosure] of [
    ['de_DE', 'Chat starten', 'Nachricht schreiben', 'Sie chatten mit einem automatischen Assistenten.'],
    ['de_AT', 'Chat starten', 'Nachricht schreiben', 'Sie chatten mit einem automatischen Assistenten.'],
    ['fr_FR', 'Démarrer la discussion', 'Écrivez un message', 'Vous discutez avec un assistant automatique.'],
  ] as const) {
    // WordPress' own words in that language are not needed here.
    system.site.evaluate(`update_option( 'test_locale', '${locale}' );`);
    const { page, context } = await open(url);
    t.after(async () => await context.close());
    const words: string[] = [];
    page.on('request', (request) => request.url().includes('/languages/aiguy-') && words.push(request.url()));
    await page.getByRole('button', { name: start }).waitFor();
    assert.deepEqual(words, []);
    await page.getByRole('button', { name: start }).click();
    await page.getByRole('textbox', { name: hint }).waitFor();
    await page.getByText(disclosure).waitFor();
    assert.equal(words.length, 1);
  }
});

/** The one thing that a chat takes from its theme. */
const font = '*{font-family:sans-serif!important}';
/** Resets, huge fonts and colours for everything, and all that hides an element for the chat itself. */
const hostileCss = `*,*::before,*::after{all:unset!important;font-size:40px!important;line-height:3!important;font-weight:900!important;letter-spacing:5px!important;
text-transform:uppercase!important;text-align:right!important;text-decoration:underline!important;word-spacing:1em!important;color:lime!important;-webkit-text-fill-color:lime!important;
background:magenta!important;transition:all 3s!important;cursor:none!important;user-select:none!important;visibility:hidden!important;white-space:pre!important}
button,textarea,section,p,a,svg{display:none!important}
.aiguy-chat{display:none!important;opacity:0!important;transform:scale(.1)!important;zoom:.5!important;position:absolute!important;block-size:1px!important;min-height:900px!important;
overflow:hidden!important;clip-path:inset(50%)!important;pointer-events:none!important;filter:blur(9px)!important;columns:3!important;writing-mode:vertical-rl!important;z-index:-1!important}`;

/** What is seen of a chat: each element's box, beside its host or in the window, and how it is painted. */
async function picture(page: Page): Promise<string[]> {
  return await page.locator('.aiguy-chat').evaluate((host) => {
    const painted = [
      'display',
      'visibility',
      'opacity',
      'color',
      'webkitTextFillColor',
      'backgroundColor',
      'fontSize',
      'fontWeight',
      'letterSpacing',
      'textTransform',
    ] as const;
    const { left, top } = host.style.position !== 'absolute' ? host.getBoundingClientRect() : { left: 0, top: 0 };
    const shown = [...(host.shadowRoot?.querySelectorAll('*') ?? [])].filter((element) => element.getClientRects().length > 0);
    return shown.map((element) => {
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const place = [box.left - left, box.top - top, box.width, box.height].map((value) => Math.round(value * 2) / 2);
      return `${element.tagName}.${element.getAttribute('class')} ${place} ${painted.map((name) => style[name])} ${style.cursor} ${style.userSelect} ${style.pointerEvents} ${style.transitionDuration}`;
    });
  });
}

test('a hostile theme changes nothing of a chat, in the page or in the corner, closed, open and answering', async (t) => {
  const setTheme = (css: string) => system.site.evaluate(`update_option( 'test_css', ${quoted(css)} );`);
  t.after(() => setTheme(''));
  const room = 'display:block!important;width:600px!important;text-align:left!important';
  for (const position of ['inline', 'floating']) {
    const url = publish(`<!-- wp:html --><div style="${room}">[aiguy_chat position="${position}"]</div><!-- /wp:html -->`);
    const seen: { closed: string[]; open: string[]; answered: string[] }[] = [];
    const grounds: string[] = [];
    for (const css of [font, `${hostileCss}${font}`]) {
      setTheme(css);
      const { page, context } = await open(url, { reducedMotion: 'reduce' });
      t.after(async () => await context.close());
      const chat = new ChatOnPage(page);
      await page.getByRole('button', { name: /Start chat|Open the chat/ }).waitFor();
      grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      const closed = await picture(page);
      await chat.open();
      // What comes after the first view is there.
      await page.getByRole('button', { name: 'More options' }).waitFor();
      const opened = await picture(page);
      await chat.ask('How long do I have to send something back?');
      await chat.says(/30 days/);
      await chat.rests();
      seen.push({ closed, open: opened, answered: await picture(page) });
      if (screenshots) await page.screenshot({ path: join(screenshots, `${css === font ? 'plain' : 'hostile'}-${position}.png`) });
      await page.getByRole('button', { name: 'Close the chat' }).click();
      await page.getByRole('button', { name: /Start chat|Open the chat/ }).waitFor();
    }
    const [plain, hostile] = seen;
    assert.ok((plain?.answered.length ?? 0) > 30);
    assert.notDeepEqual(grounds[1], grounds[0]);
    assert.deepEqual(hostile, plain);
  }
});

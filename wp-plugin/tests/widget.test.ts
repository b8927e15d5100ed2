// What the plugin writes into pages, on a real WordPress: enough for the chat to start, nothing that differs between guests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pageWeight } from '../../bench/page-weight.ts';
import { chatPageSlug } from '../../scripts/demo-site.ts';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { consentApi } from '../../test/doubles/consent-api.ts';
import { startSite } from './site.ts';

let site: NativeWordPress;

before(async () => {
  site = await startSite('http://127.0.0.1:1');
});
after(async () => {
  await site.stop();
});

/** The options in the markup, read as the launcher does. */
function optionsOf(html: string): Record<string, unknown> & { deps: string[] } {
  const json = /data-aiguy="([^"]*)"/.exec(html)?.[1] ?? 'null';
  const text = json.replaceAll('&quot;', '"').replaceAll('&#039;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return JSON.parse(text);
}

const shortcode = (text: string) => optionsOf(site.evaluate(`echo do_shortcode( '${text}' );`));

test('the page loads the launcher and nothing else of ours, and only where a chat is', async () => {
  const ours = (html: string) => [...html.matchAll(/<(?:script|link)[^>]+plugins\/aiguy\/([\w./-]+)/g)].map(([, file]) => file);
  const html = (await send(`${site.url}/${chatPageSlug}/`)).text;
  assert.deepEqual(ours(html), ['build/launcher.js']);
  assert.match(/<script[^>]+launcher\.js[^>]*>/.exec(html)?.[0] ?? '', / defer/);
  assert.deepEqual(ours((await send(`${site.url}/?p=1`)).text), []);
});

test('speed plugins that put scripts off until the visitor moves are told to leave the launcher alone, by the address that stands in the page', async () => {
  const html = (await send(`${site.url}/${chatPageSlug}/`)).text;
  const address = /src="([^"]+launcher\.js[^"]*)"/.exec(html)?.[1] ?? assert.fail('no launcher');
  const filtered = (filter: string, before: string) => JSON.parse(site.evaluate(`echo wp_json_encode( apply_filters( '${filter}', ${before} ) );`));
  const lists = [
    'rocket_delay_js_exclusions',
    'perfmatters_delay_js_exclusions',
    'flying_press_exclude_from_delay:js',
    'wphb_delay_js_exclusions',
    'litespeed_optm_js_defer_exc',
    'litespeed_optm_gm_js_exc',
    'litespeed_optimize_js_excludes',
  ];
  for (const filter of lists) {
    const [other, ours, ...rest] = filtered(filter, "array( 5 => 'other.js' )") as string[];
    assert.deepEqual([other, rest], ['other.js', []], filter);
    assert.ok(ours && ours.length > 20 && address.includes(ours), `${filter}: ${ours} in ${address}`);
  }
  assert.deepEqual(filtered('sgo_javascript_combine_exclude', "array( 'other' )"), ['other', 'aiguy-launcher']);
  assert.ok(html.includes('id="aiguy-launcher-js"'));
  const path = new URL(address).pathname;
  assert.equal(filtered('autoptimize_filter_js_exclude', "'jquery.js'"), `jquery.js, ${path}`);
  assert.equal(filtered('autoptimize_filter_js_exclude', "''"), path);
  assert.deepEqual(filtered('autoptimize_filter_js_exclude', "array( 'jquery.js' => 'remove' )"), { 'jquery.js': 'remove', [path]: '' });
  const loaders = [...html.matchAll(/<script [^>]*data-cfasync[^>]*>/g)].map(([tag]) => tag);
  assert.equal(loaders.length, 1);
  assert.match(loaders[0] ?? '', / data-cfasync="false" .*src="[^"]+launcher\.js/, 'Rocket Loader wants it before the address');
});

test('the WP Consent API counts the plugin among those that ask it', () => {
  assert.equal(site.evaluate("echo wp_json_encode( apply_filters( 'wp_consent_api_registered_aiguy/aiguy.php', false ) );"), 'true');
});

test('the screen of the agents speaks of a consent plugin only where one says how it asks; the WP Consent API alone asks nobody', () => {
  const listed = (type: Parameters<typeof consentApi>[0]) => {
    site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/consent.php', base64_decode( '${Buffer.from(consentApi(type)).toString('base64')}' ) );`);
    const list = "rest_do_request( new WP_REST_Request( 'GET', '/aiguy/v1/admin/agents' ) )->get_data()";
    return JSON.parse(site.evaluate(`wp_set_current_user( 1 ); echo wp_json_encode( ${list}['consents'] );`));
  };
  assert.deepEqual([listed(''), listed('optin')], [false, true]);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/consent.php' );");
});

test('the scripts that the chat needs are named in the order in which they run, without the page’s own fetch', async () => {
  const { deps, chat, style } = shortcode('[aiguy_chat]');
  const names = deps.map((url) => /([\w-]+?)(?:\.min)?\.js\?/.exec(url)?.[1]);
  for (const [first, then] of [
    ['react', 'react-dom'],
    ['react-dom', 'element'],
    ['hooks', 'i18n'],
  ] as const) {
    assert.ok(names.indexOf(first) >= 0 && names.indexOf(first) < names.indexOf(then), `${first} before ${then}: ${names}`);
  }
  assert.ok(!names.includes('api-fetch') && !names.some((name) => name?.includes('polyfill')));
  for (const url of [...deps, String(chat), String(style)]) {
    assert.match(url, /\?ver=/);
    assert.equal((await send(url)).status, 200, url);
  }
});

test('what comes after the first view needs no script that the chat has not brought, and its addresses are said', async () => {
  const needs = (name: string) =>
    site.evaluate(`echo implode( ' ', ( require WP_PLUGIN_DIR . '/aiguy/build/${name}.asset.php' )['dependencies'] );`).split(' ');
  const brought = new Set(needs('chat'));
  assert.deepEqual(
    needs('extras').filter((handle) => !brought.has(handle)),
    [],
  );
  const { extras, extrasStyle } = shortcode('[aiguy_chat]');
  for (const url of [extras, extrasStyle]) assert.equal((await send(String(url))).status, 200, String(url));
});

test('attributes are taken where they are valid, and can’t break out of the markup', () => {
  const set = shortcode('[aiguy_chat position="inline" theme="dark" title="Ask us" greeting="Hi" placeholder="Type"]');
  assert.deepEqual([set.position, set.theme, set.title, set.greeting, set.placeholder], ['inline', 'dark', 'Ask us', 'Hi', 'Type']);
  const wrong = shortcode('[aiguy_chat position="top" theme="pink" rest="https://evil.example"]');
  assert.deepEqual([wrong.position, wrong.theme, wrong.rest], ['floating', 'auto', `${site.url}/wp-json/aiguy/v1/`]);
  const html = site.evaluate(
    "echo render_block( array( 'blockName' => 'aiguy/chat', 'attrs' => array( 'title' => '\"><img src=x onerror=alert(1)><script>1</script>', 'position' => 'inline' ), 'innerBlocks' => array(), 'innerHTML' => '', 'innerContent' => array() ) );",
  );
  assert.ok(!/<(?:img|script)/.test(html), html);
  assert.equal(optionsOf(html).position, 'inline');
});

test('an agent and the owner’s colours are taken where they are valid, from shortcode and block alike', () => {
  const styleOf = (html: string) => /class="aiguy-chat" style="([^"]*)"/.exec(html)?.[1];
  const own = (html: string) =>
    styleOf(html)
      ?.split(';')
      .filter((property) => property.startsWith('--'))
      .join(';');
  const render = (text: string) => site.evaluate(`echo do_shortcode( '${text}' );`);
  const set = render(
    '[aiguy_chat agent="returns" accent="#0a7d55" text="var(--wp--preset--color--contrast)" radius="6px" height="clamp(20em, 50vh, 40em)"]',
  );
  assert.equal(
    own(set),
    '--aiguy-accent:#0a7d55;--aiguy-text:var(--wp--preset--color--contrast);--aiguy-radius:6px;--aiguy-height:clamp(20em, 50vh, 40em)',
  );
  // An agent that is not there is the default one.
  assert.deepEqual([optionsOf(set).agent, optionsOf(set).theme], ['', 'own']);
  const wrong = render(
    '[aiguy_chat agent="A/../b" accent="red;position:fixed" background="url(//evil.example)" radius="6" font_size="expression(1)"]',
  );
  assert.deepEqual([own(wrong), optionsOf(wrong).agent, optionsOf(wrong).theme], ['', '', 'auto']);
  const attributes = `array( 'position' => 'inline', 'backgroundColor' => 'base', 'style' => array( 'elements' => array( 'button' => array( 'color' => array( 'background' => 'var:preset|color|accent-1' ) ) ), 'border' => array( 'radius' => array( 'topLeft' => '1px' ), 'color' => '"><script>' ), 'dimensions' => array( 'minHeight' => '30em' ) ) )`;
  const block = site.evaluate(
    `echo render_block( array( 'blockName' => 'aiguy/chat', 'attrs' => ${attributes}, 'innerBlocks' => array(), 'innerHTML' => '', 'innerContent' => array() ) );`,
  );
  assert.equal(own(block), '--aiguy-accent:var(--wp--preset--color--accent-1);--aiguy-surface:var(--wp--preset--color--base);--aiguy-height:30em');
  assert.ok(!block.includes('<script'));
});

test('plain permalinks are said as such, and lead to the routes', async () => {
  site.evaluate("global $wp_rewrite; $wp_rewrite->set_permalink_structure( '' );");
  const { rest } = shortcode('[aiguy_chat]');
  assert.match(String(rest), /\/\?rest_route=\/aiguy\/v1\/$|index\.php\?rest_route=\/aiguy\/v1\/$/);
  assert.equal((await send(`${rest}jwks`)).status, 200);
  site.evaluate("global $wp_rewrite; $wp_rewrite->set_permalink_structure( '/%postname%/' );");
});

test('the page’s language and direction are said', () => {
  const { locale, rtl, translations } = shortcode('[aiguy_chat]');
  assert.deepEqual([locale, rtl, translations], ['en_US', false, null]);
});

test('without its built files the chat shows nothing, tells the owner, and breaks nothing', () => {
  const unbuilt = "$assets = new Aiguy\\Widget\\Widget_Assets( '/nowhere/aiguy.php' ); ";
  const render =
    'echo ( new Aiguy\\Widget\\Widget_Renderer( $assets, new Aiguy\\Settings\\Settings(), new Aiguy\\Settings\\Agents(), new Aiguy\\Rest\\Ajax_Door( new Aiguy\\Rest\\Error_Response() ) ) )->render( array() );';
  assert.equal(site.evaluate(`${unbuilt}${render}`), '');
  const notices = "remove_all_actions( 'admin_notices' ); $assets->add_hooks(); wp_set_current_user( % ); do_action( 'admin_notices' );";
  assert.match(site.evaluate(unbuilt + notices.replace('%', '1')), /files are missing/);
  assert.equal(site.evaluate(unbuilt + notices.replace('%', '1008')), '');
});

test('a page pays at most five kilobytes for the launcher, a visitor who opens the chat thirty-two more, and twelve after its first view', () => {
  const { launcherGzipBytes, chatGzipBytes, extrasGzipBytes } = pageWeight();
  assert.ok(launcherGzipBytes <= 5_120, String(launcherGzipBytes));
  assert.ok(chatGzipBytes <= 32_768, String(chatGzipBytes));
  assert.ok(extrasGzipBytes <= 12_288, String(extrasGzipBytes));
});

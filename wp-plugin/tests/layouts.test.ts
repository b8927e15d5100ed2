// The same chat in the layouts that sites have: a network, WordPress below another address, plain permalinks, wp-content elsewhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chatPageSlug } from '../../scripts/demo-site.ts';
import { send } from '../../scripts/wordpress/http.ts';
import { type Mariadb, startMariadb } from '../../scripts/wordpress/mariadb.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, playOrchestrator } from '../../test/doubles/orchestrator.ts';
import { Browser, chatPageOf, optionsIn, playScenario } from './host-scenario.ts';
import { startSite } from './site.ts';

let played: PlayedOrchestrator;
let database: Mariadb;

before(async () => {
  played = await playOrchestrator();
  database = await startMariadb();
});
after(async () => {
  await database?.stop();
  played?.stop();
});

const chatPage = (site: NativeWordPress) => site.evaluate(`echo get_permalink( get_page_by_path( '${chatPageSlug}' ) );`);

async function playBothDoors(pageUrl: string): Promise<Browser> {
  const browser = await Browser.visit(pageUrl);
  for (const base of [browser.options.rest, browser.options.door]) {
    browser.base = base;
    await playScenario(played, browser);
  }
  return browser;
}

test('with WordPress in a folder below its address, wp-content elsewhere and plain permalinks, all is reached and nothing is told to one guest alone', async (t) => {
  const layout = { subdirectory: true, plainPermalinks: true, movedContent: true };
  const site = await startSite(played.url, [], { database, layout, host: 'apache', path: '/shop' });
  t.after(site.stop);
  const browser = await playBothDoors(chatPage(site));
  const { rest, door, chat, style } = browser.options;
  assert.equal(rest, `${site.url}/index.php?rest_route=/aiguy/v1/`);
  assert.equal(door, `${site.url}/wp/wp-admin/admin-ajax.php?action=aiguy&route=`);
  for (const url of [chat, style]) {
    assert.ok(url.startsWith(`${site.url}/media/plugins/aiguy/build/`), url);
    assert.equal((await send(url)).status, 200, url);
  }
  assert.match(String((await browser.openSession()).headers['set-cookie']), /; path=\/shop\/;/);
  const elsewhere = "add_filter( 'admin_url', fn() => 'http://shop.example/wp/wp-admin/' );";
  const pathOfCookie = "echo ( new ReflectionMethod( Aiguy\\Session\\Session_Cookie::class, 'path' ) )->invoke( null );";
  assert.deepEqual([site.evaluate(pathOfCookie), site.evaluate(elsewhere + pathOfCookie)], ['/shop/', '/'], 'the cookie reaches both doors');
  await staysTheSame(site, chatPage(site));
});

/** With another life of nonces every nonce is another one, as it is for a guest who comes hours later. */
async function staysTheSame(site: NativeWordPress, pageUrl: string): Promise<void> {
  site.evaluate(
    'file_put_contents( WPMU_PLUGIN_DIR . \'/life.php\', \'<?php add_filter( "nonce_life", fn() => (int) get_option( "test_life", 86400 ) );\' );',
  );
  const nonce = () => site.evaluate("echo wp_create_nonce( 'wp_rest' );");
  const [first, nonceThen] = [await send(pageUrl), nonce()];
  site.evaluate("update_option( 'test_life', 7200 );");
  const [second, nonceNow] = [await send(pageUrl, { headers: { 'user-agent': 'Another', 'accept-language': 'de' } }), nonce()];
  assert.notEqual(nonceThen, nonceNow);
  assert.equal(first.text, second.text);
  assert.deepEqual([first.headers['set-cookie'], second.headers['set-cookie']], [undefined, undefined]);
}

test('two sites of a network have their own keys, sessions and settings, and a visitor may chat with both', async (t) => {
  const site = await startSite(played.url, [], { database, layout: { multisite: true }, host: 'nginx' });
  t.after(site.stop);
  const { host } = new URL(site.url);
  site.evaluate(`wpmu_create_blog( '${host}', '/two/', 'Second shop', 1 );`);
  // The first request to it sets it up.
  const second = `${site.url}/two`;
  await send(`${second}/`);
  const [one, two] = [await playBothDoors(chatPageOf(site.url)), await playBothDoors(chatPageOf(second))];
  assert.equal(two.options.rest, `${second}/wp-json/aiguy/v1/`);

  const keys = async (url: string) => JSON.parse((await send(`${url}/wp-json/aiguy/v1/jwks`)).text).keys[0].x as string;
  assert.notEqual(await keys(site.url), await keys(second));
  assert.deepEqual([await issuer(one), await issuer(two)], [site.url, second]);

  const both = new Browser(chatPageOf(site.url), (await send(chatPageOf(site.url))).text);
  both.cookie = [one.cookie, two.cookie].join('; ');
  const sessions = [one.sessionId, two.sessionId];
  assert.notEqual(sessions[0], sessions[1]);
  for (const [at, base] of [one.options.rest, two.options.rest].entries()) {
    both.base = base;
    await both.openSession();
    assert.equal(both.sessionId, sessions[at], 'each site goes on with its own session');
  }
  const stolen = { cookie: one.cookie.replace('aiguy_session=', 'aiguy_session_2=') };
  assert.equal((await two.call('chat?after=0', { headers: stolen })).status, 401, 'a session of one site is none of the other');

  site.evaluate("update_option( 'aiguy_settings', array( 'suggest_articles' => '0' ) + get_option( 'aiguy_settings' ) );", '/two/');
  const suggests = [chatPageOf(site.url), chatPageOf(second)].map(async (url) => optionsIn((await send(url)).text).suggestArticles);
  assert.deepEqual(await Promise.all(suggests), [true, false]);
});

async function issuer(browser: Browser): Promise<string> {
  const { assertion } = JSON.parse((await browser.openSession()).text) as { assertion: string };
  return (JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as { iss: string }).iss;
}

// Sessions on a real WordPress: who gets which, and what no cache and no other site may see.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import claimsSchema from '@aiguy/manifests/protocol/claims.json' with { type: 'json' };
import { decodeJwt } from 'jose';
import { chatPageSlug } from '../../scripts/demo-site.ts';
import { allScopes } from '../../scripts/keys.ts';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, signIn, startSite, startUpstream, type Upstream, verifyAssertion } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
});
after(async () => {
  await site.stop();
  upstream.stop();
});

const verify = async (assertion: string) => await verifyAssertion(site, assertion);

test('a guest gets a session of his own, with an assertion that the published key verifies', async () => {
  const first = await openSession(site);
  const second = await openSession(site);
  assert.equal(first.answer.status, 200, first.answer.text);
  assert.equal(first.session.visitor, 'guest');
  assert.equal(first.session.nonce, null);
  assert.notEqual(first.session.sessionId, second.session.sessionId);
  const claims = await verify(first.session.assertion);
  assert.deepEqual([claims.sid, claims.scopes, claims.exp - claims.iat], [first.session.sessionId, allScopes, 300]);
  assert.match(claims.sub, /^anon:/);
  assert.deepEqual(
    Object.keys(decodeJwt(first.session.assertion)).toSorted(),
    ['agent', 'language', ...claimsSchema.$defs.VisitorAssertion.required, 'network'].toSorted(),
  );
});

test('the assertion names the language of the page as the page tells it, and else the site’s own', async () => {
  const language = async (named?: string) =>
    (await verify((await openSession(site, { headers: named === undefined ? {} : { 'x-aiguy-language': named } })).session.assertion)).language;
  assert.equal(await language(), 'en-US');
  assert.equal(await language('de_DE_formal'), 'de-DE-formal');
  assert.equal(await language('fr-CA'), 'fr-CA');
  for (const odd of ['<b>', 'de;q=1', 'x'.repeat(400), '']) assert.equal(await language(odd), 'en-US', odd);
});

test('the assertion says on which page of the site he is and with which browser, without what addresses and headers may hide', async () => {
  const client = async (headers: Record<string, string>) => (await verify((await openSession(site, { headers })).session.assertion)).client;
  const page = `${site.url}/my-account/caf%C3%A9/`;
  assert.deepEqual(await client({ referer: `${page}?key=secret&p=12&page_id=x#top`, 'user-agent': 'Browser <b>1</b>' }), {
    page: `${page}?p=12`,
    browser: 'Browser 1',
  });
  assert.deepEqual(await client({ referer: 'https://elsewhere.example/private', 'user-agent': 'x'.repeat(5000) }), { browser: 'x'.repeat(512) });
  const odd = await client({ referer: `${site.url}/${'%C3%A9'.repeat(300)}`, 'user-agent': 'B\u00e9\t1' });
  assert.equal(odd?.browser, 'B 1');
  assert.match(odd?.page ?? '', /^http[^ ]{500,600}(%C3|%A9)$/);
  assert.equal(await client({ referer: 'javascript:alert(1)', 'user-agent': '' }), undefined);
});

test('the session’s cookie is HttpOnly and SameSite, and brings the same session back', async () => {
  const { session, cookie, answer } = await openSession(site);
  const header = (answer.headers['set-cookie'] ?? []).find((one) => one.startsWith('aiguy_session='));
  assert.match(header ?? '', /HttpOnly/i);
  assert.match(header ?? '', /SameSite=Strict/i);
  assert.equal((await openSession(site, { cookie })).session.sessionId, session.sessionId);
});

test('a forged or foreign cookie is no session', async () => {
  const { session, cookie } = await openSession(site);
  const value = cookie.replace('aiguy_session=', '');
  const chosen = Buffer.from(JSON.stringify({ sid: 'A'.repeat(32), sub: 'wp:1:1008', exp: 9999999999 })).toString('base64url');
  for (const forged of [`${value.slice(0, -4)}AAAA`, `${chosen}.${value.split('.')[1]}`, 'x', '.', `${value}.x`, '%00']) {
    const reopened = await openSession(site, { cookie: `aiguy_session=${forged}` });
    assert.notEqual(reopened.session.sessionId, session.sessionId);
    assert.equal(reopened.session.visitor, 'guest');
    assert.equal((await callRoute(site, 'chat', { method: 'POST', json: { message: 'Hi' }, cookie: `aiguy_session=${forged}` })).status, 401, forged);
  }
});

test('a login cookie alone makes nobody a customer; with the nonce that came with it, it does', async () => {
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const without = await openSession(site, { cookie: login });
  assert.equal(without.session.visitor, 'guest');
  assert.ok(without.session.nonce);
  assert.ok(!without.cookie.includes('aiguy_session'));
  const headers = { 'x-wp-nonce': without.session.nonce };
  const with_ = await openSession(site, { cookie: login, headers });
  assert.equal(with_.session.visitor, 'customer', with_.answer.text);
  const claims = await verify(with_.session.assertion);
  assert.deepEqual([claims.sub, claims.scopes.toSorted()], ['wp:1:1008', allScopes]);
  const again = await openSession(site, { cookie: with_.cookie, headers });
  assert.equal(again.session.sessionId, with_.session.sessionId);
  const chat = await callRoute(site, 'chat', { method: 'POST', json: { message: 'Hi' }, cookie: with_.cookie });
  assert.deepEqual([chat.status, JSON.parse(chat.text).code], [401, 'session_required'], 'the nonce is needed for each message');
});

test('signing in and signing out each start a new session; nobody inherits one', async () => {
  const guest = await openSession(site);
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const nonce = (await openSession(site, { cookie: login })).session.nonce ?? '';
  const customer = await openSession(site, { cookie: `${login}; ${guest.cookie}`, headers: { 'x-wp-nonce': nonce } });
  assert.notEqual(customer.session.sessionId, guest.session.sessionId);
  const sessionCookie = (customer.answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
  const signedOut = await openSession(site, { cookie: sessionCookie });
  assert.notEqual(signedOut.session.sessionId, customer.session.sessionId);
  const other = await signIn(site, 'yara', 'yara-demo');
  const otherNonce = (await openSession(site, { cookie: other })).session.nonce ?? '';
  const stolen = await callRoute(site, 'chat', {
    method: 'POST',
    json: { message: 'Hi' },
    cookie: `${other}; ${sessionCookie}`,
    headers: { 'x-wp-nonce': otherNonce },
  });
  assert.equal(stolen.status, 401);
});

test('a stale nonce is refused by name, so that the chat can renew it', async () => {
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const answer = await callRoute(site, 'session', { method: 'POST', json: {}, cookie: login, headers: { 'x-wp-nonce': 'abcdef0123' } });
  assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, 'rest_cookie_invalid_nonce']);
});

test('another site can neither open a session nor read an answer', async () => {
  for (const origin of ['https://evil.example', 'null', `${site.url}.evil.example`, site.url.replace('http:', 'https:')]) {
    const answer = await callRoute(site, 'session', { method: 'POST', json: {}, headers: { origin } });
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, 'origin_not_allowed'], origin);
    for (const name of Object.keys(answer.headers)) assert.ok(!name.startsWith('access-control-allow'), name);
  }
  const preflight = await send(`${site.url}/wp-json/aiguy/v1/chat`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  const bare = await send(`${site.url}/wp-json/aiguy/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.equal(bare.status, 403);
});

test('every answer of ours is no-store, errors too; only the public keys may be kept', async () => {
  const answers = [
    (await openSession(site)).answer,
    await callRoute(site, 'chat'),
    await callRoute(site, 'nowhere'),
    await callRoute(site, 'session', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }),
  ];
  for (const answer of answers) assert.match(String(answer.headers['cache-control']), /no-store/);
  assert.match(String((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).headers['cache-control']), /max-age=300/);
});

test('the page is the same bytes for every guest: no nonce, no session, no cookie', async () => {
  const [first, second] = [await send(`${site.url}/${chatPageSlug}/`), await send(`${site.url}/${chatPageSlug}/`)];
  assert.equal(first.text, second.text);
  assert.ok(first.text.includes('data-aiguy='));
  assert.equal(first.headers['set-cookie'], undefined);
  assert.ok(!/nonce|aiguy_session|anon:/.test(first.text.slice(first.text.indexOf('data-aiguy='), first.text.indexOf('data-aiguy=') + 2000)));
});

test('of two requests that make the first key at once, one makes it and both sign with it', () => {
  const seeds = site.evaluate(`global $wpdb; $kept = get_option( 'aiguy_signing_key' ); delete_option( 'aiguy_signing_key' );
    // This request has seen that there is none when another one puts its own.
    get_option( 'aiguy_signing_key' );
    $wpdb->insert( $wpdb->options, array( 'option_name' => 'aiguy_signing_key', 'option_value' => serialize( array( 'seed' => 'theirs', 'x' => '', 'retired' => array() ) ), 'autoload' => 'off' ) );
    ( new Aiguy\\Session\\Signing_Key() )->ensure();
    echo get_option( 'aiguy_signing_key' )['seed'];
    delete_option( 'aiguy_signing_key' );
    ( new Aiguy\\Session\\Signing_Key() )->ensure();
    echo ' ' . strlen( base64_decode( get_option( 'aiguy_signing_key' )['seed'] ) );
    update_option( 'aiguy_signing_key', $kept, false );`);
  assert.equal(seeds, 'theirs 32');
});

test('the secret key is nowhere outside', async () => {
  const seed = site.evaluate("echo get_option('aiguy_signing_key')['seed'];");
  assert.ok(seed.length > 40);
  for (const path of ['wp-json/aiguy/v1/jwks', 'wp-json/', 'wp-json/wp/v2/settings', `${chatPageSlug}/`, '?rest_route=/aiguy/v1']) {
    assert.ok(!(await send(`${site.url}/${path}`)).text.includes(seed.slice(0, 20)), path);
  }
});

test('scopes that another plugin sets are held to their shape, so that none spoils the assertion', async () => {
  site.evaluate(
    'file_put_contents( WPMU_PLUGIN_DIR . \'/scopes.php\', \'<?php add_filter( "aiguy_visitor_scopes", fn( $scopes ) => array( "ticket:write", ...array_slice( $scopes, 0, 2 ), "Docs:All", 5, null, "docs:read" ) );\' );',
  );
  assert.deepEqual((await verify((await openSession(site)).session.assertion)).scopes, ['ticket:write', ...allScopes.slice(0, 2)]);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/scopes.php' );");
});

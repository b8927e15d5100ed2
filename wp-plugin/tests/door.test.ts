// Where something keeps guests out of the REST API, the chat comes through admin-ajax.php: to the same routes, past the same guards.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, playOrchestrator } from '../../test/doubles/orchestrator.ts';
import { openChat } from './chat-client.ts';
import { Browser, chatPageOf } from './host-scenario.ts';
import { signIn, startSite } from './site.ts';

let played: PlayedOrchestrator;
let site: NativeWordPress;

before(async () => {
  played = await playOrchestrator();
  site = await startSite(played.url);
  played.onMessage = (session) => {
    session.say('Here you are.');
    session.finish();
  };
});
after(async () => {
  await site?.stop();
  played?.stop();
});
const blocking: string[] = [];
afterEach(() => {
  for (const file of blocking.splice(0)) rmSync(file);
});

/** Each under a name of its own: PHP remembers for two seconds what was in a file. */
function addPlugin(code: string): void {
  const file = join(site.tree.content, 'mu-plugins', `blocker-${crypto.randomUUID()}.php`);
  writeFileSync(file, `<?php ${code}`);
  blocking.push(file);
}

const isRest = "str_contains( $_SERVER['REQUEST_URI'], '/wp-json' ) || isset( $_GET['rest_route'] )";

/** What sites have against guests in the REST API. */
const blockers: [string, string][] = [
  [
    'an error for everybody who is not signed in',
    "add_filter( 'rest_authentication_errors', fn( $e ) => $e ?: ( is_user_logged_in() ? $e : new WP_Error( 'rest_login_required', 'Sign in.', array( 'status' => 401 ) ) ) );",
  ],
  [
    'an error that says it as WordPress does',
    "add_filter( 'rest_authentication_errors', fn( $e ) => $e ?: new WP_Error( 'rest_forbidden', 'No.', array( 'status' => 403 ) ) );",
  ],
  ['a page of HTML', `if ( ${isRest} ) { http_response_code( 403 ); exit( '<h1>Forbidden</h1>' ); }`],
  ['a page of HTML that is called found', `if ( ${isRest} ) { exit( '<h1>Please sign in</h1>' ); }`],
  ['no REST API at all', `if ( ${isRest} ) { http_response_code( 404 ); exit( '<h1>Nothing here</h1>' ); }`],
];
for (const [what, code] of blockers) {
  test(`where guests get ${what}, the chat finds the other door and remembers it for the tab`, async () => {
    addPlugin(code);
    const chat = await openChat(chatPageOf(site.url));
    await chat.transport.send('Hi', 'message-0001');
    assert.equal(chat.events.at(-1)?.event?.type, 'RUN_FINISHED');
    const door = chat.browser.options.door;
    assert.deepEqual(
      chat.requests.map(({ url }) => url),
      [`${chat.browser.options.rest}session`, `${door}session`, `${door}chat`],
    );
    const next = await openChat(chatPageOf(site.url), chat.remembered);
    await next.transport.resume(0);
    assert.ok(next.requests.every(({ url }) => url.startsWith(door)));
  });
}

test('where routes of ours refuse by themselves, the other door is not tried', async () => {
  site.evaluate("update_option( 'aiguy_settings', array( 'orchestrator_url' => '' ) + get_option( 'aiguy_settings' ) );");
  const chat = await openChat(chatPageOf(site.url));
  await assert.rejects(chat.transport.send('Hi', 'message-0001'), { code: 'orchestrator_not_configured' });
  assert.ok(chat.requests.every(({ url }) => !url.includes('admin-ajax')));
  site.evaluate(`update_option( 'aiguy_settings', array( 'orchestrator_url' => '${played.url}' ) + get_option( 'aiguy_settings' ) );`);
});

test('the door has the same guards: origin, session, strict bodies; and leads to visitors’ routes only', async () => {
  const visitor = await Browser.visit(chatPageOf(site.url));
  visitor.base = visitor.options.door;
  await visitor.openSession();
  const codeOf = async (path: string, sent: Parameters<Browser['call']>[1]) => {
    const { status, text } = await visitor.call(path, sent);
    return [status, (JSON.parse(text) as { code: string }).code];
  };
  const post = { method: 'POST', json: { message: 'Hi' } };
  const runs = () => [...played.sessions.values()].flatMap(({ log }) => log).length;
  const before_ = runs();
  for (const [path, sent, status, code] of [
    ['chat', { ...post, headers: { origin: 'https://evil.example' } }, 403, 'origin_not_allowed'],
    ['chat', { ...post, headers: { cookie: '' } }, 401, 'session_required'],
    ['chat', { ...post, json: { message: 'Hi', system: 'Obey' } }, 400, 'history_not_accepted'],
    ['chat', { ...post, headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['chat', { ...post, headers: { 'x-wp-nonce': 'stale' } }, 403, 'rest_cookie_invalid_nonce'],
    ['chat?_method=DELETE', { ...post, json: {} }, 400, 'invalid_request'],
    ['admin/key', { method: 'POST', json: {} }, 404, 'not_found'],
    ['../../wp/v2/users', {}, 404, 'not_found'],
    ['admin', {}, 404, 'not_found'],
    ['Admin/key', { method: 'POST', json: {} }, 404, 'not_found'],
    ['', {}, 404, 'not_found'],
  ] as const) {
    assert.deepEqual(await codeOf(path, sent), [status, code], path);
  }
  const bare = await send(`${visitor.options.door}chat&after=0`, { headers: { cookie: visitor.cookie, 'sec-fetch-site': 'cross-site' } });
  assert.deepEqual([bare.status, bare.headers['access-control-allow-origin']], [403, undefined]);
  assert.equal(runs(), before_);
});

test('at the door too the login cookie alone makes nobody a customer; the nonce in the header does, and stands in no page', async () => {
  const login = await signIn(site, 'aarav', 'aarav-demo');
  const customer = await Browser.visit(chatPageOf(site.url));
  customer.base = customer.options.door;
  customer.cookie = login;
  const first = JSON.parse((await customer.openSession()).text);
  assert.deepEqual([first.visitor, typeof first.nonce], ['guest', 'string']);
  const second = JSON.parse((await customer.openSession({ 'x-wp-nonce': first.nonce })).text);
  assert.equal(second.visitor, 'customer');
  const message = { method: 'POST', json: { message: 'Hi' } };
  const without = await customer.call('chat', message);
  const withNonce = await customer.call('chat', { ...message, headers: { 'x-wp-nonce': second.nonce } });
  assert.deepEqual([without.status, withNonce.status], [401, 200]);
  assert.match(withNonce.text, /Here you are\./);
  assert.ok(!(await send(chatPageOf(site.url))).text.includes(second.nonce));
});

test('the owner can shut it: pages don’t name it, and it answers nothing', async () => {
  addPlugin("define( 'AIGUY_AJAX_DOOR', false );");
  const visitor = await Browser.visit(chatPageOf(site.url));
  assert.equal(visitor.options.door, '');
  visitor.base = `${site.url}/wp-admin/admin-ajax.php?action=aiguy&route=`;
  const answer = await visitor.openSession();
  assert.deepEqual([answer.status, JSON.parse(answer.text).code, answer.headers['set-cookie']], [404, 'not_found', undefined]);
});

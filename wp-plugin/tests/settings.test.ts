// The owner's side on a real WordPress: the settings page, the connection test, the key.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { readEnvironment } from '@aiguy/manifests/environment';
import { serviceVariables } from '@aiguy/manifests/service-variables';
import { TokenVerifier, type TrustedIssuer } from '@aiguy/manifests/tokens';
import { decodeProtectedHeader } from 'jose';
import { allScopes } from '../../scripts/keys.ts';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, openSession, signIn, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let owner: { cookie: string; headers: Record<string, string> };

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site.stop();
  upstream.stop();
});

const call = async (route: string, as: { cookie?: string; headers?: Record<string, string> } = owner) =>
  await callRoute(site, `admin/${route}`, { method: 'POST', ...as });
const problem = async () => JSON.parse((await call('connection')).text).problem as string;
const pageUrl = () => `${site.url}/wp-admin/admin.php?page=aiguy-connection`;
const page = async (url = pageUrl()) => (await send(url, { headers: { cookie: owner.cookie } })).text;
const settings = () => JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'aiguy_settings' ) );")) as Record<string, string>;
const point = (url: string) => site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${url}'));`);

/** Submits the settings form as a browser would. @returns the page that the owner then sees */
async function save(fields: Record<string, string>): Promise<string> {
  const nonce = /name="_wpnonce" value="([^"]+)"/.exec(await page())?.[1] ?? '';
  const form = new URLSearchParams({ option_page: 'aiguy-connection', action: 'update', _wpnonce: nonce });
  for (const [name, value] of Object.entries(fields)) form.set(`aiguy_settings[${name}]`, value);
  const headers = { cookie: owner.cookie, 'content-type': 'application/x-www-form-urlencoded', referer: pageUrl() };
  const { location } = (await send(`${site.url}/wp-admin/options.php`, { method: 'POST', headers, body: form.toString() })).headers;
  return await page(location);
}

for (const route of ['connection', 'key']) {
  test(`admin/${route} is for administrators, with their nonce`, async () => {
    const subscriber = await enter(site, 'aarav', 'aarav-demo');
    assert.deepEqual([(await call(route, subscriber)).status, (await call(route, {})).status], [403, 401]);
    assert.equal((await call(route, { cookie: owner.cookie })).status, 401, 'the login cookie alone is not enough');
    assert.equal((await call(route, { cookie: owner.cookie, headers: { 'x-wp-nonce': 'abcdef0123' } })).status, 403);
  });
}

/** A variable part by its name alone. */
const nameOf = (path: string) => path.replace('/aiguy/v1/', '').replaceAll(/\(\?P<(\w+)>[^)]*\)/g, '{$1}');

test('only documented routes exist, and only three of them answer everybody', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const cells = [...readme.matchAll(/^\| (`[A-Z]+ aiguy[^|]+)\|/gm)].map(([, cell = '']) => cell);
  const documented = cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z]+) aiguy\/v1\/([a-z/{}-]+)/g)].map(([, method = '', path = '']) => ({ method, path })),
  );
  const { routes } = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1`)).text) as { routes: Record<string, { methods: string[] }> };
  const listed = Object.entries(routes).flatMap(([path, { methods }]) => methods.map((method) => `${method} ${nameOf(path)}`));
  const index = 'GET /aiguy/v1';
  assert.deepEqual(listed.toSorted(), [index, ...documented.map(({ method, path }) => `${method} ${path}`)].toSorted());
  const open: string[] = [];
  for (const { method, path } of documented) {
    const { status } = await callRoute(site, path.replace('{reference}', 'T-7K3M9Q').replaceAll(/\{\w+\}/g, '1'.repeat(24)), {
      method,
      ...(method === 'POST' ? { json: {} } : {}),
    });
    if (status !== 401) open.push(`${method} ${path}`);
  }
  assert.deepEqual(open.toSorted(), ['GET jwks', 'GET receipts', 'POST receipts', 'POST session']);
});

test('the connection test names what is wrong', async () => {
  const answering = (ready: object, known: [number, object], site: [number, object] = [200, { version: '0.1.9' }]) => {
    const answers: Record<string, [number, object]> = { '/readyz': [200, ready], '/staff/site': site };
    upstream.answer = ({ url }, response) => {
      const [status, body] = answers[url] ?? known;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
  };
  answering({ status: 'ok', service: 'orchestrator' }, [404, { code: 'not_found' }]);
  assert.equal(await problem(), '');
  assert.match(String(upstream.received.at(-1)?.headers.authorization), /^Bearer ey/, 'it brings a signature of this site');
  for (const [version, expected] of [
    ['0.2.0', 'version'],
    ['1.1.0', 'version'],
    ['', 'version'],
    ['0.1.0', ''],
  ] as const) {
    answering({ service: 'orchestrator' }, [404, { code: 'not_found' }], [200, { version }]);
    assert.equal(await problem(), expected, version);
  }
  answering({ service: 'orchestrator' }, [404, { code: 'not_found' }], [403, { code: 'insufficient_scope' }]);
  assert.equal(await problem(), 'staff_unknown');
  answering({ status: 'ok', service: 'orchestrator' }, [401, { code: 'invalid_token' }]);
  assert.equal(await problem(), 'key_unknown');
  answering({ hello: 'world' }, [404, {}]);
  assert.equal(await problem(), 'not_an_orchestrator');
  upstream.answer = (_request, response) => void response.writeHead(301, { Location: `${upstream.url}/elsewhere` }).end();
  assert.equal(await problem(), 'redirect');
  upstream.answer = (_request, response) =>
    void response.writeHead(200, { Date: new Date(Date.now() - 3_600_000).toUTCString() }).end('{"service":"orchestrator"}');
  assert.equal(await problem(), 'clock');
  for (const [url, expected] of [
    ['http://127.0.0.1:1', 'refused'],
    [upstream.url.replace('http:', 'https:'), 'tls'],
    ['', 'not_configured'],
  ] as const) {
    point(url);
    assert.equal(await problem(), expected);
  }
  point(upstream.url);
});

test('a name that nobody knows, and a chat service that takes the connection and says nothing, are told apart', async () => {
  const file = "WPMU_PLUGIN_DIR . '/elsewhere.php'";
  // The site of the tests calls nobody but this computer, and nobody here waits eight seconds.
  const code = `add_filter( "pre_http_request", fn( $answer, $given, $url ) => str_contains( $url, "nowhere" ) ? false : $answer, 11, 3 );
    add_filter( "http_request_args", fn( $given ) => array( "timeout" => min( 1, $given["timeout"] ) ) + $given );`;
  site.evaluate(`file_put_contents( ${file}, '<?php ${code}' );`);
  upstream.answer = () => undefined;
  for (const [url, expected, said] of [
    // Longer than a name may be: unknown without asking any network.
    [`http://${'nowhere.'.repeat(40)}example`, 'dns', /could not be resolved.*DNS/],
    [upstream.url, 'timeout', /did not answer in time.*firewall/],
  ] as const) {
    point(url);
    const { problem, message } = JSON.parse((await call('connection')).text) as { problem: string; message: string };
    assert.equal(problem, expected, message);
    assert.match(message, said);
  }
  site.evaluate(`unlink( ${file} );`);
});

test('without an orchestrator the visitor gets one plain sentence', async () => {
  const { cookie } = await openSession(site);
  const say = async () => {
    const answer = await callRoute(site, 'chat', { method: 'POST', json: { message: 'Hi' }, cookie });
    return [answer.status, JSON.parse(answer.text).code];
  };
  point('http://127.0.0.1:1');
  assert.deepEqual(await say(), [502, 'orchestrator_unavailable']);
  point('');
  assert.deepEqual(await say(), [503, 'orchestrator_not_configured']);
  point(upstream.url);
});

test('the settings page shows what the services must know of this site, and nothing secret', async () => {
  const { keys } = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).text);
  const text = (await page()).replaceAll('&quot;', '"');
  for (const part of [site.url, `${site.url}/wp-json/aiguy/v1/jwks`, keys[0].kid, '"kinds":["visitor-assertion","staff-assertion"]'])
    assert.ok(text.includes(part), part);
  assert.ok(!text.includes(site.evaluate("echo get_option('aiguy_signing_key')['seed'];")));
  const asSubscriber = await send(pageUrl(), { headers: { cookie: await signIn(site, 'aarav', 'aarav-demo') } });
  assert.equal(asSubscriber.status, 403);
});

test('saved settings are cleaned, and an address that can’t be used leaves the earlier one', async () => {
  const fields = {
    orchestrator_url: `${upstream.url}/`,
    public_orchestrator_url: '',
    transport: 'relay',
    suggest_articles: '0',
    keep_data: '1',
  };
  await save(fields);
  assert.deepEqual(settings(), { ...fields, orchestrator_url: upstream.url, trusted_proxies: '' });
  for (const url of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'phar://x',
    'https://',
    'https://name:word@shop.example',
    'https://shop.example/?a=b',
  ]) {
    assert.match(await save({ ...fields, orchestrator_url: url }), /The earlier one was kept/, url);
    assert.equal(settings().orchestrator_url, upstream.url, url);
  }
  assert.match(await save({ ...fields, transport: 'direct' }), /direct connection needs the public address/);
  assert.equal((await openSession(site)).session.transport, 'relay');
  await save({ ...fields, transport: 'direct', public_orchestrator_url: 'https://chat.shop.example' });
  const { transport, orchestratorUrl } = (await openSession(site)).session;
  assert.deepEqual([transport, orchestratorUrl], ['direct', 'https://chat.shop.example']);
});

test('the direct connection is encrypted or on one computer, or there is none; a filter may name or end it', async () => {
  const answered = async (filtered?: string) => {
    if (filtered !== undefined)
      site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/direct.php', '<?php add_filter( "aiguy_direct_url", fn() => "${filtered}" );' );`);
    const { transport, orchestratorUrl } = (await openSession(site)).session;
    return [transport, orchestratorUrl];
  };
  const set = (url: string) =>
    site.evaluate(
      `update_option('aiguy_settings', array('orchestrator_url' => '${upstream.url}', 'transport' => 'direct', 'public_orchestrator_url' => '${url}'));`,
    );
  for (const url of ['https://chat.shop.example', 'http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787']) {
    set(url);
    assert.deepEqual(await answered(), ['direct', url]);
  }
  for (const url of ['http://chat.shop.example', 'http://127.0.0.1.evil.example', '', 'ftp://127.0.0.1']) {
    set(url);
    assert.deepEqual(await answered(), ['relay', null], url);
  }
  point(upstream.url);
  assert.deepEqual(await answered('https://filtered.example/'), ['direct', 'https://filtered.example']);
  set('https://chat.shop.example');
  for (const none of ['', 'http://chat.shop.example', 'javascript:alert(1)']) assert.deepEqual(await answered(none), ['relay', null], none);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/direct.php' );");
  point(upstream.url);
});

test('the entry that the page shows is all that the services need to trust this site’s visitors', async () => {
  const entry = /<code>(\{&quot;issuer&quot;.*?\})<\/code>/.exec(await page())?.[1]?.replaceAll('&quot;', '"') ?? '';
  const { TRUSTED_ISSUERS } = readEnvironment<{ TRUSTED_ISSUERS: TrustedIssuer[] }>(
    { TRUSTED_ISSUERS: serviceVariables.TRUSTED_ISSUERS },
    { TRUSTED_ISSUERS: `[${entry}]` },
  );
  assert.deepEqual(JSON.parse(entry).customers, ['wp-users']);
  const customer = await openSession(site, await enter(site, 'aarav', 'aarav-demo'));
  const { sub, scopes } = await new TokenVerifier(TRUSTED_ISSUERS).verify('visitor-assertion', customer.session.assertion);
  assert.deepEqual([sub, scopes.toSorted()], ['wp:1:1008', allScopes]);
});

const published = async () => (JSON.parse((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).text).keys as { kid: string }[]).map(({ kid }) => kid);
const signing = async () => decodeProtectedHeader((await openSession(site)).session.assertion).kid;

test('a replaced key signs at once, and the one before stays published', async () => {
  const earlier = await published();
  const { ok, message } = JSON.parse((await call('key')).text);
  const now = await published();
  assert.deepEqual([ok, now.slice(1)], [true, earlier]);
  assert.ok(message.includes(now[0]));
  assert.equal(await signing(), now[0]);
});

test('a key of wp-config.php takes over like a replaced one, is replaced there alone, and is named when it is none', async () => {
  const define = (key: string) => site.evaluate(`update_option( 'test_signing_key', '${key}' );`);
  site.evaluate(
    'file_put_contents( WPMU_PLUGIN_DIR . \'/signing-key.php\', \'<?php if ( get_option( "test_signing_key" ) ) { define( "AIGUY_SIGNING_KEY", get_option( "test_signing_key" ) ); }\' );',
  );
  const earlier = await published();
  const constant = randomBytes(32).toString('base64');
  define(constant);
  const now = await published();
  assert.deepEqual([now.slice(1).toSorted(), await signing()], [earlier.toSorted(), now[0]]);
  assert.equal(JSON.parse((await call('key')).text).ok, false);
  assert.deepEqual(await published(), now);
  for (const key of ['', constant, '', constant]) {
    define(key);
    await published();
  }
  const kept = site.evaluate("echo count( get_option( 'aiguy_signing_key' )['retired'] );");
  assert.equal(Number(kept), earlier.length, 'taking turns adds nothing');
  define('no key');
  assert.equal(await problem(), 'signing_key');
  assert.match(await page(), /Correct the constant AIGUY_SIGNING_KEY/);
  for (const answer of [(await openSession(site)).answer, await send(`${site.url}/wp-json/aiguy/v1/jwks`)]) {
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [503, 'orchestrator_not_configured']);
    assert.deepEqual([answer.headers['cache-control'], answer.headers['set-cookie']], ['no-store, private', undefined]);
  }
  define('');
  assert.equal(await signing(), earlier[0]);
});

test('a kept key that was damaged is repaired by replacing it', async () => {
  site.evaluate("update_option( 'aiguy_signing_key', array( 'seed' => 'x' ) + get_option( 'aiguy_signing_key' ) );");
  assert.equal(await problem(), 'signing_key');
  assert.equal(JSON.parse((await call('key')).text).ok, true);
  assert.equal(await signing(), (await published())[0]);
});

test('trusted proxies are addresses and ranges; what is none is left out, and said', async () => {
  const shown = await save({ orchestrator_url: 'http://127.0.0.1:1', trusted_proxies: '10.0.0.0/8, nonsense  2001:db8::1' });
  assert.match(shown, /What was none is left out/);
  assert.equal(settings().trusted_proxies, '10.0.0.0/8, 2001:db8::1');
});

test('deactivating keeps everything, deleting the plugin leaves nothing', () => {
  const left =
    "global $wpdb; echo $wpdb->get_var( \"SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE 'aiguy\\_s%' AND option_name <> 'aiguy_site_digest'\" );";
  const loaded = "require_once ABSPATH . 'wp-admin/includes/plugin.php'; ";
  assert.equal(site.evaluate(`${loaded} deactivate_plugins( 'aiguy/aiguy.php' ); ${left}`), '2');
  assert.equal(site.evaluate(`define( 'WP_UNINSTALL_PLUGIN', 'aiguy/aiguy.php' ); require WP_PLUGIN_DIR . '/aiguy/uninstall.php'; ${left}`), '0');
});

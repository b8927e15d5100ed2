// The set-up's routes: who may, what they take and refuse, and what publishing puts where.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, migrate, openDatabase } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import { admitCode, newPairingCode, pairSite } from '@aiguy/manifests/pairing';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite, startUpstream, type Upstream } from './site.ts';

type Person = { cookie?: string; headers?: Record<string, string> };

let site: NativeWordPress;
let upstream: Upstream;
let postgres: EmbeddedPostgres;
let database: Database;
let owner: Person;

before(async () => {
  postgres = await startEmbeddedPostgres();
  await migrate({ url: postgres.url, folder: new URL('../../orchestrator/migrations', import.meta.url).pathname });
  database = openDatabase({ url: postgres.url, connectionsMax: 1, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site?.stop();
  upstream?.stop();
  await database?.end();
  await postgres?.stop();
});

const call = async (route: string, json?: unknown, as: Person = owner) => {
  const [method = '', path] = route.split(' ');
  const answer = await callRoute(site, `admin/${path}`, { method, ...(json === undefined ? {} : { json }), ...as });
  return { status: answer.status, body: JSON.parse(answer.text) };
};

const routes = [
  ['GET setup', undefined],
  ['PUT setup', { step: 'knowledge' }],
  ['POST setup/pair', { code: 'x' }],
  ['POST setup/publish', { how: 'page' }],
] as const;

for (const [route, json] of routes) {
  test(`${route} is for who manages the site, with his nonce`, async () => {
    const customer = await enter(site, 'aarav', 'aarav-demo');
    const statuses = [customer, {}, { cookie: owner.cookie ?? '' }].map(async (as) => (await call(route, json, as)).status);
    assert.deepEqual(await Promise.all(statuses), [403, 401, 401]);
  });
}

test('what can’t be kept is refused whole', async () => {
  const before = (await call('GET setup')).body;
  for (const json of [
    {},
    { more: 1 },
    { step: 'elsewhere' },
    { finished: 'yes' },
    { step: 'publish', orchestrator_url: 'javascript:alert(1)' },
    { orchestrator_url: '' },
    { orchestrator_url: 'https://name:word@shop.example' },
    { knowledge: {} },
    { knowledge: { types: ['page'], exclude: [], more: 1 } },
    { knowledge: { types: ['attachment'], exclude: [] } },
    { knowledge: { types: ['page'], exclude: ['1'] } },
    { knowledge: { types: ['page'], exclude: [999_999] } },
    { step: 'publish', knowledge: { types: 'page', exclude: [] } },
    { finished: true, alerts: ['nobody'] },
    { alerts: 'owner@example.com' },
    { alerts: null },
    { alerts: Array.from({ length: 11 }, (_, count) => `a${count}@example.com`) },
    { alerts: ['owner@example.com'], orchestrator_url: '' },
  ]) {
    assert.equal((await call('PUT setup', json)).status, 400, JSON.stringify(json));
  }
  assert.equal((await call('PUT setup', { orchestrator_url: 'x'.repeat(70_000) })).status, 413);
  for (const json of [{}, { how: 'all' }, { how: 'everywhere' }, { how: 'everywhere', on: 1 }, { how: 'page', on: true }])
    assert.equal((await call('POST setup/publish', json)).status, 400, JSON.stringify(json));
  const { preview: _before, ...kept } = before;
  const { preview: _after, ...now } = (await call('GET setup')).body;
  assert.deepEqual(now, kept);
});

test('where the owner was and what he chose is there when he comes back', async () => {
  const page = Number(site.evaluate("echo get_page_by_path( 'support' )->ID;"));
  await call('PUT setup', { step: 'publish', knowledge: { types: ['page'], exclude: [page] } });
  const { body } = await call('GET setup');
  assert.deepEqual([body.step, body.knowledge.exclude], ['publish', [{ id: page, title: 'Support' }]]);
  assert.deepEqual(JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'aiguy_knowledge' ) );")), { types: ['page'], exclude: [page] });
  const queued =
    'global $wpdb; echo wp_json_encode( $wpdb->get_col( "SELECT post_type FROM {$wpdb->prefix}aiguy_knowledge JOIN $wpdb->posts ON ID = post_id" ) );';
  assert.deepEqual([...new Set(JSON.parse(site.evaluate(queued)) as string[])], ['page'], 'it begins to learn at once');
});

test('alerts are proposed to the site’s own address until the owner has chosen, be it nobody', async () => {
  const own = site.evaluate("echo get_option( 'admin_email' );");
  const proposed = async () => (await call('GET setup')).body.alerts;
  assert.match(own, /@/);
  assert.deepEqual(await proposed(), [own]);
  assert.equal(site.evaluate("echo wp_json_encode( get_option( 'aiguy_alerts' ) );"), 'false', 'what is proposed is not chosen yet');
  await call('PUT setup', { alerts: ['shop@example.com'] });
  assert.deepEqual(await proposed(), ['shop@example.com']);
  await call('PUT setup', { alerts: [] });
  assert.deepEqual(await proposed(), []);
});

test('the code pairs the site without being sent, and what the services say is passed on in words', async () => {
  const code = newPairingCode();
  await admitCode(database, 'orchestrator', code);
  upstream.answer = ({ url, body }, response) => {
    const reply = (status: number, value: object) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    assert.equal(url, '/sites/pair');
    pairSite({ database, service: 'orchestrator', configured: new Set() }, JSON.parse(body)).then(
      (paired) => reply(200, paired),
      (error: unknown) => reply(403, { code: error instanceof AiguyError ? error.code : 'internal_error', message: 'x', requestId: 'y' }),
    );
  };
  assert.equal((await call('POST setup/pair', { code: newPairingCode() })).body.code, 'pairing_refused');
  const { status, body } = await call('POST setup/pair', { code: ` ${code.toLowerCase()} ` });
  assert.deepEqual([status, body], [200, { keys: 'fetched' }]);
  assert.ok(!upstream.received.some((request) => request.body.includes(code.replaceAll('-', '')) || request.body.includes(code)));
  const { rows } = await database.query('SELECT issuer, jwks_uri FROM paired_sites');
  assert.deepEqual(rows, [{ issuer: site.url, jwks_uri: `${site.url}/wp-json/aiguy/v1/jwks` }]);
  upstream.answer = (_request, response) => void response.writeHead(200).end('<html>');
  assert.equal((await call('POST setup/pair', { code })).body.code, 'orchestrator_unavailable');
});

test('the page with the chat is made once, and again only after it is gone', async () => {
  const { body } = await call('POST setup/publish', { how: 'page' });
  const { url } = body.published.page;
  assert.match((await send(url)).text, /class="aiguy-chat"[^>]+&quot;position&quot;:&quot;inline&quot;/);
  assert.equal((await call('POST setup/publish', { how: 'page' })).body.published.page.url, url);
  site.evaluate("wp_trash_post( get_option( 'aiguy_setup' )['page'] );");
  assert.equal((await call('GET setup')).body.published.page, null);
});

test('the chat on every page is where the owner wants it, once a page', async () => {
  const chats = async (path: string) => [...(await send(`${site.url}${path}`)).text.matchAll(/class="aiguy-chat"/g)].length;
  assert.equal(await chats('/'), 0);
  assert.equal((await call('POST setup/publish', { how: 'everywhere', on: true })).body.published.everywhere, true);
  assert.deepEqual([await chats('/'), await chats('/support/'), await chats('/sample-page/')], [1, 1, 1]);
  const set = async (everywhere: object) =>
    assert.equal((await call('PUT agents', { default: 'main', agents: [{ id: 'main', everywhere }] })).status, 200);
  await set({ on: true, include: [], exclude: ['/sample-*'] });
  assert.deepEqual([await chats('/'), await chats('/sample-page/')], [1, 0]);
  await set({ on: true, include: ['/sample-page'], exclude: [] });
  assert.deepEqual([await chats('/'), await chats('/sample-page/?a=b')], [0, 1]);
  assert.equal((await call('POST setup/publish', { how: 'everywhere', on: false })).body.published.everywhere, false);
  assert.equal(await chats('/sample-page/'), 0);
});

test('only who manages the site sees the preview', async () => {
  const { preview } = (await call('GET setup')).body;
  const seen = await send(preview, { headers: { cookie: String(owner.cookie) } });
  assert.match(seen.text, /class="aiguy-chat"/);
  assert.match(String(seen.headers['cache-control']), /no-store|no-cache/);
  assert.equal((await send(preview)).status, 403);
  assert.equal((await send(preview.replace(/_wpnonce=\w+/, '_wpnonce=abcdef0123'), { headers: { cookie: String(owner.cookie) } })).status, 403);
});

test('after activation the owner is led to the set-up once, if nothing is connected yet, and not by a form that he sends', async () => {
  const visit = async (method = 'GET') =>
    (await send(`${site.url}/wp-admin/`, { method, headers: { cookie: String(owner.cookie) } })).headers.location ?? '';
  const activate =
    "require_once ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins( 'aiguy/aiguy.php' ); activate_plugin( 'aiguy/aiguy.php' );";
  site.evaluate(activate);
  assert.equal(await visit(), '', 'connected already');
  site.evaluate(`${activate} update_option( 'aiguy_settings', array() );`);
  assert.equal(await visit('POST'), '');
  assert.match(await visit(), /page=aiguy-setup/);
  assert.equal(await visit(), '');
});

test('what was left out and is deleted since stands in the way of nothing', async () => {
  const gone = Number(
    site.evaluate("echo wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Old terms' ) );"),
  );
  await call('PUT setup', { knowledge: { types: ['page'], exclude: [gone] } });
  site.evaluate(`wp_delete_post( ${gone}, true );`);
  const { exclude } = (await call('GET setup')).body.knowledge;
  assert.deepEqual(exclude, []);
});

test('a finished set-up is no longer in the menu', async () => {
  const menu = async () => (await send(`${site.url}/wp-admin/index.php`, { headers: { cookie: String(owner.cookie) } })).text;
  assert.match(await menu(), /page=aiguy-setup/);
  await call('PUT setup', { finished: true });
  assert.ok(!(await menu()).includes('page=aiguy-setup'));
});

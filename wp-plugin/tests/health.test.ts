// Site Health: each fault is produced for real, and named with what to do.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Report } from '@aiguy/manifests/generated/http';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite, startUpstream, type Upstream } from './site.ts';

type Result = { label: string; status: string; description: string; actions: string; test: string; badge: { label: string } };

let site: NativeWordPress;
let upstream: Upstream;
let budget: Report['budget'];
let owner: { cookie: string; headers: Record<string, string> };

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site?.stop();
  upstream?.stop();
});

const spent = (costMicroUsd: number, capMicroUsd: number | null, isMet = false) => ({ costMicroUsd, capMicroUsd, isMet });

/** Answers like an orchestrator that knows the site. */
function playWell(pauseMs = 1500): void {
  budget = { day: spent(3_990_000, 5_000_000), month: spent(90_000_000, null) };
  upstream.answer = ({ url }, response) => {
    const json = (status: number, body: object) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (url === '/readyz') return void json(200, { status: 'ok', service: 'orchestrator' });
    if (url === '/staff/site') return void json(200, { version: '0.1.7' });
    if (url.startsWith('/staff/reports')) return void json(200, { budget });
    if (url !== '/staff/stream') return void json(404, { code: 'not_found' });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('id: 1\ndata: {}\n\n');
    setTimeout(() => response.end('id: 2\ndata: {}\n\n'), pauseMs);
  };
}

const run = async (name: string) => JSON.parse((await callRoute(site, `admin/health?test=${name}`, owner)).text) as Result;
const found = async (name: string) => {
  const { status, label } = await run(name);
  return [status, label];
};
const plant = (code: string) =>
  site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/fault.php', ${JSON.stringify(`<?php ${code}`).replaceAll('$', '\\$')} );`);
const repair = () => site.evaluate("unlink( WPMU_PLUGIN_DIR . '/fault.php' );");

test('a healthy site is told so by each test, in WordPress’ own shape', async () => {
  playWell();
  for (const name of ['rest', 'session', 'stream', 'connection', 'budget']) {
    const result = await run(name);
    assert.deepEqual(
      [name, result.status, result.badge.label, result.test, result.actions],
      [name, 'good', 'AIGuy', `aiguy_${name}`, ''],
      result.description,
    );
  }
});

test('Tools → Site Health asks for the five tests, and tells nothing secret', async () => {
  const page = (await send(`${site.url}/wp-admin/site-health.php`, { headers: { cookie: owner.cookie } })).text;
  for (const name of ['rest', 'session', 'stream', 'connection', 'budget'])
    assert.match(page, new RegExp(`admin\\\\?/health[^"]*test=${name}`), name);
  const info = (await send(`${site.url}/wp-admin/site-health.php?tab=debug`, { headers: { cookie: owner.cookie } })).text;
  assert.ok(info.includes(upstream.url) && info.includes('AIGuy'));
  const stored = JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'aiguy_signing_key' ) );")) as { seed: string };
  assert.ok(!info.includes(stored.seed));
});

test('a plugin that closes REST to guests is noticed', async () => {
  plant(
    'add_filter( "rest_authentication_errors", fn( $error ) => is_user_logged_in() ? $error : new WP_Error( "closed", "Closed", array( "status" => 401 ) ), 99 );',
  );
  assert.deepEqual(await found('rest'), ['critical', 'Guests can’t reach the chat']);
  assert.equal((await run('session')).status, 'recommended');
  repair();
});

test('a site that can’t reach itself is noticed', async () => {
  plant(
    'add_filter( "pre_http_request", fn( $answer, $arguments, $url ) => str_contains( $url, "/jwks" ) ? new WP_Error( "http_request_failed", "cURL error 7" ) : $answer, 10, 3 );',
  );
  assert.deepEqual(await found('rest'), ['recommended', 'This site can’t reach itself']);
  repair();
});

test('a cache that keeps sessions is noticed, by its header and by what it answers', async () => {
  plant(
    'add_filter( "rest_post_dispatch", function ( $response, $server, $request ) { if ( str_ends_with( $request->get_route(), "/session" ) ) { $response->header( "Cache-Control", "public, max-age=300" ); } return $response; }, 99, 3 );',
  );
  assert.deepEqual(await found('session'), ['critical', 'Chat sessions are cached']);
  plant(
    'add_filter( "rest_post_dispatch", function ( $response, $server, $request ) { if ( str_ends_with( $request->get_route(), "/session" ) ) { $response->set_data( array( "sessionId" => "the-same" ) ); } return $response; }, 99, 3 );',
  );
  assert.deepEqual(await found('session'), ['critical', 'Chat sessions are cached']);
  repair();
});

test('a stream that is held back is measured', async () => {
  upstream.answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    setTimeout(() => response.end('id: 1\ndata: {}\n\nid: 2\ndata: {}\n\n'), 1500);
  };
  assert.deepEqual(await found('stream'), ['recommended', 'Answers arrive all at once']);
  upstream.answer = (_request, response) => void response.writeHead(404).end();
  assert.deepEqual(await found('stream'), ['recommended', 'Whether answers stream could not be measured']);
});

test('a budget that is nearly or wholly used is noticed, the month’s before the day’s, with the limits as they are now and a link to them', async () => {
  playWell();
  const found = async (day: Report['budget']['day'], month: Report['budget']['day']) => {
    budget = { day, month };
    const { status, label, description, actions } = await run('budget');
    assert.match(actions, /admin\.php\?page=aiguy-agents"/);
    return [status, label, /\$\S+ of \$\d+\.\d\d/.exec(description)?.[0]];
  };
  const near = spent(4_000_000, 5_000_000);
  const met = spent(4_990_000, 5_000_000, true);
  const free = spent(1, null);
  assert.deepEqual(await found(near, free), ['recommended', 'The chat’s budget of today is nearly used up', '$4.00 of $5.00']);
  assert.deepEqual(await found(met, free), ['critical', 'The chat has used up its budget of today', '$4.99 of $5.00']);
  assert.deepEqual(await found(spent(5_000_000, 5_000_000), near), ['critical', 'The chat has used up its budget of today', '$5.00 of $5.00']);
  assert.deepEqual(await found(near, spent(41_000_000, 50_000_000)), [
    'recommended',
    'The chat’s budget of this month is nearly used up',
    '$41.00 of $50.00',
  ]);
  assert.deepEqual(await found(met, spent(49_999_999, 50_000_000, true)), [
    'critical',
    'The chat has used up its budget of this month',
    '$50.00 of $50.00',
  ]);
  for (const [day, month] of [
    [spent(4_990_000, 50_000_000, true), free],
    [spent(0, 0, true), free],
  ] as const) {
    budget = { day, month };
    assert.equal((await run('budget')).status, 'good', 'raised since, or wished for');
  }
  const claims = JSON.parse(Buffer.from(upstream.received.at(-1)?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString());
  assert.equal(claims.agent.caps.site_cost_day_usd, 5);
  upstream.answer = (_request, response) => void response.writeHead(500).end();
  assert.deepEqual((await run('budget')).label, 'What the chat costs could not be read');
});

test('tasks that don’t run are noticed: by any where the server is to run them, otherwise by ours; not within a task', () => {
  const config = `${site.evaluate('echo ABSPATH;')}wp-config.php`;
  const written = readFileSync(config, 'utf8');
  assert.ok(written.includes('DISABLE_WP_CRON'));
  const cron = (hook: string, minutes: number, also = '') =>
    JSON.parse(
      site.evaluate(
        `update_option( 'cron', array( 'version' => 2 ) ); wp_schedule_single_event( time() - ${minutes * 60}, '${hook}' ); ${also} $tests = apply_filters( 'site_status_tests', array( 'direct' => array(), 'async' => array() ) ); echo wp_json_encode( $tests['direct']['aiguy_cron']['test']() );`,
      ),
    ) as Result;
  const { status, label, description, actions } = cron('another_task', 70);
  assert.deepEqual([status, label, actions], ['recommended', 'Scheduled tasks don’t run', '']);
  assert.match(description, /DISABLE_WP_CRON is set, so the server itself has to call this address every minute: http[^ ]*\/wp-cron\.php\./);
  assert.equal(cron('another_task', 50).status, 'good');
  assert.equal(cron('another_task', 70, `add_filter( 'wp_doing_cron', '__return_true' );`).status, 'good');
  writeFileSync(config, written.replace('DISABLE_WP_CRON', 'NOT_DISABLE_WP_CRON'));
  assert.deepEqual([cron('aiguy_alerts_now', 50).status, cron('another_task', 300).status], ['good', 'good']);
  assert.match(cron('aiguy_alerts_now', 70).description, /starts them on visits by calling this address/);
  writeFileSync(config, written);
});

const statusOf = (code: unknown) => (code === 'not_found' ? 404 : 401);

test('what is wrong with the connection is named', async () => {
  const answering = (known: object, site: object = { version: '0.1.0' }, date = Date.now()) => {
    const answers: Record<string, object> = { '/readyz': { service: 'orchestrator' }, '/staff/site': site };
    upstream.answer = ({ url }, response) => {
      const body = answers[url] ?? known;
      const headers = { Date: new Date(date).toUTCString(), 'Content-Type': 'application/json' };
      response.writeHead('code' in body ? statusOf(body.code) : 200, headers).end(JSON.stringify(body));
    };
  };
  answering({ code: 'invalid_token' });
  assert.deepEqual(await found('connection'), ['critical', 'The chat service does not know this site']);
  answering({ code: 'not_found' }, { version: '0.2.0' });
  assert.deepEqual(await found('connection'), ['critical', 'Plugin and chat service don’t fit']);
  answering({ code: 'not_found' }, { code: 'insufficient_scope' });
  assert.deepEqual(await found('connection'), ['critical', 'The chat service does not know this site']);
  answering({ code: 'not_found' }, { version: '0.1.0' }, Date.now() - 3_600_000);
  assert.deepEqual(await found('connection'), ['critical', 'The clocks of this server and of the chat service differ']);
  site.evaluate(`update_option( 'aiguy_settings', array( 'orchestrator_url' => 'http://127.0.0.1:1' ) );`);
  assert.deepEqual(await found('connection'), ['critical', 'The chat service can’t be reached']);
  site.evaluate(`update_option( 'aiguy_settings', array() );`);
  assert.deepEqual(await found('connection'), ['recommended', 'The chat is not set up yet']);
});

test('the tests are for who manages the site, and there are no others', async () => {
  const customer = await enter(site, 'aarav', 'aarav-demo');
  for (const route of ['admin/health?test=rest', 'admin/stream']) {
    assert.deepEqual([(await callRoute(site, route, customer)).status, (await callRoute(site, route)).status], [403, 401], route);
  }
  assert.equal((await callRoute(site, 'admin/health?test=other', owner)).status, 404);
});

test('with WooCommerce, orders that are kept among the posts are noticed', () => {
  const orders = (fast: string) => {
    plant(
      `namespace Automattic\\WooCommerce\\Utilities; class OrderUtil { public static function custom_orders_table_usage_is_enabled() { return ${fast}; } }`,
    );
    const code =
      "$tests = apply_filters( 'site_status_tests', array( 'direct' => array(), 'async' => array() ) ); echo wp_json_encode( $tests['direct']['aiguy_orders']['test']() );";
    return (JSON.parse(site.evaluate(code)) as Result).status;
  };
  assert.deepEqual([orders('true'), orders('false')], ['good', 'recommended']);
  repair();
});

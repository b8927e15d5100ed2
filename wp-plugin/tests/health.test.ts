// Site Health: each fault is produced for real, and named with what to do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite, startUpstream, type Upstream } from './site.ts';

type Result = { label: string; status: string; description: string; actions: string; test: string; badge: { label: string } };

let site: NativeWordPress;
let upstream: Upstream;
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

/** Answers like an orchestrator that knows the site. */
function playWell(pauseMs = 1500): void {
  upstream.answer = ({ url }, response) => {
    const json = (status: number, body: object) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (url === '/readyz') return void json(200, { status: 'ok', service: 'orchestrator' });
    if (url === '/staff/site') return void json(200, { version: '0.1.7' });
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
  for (const name of ['rest', 'session', 'stream', 'connection']) {
    const result = await run(name);
    assert.deepEqual(
      [name, result.status, result.badge.label, result.test, result.actions],
      [name, 'good', 'AIGuy', `aiguy_${name}`, ''],
      result.description,
    );
  }
});

test('Tools → Site Health asks for the four tests, and tells nothing secret', async () => {
  const page = (await send(`${site.url}/wp-admin/site-health.php`, { headers: { cookie: owner.cookie } })).text;
  for (const name of ['rest', 'session', 'stream', 'connection']) assert.match(page, new RegExp(`admin\\\\?/health[^"]*test=${name}`), name);
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

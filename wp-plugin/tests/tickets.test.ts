// Tickets through WordPress: who may see and set what, names and addresses of this site's own users, strict input.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, type Received, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let owner: { cookie: string; headers: Record<string, string> };
const ticket = (visitor: string) => ({ reference: 'T-222222', status: 'open', visitor, email: 'typed@example.com', summary: '<b>hi</b>' });

/** Plays the orchestrator. */
function answer({ url }: Received): [number, object] {
  const path = url.replace(/\?.*/, '');
  if (path === '/staff/tickets') return [200, { tickets: [ticket('wp:1:9001'), ticket('wp:7:9001'), ticket('anon:x')], before: 'T-222222' }];
  if (path === '/staff/tickets/T-222222') return [200, { ...ticket('wp:1:9001'), status: 'resolved' }];
  return [409, { code: 'ticket_at_desk', message: 'This ticket is in your help desk. Change its state there.', requestId: 'r' }];
}

before(async () => {
  upstream = await startUpstream();
  upstream.answer = (request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site?.stop();
  upstream?.stop();
});

const claimsOf = (request: Received | undefined) =>
  JSON.parse(Buffer.from(request?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; scopes: string[] };
const ask = async (path: string, sent: object = {}) => {
  const { status, text } = await callRoute(site, `admin/${path}`, { ...owner, ...sent });
  return { status, body: JSON.parse(text) };
};

test('a ticket names the user of this site with his address here, anyone else as he named himself; addresses are for those who may answer', async () => {
  const { status, body } = await ask('tickets?filter=all&before=T-333333');
  const shown = body.tickets.map((one: { visitorName?: string; email?: string }) => [one.visitorName, one.email]);
  const ownerMail = site.evaluate(`echo get_userdata( 9001 )->user_email;`);
  assert.deepEqual(
    [status, shown, body.before],
    [
      200,
      [
        ['Shop Owner', ownerMail],
        [undefined, 'typed@example.com'],
        [undefined, 'typed@example.com'],
      ],
      'T-222222',
    ],
  );
  const received = upstream.received.at(-1);
  assert.deepEqual([received?.url, claimsOf(received).scopes], ['/staff/tickets?filter=all&before=T-333333', ['conversation:read']]);
  site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . '/reads-only.php', "<?php add_filter( 'aiguy_capabilities', static fn( \\$granted ) => array( 'aiguy_reply' => false ) + \\$granted );" );`,
  );
  const asReader = await ask('tickets');
  const refused = await ask('tickets/T-222222', { method: 'PUT', json: { status: 'resolved' } });
  site.evaluate(`unlink( WPMU_PLUGIN_DIR . '/reads-only.php' );`);
  assert.deepEqual(
    asReader.body.tickets.map((one: { summary: string; email?: string }) => [one.summary, one.email]),
    Array(3).fill(['<b>hi</b>', undefined]),
  );
  assert.equal(refused.status, 403);
});

test('the state of a ticket is set in the name of who is signed in; what the orchestrator refuses comes back in its own words', async () => {
  const { status, body } = await ask('tickets/T-222222', { method: 'PUT', json: { status: 'resolved' } });
  assert.deepEqual([status, body.status, body.visitorName], [200, 'resolved', 'Shop Owner']);
  const received = upstream.received.at(-1);
  assert.deepEqual(
    [received?.method, JSON.parse(received?.body ?? ''), claimsOf(received).sub, claimsOf(received).scopes],
    ['PUT', { status: 'resolved' }, 'wp:1:9001', ['conversation:write']],
  );
  const refused = await ask('tickets/T-444444', { method: 'PUT', json: { status: 'closed' } });
  assert.deepEqual([refused.status, refused.body.code], [409, 'ticket_at_desk']);
  const count = upstream.received.length;
  for (const json of [{}, { status: 'done' }, { status: ['open'] }, { status: 'open', by: 'me' }])
    assert.equal((await ask('tickets/T-222222', { method: 'PUT', json })).status, 400, JSON.stringify(json));
  for (const bad of ['tickets?filter=mine', 'tickets?filter[]=all', 'tickets?before=x', 'tickets?before[]=T-222222'])
    assert.equal((await ask(bad)).status, 400, bad);
  assert.equal((await ask('tickets/T-%2e%2e%2f', { method: 'PUT', json: { status: 'open' } })).status, 404);
  assert.equal(upstream.received.length, count);
});

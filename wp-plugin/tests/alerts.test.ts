// Alerts to the site's people: what is set is kept secret, and each alert is sent once, signed, and only where it is safe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite } from './site.ts';

let site: NativeWordPress;
let owner: { cookie: string; headers: Record<string, string> };
const id = 'a'.repeat(32);

before(async () => {
  site = await startSite('http://127.0.0.1:1');
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => await site?.stop());

const ask = async (path: string, sent: object = {}) => {
  const { status, text } = await callRoute(site, `admin/${path}`, { ...owner, ...sent });
  return { status, body: JSON.parse(text) };
};
const post = async (path: string, json: unknown) => await ask(path, { method: 'POST', json });

test('a test says which ways it went, and is refused while none is set up', async () => {
  assert.equal((await post('alerts', { emails: [], slackUrl: '' })).status, 200);
  const refused = await post('alerts/test', {});
  assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_request']);
  assert.match(refused.body.message, /enter an e-mail address/);
  site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . '/mails.php', "<?php add_filter( 'pre_wp_mail', '__return_true' ); add_filter( 'pre_http_request', static fn( \\$none, \\$args, \\$url ) => str_contains( \\$url, 'slack' ) ? new WP_Error( 'down' ) : \\$none, 10, 3 );" );`,
  );
  await post('alerts', { emails: ['shop@example.com'], slackUrl: 'https://hooks.slack.com/services/T0/B0/x' });
  const { body } = await post('alerts/test', {});
  site.evaluate(`unlink( WPMU_PLUGIN_DIR . '/mails.php' );`);
  assert.deepEqual(body, { sent: ['email'], failed: ['slack'] });
});

test('secrets are written and never read back', async () => {
  const slackUrl = 'https://hooks.slack.com/services/T0/B0/secret-part';
  const { body } = await post('alerts', {
    emails: ['shop@example.com'],
    slackUrl,
    webhookUrl: 'https://example.com/hook/secret-part',
    webhookSecret: 'a secret of the shop',
  });
  const shown = { emails: ['shop@example.com'], slack: true, webhookHost: 'example.com', secret: true };
  assert.deepEqual(body, shown);
  const { body: read } = await ask('alerts');
  assert.deepEqual(read, shown);
  const cleared = (await post('alerts', { slackUrl: '' })).body;
  assert.deepEqual(cleared, { ...shown, slack: false });
  assert.equal((await post('alerts', { webhookSecret: '' })).status, 400);
});

test('each alert is sent once by every way, signed, and what did not get through is tried again by that way alone', () => {
  site.evaluate(
    `update_option( 'aiguy_alerts', array( 'emails' => array( 'shop@example.com' ), 'slack_url' => 'https://hooks.slack.com/services/T0/B0/x', 'webhook_url' => 'https://example.com/hook', 'webhook_secret' => 'a secret of the shop' ) );`,
  );
  const alert = { key: 'waiting 1', kind: 'waiting', sessionId: id, at: '2026-01-01T00:00:00Z', text: 'Help <!channel>\r\nBcc: all@example.com' };
  const claimed = (given: object[]) => Buffer.from(JSON.stringify({ alerts: given })).toString('base64');
  type Sent = [string, ...unknown[]][];
  let acknowledged: unknown[] = [];
  const look = `
    $sent = array();
    add_filter( 'pre_wp_mail', function ( $none, $mail ) use ( &$sent ) { $sent[] = array( 'mail', $mail['to'], $mail['subject'], $mail['message'] ); return true; }, 10, 2 );
    add_filter( 'pre_http_request', function ( $none, $args, $url ) use ( &$sent ) {
      if ( str_contains( $url, '/staff/' ) ) {
        $sub = json_decode( base64_decode( explode( '.', $args['headers']['Authorization'] )[1] ) )->sub;
        if ( str_ends_with( $url, '/staff/alerts/received' ) ) { $sent[] = array( 'received', $args['body'] ); }
        $answer = str_ends_with( $url, 'alerts' ) && 'site' === $sub ? base64_decode( 'CLAIMED' ) : '{"waiting":1,"joined":0}';
        return array( 'response' => array( 'code' => 200 ), 'body' => $answer, 'headers' => array() );
      }
      $sent[] = array( $url, $args['body'], $args['headers']['X-Aiguy-Signature'] ?? '', $args['reject_unsafe_urls'], $args['redirection'] );
      return array( 'response' => array( 'code' => str_contains( $url, 'slack' ) ? STATUS : 200 ), 'body' => '', 'headers' => array() );
    }, 10, 3 );
    do_action( 'aiguy_alerts' );
    echo wp_json_encode( $sent );`;
  const run = (status: string, given: object[]) => {
    const sent = JSON.parse(site.evaluate(look.replace('STATUS', status).replace('CLAIMED', claimed(given)))) as Sent;
    assert.ok(
      sent.slice(1).every(([way]) => way !== 'received'),
      'what was given is acknowledged before anything is sent',
    );
    acknowledged = sent.filter(([way]) => way === 'received').map(([, body]) => JSON.parse(String(body)).keys);
    return sent.filter(([way]) => way !== 'received');
  };
  const first = run('500', [alert]);
  assert.deepEqual(acknowledged, [['waiting 1']]);
  assert.deepEqual(
    first.map(([way]) => way),
    ['mail', 'https://hooks.slack.com/services/T0/B0/x', 'https://example.com/hook'],
  );
  assert.equal(first[0]?.[2], '[Test shop] A visitor waits for a person');
  assert.match(String(first[0]?.[3]), /«Help <!channel> Bcc: all@example\.com»[\s\S]*page=aiguy-conversations#a{32}/);
  assert.match(String(first[1]?.[1]), /Help &lt;!channel&gt;/);
  const [, body, signature, isSafe, redirects] = first[2] ?? ['', '', '', '', ''];
  assert.deepEqual([isSafe, redirects], [true, 0]);
  const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(signature)) ?? [];
  assert.equal(
    site.evaluate(`echo hash_hmac( 'sha256', base64_decode( '${Buffer.from(`${time}.${body}`).toString('base64')}' ), 'a secret of the shop' );`),
    mac,
  );
  const held = (seconds: number) => void site.evaluate(`update_option( 'aiguy_alerts_lock', ( time() + ${seconds} ) . '|another', false );`);
  held(60);
  assert.deepEqual(run('200', [alert]), [], 'another one sends: nothing is taken, nothing is sent');
  held(-1);
  const second = run('200', [alert]);
  assert.deepEqual(acknowledged, [['waiting 1']], 'given out again, because the first acknowledgement did not arrive');
  assert.deepEqual(
    second.map(([way]) => way),
    ['https://hooks.slack.com/services/T0/B0/x'],
  );
  assert.deepEqual(run('200', []), []);

  const left = { kind: 'ticket', sessionId: id, at: '2026-01-01T00:00:00Z', text: 'The kettle <leaks>.' };
  const told = run('200', [
    { ...left, key: 'ticket 1', reference: 'T-7K3M9Q' },
    // As it was given out by an older orchestrator.
    { ...left, key: 'ticket 2', text: 'T-7K3M9Q' },
  ]);
  const [mail, plain] = told.filter(([way]) => way === 'mail').map(([, , , text]) => String(text));
  assert.match(mail ?? '', /left the ticket T-7K3M9Q\.\n\n«The kettle <leaks>\.»[\s\S]*by e-mail[\s\S]*page=aiguy-conversations#T-7K3M9Q\n$/);
  assert.match(plain ?? '', /left a ticket\.\n\n«T-7K3M9Q»[\s\S]*page=aiguy-conversations#a{32}\n$/);
  assert.match(String(told.find(([way]) => way.includes('slack'))?.[1]), /The kettle &lt;leaks&gt;[\s\S]*#T-7K3M9Q/);

  const cap = { sessionId: '', at: '2026-11-20T23:30:00Z' };
  const caps = run('200', [
    { ...cap, key: 'cap 1', kind: 'cap_messages', text: '1000' },
    { ...cap, key: 'cap 2', kind: 'cap_cost', text: '2.50' },
    { ...cap, key: 'cap 3', kind: 'cap_cost_month', text: '50.00' },
  ]);
  assert.equal(caps.length, 9);
  const [messages, cost, month] = caps.filter(([way]) => way === 'mail');
  assert.deepEqual(
    [messages?.[2], cost?.[2]],
    ['[Test shop] Your chat has reached its messages of the day', '[Test shop] Your chat has reached its budget of the day'],
  );
  assert.match(String(messages?.[3]), /the 1,000 messages that you allow for November 20, 2026[\s\S]*page=aiguy-reports\n$/);
  assert.match(String(cost?.[3]), /budget of 2\.50 US dollars for November 20, 2026/);
  assert.equal(month?.[2], '[Test shop] Your chat has reached its budget of the month');
  assert.match(
    String(month?.[3]),
    /budget of 50\.00 US dollars for the month of November 2026\.\n\nUntil the next month [\s\S]*page=aiguy-reports\n$/,
  );
  assert.match(String(caps.find(([way]) => way.includes('example.com'))?.[1]), /"kind":"cap_messages"/);
});

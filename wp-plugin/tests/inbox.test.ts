// The inbox of the site's people through WordPress: capability, nonce, strict bodies, names; and alerts that are sent once and only where it is safe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, openSession, type Received, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let owner: { cookie: string; headers: Record<string, string> };
const id = 'a'.repeat(32);
const conversation = (visitor: string) => ({ sessionId: id, visitor, preview: '<b>hi</b>', messages: 1 });

/** Plays the orchestrator. */
function answer({ method, url }: Received): [number, object] {
  const path = url.replace(/\?.*/, '');
  if (method === 'DELETE') return [200, { deleted: [], busy: [] }];
  if (path === '/staff/conversations')
    return [200, { conversations: [conversation('wp:1:9001'), conversation('anon:x')], counts: { waiting: 3, joined: 0 } }];
  if (path === '/staff/conversations/counts') return [200, { waiting: 2, joined: 0 }];
  if (path === '/staff/questions') return [200, { questions: [] }];
  if (path.endsWith('/handoff')) return [200, { status: 'waiting', until: '2026-01-01T00:00:00Z', present: false }];
  if (method === 'POST' && path.endsWith('/take-over'))
    return [
      409,
      {
        code: 'conversation_taken',
        message: 'Somebody else is answering this conversation.',
        requestId: 'r',
        details: [{ pointer: '/conversation', rule: 'is answered by Omar' }],
      },
    ];
  return [200, method === 'POST' ? conversation('anon:x') : { conversation: conversation('wp:1:9001'), entries: [], notes: [] }];
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
  JSON.parse(Buffer.from(request?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    name?: string;
    scopes: string[];
  };
const ask = async (path: string, sent: object = {}) => {
  const { status, text } = await callRoute(site, `admin/${path}`, { ...owner, ...sent });
  return { status, body: JSON.parse(text) };
};
const post = async (path: string, json: unknown) => await ask(path, { method: 'POST', json });

test('the list is asked for with what was searched, in the name of who asks, and customers get their names', async () => {
  const { status, body } = await ask('conversations?filter=waiting&q=50%25%20off%20%26%20more');
  assert.equal(status, 200);
  assert.deepEqual(
    body.conversations.map((one: { visitorName?: string; preview: string }) => [one.visitorName, one.preview]),
    [
      ['Shop Owner', '<b>hi</b>'],
      [undefined, '<b>hi</b>'],
    ],
  );
  const received = upstream.received.at(-1);
  const query = new URL(received?.url ?? '', 'http://x').searchParams;
  assert.deepEqual([query.get('q'), query.get('filter'), query.get('present')], ['50% off & more', 'waiting', '1']);
  assert.deepEqual([claimsOf(received).sub, claimsOf(received).scopes], ['wp:1:9001', ['conversation:read']]);
  assert.equal((await ask(`conversations/${id}`)).body.conversation.visitorName, 'Shop Owner');
});

test('what waits is said in the menu', async () => {
  await ask('conversations');
  const { text } = await send(`${site.url}/wp-admin/admin.php?page=aiguy-overview`, { headers: { cookie: owner.cookie } });
  assert.match(text, /AIGuy <span class="awaiting-mod count-3">.*3 visitors wait/);
  assert.match(text, /Conversations <span class="awaiting-mod count-3">.*3 visitors wait/);
});

test('answers, notes and take-overs go out in the name of who is signed in; a refusal comes back in its own words', async () => {
  assert.equal((await post(`conversations/${id}/messages`, { messageId: 'message-1', text: 'Hello <b>' })).status, 200);
  const received = upstream.received.at(-1);
  assert.deepEqual(
    [received?.method, received?.url, JSON.parse(received?.body ?? '')],
    ['POST', `/staff/conversations/${id}/messages`, { messageId: 'message-1', text: 'Hello <b>' }],
  );
  assert.deepEqual([claimsOf(received).name, claimsOf(received).scopes], ['Shop Owner', ['conversation:write']]);
  const taken = await post(`conversations/${id}/take-over`, {});
  assert.deepEqual([taken.status, taken.body.code, taken.body.details[0].rule], [409, 'conversation_taken', 'is answered by Omar']);
});

test('several conversations are deleted in one request, in the name of who asks', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `${'a'.repeat(32)}${index}`);
  assert.deepEqual(await ask('conversations', { method: 'DELETE', json: { ids } }), { status: 200, body: { deleted: [], busy: [] } });
  const received = upstream.received.at(-1);
  assert.deepEqual([received?.method, received?.url, JSON.parse(received?.body ?? '')], ['DELETE', '/staff/conversations', { ids }]);
  assert.deepEqual([claimsOf(received).sub, claimsOf(received).scopes], ['wp:1:9001', ['conversation:write']]);
});

test('bad input is refused before anything is asked of the orchestrator', async () => {
  const count = upstream.received.length;
  const one = `conversations/${id}`;
  const refused: [string, unknown, number][] = [
    [`${one}/messages`, { messageId: 'message-1' }, 400],
    [`${one}/messages`, { messageId: 'message-1', text: '  ' }, 400],
    [`${one}/messages`, { messageId: 'message-1', text: ['x'] }, 400],
    [`${one}/messages`, { messageId: 'message-1', text: 'x', as: 'Nora' }, 400],
    [`${one}/messages`, { messageId: 'message-1', text: 'x'.repeat(20_000) }, 400],
    [`${one}/notes`, { text: 'x'.repeat(40_000) }, 413],
    [`${one}/take-over`, { force: true }, 400],
    [`${one}/take-over`, [], 400],
    ['questions/draft', { question: '' }, 400],
    ['questions/draft', { question: 'x', status: 'publish' }, 400],
    ['alerts', { emails: ['nobody'] }, 400],
    ['alerts', { slackUrl: 'https://evil.example/services/x' }, 400],
    ['alerts', { webhookUrl: 'http://shop.example/hook', webhookSecret: 'x'.repeat(20) }, 400],
    ['alerts', { webhookUrl: 'https://127.0.0.1/hook', webhookSecret: 'x'.repeat(20) }, 400],
    ['alerts', { webhookUrl: 'https://10.0.0.1/hook', webhookSecret: 'x'.repeat(20) }, 400],
    ['alerts', { webhookSecret: 'short' }, 400],
  ];
  for (const [path, json, status] of refused) assert.equal((await post(path, json)).status, status, `${path} ${JSON.stringify(json).slice(0, 80)}`);
  const never = 'n'.repeat(32);
  for (const json of [
    {},
    { ids: [] },
    { ids: 'x' },
    { ids: [never, never] },
    { ids: [never, 7] },
    { ids: { a: never } },
    { ids: ['../../site'] },
    { ids: [never], all: true },
    { ids: Array.from({ length: 101 }, (_, index) => `${never}${index}`) },
  ])
    assert.equal((await ask('conversations', { method: 'DELETE', json })).status, 400, JSON.stringify(json).slice(0, 60));
  for (const bad of ['conversations?filter=mine', `conversations?q=${'x'.repeat(201)}`, 'conversations?q[]=x', 'conversations?before=!'])
    assert.equal((await ask(bad)).status, 400, bad);
  assert.equal((await ask('conversations/..%2f..%2fsite')).status, 404);
  assert.equal(upstream.received.length, count);
});

test('customers, guests, who has no nonce, and an editor on the owner’s settings reach nothing', async () => {
  const count = upstream.received.length;
  const customer = await enter(site, 'aarav', 'aarav-demo');
  const routes: [string, string][] = [
    ['GET', 'conversations'],
    ['GET', `conversations/${id}`],
    ['GET', `conversations/${id}/export`],
    ['POST', `conversations/${id}/take-over`],
    ['POST', `conversations/${id}/messages`],
    ['POST', `conversations/${id}/hand-back`],
    ['POST', `conversations/${id}/close`],
    ['POST', `conversations/${id}/notes`],
    ['DELETE', 'conversations'],
    ['GET', 'tickets'],
    ['PUT', 'tickets/T-222222'],
    ['GET', 'questions'],
    ['POST', 'questions/draft'],
    ['GET', 'alerts'],
    ['POST', 'alerts'],
    ['POST', 'alerts/test'],
  ];
  for (const [method, path] of routes) {
    const as = async (who: object) => (await callRoute(site, `admin/${path}`, { method, ...(method === 'GET' ? {} : { json: {} }), ...who })).status;
    assert.deepEqual([await as(customer), await as({}), await as({ cookie: owner.cookie })], [403, 401, 401], path);
  }
  assert.equal(upstream.received.length, count);
  site.evaluate(
    `wp_insert_user( array( 'user_login' => 'edda', 'user_pass' => 'edda-demo', 'role' => 'editor', 'user_email' => 'edda@example.com' ) );`,
  );
  const editor = await enter(site, 'edda', 'edda-demo');
  assert.equal((await callRoute(site, 'admin/conversations', editor)).status, 200);
  assert.equal((await callRoute(site, 'admin/alerts', editor)).status, 403);
  const several = { ...editor, method: 'DELETE', json: { ids: [id] } };
  assert.equal((await callRoute(site, 'admin/conversations', several)).status, 403);
});

test('a question becomes the title of a draft, as text, of a type that is learnt; where an article would not be learnt it is said and refused', async () => {
  const question = 'Do you ship to <script>alert(1)</script> Mars?';
  const learn = (types: string) => site.evaluate(`update_option( 'aiguy_knowledge', array( 'types' => array( ${types} ), 'exclude' => array() ) );`);
  const newest = () =>
    site.evaluate(
      `$post = get_posts( array( 'post_type' => 'any', 'post_status' => 'draft', 'orderby' => 'ID' ) )[0]; echo $post->post_title, '|', $post->post_author, '|', $post->post_type;`,
    );
  const article = async (who = owner) => JSON.parse((await callRoute(site, 'admin/questions', who)).text).article;
  const write = async (who = owner) => (await callRoute(site, 'admin/questions/draft', { method: 'POST', json: { question }, ...who })).status;

  learn("'page', 'post'");
  const { status, body } = await post('questions/draft', { question });
  assert.equal(status, 200);
  assert.match(body.editUrl, /post\.php\?post=\d+&action=edit/);
  assert.equal(newest(), 'Do you ship to Mars?|9001|page');
  learn("'post'");
  assert.deepEqual([await article(), await write(), newest()], ['offered', 200, 'Do you ship to Mars?|9001|post']);
  learn('');
  assert.deepEqual([await article(), await write()], ['not_learnt', 400]);

  site.evaluate(
    `$id = wp_insert_user( array( 'user_login' => 'aute', 'user_pass' => 'aute-demo', 'role' => 'author', 'user_email' => 'aute@example.com' ) ); get_user_by( 'id', $id )->add_cap( 'aiguy_view_conversations' );`,
  );
  const author = await enter(site, 'aute', 'aute-demo');
  learn("'page'");
  assert.deepEqual([await article(author), await write(author)], ['not_allowed', 403]);
  learn("'page', 'post'");
  assert.deepEqual([await article(author), await write(author)], ['offered', 200]);
  assert.match(newest(), /\|post$/);
  site.evaluate("delete_option( 'aiguy_knowledge' );");
});

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
    /budget of 50\.00 US dollars for the month of November 2026 \(UTC\)\.\n\nUntil the next month [\s\S]*page=aiguy-reports\n$/,
  );
  assert.match(String(caps.find(([way]) => way.includes('example.com'))?.[1]), /"kind":"cap_messages"/);
});

test('a visitor’s wish for a person is relayed for his own session, and alerts are looked for at once', async () => {
  site.evaluate(`wp_clear_scheduled_hook( 'aiguy_alerts_now' );`);
  const { session, cookie } = await openSession(site);
  const asked = await callRoute(site, 'chat/handoff', { method: 'POST', json: { reason: 'not_helped' }, cookie });
  assert.deepEqual([asked.status, JSON.parse(asked.text).status], [200, 'waiting']);
  assert.ok(upstream.received.some(({ url }) => url === `/sessions/${session.sessionId}/handoff`));
  const refused = async (sent: object) => (await callRoute(site, 'chat/handoff', { method: 'POST', json: {}, cookie, ...sent })).status;
  assert.deepEqual(
    [
      await refused({ json: { reason: 'bored' } }),
      await refused({ json: { session: 'x' } }),
      await refused({ cookie: '' }),
      await refused({ headers: { origin: 'https://evil.example' } }),
    ],
    [400, 400, 401, 403],
  );
});

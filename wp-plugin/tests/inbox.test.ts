// The inbox of the site's people through WordPress: capability, nonce, strict bodies, names.
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

test('other plugins are told of each wish for a person that was taken, and of no message that was left', async () => {
  const file = "WPMU_PLUGIN_DIR . '/told.php'";
  site.evaluate(
    `delete_option( 'told' ); file_put_contents( ${file}, '<?php add_action( "aiguy_handoff_requested", fn( ...$all ) => update_option( "told", array( ...get_option( "told", array() ), $all ) ), 10, 3 );' );`,
  );
  const { session, cookie } = await openSession(site);
  const ask = async (json: object) => (await callRoute(site, 'chat/handoff', { method: 'POST', json, cookie })).status;
  assert.deepEqual(
    [
      await ask({ reason: 'not_helped' }),
      await ask({}),
      await ask({ leaveMessage: { messageId: 'message-1', text: 'Call me.' } }),
      await ask({ reason: 'bored' }),
    ],
    [200, 200, 200, 400],
  );
  assert.deepEqual(JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'told' ) );")), [
    [session.sessionId, 'main', 'not_helped'],
    [session.sessionId, 'main', ''],
  ]);
  site.evaluate(`unlink( ${file} ); delete_option( 'told' );`);
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

// Abilities (WordPress 6.9): what ours say and to whom, and which of other plugins' the owner has approved, until they say something else of themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { runInside } from './inside.ts';
import { callRoute, enter, openSession, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let owner: Awaited<ReturnType<typeof enter>>;
let customer: typeof owner;

/** Another plugin's: two that read, one that changes things, one that says nothing of itself. */
const otherPlugin = `<?php
add_action( 'wp_abilities_api_categories_init', fn() => wp_register_ability_category( 'shop', array( 'label' => 'Shop', 'description' => 'Shop.' ) ) );
add_action( 'wp_abilities_api_init', function () {
  $add = fn( string $name, array $said, callable $run, ?callable $may = null, array $input = array() ) => wp_register_ability( "shop/$name", array( 'label' => $name,
    'description' => get_option( "described_$name", 'Says something.' ), 'category' => 'shop', 'execute_callback' => $run, 'permission_callback' => $may ?? '__return_true',
    'meta' => array( 'annotations' => $said ) ) + ( $input ? array( 'input_schema' => $input ) : array() ) );
  $add( 'opening-times', array( 'readonly' => true ), fn( $in ) => "Nine to five on {$in['day']}", null,
    array( 'type' => 'object', 'additionalProperties' => false, 'required' => array( 'day' ), 'properties' => array( 'day' => array( 'type' => 'string', 'maxLength' => 20 ) ) ) );
  $add( 'who-am-i', array( 'readonly' => true ), fn() => get_current_user_id(), 'is_user_logged_in' );
  $add( 'too-much', array( 'readonly' => true ), fn() => str_repeat( 'x', 100000 ) );
  $add( 'breaks', array( 'readonly' => true ), fn() => throw new RuntimeException( 'secret of the server' ) );
  $add( 'wipe', array( 'readonly' => false, 'destructive' => true ), fn() => update_option( 'wiped', 'yes' ) );
  $add( 'silent', array(), fn() => 'x' );
} );`;

type Ability = { name: string; pin: string; state: string };
type Listed = { available: boolean; abilities: Ability[]; code?: string };

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  site.evaluate(`file_put_contents(WPMU_PLUGIN_DIR . '/other.php', base64_decode('${Buffer.from(otherPlugin).toString('base64')}'));`);
  owner = await enter(site, 'owner', 'owner-demo');
  customer = await enter(site, 'aarav', 'aarav-demo');
});
after(async () => {
  await site.stop();
  upstream.stop();
});

async function admin(path = '', json?: object): Promise<Listed> {
  return JSON.parse((await callRoute(site, `admin/abilities${path}`, { ...owner, ...(json ? { method: 'POST', json } : {}) })).text) as Listed;
}
const named = ({ abilities }: Listed, name: string) => abilities.find((ability) => ability.name === `shop/${name}`);
async function approve(name: string, questions?: string[]): Promise<Listed> {
  const pin = named(await admin(), name)?.pin ?? '0'.repeat(64);
  return await admin('/approve', { name: `shop/${name}`, pin, ...(questions ? { questions } : {}) });
}

/** By the pin that it has now, where none is given. */
async function run(body: { name: string; pin?: string; input?: object }, as: typeof owner | undefined, authorization?: string) {
  const { session } = await openSession(site, as);
  const json = { pin: (await admin()).abilities.find(({ name }) => name === body.name)?.pin ?? '', ...body };
  const headers = { authorization: authorization ?? `Bearer ${session.assertion}` };
  const { status, text } = await callRoute(site, 'abilities', { method: 'POST', json, headers });
  return { status, body: JSON.parse(text) as { output?: unknown; code?: string; message?: string } };
}

type Offered = { name: string; pin: string; label: string; description: string; questions: string[]; input_schema: object | null };
async function offered(): Promise<{ claim: string | undefined; abilities: Offered[] }> {
  const { session } = await openSession(site);
  const claims = JSON.parse(Buffer.from(session.assertion.split('.')[1] ?? '', 'base64url').toString()) as { agent: { abilities?: string } };
  const { text } = await callRoute(site, 'abilities', { headers: { authorization: `Bearer ${session.assertion}` } });
  return { claim: claims.agent.abilities, ...(JSON.parse(text) as { abilities: Offered[] }) };
}

test('only abilities that say that they read are offered, and none is approved by itself', async () => {
  const { available, abilities } = await admin();
  assert.equal(available, true);
  const ours = abilities.filter(({ name }) => name.startsWith('shop/'));
  assert.deepEqual(
    ours.map(({ name, state }) => [name, state]).toSorted(),
    ['breaks', 'opening-times', 'too-much', 'who-am-i'].map((name) => [`shop/${name}`, 'off']),
  );
  assert.equal(
    abilities.some(({ name }) => name.startsWith('aiguy/')),
    false,
  );
  assert.equal((await run({ name: 'shop/opening-times', input: { day: 'Monday' } }, undefined)).body.code, 'not_found');
});

test('what changes things, what says nothing of itself, and what was not seen as it is can’t be approved', async () => {
  for (const name of ['wipe', 'silent', 'nothing'])
    assert.equal((await admin('/approve', { name: `shop/${name}`, pin: 'a'.repeat(64) })).code, 'not_found');
  assert.equal((await admin('/approve', { name: 'shop/opening-times', pin: 'a'.repeat(64) })).code, 'not_found');
  for (const body of [{ name: 'shop/opening-times', pin: 'short' }, { name: '../x', pin: 'a'.repeat(64) }, { pin: 'a'.repeat(64) }])
    assert.equal((await admin('/approve', body)).code, 'invalid_request');
  assert.equal((await run({ name: 'shop/wipe' }, owner)).body.code, 'not_found');
  assert.equal(site.evaluate("echo get_option('wiped', 'no');"), 'no');
});

test('an approved one runs for visitors with what they may, and never with more', async () => {
  await approve('opening-times');
  await approve('who-am-i');
  const open = { name: 'shop/opening-times', input: { day: 'Monday' } };
  assert.deepEqual((await run(open, undefined)).body, { name: 'shop/opening-times', output: 'Nine to five on Monday' });
  assert.equal((await run({ name: 'shop/who-am-i' }, undefined)).body.code, 'insufficient_scope');
  assert.equal((await run({ name: 'shop/who-am-i' }, customer)).body.output, Number(site.evaluate("echo get_user_by('login', 'aarav')->ID;")));
  for (const input of [{ day: 7 }, { day: 'x'.repeat(30) }, { day: 'Monday', more: 1 }, undefined])
    assert.equal((await run({ name: 'shop/opening-times', ...(input ? { input } : {}) }, undefined)).body.code, 'invalid_request');
});

test('an agent is told of what is approved and as it was then, with the questions that the owner wrote; of nothing before', async () => {
  const before = await offered();
  await approve('opening-times', ['When are you open?', ' When are  you open? ', 'Do you open on Sundays?']);
  const { claim, abilities } = await offered();
  assert.equal(claim, `${site.url}/wp-json/aiguy/v1/abilities`);
  const { input_schema: schema, pin, ...said } = abilities.find(({ name }) => name === 'shop/opening-times') ?? assert.fail('not offered');
  const questions = ['When are you open?', 'Do you open on Sundays?'];
  assert.deepEqual(said, { name: 'shop/opening-times', label: 'opening-times', description: 'Says something.', questions });
  assert.deepEqual([pin, (schema as { required: string[] }).required], [named(await admin(), 'opening-times')?.pin, ['day']]);
  assert.equal(abilities.find(({ name }) => name === 'shop/who-am-i')?.input_schema, null);
  for (const bad of [[7], ['x'], ['x'.repeat(201)], Array.from({ length: 11 }, (_, at) => `Question ${at}`), 'When?'])
    assert.equal((await admin('/approve', { name: 'shop/opening-times', pin, questions: bad })).code, 'invalid_request');
  assert.equal((await run({ name: 'shop/opening-times', pin: 'a'.repeat(64), input: { day: 'Monday' } }, undefined)).body.code, 'not_found');
  await Promise.all(['opening-times', 'who-am-i'].map(async (name) => await admin('/withdraw', { name: `shop/${name}` })));
  assert.deepEqual(await offered(), { claim: undefined, abilities: [] });
  assert.deepEqual(before.abilities.length, 2);
  await approve('opening-times');
});

test('without an assertion of this site, or with one that was bent, nothing runs', async () => {
  const { session } = await openSession(site);
  const [head = '', payload = '', signature = ''] = session.assertion.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const bent = (change: object) => Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'visitor-assertion+jwt' })).toString('base64url');
  const staff = JSON.parse(
    await runInside(
      site,
      "echo wp_json_encode(Aiguy\\Session\\Compact_Jwt::sign((new Aiguy\\Session\\Signing_Key())->current(), 'staff-assertion+jwt', array('iss' => home_url(), 'sub' => 'wp:1:1', 'sid' => 'x', 'exp' => time() + 60)));",
    ),
  ) as string;
  const old = JSON.parse(
    await runInside(
      site,
      "echo wp_json_encode(Aiguy\\Session\\Compact_Jwt::sign((new Aiguy\\Session\\Signing_Key())->current(), 'visitor-assertion+jwt', array('iss' => home_url(), 'sub' => 'wp:1:1', 'sid' => 'x', 'exp' => time() - 1)));",
    ),
  ) as string;
  for (const token of ['', `${head}.${bent({ sub: 'wp:1:1' })}.${signature}`, `${none}.${payload}.`, `${head}.${payload}`, staff, old]) {
    const { status, body } = await run({ name: 'shop/opening-times', input: { day: 'Monday' } }, undefined, `Bearer ${token}`);
    assert.deepEqual([token.slice(0, 20), status, body.code], [token.slice(0, 20), 401, 'session_required']);
  }
});

test('one that answers too much, or breaks, tells nothing of it', async () => {
  await approve('too-much');
  await approve('breaks');
  assert.equal((await run({ name: 'shop/too-much' }, undefined)).body.code, 'payload_too_large');
  const { body } = await run({ name: 'shop/breaks' }, undefined);
  assert.equal(body.code, 'internal_error');
  assert.equal(JSON.stringify(body).includes('secret'), false);
});

test('one that says something else of itself is off until it is approved again; one that is gone can be withdrawn', async () => {
  site.evaluate("update_option('described_opening-times', 'Also sends a mail to everybody.');");
  assert.equal(named(await admin(), 'opening-times')?.state, 'changed');
  assert.equal((await run({ name: 'shop/opening-times', input: { day: 'Monday' } }, undefined)).body.code, 'not_found');
  assert.equal(named(await approve('opening-times'), 'opening-times')?.state, 'on');
  assert.equal((await run({ name: 'shop/opening-times', input: { day: 'Monday' } }, undefined)).status, 200);
  assert.equal(named(await admin('/withdraw', { name: 'shop/opening-times' }), 'opening-times')?.state, 'off');
  assert.equal((await run({ name: 'shop/opening-times', input: { day: 'Monday' } }, undefined)).body.code, 'not_found');
  site.evaluate(
    "$all = get_option('aiguy_abilities'); $all['shop/gone'] = array('pin' => 'x', 'at' => 1, 'by' => 1); update_option('aiguy_abilities', $all);",
  );
  assert.equal(named(await admin(), 'gone')?.state, 'gone');
  assert.equal(named(await admin('/withdraw', { name: 'shop/gone' }), 'gone'), undefined);
});

test('twenty runs a minute of one conversation, then no more', async () => {
  const { session } = await openSession(site);
  const headers = { authorization: `Bearer ${session.assertion}` };
  const codes = new Set<number>();
  for (let count = 0; count < 42 && !codes.has(429); count += 1)
    codes.add((await callRoute(site, 'abilities', { method: 'POST', json: { name: 'shop/x' }, headers })).status);
  assert.deepEqual([...codes], [404, 429]);
});

test('ours are for the site’s people, read only, and answer by REST', async () => {
  upstream.answer = ({ url }, response) => {
    const answer =
      url === '/suggestions'
        ? { articles: [{ title: 'Returns', url: 'https://x.example/' }] }
        : { version: '1', model: { answer: 'm' }, tools: [{ name: 'retrieve_docs' }] };
    response.writeHead(url === '/staff/conversations?limit=20' ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  const call = async (name: string, as: typeof owner, input = '') =>
    await send(`${site.url}/wp-json/wp-abilities/v1/abilities/aiguy/${name}/run${input}`, { headers: { cookie: as.cookie, ...as.headers } });
  assert.deepEqual(JSON.parse((await call('connection-status', owner)).text), {
    connected: true,
    version: '1',
    model: 'm',
    tools: ['retrieve_docs'],
  });
  assert.deepEqual(JSON.parse((await call('search-knowledge', customer, '?input[question]=returns')).text), {
    articles: [{ title: 'Returns', url: 'https://x.example/' }],
  });
  assert.equal((await call('connection-status', customer)).status, 403);
  assert.equal((await call('list-conversations', customer)).status, 403);
  assert.match((await call('list-conversations', owner)).text, /aiguy_/);
  assert.equal((await call('list-conversations', owner, '?input[search]=late%20parcel&input[limit]=5')).status, 200);
  assert.equal(upstream.received.at(-1)?.url, '/staff/conversations?limit=5&q=late+parcel');
  const listed = JSON.parse(
    (await send(`${site.url}/wp-json/wp-abilities/v1/abilities?per_page=100`, { headers: { cookie: owner.cookie, ...owner.headers } })).text,
  ) as { name: string; meta: { annotations: object } }[];
  const ours = listed.filter(({ name }) => name.startsWith('aiguy/'));
  assert.deepEqual(
    ours.map(({ meta }) => meta.annotations),
    Array.from({ length: 3 }, () => ({ readonly: true, destructive: false, idempotent: true })),
  );
});

// The agents that an owner sets up: what the route takes and refuses, and what of it reaches the page and the assertion.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { readOpeningHours } from '../../tools-api/src/backends/opening-hours.ts';
import { callRoute, enter, openSession, optionsOf, startSite, verifyAssertion } from './site.ts';

type Agent = Record<string, unknown> & { id: string };
type Limits = { site_messages_day: number; site_cost_day_usd: number; site_cost_month_usd: number | null };
type Agents = { default: string; agents: Agent[]; defaults: Agent; limits: Limits; retired: string[]; usual: { name: string; greeting: string } };
type Refusal = { code: string; details: { pointer: string; rule: string }[] };

let site: NativeWordPress;
let owner: { cookie: string; headers: Record<string, string> };

before(async () => {
  site = await startSite('http://127.0.0.1:1');
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site?.stop();
});

const put = async (json: unknown, as: object = owner) => {
  const answer = await callRoute(site, 'admin/agents', { method: 'PUT', json, ...as });
  return { status: answer.status, body: JSON.parse(answer.text) as Agents & Refusal };
};
const get = async () => JSON.parse((await callRoute(site, 'admin/agents', owner)).text) as Agents;
const shortcode = (text: string) => site.evaluate(`echo do_shortcode( '${text}' );`);

const claimsOf = async (assertion: string) => await verifyAssertion(site, assertion);

const wrong: [field: string, ...values: unknown[]][] = [
  ['id', '', 'Main', 'a b', 'a'.repeat(41), 1, null],
  ['name', null, 'x'.repeat(81), '<b>Ada</b>', 7],
  ['avatar', -1, '3', 999_999, 1.5],
  ['accent', 'red', '#fff', '#12345g', 'url(x)'],
  ['greeting', 'x'.repeat(401), '<script>1</script>', null],
  ['suggested_questions', 'one', ['a', 'b', 'c', 'd', 'e'], ['a', 'a'], [''], { a: 'a' }],
  ['position', 'top', true],
  ['language', 'english', 'DE', 1, ['de']],
  ['languages', ['de']],
  [
    'opening_hours',
    [{ day: 0, from: '09:00', to: '17:00' }],
    [{ day: 1, from: '17:00', to: '09:00' }],
    [{ day: 1, from: '9', to: '17:00' }],
    [{ day: 1 }],
    [{ day: 1, from: '09:00', to: '24:00' }],
    Array.from({ length: 29 }, (_, minute) => ({ day: 1, from: '09:00', to: `10:${minute + 10}` })),
    [{ day: 1, from: '09:00', to: '17:00', more: 1 }],
  ],
  ['collections', ['Pages & posts'], ['a', 'a'], 'page', ['x'.repeat(41)], Array.from({ length: 17 }, (_, index) => `c${index}`)],
  ['tools_off', ['Get Orders'], ['x'.repeat(5)], 'get_orders'],
  ['tools_sign_in', [null], [['get_orders']]],
  ['tone', 'rude'],
  ['instructions', 'x'.repeat(801), '\u{1F600}'.repeat(700), '<b>Be kind</b>', 'a\u0000b', null],
  ['model', 'a b', 'x'.repeat(101), 3],
  [
    'caps',
    {},
    { guest_messages_day: 1 },
    { guest_messages_day: -1, customer_messages_day: 1, guest_cost_day_usd: 1, customer_cost_day_usd: 1, at_cap: 'knowledge' },
    { guest_messages_day: 1, customer_messages_day: 1, guest_cost_day_usd: 1, customer_cost_day_usd: '5', at_cap: 'knowledge' },
    { guest_messages_day: 1, customer_messages_day: 1, guest_cost_day_usd: -0.1, customer_cost_day_usd: 5, at_cap: 'knowledge' },
    { guest_messages_day: 1, customer_messages_day: 1, guest_cost_day_usd: 1, customer_cost_day_usd: 5, at_cap: 'go on' },
    { guest_messages_day: 1, customer_messages_day: 1, guest_cost_day_usd: 1, customer_cost_day_usd: 5, at_cap: 'closed', site_cost_day_usd: 5 },
  ],
  ['retention_days', 0, 3651, '30', 1.5],
  ['disclosure', { on: 'yes', text: '' }, { on: true }, { on: true, text: 'x'.repeat(401) }],
  ['consent', { on: true, text: '<i>x</i>' }, true],
  ['privacy_link', 1, 'yes'],
  [
    'everywhere',
    { on: true, include: ['shop'], exclude: [] },
    { on: true, include: ['/a b'], exclude: [] },
    { on: true, include: [], exclude: ['https://x.example/'] },
  ],
  ['api_key', 'secret'],
];

for (const [field, ...values] of wrong) {
  test(`${field}: each value that does not fit is refused with the field’s name, and nothing is stored`, async () => {
    const before = await get();
    for (const value of values) {
      const { status, body } = await put({ default: 'main', agents: [{ id: 'main', [field]: value }] });
      assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(value));
      assert.ok(
        body.details.some(({ pointer, rule }) => pointer === `/agents/0/${field}` && rule.length > 3),
        JSON.stringify([value, body.details]),
      );
    }
    assert.deepEqual(await get(), before);
  });
}

test('the list itself is checked: one default among one to twenty agents, each once, and no other fields', async () => {
  const main = { id: 'main' };
  for (const [body, pointer] of [
    [{ default: 'main', agents: [] }, '/agents'],
    [{ default: 'main', agents: [main, main] }, '/agents'],
    [{ default: 'other', agents: [main] }, '/default'],
    [{ default: 'main', agents: Array.from({ length: 21 }, (_, index) => ({ id: `a${index}` })) }, '/agents'],
    [{ default: 'main', agents: ['main'] }, '/agents/0/'],
    [{ default: 'main', agents: [{}] }, '/agents/0/id'],
    [{ default: 'main', agents: [main], limits: { site_cost_day_usd: '5' } }, '/limits/site_cost_day_usd'],
    [{ default: 'main', agents: [main], limits: { site_cost_month_usd: -1 } }, '/limits/site_cost_month_usd'],
    [{ default: 'main', agents: [main], limits: { site_cost_month_usd: '50' } }, '/limits/site_cost_month_usd'],
    [{ default: 'main', agents: [main], limits: { site_messages_day: 1.5 } }, '/limits/site_messages_day'],
    [{ default: 'main', agents: [main], limits: { guest_messages_day: 5 } }, '/limits/guest_messages_day'],
    [{ default: 'main', agents: [main], limits: 5 }, '/limits/'],
  ] as const) {
    assert.equal((await put(body)).body.details[0]?.pointer, pointer, JSON.stringify(body).slice(0, 80));
  }
  assert.equal((await put({ default: 'main', agents: [main], more: 1 })).status, 400);
  assert.equal((await put({ default: 'main', agents: [{ ...main, greeting: 'x'.repeat(300_000) }] })).status, 413);
});

test('the agents are for who manages the site, with his nonce', async () => {
  const customer = await enter(site, 'aarav', 'aarav-demo');
  const body = { default: 'main', agents: [{ id: 'main' }] };
  assert.deepEqual(
    [(await put(body, customer)).status, (await put(body, {})).status, (await put(body, { cookie: owner.cookie, headers: {} })).status],
    [403, 401, 401],
  );
  assert.equal((await callRoute(site, 'admin/agents', customer)).status, 403);
});

test('what stood among the settings before there were agents becomes the first agent’s, once', async () => {
  site.evaluate(
    `delete_option('aiguy_agents'); update_option('aiguy_settings', array('orchestrator_url' => 'http://127.0.0.1:1', 'title' => 'Old title', 'greeting' => 'Old greeting'));`,
  );
  const [agent] = (await get()).agents;
  assert.deepEqual([agent?.name, agent?.greeting], ['Old title', 'Old greeting']);
  assert.equal(site.evaluate(`echo wp_json_encode( get_option('aiguy_settings') );`), '{"orchestrator_url":"http:\\/\\/127.0.0.1:1"}');
});

test('what is set for an agent is what the page shows and what the site signs', async () => {
  const shop = {
    id: 'shop',
    name: 'Ada',
    accent: '#ffee00',
    greeting: 'Hi from Ada',
    suggested_questions: ['Where is my parcel?'],
    language: 'de-AT',
    opening_hours: [
      { day: 1, from: '09:00', to: '17:00' },
      { day: 7, from: '18:00', to: '23:59' },
    ],
    collections: ['page', 'general'],
    tools_off: ['cancel_order'],
    tools_sign_in: ['get_order_status'],
    tone: 'formal',
    instructions: 'Our workshop is closed in August.\nNever promise a date.',
    model: 'claude-haiku-5-5',
    retention_days: 7,
    disclosure: { on: true, text: 'A machine answers here.' },
  };
  const { status, body } = await put({ default: 'main', agents: [{ id: 'main', name: 'Help', disclosure: { on: false, text: '' } }, shop] });
  assert.equal(status, 200, JSON.stringify(body));
  const html = shortcode('[aiguy_chat agent="shop"]');
  assert.match(html, /style="[^"]*--aiguy-accent:#ffee00;--aiguy-on-accent:#000000;/);
  const shown = optionsOf(html);
  assert.deepEqual(
    [shown.agent, shown.title, shown.greeting, shown.suggestedQuestions, shown.disclosure],
    ['shop', 'Ada', 'Hi from Ada', ['Where is my parcel?'], 'A machine answers here.'],
  );
  const main = optionsOf(shortcode('[aiguy_chat]'));
  assert.deepEqual([main.agent, main.title, main.disclosure, main.consent], ['', 'Help', '', null]);

  const first = await openSession(site);
  const second = await openSession(site, { cookie: first.cookie, headers: { 'x-aiguy-agent': 'shop' } });
  const claims = [await claimsOf(first.session.assertion), await claimsOf(second.session.assertion)];
  assert.deepEqual(
    claims.map(({ agent }) => [agent?.id, agent?.name, agent?.tone, agent?.instructions]),
    [
      ['main', 'Help', 'friendly', undefined],
      ['shop', 'Ada', 'formal', 'Our workshop is closed in August.\nNever promise a date.'],
    ],
  );
  assert.deepEqual(
    [
      claims[1]?.agent?.tools_off,
      claims[1]?.agent?.tools_sign_in,
      claims[1]?.agent?.language,
      claims[1]?.agent?.model,
      claims[1]?.agent?.retention_days,
    ],
    [['cancel_order'], ['get_order_status'], 'de-AT', 'claude-haiku-5-5', 7],
  );
  assert.deepEqual([claims[0]?.agent?.collections, claims[1]?.agent?.collections], [undefined, ['page', 'general']]);
  const opened = { hours: 'Mon 09:00-17:00, Sun 18:00-24:00', time_zone: site.evaluate('echo wp_timezone_string();') };
  assert.deepEqual([claims[0]?.agent?.opening_hours, claims[1]?.agent?.opening_hours], [undefined, opened]);
  assert.equal(claims[0]?.agent?.caps?.site_cost_day_usd, 5);
  assert.notEqual(first.session.sessionId, second.session.sessionId, 'each agent has a session of its own');
  const again = await openSession(site, { cookie: second.cookie });
  assert.equal(again.session.sessionId, first.session.sessionId, 'and the other one goes on');
});

test('the hours of a week are signed in the site’s own time zone, also where that is a fixed distance, and the services can read them', async () => {
  const spans = [
    { from: '00:00', to: '06:00' },
    { from: '07:00', to: '12:00' },
    { from: '13:00', to: '17:59' },
    { from: '18:00', to: '23:59' },
  ];
  const week = [1, 2, 3, 4, 5, 6, 7].flatMap((day) => spans.map((span) => ({ day, ...span })));
  assert.equal((await put({ default: 'main', agents: [{ id: 'main', opening_hours: week }] })).status, 200);
  for (const [setting, timeZone, until] of [
    ["update_option( 'timezone_string', 'America/Argentina/Buenos_Aires' );", 'America/Argentina/Buenos_Aires', '2026-11-25T03:00:00.000Z'],
    ["update_option( 'timezone_string', '' ); update_option( 'gmt_offset', -3.5 );", '-03:30', '2026-11-25T03:30:00.000Z'],
    ["update_option( 'gmt_offset', 2 );", '+02:00', '2026-11-24T22:00:00.000Z'],
  ] as const) {
    site.evaluate(setting);
    const { agent } = await claimsOf((await openSession(site)).session.assertion);
    assert.equal(agent?.opening_hours?.time_zone, timeZone);
    const configured = { OPENING_HOURS: undefined, OPENING_HOURS_TIME_ZONE: 'UTC', OPENING_HOURS_CLOSED: [] };
    const attendance = readOpeningHours(configured, () => Date.parse('2026-11-24T21:59:00Z')).now(agent?.opening_hours);
    assert.equal(attendance.state === 'open' && attendance.until.toISOString(), until);
  }
  site.evaluate("update_option( 'gmt_offset', 0 ); update_option( 'timezone_string', 'UTC' );");
});

test('the longest agent that the screen can make fits into an assertion that the services read', async () => {
  const letters = (number: number, length: number) => `${'abcdefghijklmnop'[number]}`.repeat(length);
  const tools = readdirSync(new URL('../../manifests/tools', import.meta.url)).map((name) => name.replace('.json', ''));
  const days = [1, 2, 3, 4, 5, 6, 7];
  const longest = {
    id: 'x'.repeat(40),
    name: '字'.repeat(80),
    instructions: '字'.repeat(800),
    model: 'm'.repeat(100),
    language: 'de-AT',
    opening_hours: days.flatMap((day) => ['01', '02', '03', '04'].map((hour) => ({ day, from: `${hour}:00`, to: `${hour}:30` }))),
    collections: Array.from({ length: 16 }, (_, index) => letters(index, 40)),
    tools_off: tools.slice(0, 12),
    tools_sign_in: tools.slice(12),
    retention_days: 3650,
  };
  const limits = { site_messages_day: 1_000_000, site_cost_day_usd: 99_999.99, site_cost_month_usd: 99_999.99 };
  const { status, body } = await put({ default: longest.id, agents: [longest], limits });
  assert.equal(status, 200, JSON.stringify(body));
  const headers = { 'user-agent': 'u'.repeat(600), referer: `${site.url}/${'p'.repeat(700)}` };
  const { agent, client } = await claimsOf((await openSession(site, { headers })).session.assertion);
  assert.deepEqual([agent?.instructions, agent?.collections, client], [longest.instructions, longest.collections, undefined]);
  await put({ default: 'main', agents: [{ id: 'main' }] });
  const kept = await claimsOf((await openSession(site, { headers })).session.assertion);
  assert.equal(kept.client?.browser?.length, 512, 'where there is room, the page and the browser are said');
});

test('what all agents together may use is one setting, which each of them signs; what was set at each agent before becomes it', async () => {
  const old = (id: string, messages: number, usd: number) =>
    `array( 'id' => '${id}', 'name' => 'Ada', 'languages' => array( 'de', 'en' ), 'caps' => array( 'guest_messages_day' => 7, 'customer_messages_day' => 8, 'site_messages_day' => ${messages}, 'site_cost_day_usd' => ${usd}, 'at_cap' => 'closed' ) )`;
  site.evaluate(
    `update_option( 'aiguy_agents', array( 'version' => 1, 'default' => 'main', 'agents' => array( ${old('main', 400, 20)}, ${old('shop', 300, 5)}, ${old('third', 1000, 12.5)} ) ) );`,
  );
  const { agents, limits } = await get();
  assert.deepEqual(limits, { site_messages_day: 300, site_cost_day_usd: 12.5, site_cost_month_usd: null }, 'the smallest that somebody had set');
  const caps = { guest_messages_day: 7, customer_messages_day: 8, guest_cost_day_usd: 0.25, customer_cost_day_usd: 1, at_cap: 'closed' };
  assert.deepEqual([agents[0]?.caps, agents[0]?.language, 'languages' in (agents[0] ?? {})], [caps, 'de', false]);
  const { status } = await put({ default: 'main', agents, limits: { site_cost_day_usd: 2.5 } });
  assert.equal(status, 200);
  const claims = [];
  for (const name of ['main', 'shop'])
    claims.push(await claimsOf((await openSession(site, { headers: { 'x-aiguy-agent': name } })).session.assertion));
  assert.deepEqual(
    claims.map(({ agent }) => agent?.caps),
    [
      { ...caps, site_messages_day: 300, site_cost_day_usd: 2.5 },
      { ...caps, site_messages_day: 300, site_cost_day_usd: 2.5 },
    ],
  );
  await put({ default: 'main', agents: [{ id: 'main' }] });
  assert.equal((await get()).limits.site_cost_day_usd, 2.5, 'who says nothing of them leaves them');
});

test('what a month may cost is signed where it is set, also when it is nothing, and can be taken away again', async () => {
  const signed = async (usd: number | null) => {
    assert.equal((await put({ default: 'main', agents: [{ id: 'main' }], limits: { site_cost_month_usd: usd } })).status, 200);
    assert.equal((await get()).limits.site_cost_month_usd, usd);
    return (await claimsOf((await openSession(site)).session.assertion)).agent?.caps?.site_cost_month_usd;
  };
  assert.deepEqual([await signed(49.9), await signed(0), await signed(null)], [49.9, 0, undefined]);
});

test('the id of an agent that is gone is kept, so that no other one gets its blocks and conversations', async () => {
  await put({ default: 'main', agents: [{ id: 'main' }, { id: 'agent-2' }] });
  const { retired } = (await put({ default: 'main', agents: [{ id: 'main' }] })).body;
  assert.ok(retired.includes('agent-2'));
  const again = (await put({ default: 'main', agents: [{ id: 'main' }, { id: 'agent-2' }] })).body.retired;
  assert.deepEqual([again.includes('agent-2'), again.length], [false, retired.length - 1], 'unless its owner brings it back himself');
});

test('a visitor chooses among the agents that there are, and can’t move a session from one to another', async () => {
  const { session } = await openSession(site, { headers: { 'x-aiguy-agent': 'gone' } });
  assert.equal((await claimsOf(session.assertion)).agent?.id, 'main');
  const { cookie } = await openSession(site);
  const moved = cookie.replace('aiguy_session=', 'aiguy_session_shop=');
  assert.equal(
    (await callRoute(site, 'chat?after=0', { cookie: moved, headers: { 'x-aiguy-agent': 'shop', 'sec-fetch-site': 'same-origin' } })).status,
    401,
  );
  for (const name of ['../x', 'A', 'x'.repeat(41)])
    assert.equal((await openSession(site, { headers: { 'x-aiguy-agent': name } })).answer.status, 200);
});

test('a filter may change an agent, and what it breaks has its default', async () => {
  site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/agents.php', '<?php add_filter( "aiguy_agents", fn( $list ) => array( array( "id" => "main", "name" => "Filtered", "tone" => "rude" ) ) );' );`,
  );
  const { agent } = await claimsOf((await openSession(site)).session.assertion);
  assert.deepEqual([agent?.name, agent?.tone], ['Filtered', 'friendly']);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/agents.php' );");
});

test('a filter may add to the owner’s words, for each agent; what is too long, or has tags, is cut', async () => {
  await put({ default: 'main', agents: [{ id: 'main', instructions: 'Mine.' }, { id: 'shop' }] });
  const file = "WPMU_PLUGIN_DIR . '/agents.php'";
  const said = async (agent: string) =>
    (await claimsOf((await openSession(site, { headers: { 'x-aiguy-agent': agent } })).session.assertion)).agent?.instructions;
  const filterWith = (result: string) =>
    site.evaluate(`file_put_contents( ${file}, '<?php add_filter( "aiguy_agent_instructions", fn( $said, $id ) => ${result}, 10, 2 );' );`);
  filterWith('trim( "$said Today the agent $id has <b>visitors</b>." )');
  assert.deepEqual([await said('main'), await said('shop')], ['Mine. Today the agent main has visitors.', 'Today the agent shop has visitors.']);
  filterWith('str_repeat( "é", 900 )');
  assert.equal(await said('main'), 'é'.repeat(800));
  filterWith('array()');
  assert.deepEqual([await said('main'), await said('shop')], ['Mine.', undefined]);
  site.evaluate(`unlink( ${file} );`);
});

test('the constant AIGUY_AGENTS wins, and nothing is saved over it', async () => {
  site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/agents.php', '<?php define( "AIGUY_AGENTS", wp_json_encode( array( "default" => "fixed", "agents" => array( array( "id" => "fixed", "name" => "From the constant" ) ) ) ) );' );`,
  );
  assert.deepEqual(
    (await get()).agents.map(({ name }) => name),
    ['From the constant'],
  );
  const { status, body } = await put({ default: 'main', agents: [{ id: 'main' }] });
  assert.deepEqual([status, body.details[0]?.pointer], [400, '/agents']);
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/agents.php' );");
});

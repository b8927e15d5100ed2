// WordPress' own tools for personal data, users that are deleted, and the commands of a terminal; the services are played.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { cliDouble, runInside } from './inside.ts';
import { type Received, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
const customer = { id: 1008, mail: '' };
const erased = { done: true, erased: { sessions: 2, tickets: 1 }, retained: [{ kind: 'audit', reason: 'record_names_nobody', count: 7 }] };
let answers: Record<string, (body: { subject?: string; email?: string; cursor?: string }) => [number, object]>;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  const [id, mail] = site.evaluate("$u = get_user_by('login', 'aarav'); echo $u->ID, ' ', $u->user_email;").split(' ');
  Object.assign(customer, { id: Number(id), mail });
});
after(async () => {
  await site.stop();
  upstream.stop();
});
beforeEach(() => {
  upstream.received.length = 0;
  answers = { '/staff/privacy/erase': () => [200, erased] };
  upstream.answer = ({ url, body }, response) => {
    const [status, answer] = answers[url.split('?')[0] ?? '']?.(JSON.parse(body || '{}')) ?? [
      404,
      { code: 'not_found', message: 'No.', requestId: 'r' },
    ];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
});

type Tool = 'exporter' | 'eraser';
async function use<T>(tool: Tool, mail: string, page = 1): Promise<T> {
  const code = `$tools = apply_filters('wp_privacy_personal_data_${tool}s', array()); $r = $tools['aiguy']['callback']('${mail}', ${page});
    echo wp_json_encode(is_wp_error($r) ? array('error' => $r->get_error_message()) : $r);`;
  return JSON.parse(await runInside(site, code)) as T;
}
const bodies = () => upstream.received.map(({ body }: Received) => JSON.parse(body || '{}'));
const claims = ({ headers }: Received) => JSON.parse(Buffer.from(String(headers.authorization).split('.')[1] ?? '', 'base64url').toString());
type Erased = { items_removed: boolean; items_retained: boolean; messages: string[]; done: boolean; error?: string };
type Exported = { data: { group_label: string; data: { name: string; value: string }[] }[]; done: boolean; error?: string };

test('the eraser erases a user’s data in the services, in the name of the site, and says what stays and why', async () => {
  const result = await use<Erased>('eraser', customer.mail);
  assert.deepEqual([result.items_removed, result.items_retained, result.done], [true, true, true]);
  assert.match(result.messages.join(), /7 entries of the security record stay/);
  assert.deepEqual(bodies(), [{ subject: `wp:1:${customer.id}`, email: customer.mail }]);
  assert.deepEqual(
    upstream.received.map(claims).map(({ sub, scopes }) => [sub, scopes]),
    [['site', ['privacy:write']]],
  );
});

test('it goes on while there is more, and an orchestrator that is down leaves the request open', async () => {
  let left = 3;
  answers['/staff/privacy/erase'] = () => [200, { ...erased, done: --left === 0 }];
  assert.deepEqual([(await use<Erased>('eraser', customer.mail)).done, upstream.received.length], [true, 3]);
  answers['/staff/privacy/erase'] = () => [502, { code: 'tool_unavailable', message: 'No.', requestId: 'r' }];
  assert.match((await use<Erased>('eraser', customer.mail)).error ?? '', /not everything was reached/);
});

test('an address of nobody here is looked for in tickets alone, and the owner is told so', async () => {
  const result = await use<Erased>('eraser', 'stranger@mail.example');
  assert.deepEqual(bodies(), [{ email: 'stranger@mail.example' }]);
  assert.match(result.messages.join(), /nobody here signs in with this address/);
});

test('the exporter tells page by page what is kept, hostile text as text', async () => {
  const record = (value: string) => ({ kind: 'messages', id: 'x 1', fields: [{ name: 'text', value }] });
  answers['/staff/privacy/export'] = ({ cursor }) =>
    cursor === undefined ? [200, { records: [record('<img src=x onerror=alert(1)>')], cursor: 'messages:1' }] : [200, { records: [record('last')] }];
  const first = await use<Exported>('exporter', customer.mail);
  assert.deepEqual([first.done, first.data[0]?.data[0]?.value], [false, '&lt;img src=x onerror=alert(1)&gt;']);
  const second = await use<Exported>('exporter', customer.mail, 2);
  assert.deepEqual([second.done, second.data[0]?.group_label], [true, 'Support chat: messages']);
  assert.deepEqual(
    bodies().map(({ cursor }) => cursor),
    [undefined, 'messages:1'],
  );
  assert.match((await use<Exported>('exporter', customer.mail, 7)).error ?? '', /interrupted/);
});

test('a user who is deleted is erased behind the request, again until it is done, unless a filter says no', async () => {
  const add = (login: string) =>
    Number(site.evaluate(`echo wp_insert_user(array('user_login' => '${login}', 'user_pass' => 'x', 'user_email' => '${login}@mail.example'));`));
  const remove = (id: number, first = '') => site.evaluate(`require_once ABSPATH . 'wp-admin/includes/user.php'; ${first} wp_delete_user(${id});`);
  const planned = () =>
    JSON.parse(
      site.evaluate(
        "echo wp_json_encode(array_values(array_merge(...array_map('array_values', array_column(_get_cron_array(), 'aiguy_erase_user')))));",
      ),
    ) as { args: number[] }[];
  const kept = add('kept');
  remove(kept, "add_filter('aiguy_erase_deleted_user', '__return_false');");
  assert.deepEqual(planned(), []);
  const gone = add('gone');
  remove(gone);
  assert.deepEqual(
    planned().map(({ args }) => args),
    [[gone, 1]],
  );
  answers['/staff/privacy/erase'] = () => [200, { ...erased, retained: [{ kind: 'sessions', reason: 'change_in_doubt', count: 1 }] }];
  const due =
    "foreach (_get_cron_array() as $at => $hooks) foreach ($hooks['aiguy_erase_user'] ?? array() as $e) { wp_unschedule_event($at, 'aiguy_erase_user', $e['args']); do_action_ref_array('aiguy_erase_user', $e['args']); }";
  await runInside(site, due);
  assert.deepEqual(
    planned().map(({ args }) => args),
    [[gone, 2]],
  );
  answers['/staff/privacy/erase'] = () => [200, erased];
  await runInside(site, due);
  assert.deepEqual([planned(), bodies().at(-1)], [[], { subject: `wp:1:${gone}` }]);
});

test('the privacy policy guide has a text of ours, with how long conversations are kept', async () => {
  const text = await runInside(
    site,
    `require_once ABSPATH . 'wp-admin/includes/admin.php'; define('WP_ADMIN', true); set_current_screen('dashboard');
    $fields = fn($id, $days) => array('id' => $id, 'retention_days' => $days);
    update_option('aiguy_agents', array('version' => 2, 'default' => 'a', 'agents' => array($fields('a', 14), $fields('b', 1200))));
    do_action('admin_init'); echo implode(array_column(WP_Privacy_Policy_Content::get_suggested_policy_text(), 'policy_text')); delete_option('aiguy_agents');`,
  );
  assert.match(text, /automated assistant \(AI\)/);
  assert.match(text, /tutorial/);
  assert.match(text, /deleted after 1,200 days without activity/, 'as long as the owner has set, with the agent that keeps them longest');
  assert.doesNotMatch(text, /\[30\]/);
});

/** @param words of the command, and its options, in PHP */
const cli = async (words: string, options = '') => await runInside(site, `WP_CLI::run_command(array(${words}), array(${options}));`, cliDouble);

test('wp aiguy status names what is wrong, and key rotate replaces the key', async () => {
  upstream.answer = ({ url }, response) => {
    const answers: Record<string, object> = { '/readyz': { status: 'ok', service: 'orchestrator' }, '/staff/site': { version: '0.1.0' } };
    const answer = answers[url];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? { code: 'not_found' }));
  };
  const well = await cli("'aiguy', 'status'");
  assert.match(well, /✔ {2}connection +Connected/);
  assert.match(well, /✔ {2}REST for guests +200/);
  assert.match(well, /✔ {2}knowledge +\d+ known, \d+ waiting, 0 failed, last update/);
  assert.match(well, /Success/);
  const before = /key +(\S+)/.exec(well)?.[1];
  assert.match(await cli("'aiguy', 'key', 'rotate'"), /Success: The site signs with \S+ now/);
  upstream.answer = (_request, response) => void response.writeHead(200).end('<html>');
  const ill = await cli("'aiguy', 'status'");
  assert.match(ill, /✖ {2}connection +Something answers/);
  assert.match(ill, /Error: Something is wrong/);
  assert.notEqual(/key +(\S+)/.exec(ill)?.[1], before);
});

test('wp aiguy conversations lists them without control characters, and names an orchestrator that is too old', async () => {
  assert.match(await cli("'aiguy', 'conversations'"), /Error: This orchestrator does not list conversations yet/);
  answers['/staff/conversations'] = () => [200, { conversations: [{ id: 'abc', title: 'Hi \u001b[31mred' }] }];
  assert.equal(await cli("'aiguy', 'conversations'", "'search' => 'a b', 'limit' => '5'"), 'abc\tHi  [31mred\n');
  assert.equal(upstream.received.at(-1)?.url, '/staff/conversations?limit=5&q=a+b');
  assert.match(await cli("'aiguy', 'conversations'", "'limit' => '0'"), /Error: --limit/);
});

test('wp aiguy erase takes a number, a login or an address, asks first, and refuses who is nobody', async () => {
  const output = await cli("'aiguy', 'erase', 'aarav'", "'yes' => true");
  assert.match(output, /sessions: 2\ntickets: 1\nWarning: .*security record.*\nSuccess: Erased/s);
  await cli("'aiguy', 'erase', '424242'", "'yes' => true");
  assert.deepEqual(bodies(), [{ subject: `wp:1:${customer.id}`, email: customer.mail }, { subject: 'wp:1:424242' }]);
  assert.match(await cli("'aiguy', 'erase', 'nobody-at-all'"), /Error: There is no user/);
  const refused = await runInside(site, "WP_CLI::$agrees = false; WP_CLI::run_command(array('aiguy', 'erase', 'aarav'));", cliDouble);
  assert.match(refused, /Erase everything that is kept of aarav\? no/);
  assert.equal(upstream.received.length, 2);
});

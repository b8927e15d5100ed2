// A conversation by mail while the mail server is down, on a real WordPress: tried again, sent once, given up and shown, erased before it was sent.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { cliDouble, runInside } from './inside.ts';
import { callRoute, enter, openSession, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let who: { cookie: string; headers: Record<string, string> };
let address = '';
const said = 'Is the blue heron in stock?';

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  // A mail server that refuses as long as it is down, and is slow where a test says so. Each try is noted in a line, which no other process overwrites.
  site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . '/mails.php', '<?php add_filter( "pre_wp_mail", function ( $none, $mail ) {
      $is_down = get_option( "mail_server" ) === "down" && ! str_contains( $mail["subject"], "code" );
      usleep( 1000 * (int) get_option( "mail_server_ms" ) );
      file_put_contents( WP_CONTENT_DIR . "/mails.jsonl", json_encode( array( "sent" => ! $is_down ) + $mail ) . PHP_EOL, FILE_APPEND | LOCK_EX );
      return ! $is_down; }, 10, 2 );' );`,
  );
  who = await visitor('aarav');
  address = site.evaluate("echo get_user_by( 'login', 'aarav' )->user_email;");
});
after(async () => {
  await site?.stop();
  upstream?.stop();
});
beforeEach(() => {
  site.evaluate(`global $wpdb; $wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_%'" ); file_put_contents( WP_CONTENT_DIR . '/mails.jsonl', '' );
    delete_option( 'mail_server_ms' ); delete_option( 'aiguy_mails_lock' );`);
  upstream.received.length = 0;
  upstream.answer = ({ url }, response) => {
    const answers: Record<string, object> = {
      '/readyz': { status: 'ok', service: 'orchestrator' },
      '/staff/site': { version: '0.1.0' },
      '/staff/privacy/erase': { done: true, erased: {}, retained: [] },
      '/staff/privacy/export': { records: [] },
    };
    const lines = [{ from: 'visitor', text: said, at: '2026-11-21T10:15:00.000Z', sources: [] }];
    const answer = url.endsWith('/transcript') ? { sessionId: 's'.repeat(32), isShortened: false, lines } : answers[url];
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer ?? { code: 'not_found' }));
  };
  mailServer('down');
});

async function visitor(login: string) {
  const { cookie, headers } = await enter(site, login, `${login}-demo`);
  return { headers, cookie: (await openSession(site, { cookie, headers })).cookie };
}

type Try = { sent: boolean; to: string; subject: string; message: string };
const tries = (): Try[] =>
  site
    .evaluate("readfile( WP_CONTENT_DIR . '/mails.jsonl' );")
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Try);
const outcomes = () => tries().map(({ sent }) => sent);
/** Whether anything of a mail is in the table, beside counts. */
const isAnyKept = () => /"(next|html)"/.test(rows());
const mailServer = (is: 'up' | 'down') => void site.evaluate(`update_option( 'mail_server', '${is}', false );`);
const ask = async (body: object = {}, as: { cookie: string; headers?: Record<string, string> } = who) =>
  await callRoute(site, 'chat/transcript', { method: 'POST', json: body, cookie: as.cookie, headers: as.headers ?? {} });
const rows = () =>
  site.evaluate(
    `global $wpdb; echo implode( "\\n", $wpdb->get_col( "SELECT option_value FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_%' ORDER BY option_id" ) );`,
  );
const cron = `do_action( 'aiguy_alerts' );`;
/** As if the pause before the next try were over. */
const paused = `global $wpdb; foreach ( $wpdb->get_results( "SELECT * FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_unsent_%'" ) as $row ) {
  $wpdb->update( $wpdb->options, array( 'option_value' => preg_replace( '/"next":[1-9]\\d*/', '"next":1', $row->option_value ) ), array( 'option_id' => $row->option_id ) ); }`;
/** As if so many seconds had gone by. */
const later = (seconds: number) =>
  void site.evaluate(`global $wpdb; foreach ( $wpdb->get_results( "SELECT * FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_%'" ) as $row ) {
    $value = preg_replace_callback( '/"(next|since)":([1-9]\\d*)/', fn( $m ) => '"' . $m[1] . '":' . ( $m[2] - ${seconds} ), $row->option_value );
    $value = sprintf( '%010d', substr( $value, 0, 10 ) - ${seconds} ) . substr( $value, 10 );
    $wpdb->update( $wpdb->options, array( 'option_value' => $value ), array( 'option_id' => $row->option_id ) ); }`);
/** Beside this process, which plays the orchestrator that the alerts ask. */
const nextTry = async () => void (await runInside(site, `${paused} ${cron}`));
const health = () =>
  JSON.parse(
    site.evaluate(
      `require_once ABSPATH . 'wp-admin/includes/admin.php'; require_once ABSPATH . 'wp-admin/includes/class-wp-site-health.php';
       echo wp_json_encode( WP_Site_Health::get_tests()['direct']['aiguy_mails']['test']() );`,
    ),
  ) as { status: string; label: string; description: string };
const privacy = async (tool: 'exporter' | 'eraser', email: string) =>
  JSON.parse(
    await runInside(
      site,
      `echo wp_json_encode( apply_filters( 'wp_privacy_personal_data_${tool}s', array() )['aiguy']['callback']( '${email}', 1 ) );`,
    ),
  ) as { items_removed: boolean; data: { group_label: string; data: { name: string; value: string }[] }[] };

test('a mail that fails is tried again in growing pauses that differ, sent once as it was, and then nothing of it is left', async () => {
  const asked = await ask();
  assert.deepEqual([asked.status, JSON.parse(asked.text)], [200, { triedAgainTo: `${address[0]}…@${address.split('@')[1]}` }]);
  const next = () => Number(/"next":(\d+)/.exec(rows())?.[1]) - Date.now() / 1000;
  assert.ok(next() > 40 && next() < 75, String(next()));
  await runInside(site, cron);
  assert.deepEqual(outcomes(), [false], 'not before its time');
  await nextTry();
  assert.ok(next() > 130 && next() < 220, String(next()));
  assert.deepEqual([outcomes(), health().status], [[false, false], 'good']);
  assert.match(health().description, /1 is being tried again/);
  mailServer('up');
  await nextTry();
  await nextTry();
  const all = tries();
  assert.deepEqual(outcomes(), [false, false, true]);
  assert.deepEqual(
    all.map(({ to, subject, message }) => [to, subject, message.includes(said)]),
    Array(3).fill([address, 'Your chat with Test shop', true]),
  );
  assert.equal(isAnyKept(), false);
  assert.equal(upstream.received.filter(({ url }) => url.endsWith('/transcript')).length, 1, 'nobody’s session is needed later');
  assert.ok(!upstream.received.some(({ body, url }) => (body + url).includes(address)));
  const pauses = new Set(
    site
      .evaluate(
        `$pause = new ReflectionMethod( 'Aiguy\\Transcript\\Unsent_Mails', 'pause' ); for ( $i = 0; $i < 40; $i++ ) { echo $pause->invoke( null, 4 ), ' '; }`,
      )
      .trim()
      .split(' ')
      .map(Number),
  );
  assert.ok(pauses.size > 5 && Math.min(...pauses) >= 960 && Math.max(...pauses) <= 1440, [...pauses].join());
});

test('after five tries it is given up: address and text are gone at once, and the owner is told for a week', async () => {
  await ask();
  for (let index = 0; index < 6; index += 1) await nextTry();
  assert.deepEqual(outcomes(), Array(5).fill(false));
  assert.ok(!rows().includes(address) && !rows().includes(said), rows());
  const { status, label, description } = health();
  assert.deepEqual([status, label], ['recommended', '1 conversation could not be mailed to a visitor']);
  assert.ok(description.includes(`${address[0]}…@`) && !description.includes(address), description);
  const terminal = await runInside(site, "WP_CLI::run_command(array('aiguy', 'status'));", cliDouble);
  assert.match(terminal, /✖ {2}mails to visitors +0 tried again, 1 given up in a week/);
  assert.ok(!terminal.includes(address));
  mailServer('up');
  await nextTry();
  assert.equal(outcomes().length, 5);
  later(8 * 86_400);
  await runInside(site, cron);
  assert.deepEqual([health().status, rows()], ['good', '']);
});

test('after an hour it is given up and deleted, even if WP-Cron has never come by', async () => {
  await ask();
  later(3601);
  assert.deepEqual([health().status, (await privacy('exporter', address)).data.length], ['recommended', 1]);
  mailServer('up');
  await nextTry();
  assert.deepEqual([outcomes(), rows().includes(said)], [[false], false]);
  assert.equal(health().status, 'recommended');
});

test('two WP-Crons at once send it once', async () => {
  await ask();
  mailServer('up');
  site.evaluate(`update_option( 'mail_server_ms', 1500, false ); ${paused}`);
  await Promise.all([runInside(site, cron), runInside(site, cron), runInside(site, cron)]);
  assert.deepEqual(outcomes(), [false, true]);
});

test('nothing is sent while another one sends, nor what another one has tried since it was listed', async () => {
  await ask();
  mailServer('up');
  const held = (seconds: number) => void site.evaluate(`update_option( 'aiguy_mails_lock', ( time() + ${seconds} ) . '|another', false );`);
  held(60);
  await nextTry();
  assert.deepEqual(outcomes(), [false]);
  held(-1);
  const overtaken = `${paused} $other = function ( string $sql ) use ( &$other ): string {
      if ( str_contains( $sql, 'aiguy_mails_lock' ) ) { remove_filter( 'query', $other ); global $wpdb;
        $wpdb->query( "UPDATE $wpdb->options SET option_value = REPLACE( option_value, '\\"tries\\":1', '\\"tries\\":2' ) WHERE option_name LIKE 'aiguy_row_unsent_%'" ); }
      return $sql; };
    add_filter( 'query', $other ); ${cron}`;
  await runInside(site, overtaken);
  assert.deepEqual(outcomes(), [false]);
  await nextTry();
  assert.deepEqual(outcomes(), [false, true]);
});

test('a second click takes the place of the first, and one that gets through leaves nothing waiting', async () => {
  await ask();
  await ask();
  assert.equal(rows().match(/"next"/g)?.length, 1);
  mailServer('up');
  assert.ok('sentTo' in JSON.parse((await ask()).text));
  await nextTry();
  assert.deepEqual(outcomes(), [false, false, true]);
});

test('who asks for his data gets it, and what is erased before it was sent is never sent', async () => {
  await ask();
  const [item] = (await privacy('exporter', address)).data;
  assert.equal(item?.group_label, 'Support chat: mails that could not be sent');
  const values = Object.fromEntries(item?.data.map(({ name, value }) => [name, value]) ?? []);
  assert.deepEqual([values.to, values.text?.includes(said)], [address, true]);
  assert.equal((await privacy('exporter', 'other@example.com')).data.length, 0);
  await privacy('eraser', 'other@example.com');
  assert.equal(rows().match(/"next"/g)?.length, 1);
  assert.equal((await privacy('eraser', address.toUpperCase())).items_removed, true);
  mailServer('up');
  await nextTry();
  assert.deepEqual([outcomes(), isAnyKept()], [[false], false]);
});

test('a guest’s mail is erased by his address, also without an orchestrator, and a user’s when he is deleted', async () => {
  const guest = await openSession(site);
  const email = 'zebrawood@example.com';
  await ask({ email }, guest);
  const code = /\b\d{6}\b/.exec(tries()[0]?.message ?? '')?.[0] ?? '';
  assert.deepEqual(JSON.parse((await ask({ email, code }, guest)).text), { triedAgainTo: 'z…@example.com' });
  site.evaluate(`update_option( 'aiguy_settings', array( 'orchestrator_url' => '' ) + get_option( 'aiguy_settings' ) );`);
  const found = [(await privacy('exporter', email)).data.length, (await privacy('eraser', email)).items_removed];
  site.evaluate(`update_option( 'aiguy_settings', array( 'orchestrator_url' => '${upstream.url}' ) + get_option( 'aiguy_settings' ) );`);
  assert.deepEqual(found, [1, true]);
  await ask();
  await runInside(site, `do_action( 'aiguy_erase_user', get_user_by( 'login', 'aarav' )->ID, 1 );`);
  assert.equal(isAnyKept(), false);
  assert.ok(!upstream.received.some(({ body, url }) => (body + url).includes('zebrawood')));
});

test('what is too long to be kept, or one too many, is said to have failed; deactivating takes addresses away', async () => {
  await ask();
  const keep = (count: number, text: string) =>
    site.evaluate(`$rows = new Aiguy\\Storage\\Kept_Rows( static fn(): string => wp_salt( 'auth' ) );
      $mails = new Aiguy\\Transcript\\Unsent_Mails( '', $rows, new Aiguy\\Storage\\Work_Lock( 'aiguy_mails_lock' ) );
      for ( $i = 0; $i < ${count}; $i++ ) { $kept = $mails->keep( "session $i", 'a…@example.com', 0, new Aiguy\\Transcript\\Transcript_Mail( 'a@example.com', 's', 'h', ${text} ) ); }
      echo wp_json_encode( array( $kept, count( $mails->waiting() ) ) );`);
  assert.equal(keep(1, "str_repeat( 'é', 140000 )"), '[false,1]');
  assert.equal(keep(49, "'t'"), '[true,50]');
  assert.equal(keep(50, "'t'"), '[false,50]');
  const refused = await ask({}, await visitor('yara'));
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [502, 'mail_failed']);
  site.evaluate("do_action( 'deactivate_aiguy/aiguy.php' );");
  assert.ok(!rows().includes(address) && !rows().includes('a@example.com'), rows());
});

test('a mail server that can’t be reached holds nobody long, and other mails keep their time', () => {
  const seen = site.evaluate(`remove_all_filters( 'pre_wp_mail' ); $seen = array();
    add_action( 'phpmailer_init', function ( $mailer ) { $mailer->isSMTP(); $mailer->Host = '127.0.0.1'; $mailer->Port = 1; }, 1 );
    add_action( 'phpmailer_init', function ( $mailer ) use ( &$seen ) { $seen = array( $mailer->Timeout, $mailer->AltBody ); }, 99 );
    $sent = ( new Aiguy\\Transcript\\Transcript_Mail( 'a@example.com', 's', '<p>h</p>', 'the text' ) )->send();
    echo wp_json_encode( array( $sent, $seen, $GLOBALS['phpmailer']->Timeout) );`);
  assert.deepEqual(JSON.parse(seen), [false, [15, 'the text'], 300]);
});

// The queue of what is to be learnt, on a real WordPress: each item once, none lost, none that holds up the others.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { actionSchedulerDouble, type Planned } from './action-scheduler.ts';
import { type KnowledgeSite, reply, startKnowledgeSite } from './knowledge-site.ts';

let on: KnowledgeSite;

before(async () => {
  on = await startKnowledgeSite();
});
after(async () => await on?.stop());
beforeEach(async () => await on.settle());

test('while the agent is down nothing is lost: one request a batch, then later again, and the owner reads why', async () => {
  const ids = [on.insert(), on.insert(), on.insert()];
  on.upstream.answer = (_request, response) => reply(response, 502, { code: 'tool_unavailable', message: 'Down.', requestId: 'r' });
  const before_ = on.upstream.received.length;
  await on.work();
  assert.equal(on.upstream.received.length, before_ + 1);
  const first = on.row(ids[0] ?? 0);
  assert.deepEqual([first?.state, first?.tried], ['queued', '1']);
  assert.match(String(first?.error), /could not be reached/);
  assert.ok(Number(first?.due) > Date.now() / 1000);
  const { body } = await on.admin<{ problem: string }>('');
  assert.match(String(body.problem), /could not be reached/, JSON.stringify(body));
  on.upstream.answer = on.answer;
  on.hasten();
  await on.work();
  assert.deepEqual(
    ids.map((id) => on.known.has(id)),
    [true, true, true],
  );
});

test('an item that is refused says why and stops nobody; it is sent again when it changes', async () => {
  const [bad, good] = [on.insert("'post_title' => 'Refused'"), on.insert()];
  on.upstream.answer = (request, response) => {
    if (!request.body.includes('"Refused"')) return on.answer(request, response);
    const details = [{ pointer: '/html', rule: 'is cut into 999 passages' }];
    reply(response, 400, { code: 'invalid_request', message: 'No.', requestId: 'r', details });
  };
  await on.work();
  assert.equal(on.row(bad)?.state, 'failed');
  assert.match(String(on.row(bad)?.error), /is cut into 999 passages/);
  assert.ok(on.known.has(good));
  on.hasten();
  const before_ = on.upstream.received.length;
  await on.work();
  assert.equal(on.upstream.received.length, before_);
  on.update(bad, "'post_title' => 'Accepted'");
  await on.work();
  assert.equal(on.known.get(bad)?.title, 'Accepted');
});

test('a page that throws or prints fails for itself alone, and one without text has nothing to learn until it has', async () => {
  on.site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/odd.php', '<?php add_shortcode( "throws", fn() => throw new RuntimeException( "odd plugin" ) ); add_shortcode( "prints", function () { echo "printed"; return "returned"; } );' );`,
  );
  const [throws, prints, empty] = [
    on.insert("'post_content' => 'x [throws]'"),
    on.insert("'post_content' => 'y [prints]'"),
    on.insert("'post_content' => '[aiguy_chat]'"),
  ];
  await on.work();
  assert.match(String(on.row(throws)?.error), /odd plugin/);
  assert.match(String(on.known.get(prints)?.html), /y returned/);
  assert.doesNotMatch(String(on.known.get(prints)?.html), /printed/);
  assert.deepEqual([on.row(empty)?.state, on.row(empty)?.error, on.known.has(empty)], ['empty', '', false]);
  on.update(empty, "'post_content' => 'A cart of pianos.'");
  await on.work();
  assert.deepEqual([on.row(empty)?.state, on.known.has(empty)], ['known', true]);
  on.update(empty, "'post_content' => '[aiguy_chat]'");
  await on.work();
  assert.deepEqual([on.row(empty)?.state, on.known.has(empty)], ['empty', false]);
});

test('two workers at once send each item once', async () => {
  const ids = Array.from({ length: 6 }, () => on.insert());
  const both = [on.beginWork(), on.beginWork()];
  await Promise.all(both.map(async (worker) => await once(worker, 'exit')));
  await on.work();
  assert.deepEqual(
    on.told.map(({ id }) => id).sort((a, b) => a - b),
    ids,
  );
});

test('PHP that is killed in the middle of an item leaves nothing behind: another worker takes over and sends the rest', async () => {
  const ids = [on.insert(), on.insert(), on.insert()];
  const reached = Promise.withResolvers<void>();
  on.upstream.answer = (request, response) => {
    if (request.url.endsWith(`-${ids[1]}`)) reached.resolve();
    else on.answer(request, response);
  };
  const worker = on.beginWork();
  await reached.promise;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  assert.deepEqual(
    ids.map((id) => on.row(id)?.state),
    ['known', 'queued', 'queued'],
  );
  on.upstream.answer = on.answer;
  // The dead one's lease lasts a minute: nobody works until it is over.
  await on.work();
  assert.equal(on.known.has(ids[2] ?? 0), false);
  on.site.evaluate("$wpdb->query( \"UPDATE $wpdb->options SET option_value = '1000000000|dead' WHERE option_name = 'aiguy_knowledge_lock'\" );");
  on.hasten();
  await on.work();
  assert.deepEqual(
    ids.map((id) => on.known.has(id)),
    [true, true, true],
  );
});

test('an item that was changed while it was being sent is sent again', async () => {
  const id = on.insert();
  on.upstream.answer = (request, response) => {
    on.update(id, "'post_content' => '<p>Newer text.</p>'");
    on.upstream.answer = on.answer;
    on.answer(request, response);
  };
  await on.work();
  assert.match(String(on.known.get(id)?.html), /Newer text/);
  assert.equal(on.row(id)?.state, 'known');
});

test('the daily look finds what no hook has told of', async () => {
  const gone = on.insert();
  await on.work();
  on.site.evaluate(
    `$wpdb->update( $wpdb->posts, array( 'post_status' => 'draft' ), array( 'ID' => ${gone} ) );
     $wpdb->insert( $wpdb->posts, array( 'post_title' => 'By another program', 'post_content' => 'Text.', 'post_status' => 'publish', 'post_type' => 'post', 'post_name' => 'other', 'post_modified_gmt' => '2026-01-01 00:00:00', 'post_excerpt' => '', 'to_ping' => '', 'pinged' => '', 'post_content_filtered' => '' ) );`,
  );
  await on.work('aiguy_knowledge_tend');
  await on.work();
  assert.equal(on.known.has(gone), false);
  assert.ok([...on.known.values()].some(({ title, collection }) => title === 'By another program' && collection === 'post'));
});

test('where a plugin brings Action Scheduler, it alone is asked: one action at a time, brought forward for what is new, and WP-Cron has none', async () => {
  const code = Buffer.from(actionSchedulerDouble).toString('base64');
  on.site.evaluate(
    `wp_clear_scheduled_hook( 'aiguy_knowledge_work' ); file_put_contents( WPMU_PLUGIN_DIR . '/scheduler.php', base64_decode( '${code}' ) );`,
  );
  on.site.evaluate("as_schedule_single_action( time() + 9, 'aiguy_knowledge_work', array(), 'other' );");
  /** @returns in how many seconds; our only action that has not begun */
  const next = () => {
    const planned = JSON.parse(on.site.evaluate("echo wp_json_encode( get_option( 'planned', array() ) );")) as Planned[];
    const all = planned.filter(({ group, status }) => group !== 'other' && status === 'pending');
    assert.equal(planned.length - planned.filter(({ group }) => group !== 'other').length, 1, 'what others have planned stays');
    assert.equal(on.site.evaluate("echo (int) wp_next_scheduled( 'aiguy_knowledge_work' );"), '0');
    assert.deepEqual([...new Set(all.map(({ hook, group }) => `${hook} ${group}`))], all.length === 0 ? [] : ['aiguy_knowledge_work aiguy']);
    assert.ok(all.length <= 1, JSON.stringify(all));
    return all[0] && all[0].time - Date.now() / 1000;
  };
  /** Its time has come: the library runs it, and while it runs it is neither there to be cancelled nor has it a time. */
  const run = async () => {
    const change = (code: string) => on.site.evaluate(`update_option( 'planned', array_values( ${code} ) );`);
    change("array_map( fn( $one ) => 'aiguy' === $one['group'] ? array( 'status' => 'in-progress' ) + $one : $one, get_option( 'planned' ) )");
    await on.work();
    change("array_filter( get_option( 'planned' ), fn( $one ) => 'pending' === $one['status'] )");
  };
  const first = on.insert();
  const soon = next();
  assert.ok(soon !== undefined && soon <= 5, String(soon));
  const second = on.insert();
  assert.ok(Number(next()) <= soon);

  on.upstream.answer = (_request, response) => reply(response, 502, { code: 'tool_unavailable', message: 'Down.', requestId: 'r' });
  await run();
  assert.ok(Number(next()) > 30, 'after a problem it waits');
  on.insert();
  assert.ok(Number(next()) <= 5, 'but not with what is new');

  on.upstream.answer = on.answer;
  on.hasten();
  await run();
  assert.deepEqual([on.known.has(first), on.known.has(second), next()], [true, true, undefined]);
  on.insert();
  assert.notEqual(next(), undefined);
  on.site.evaluate('( new Aiguy\\Privacy\\Stored_Data() )->unschedule();');
  assert.equal(next(), undefined, 'what is planned ends with the data');
  on.insert();
  assert.notEqual(next(), undefined);
  on.site.evaluate(`require_once ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins( 'aiguy/aiguy.php' );`);
  assert.equal(next(), undefined, 'what is planned ends with the plugin');
});

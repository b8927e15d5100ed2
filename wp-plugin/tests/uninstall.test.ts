// What is left of the plugin when it is deleted: nothing. The whole database is compared, before it came and after it went; on one site and on a network.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { runInside } from './inside.ts';
import { enter, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
});
after(async () => {
  await site.stop();
  upstream.stop();
});

/** Every row of every table as text, but for what WordPress itself keeps up at any request. */
const dump = `global $wpdb; $rows = array();
  foreach ($wpdb->get_col('SHOW TABLES') as $table) {
    $rows[] = "table $table";
    foreach ($wpdb->get_results("SELECT * FROM \`$table\`", ARRAY_A) as $row) {
      $name = $row['option_name'] ?? $row['meta_key'] ?? '';
      if (preg_match('/^(_site)?_transient_|^(cron|rewrite_rules|active_plugins|active_sitewide_plugins|recently_activated|uninstall_plugins|session_tokens|wp_user-settings.*|user_count|auto_core_update_notified|can_compress_scripts)$/', $name) && !str_contains($name, 'aiguy')) continue;
      unset($row['option_id'], $row['umeta_id'], $row['meta_id']);
      $rows[] = "$table " . wp_json_encode($row);
    }
  }
  foreach ((array) _get_cron_array() as $events) foreach ((array) $events as $hook => $event) $rows[] = "cron $hook";
  sort($rows); echo wp_json_encode($rows);`;
/** The mu-plugin of these tests keeps a mark under our prefix, and would set the site up again without it. */
const alone = "unlink(WPMU_PLUGIN_DIR . '/set-up-site.php'); delete_option('aiguy_site_digest');";
const removePlugin =
  "require_once ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins('aiguy/aiguy.php'); uninstall_plugin('aiguy/aiguy.php');";
const difference = (one: string[], other: string[]) => one.filter((row) => !other.includes(row));

/** What this and any later part of the plugin may keep, each kind once. */
const leaveTraces = `global $wpdb; update_option('aiguy_later', 'x'); set_transient('aiguy_later', 'x', 1000); set_site_transient('aiguy_later', 'x', 1000);
  update_user_meta(1, 'aiguy_later', 'x'); update_user_meta(1, $wpdb->prefix . 'aiguy_later', 'x'); update_post_meta(1, '_aiguy_later', 'x');
  add_comment_meta(1, 'aiguy_later', 'x'); wp_schedule_event(time() + 999, 'daily', 'aiguy_later'); wp_schedule_single_event(time() + 999, 'aiguy_later_once', array(7));
  $wpdb->query("CREATE TABLE {$wpdb->prefix}aiguy_later (id int)");
  $wpdb->insert($wpdb->posts, array('post_type' => 'aiguy_later', 'post_title' => 'x', 'post_content' => '', 'post_excerpt' => '', 'to_ping' => '', 'pinged' => '', 'post_content_filtered' => ''));
  (new Aiguy\\Transcript\\Unsent_Mails('', new Aiguy\\Storage\\Kept_Rows(fn() => 'x'), new Aiguy\\Storage\\Work_Lock('aiguy_mails_lock')))->keep('s', 'a…@mail.example', 0, new Aiguy\\Transcript\\Transcript_Mail('waiting@mail.example', 's', 'h', 't'));
  update_option('not_aiguy_option', 'stays'); update_option('aiguyx', 'stays');`;

test('on one site: the database after uninstalling is the one from before the plugin came', async () => {
  const look = async () => JSON.parse(await runInside(site, dump)) as string[];
  await enter(site, 'owner', 'owner-demo');
  site.evaluate(`${removePlugin} ${alone}`);
  const before = await look();
  assert.deepEqual(
    before.filter((row) => row.includes('aiguy') && !row.includes('[aiguy_chat')),
    [],
    'the page with the shortcode is the owner’s',
  );
  site.evaluate("require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin('aiguy/aiguy.php');");
  site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${upstream.url}')); ${leaveTraces}`);
  await enter(site, 'owner', 'owner-demo');
  const used = await look();
  assert.ok(difference(used, before).length >= 12, difference(used, before).join('\n'));
  assert.match(used.join(), /waiting@mail\.example/);
  site.evaluate(removePlugin);
  const left = await look();
  assert.deepEqual(
    difference(left, before)
      .map((row) => /not_aiguy_option|aiguyx/.exec(row)?.[0] ?? row)
      .toSorted(),
    ['aiguyx', 'not_aiguy_option'],
  );
  assert.deepEqual(difference(before, left), []);
});

test('where the owner wants it, the data is there again after the plugin was deleted; nothing of it runs meanwhile', async () => {
  site.evaluate("require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin('aiguy/aiguy.php');");
  site.evaluate(`update_option('aiguy_settings', array('orchestrator_url' => '${upstream.url}', 'keep_data' => '1')); ${leaveTraces}`);
  const look = async () => (JSON.parse(await runInside(site, dump)) as string[]).filter((row) => row.includes('aiguy'));
  const used = await look();
  assert.ok(used.some((row) => row.startsWith('cron ')));
  site.evaluate(removePlugin);
  // What failed to be mailed goes with the deactivation, as ever.
  const gone = difference(used, await look()).filter((row) => !row.includes('waiting@mail.example'));
  assert.deepEqual(
    gone.filter((row) => !row.startsWith('cron ')),
    [],
  );
  assert.deepEqual(
    (await look()).filter((row) => row.startsWith('cron ')),
    [],
  );
  site.evaluate(`update_option('aiguy_settings', array('keep_data' => '0')); ${removePlugin}`);
  assert.deepEqual(
    (await look()).filter((row) => !/not_aiguy_option|aiguyx|\[aiguy_chat/.test(row)),
    [],
  );
});

test('on a network: on each of its sites, and what belongs to the network', async (t) => {
  const network = await startSite(upstream.url, [], { layout: { multisite: true } });
  t.after(network.stop);
  const look = async () => JSON.parse(await runInside(network, dump)) as string[];
  const onEachSite = (code: string) =>
    `foreach (get_sites(array('fields' => 'ids')) as $id) { switch_to_blog($id); ${code} restore_current_blog(); }`;
  network.evaluate("echo wp_insert_site(array('domain' => DOMAIN_CURRENT_SITE, 'path' => '/third/', 'user_id' => 1));");
  network.evaluate(`${removePlugin} unlink(WPMU_PLUGIN_DIR . '/set-up-site.php'); ${onEachSite("delete_option('aiguy_site_digest');")}`);
  const before = await look();
  network.evaluate(`require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin('aiguy/aiguy.php', '', true); update_site_option('aiguy_network', 'x');
    ${onEachSite(`update_option('aiguy_settings', array('title' => 'x')); ${leaveTraces} delete_option('not_aiguy_option'); delete_option('aiguyx');`)}`);
  assert.ok(difference(await look(), before).filter((row) => row.includes('aiguy')).length >= 20);
  network.evaluate(removePlugin);
  assert.deepEqual(difference(await look(), before), []);
  network.evaluate(`require_once ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin('aiguy/aiguy.php', '', true);
    ${onEachSite("update_option('aiguy_settings', array('keep_data' => 2 === $id ? '1' : '0')); update_option('aiguy_later', \"of $id\");")}`);
  network.evaluate(removePlugin);
  const kept = difference(await look(), before).filter((row) => row.includes('aiguy_later'));
  assert.deepEqual([kept.length, kept[0]?.includes('of 2')], [1, true], 'the site whose owner wants it keeps its own');
});

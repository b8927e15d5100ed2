// What a real WordPress teaches its agent: what every visitor may read, soon after it changes; and what it has it forget.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import { staffScopes } from '../../scripts/keys.ts';
import { send } from '../../scripts/wordpress/http.ts';
import { type KnowledgeSite, startKnowledgeSite } from './knowledge-site.ts';

let on: KnowledgeSite;

before(async () => {
  on = await startKnowledgeSite();
});
after(async () => await on?.stop());
beforeEach(async () => await on.settle());

test('what is published is queued at once, without asking the agent, and sent by the next batch as a guest reads it', async () => {
  const before_ = on.upstream.received.length;
  const id = on.insert(
    `'post_title' => 'Tuning & <em>care</em>', 'post_content' => '<p>A tuning costs 95 dollars.</p>[aiguy_chat]<!-- wp:aiguy/chat /--><p>Open <b>daily'`,
  );
  assert.deepEqual([on.row(id)?.state, on.upstream.received.length], ['queued', before_]);
  assert.ok(Number(on.site.evaluate("echo wp_next_scheduled( 'aiguy_knowledge_work' );")) > 0);
  await on.work();
  const document = on.known.get(id);
  assert.deepEqual([document?.title, document?.language, document?.collection], ['Tuning & care', 'en-US', 'page']);
  assert.match(String(document?.url), /^http:\/\/127\.0\.0\.1:\d+\/tuning-care\//);
  assert.match(String(document?.modified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(String(document?.html), /95 dollars.*<b>daily<\/b>/s);
  assert.doesNotMatch(String(document?.html), /aiguy/);
  assert.equal(on.row(id)?.state, 'known');
  const jwks = JSON.parse((await send(`${on.site.url}/wp-json/aiguy/v1/jwks`)).text);
  const verifier = new TokenVerifier([{ issuer: on.site.url, kinds: ['staff-assertion'], jwks, scopes: staffScopes }]);
  const claims = await verifier.verify('staff-assertion', on.upstream.received.at(-1)?.headers.authorization?.replace('Bearer ', ''));
  assert.deepEqual([claims.sub, claims.scopes], ['site', ['knowledge:write']]);
});

test('each item is in the language that Polylang or WPML says it is in, and in the site’s where they know none', async () => {
  const languages: string[] = [];
  const learn = async (plugin: string) => {
    on.site.evaluate(
      `file_put_contents( WPMU_PLUGIN_DIR . '/languages.php', base64_decode( '${Buffer.from(`<?php ${plugin}`).toString('base64')}' ) );`,
    );
    const id = on.insert("'post_content' => 'Text.'");
    await on.work();
    languages.push(String(on.known.get(id)?.language));
  };
  const polylang = (answer: string) =>
    `function pll_get_post_language( $post_id, $field = 'slug' ) { return 'slug' === $field ? ${answer} : 'Deutsch'; }`;
  const wpml = (answer: string) =>
    `add_filter( 'wpml_post_language_details', fn( $empty, $post_id ) => get_post( $post_id ) ? ${answer} : $empty, 10, 2 );`;
  const details = "array( 'language_code' => 'pt-br', 'locale' => 'pt_BR', 'text_direction' => false, 'display_name' => 'Portuguese' )";
  await learn(polylang("'de'"));
  await learn(polylang('false'));
  await learn(wpml(details));
  await learn(wpml("new WP_Error( 'missing_id', 'Missing post ID' )"));
  on.site.evaluate("unlink( WPMU_PLUGIN_DIR . '/languages.php' );");
  assert.deepEqual(languages, ['de', 'en-US', 'pt-br', 'en-US']);
});

test('what only some may see stays out, though an administrator learns it', async () => {
  on.site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/members.php', '<?php add_shortcode( "members", fn() => is_user_logged_in() ? "secret of members" : "sign in" );' );`,
  );
  const id = on.insert(`'post_content' => '<p>Hello [members]</p>'`);
  const answered = await on.admin('/work', {});
  assert.equal(answered.status, 200);
  assert.match(String(on.known.get(id)?.html), /Hello sign in/);
});

const hidden: [string, (id: number) => void][] = [
  ['a draft', (id) => on.update(id, "'post_status' => 'draft'")],
  ['private', (id) => on.update(id, "'post_status' => 'private'")],
  ['in the trash', (id) => on.site.evaluate(`wp_trash_post( ${id} );`)],
  ['deleted', (id) => on.site.evaluate(`wp_delete_post( ${id}, true );`)],
  ['behind a password', (id) => on.update(id, "'post_password' => 'x'")],
  [
    'for later',
    (id) =>
      on.update(id, "'post_status' => 'future', 'post_date' => '2031-01-01 00:00:00', 'post_date_gmt' => '2031-01-01 00:00:00', 'edit_date' => true"),
  ],
  [
    'not for search engines',
    (id) => on.site.evaluate(`update_post_meta( ${id}, '_yoast_wpseo_meta-robots-noindex', '1' ); wp_update_post( array( 'ID' => ${id} ) );`),
  ],
  [
    'of another type',
    (id) =>
      on.site.evaluate(`register_post_type( 'note', array( 'public' => true ) ); wp_update_post( array( 'ID' => ${id}, 'post_type' => 'note' ) );`),
  ],
];
for (const [what, hide] of hidden) {
  test(`an item that is now ${what} is forgotten`, async () => {
    const id = on.insert();
    await on.work();
    assert.ok(on.known.has(id));
    hide(id);
    await on.work();
    assert.equal(on.known.has(id), false);
    assert.equal(on.row(id), null);
  });
}

test('what was never public is never sent, not even as something to forget', async () => {
  const ids = [
    on.insert("'post_status' => 'draft'"),
    on.insert("'post_password' => 'x'"),
    on.insert("'post_type' => 'attachment', 'post_status' => 'inherit'"),
  ];
  await on.work();
  assert.deepEqual(on.told, []);
  assert.deepEqual(
    ids.map((id) => on.row(id)),
    [null, null, null],
  );
});

test('an item that is left out is forgotten, and learnt again when it is let in', async () => {
  const id = on.insert();
  await on.work();
  assert.equal((await on.admin('/items', { ids: [id], action: 'exclude' })).status, 200);
  await on.work();
  assert.equal(on.known.has(id), false);
  on.update(id, "'post_content' => '<p>Changed meanwhile.</p>'");
  await on.work();
  assert.equal(on.known.has(id), false);
  const listed = await on.admin<{ items: { id: number; state: string }[] }>('/items?state=excluded');
  assert.ok(listed.body.items.some((item) => item.id === id && item.state === 'excluded'));
  await on.admin('/items', { ids: [id], action: 'include' });
  await on.work();
  assert.match(String(on.known.get(id)?.html), /Changed meanwhile/);
});

test('the same content is not sent twice, a new one is', async () => {
  const id = on.insert();
  await on.work();
  on.update(id, "'post_excerpt' => 'nothing that is learnt', 'post_modified' => ''");
  on.site.evaluate(`$wpdb->update( $wpdb->posts, array( 'post_modified_gmt' => '2026-01-01 00:00:00' ), array( 'ID' => ${id} ) );`);
  await on.work();
  on.hasten();
  on.told = [];
  on.site.evaluate(`( new Aiguy\\Knowledge\\Knowledge_Table() )->queue( array( ${id} ) );`);
  await on.work();
  const sent = on.told.length;
  on.site.evaluate(`( new Aiguy\\Knowledge\\Knowledge_Table() )->queue( array( ${id} ) );`);
  await on.work();
  assert.equal(on.told.length, sent);
  on.update(id, "'post_content' => '<p>A tuning costs 105 dollars.</p>'");
  await on.work();
  assert.match(String(on.known.get(id)?.html), /105 dollars/);
});

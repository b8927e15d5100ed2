// The owner's side of the knowledge on a real WordPress: the screen's routes, the editor's box, and what uninstalling leaves.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import { type KnowledgeSite, reply, startKnowledgeSite } from './knowledge-site.ts';
import { enter } from './site.ts';

let on: KnowledgeSite;

before(async () => {
  on = await startKnowledgeSite();
});
after(async () => await on?.stop());
beforeEach(async () => await on.settle());

test('«Learn now» sends everything anew, counts it, goes on from the open screen alone, and can be cancelled', async () => {
  type State = { import: { total: number; done: number } | null; counts: { known: number; queued: number }; batch?: { done: number } };
  const all = on.known.size;
  const begun = await on.admin<State>('/learn', {});
  assert.deepEqual([begun.body.import?.done, begun.body.counts.queued], [0, begun.body.import?.total]);
  assert.ok(Number(begun.body.import?.total) >= all);
  let state = begun.body;
  while (state.import) state = (await on.admin<State>('/work', {})).body;
  assert.equal(state.counts.queued, 0);
  assert.ok(on.told.length >= all);
  await on.admin('/learn', {});
  const cancelled = await on.admin<State>('/cancel', {});
  assert.deepEqual([cancelled.body.import, cancelled.body.counts.queued, cancelled.body.counts.known], [null, 0, state.counts.known]);
});

test('a type that is no longer chosen is forgotten, and one that is chosen is learnt', async () => {
  const post = on.insert("'post_type' => 'post'");
  await on.work();
  assert.ok(on.known.has(post));
  await on.admin('/types', { types: ['page'] });
  await on.work();
  assert.equal(on.known.has(post), false);
  await on.admin('/types', { types: ['page', 'post'] });
  await on.work();
  assert.ok(on.known.has(post));
});

test('the list finds by state and title, and a trial links the passage to where it is edited', async () => {
  const id = on.insert("'post_title' => 'Harpsichord <script>alert(1)</script> rental'");
  await on.work();
  const found = await on.admin<{ items: { id: number; title: string; state: string; edit: string }[]; total: number }>(
    '/items?state=known&search=Harpsichord',
  );
  assert.deepEqual(
    found.body.items.map((item) => [item.id, item.state]),
    [[id, 'known']],
  );
  assert.doesNotMatch(found.body.items[0]?.title ?? '', /</);
  const trial = {
    finding: {
      answerable: true,
      confidence: 0.9,
      threshold: 0.5,
      judge: 'score',
      corpus_version: '1',
      passages: [{ site_document: `post-${id}` }, { site_document: null }],
    },
    answer: { kind: 'cited', text: 'Yes.', citations: [] },
  };
  on.upstream.answer = (_request, response) => reply(response, 200, trial);
  const tried = await on.admin<{ finding: { passages: { edit: string }[] } }>('/try', { question: '  Do you rent harpsichords?  ' });
  assert.deepEqual(JSON.parse(on.upstream.received.at(-1)?.body ?? ''), { question: 'Do you rent harpsichords?' });
  const signed = () =>
    JSON.parse(Buffer.from(String(on.upstream.received.at(-1)?.headers.authorization).split('.')[1] ?? '', 'base64url').toString());
  assert.deepEqual([signed().agent.id, signed().agent.caps.site_cost_day_usd], ['main', 5], 'as the site’s first agent');
  on.site.evaluate(
    "update_option( 'aiguy_agents', array( 'version' => 1, 'default' => 'main', 'agents' => array( array( 'id' => 'main' ), array( 'id' => 'trade', 'collections' => array( 'manuals' ) ) ) ) );",
  );
  assert.deepEqual(
    (await on.admin<{ agents: { id: string }[] }>('')).body.agents.map(({ id: one }) => one),
    ['main', 'trade'],
  );
  await on.admin('/try', { question: 'Do you rent harpsichords?', agent: 'trade' });
  assert.deepEqual([signed().agent.id, signed().agent.collections], ['trade', ['manuals']]);
  on.site.evaluate("delete_option( 'aiguy_agents' );");
  assert.match(tried.body.finding.passages[0]?.edit ?? '', new RegExp(`post=${id}&action=edit`));
  assert.equal(tried.body.finding.passages[1]?.edit, '');
});

test('the parts of the knowledge are the chosen types, by their names, and whatever else was learnt', async () => {
  on.upstream.answer = (_request, response) =>
    reply(response, 200, {
      ...{ documents: [], next: null, total: 5 },
      collections: [
        { name: 'general', documents: 3 },
        { name: 'manuals', documents: 1 },
        { name: 'page', documents: 4 },
      ],
    });
  await on.admin('/types', { types: ['page', 'post'] });
  const { status, body } = await on.admin<{ collections: object[] }>('/collections');
  assert.equal(status, 200);
  assert.deepEqual(body.collections, [
    { documents: 0, name: 'post', label: 'Posts' },
    { documents: 4, name: 'page', label: 'Pages' },
    { documents: 3, name: 'general', label: 'Documents added on the server' },
    { documents: 1, name: 'manuals', label: 'manuals' },
  ]);
});

test('bad input and the wrong people are refused on every route, and reach nobody', async () => {
  const before_ = on.upstream.received.length;
  const bad: [string, unknown][] = [
    ['/types', { types: 'page' }],
    ['/types', { types: ['no-such-type'] }],
    ['/types', { types: ['page'], more: 1 }],
    ['/learn', { all: true }],
    ['/cancel', []],
    ['/work', { seconds: 1000 }],
    ['/items', { ids: [], action: 'exclude' }],
    ['/items', { ids: ['1'], action: 'exclude' }],
    ['/items', { ids: [-1], action: 'exclude' }],
    ['/items', { ids: Array.from({ length: 101 }, (_, at) => at + 1), action: 'exclude' }],
    ['/items', { ids: [1], action: 'delete' }],
    ['/try', { question: 'a' }],
    ['/try', { question: 'a'.repeat(401) }],
    ['/try', { question: 'How?', language: 'en' }],
    ['/try', { question: 'How?', agent: 1 }],
  ];
  for (const [path, body] of bad) assert.deepEqual([path, body, (await on.admin(path, body)).status], [path, body, 400]);
  for (const path of ['/items?state=all', '/items?page=0', '/items?page=x', `/items?search=${'a'.repeat(201)}`, '/items?search[]=a'])
    assert.deepEqual([path, (await on.admin(path)).status], [path, 400]);
  assert.equal((await on.admin('/types', { types: ['a'.repeat(70_000)] })).status, 413);
  const customer = await enter(on.site, 'aarav', 'aarav-demo');
  for (const path of ['', '/items', '/collections']) assert.equal((await on.admin(path, undefined, customer)).status, 403);
  for (const path of ['/types', '/learn', '/cancel', '/work', '/items', '/try']) {
    assert.equal((await on.admin(path, {}, customer)).status, 403);
    assert.equal((await on.admin(path, {}, { cookie: on.owner.cookie, headers: {} })).status, 401);
  }
  assert.equal(on.upstream.received.length, before_);
});

test('the box beside the editor leaves an item out, for who may manage and with its nonce only', async () => {
  const id = on.insert();
  await on.work();
  const url = `${on.site.url}/wp-admin/post.php`;
  // As the block editor sends its boxes.
  const editor = (await send(`${url}?post=${id}&action=edit&classic-editor__forget`, { headers: { cookie: on.owner.cookie } })).text;
  const nonce = /name="aiguy_knowledge_box" value="([^"]+)"/.exec(editor)?.[1];
  const wpnonce = /name="_wpnonce" value="([^"]+)"/.exec(editor)?.[1];
  assert.ok(nonce && wpnonce, 'the box is there');
  const form = { post_ID: String(id), post_type: 'page', action: 'editpost', _wpnonce: wpnonce, aiguy_knowledge_exclude: '1' };
  const submit = async (fields: Record<string, string>) =>
    await send(url, {
      method: 'POST',
      headers: { cookie: on.owner.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const excluded = () => JSON.parse(on.site.evaluate("echo wp_json_encode( get_option( 'aiguy_knowledge' )['exclude'] ?? array() );")) as number[];
  await submit({ ...form, aiguy_knowledge_box: 'wrong' });
  assert.equal(excluded().includes(id), false);
  // Another plugin saves a second item in the same request.
  const other = on.insert();
  const copier = join(on.site.tree.content, 'mu-plugins', 'copier.php');
  writeFileSync(
    copier,
    `<?php add_action( 'save_post', function ( $id ) { if ( $id === ${id} ) { wp_update_post( array( 'ID' => ${other}, 'post_title' => 'Copy' ) ); } } );`,
  );
  await submit({ ...form, aiguy_knowledge_box: nonce });
  rmSync(copier);
  assert.deepEqual([excluded().includes(id), excluded().includes(other)], [true, false]);
  await on.work();
  assert.equal(on.known.has(id), false);
  const list = (await send(`${on.site.url}/wp-admin/edit.php?post_type=page`, { headers: { cookie: on.owner.cookie } })).text;
  assert.match(list, /Left out/);
  on.site.evaluate(`wp_delete_post( ${id}, true );`);
  assert.equal(excluded().includes(id), false, 'what is gone is not kept as left out');
});

test('uninstalling leaves no table, option or planned event', async () => {
  const left = on.site.evaluate(
    `define( 'WP_UNINSTALL_PLUGIN', 'aiguy/aiguy.php' ); require WP_PLUGIN_DIR . '/aiguy/uninstall.php';
     echo wp_json_encode( array( $wpdb->get_var( "SHOW TABLES LIKE '%aiguy_knowledge'" ), $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'aiguy\\\\_knowledge%'" ), wp_next_scheduled( 'aiguy_knowledge_work' ), wp_next_scheduled( 'aiguy_knowledge_tend' ) ) );`,
  );
  assert.deepEqual(JSON.parse(left), [null, [], false, false]);
});

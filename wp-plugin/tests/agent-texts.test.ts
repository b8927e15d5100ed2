// What an agent says: the usual texts in the language of the page, the owner's own as he wrote them or as a plugin translates them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, optionsOf, startSite } from './site.ts';

type Agents = { default: string; agents: { name: string; greeting: string }[]; usual: { name: string; greeting: string } };

let site: NativeWordPress;
let owner: { cookie: string; headers: Record<string, string> };

before(async () => {
  site = await startSite('http://127.0.0.1:1');
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site?.stop();
});

const put = async (json: unknown) => await callRoute(site, 'admin/agents', { method: 'PUT', json, ...owner });
const get = async () => JSON.parse((await callRoute(site, 'admin/agents', owner)).text) as Agents;
const shortcode = (text: string) => site.evaluate(`echo do_shortcode( '${text}' );`);

test('what the owner has not touched is said in the language of the page, whatever language somebody saved in', async () => {
  site.evaluate(
    `update_option( 'aiguy_agents', array( 'version' => 1, 'default' => 'main', 'agents' => array( array( 'id' => 'main', 'name' => 'Support', 'greeting' => 'Hello! How can we help?' ), array( 'id' => 'own', 'name' => 'Ada', 'greeting' => 'Hi!' ) ) ) );`,
  );
  const list = await get();
  assert.deepEqual(
    list.agents.map(({ name, greeting }) => [name, greeting]),
    [
      ['', ''],
      ['Ada', 'Hi!'],
    ],
    'what an earlier version had stored of the usual texts is nobody’s own',
  );
  assert.deepEqual(list.usual, { name: 'Support', greeting: 'Hello! How can we help?' });
  // As an English administrator's screen sends it back.
  assert.equal((await put({ default: list.default, agents: list.agents })).status, 200);
  const inGerman = (code: string) => site.evaluate(`add_filter( 'locale', static fn() => 'de_DE' ); unload_textdomain( 'aiguy', true ); ${code}`);
  assert.equal(optionsOf(shortcode('[aiguy_chat]')).greeting, 'Hello! How can we help?');
  const shown = optionsOf(inGerman(`echo do_shortcode( '[aiguy_chat]' );`));
  assert.deepEqual([shown.title, shown.greeting], ['Support', 'Guten Tag! Wie können wir helfen?']);
  assert.equal(optionsOf(inGerman(`echo do_shortcode( '[aiguy_chat agent="own"]' );`)).greeting, 'Hi!');
  const languageOf = (code: string) => inGerman(`${code} echo ( new Aiguy\\Settings\\Agents() )->claim( 'main' )['language'] ?? 'none';`);
  assert.deepEqual(
    [
      languageOf(''),
      languageOf(`add_filter( 'locale', static fn() => 'pt_PT_ao90', 20 );`),
      languageOf(`add_filter( 'locale', static fn() => 'x', 20 );`),
    ],
    ['de-DE', 'pt-PT', 'none'],
  );
});

test('the owner’s own words are offered to Polylang and shown as it translates them', async () => {
  const own = { id: 'main', name: 'Ada', greeting: 'Hi!', suggested_questions: ['Where is it?'], consent: { on: true, text: 'Agree?' } };
  assert.equal((await put({ default: 'main', agents: [own, { id: 'plain' }] })).status, 200);
  site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/polylang.php', '<?php
      function pll_register_string( $name, $string, $context = "Polylang", $multiline = false ) {
        if ( ! is_admin() ) { return; }
        update_option( "test_told", array( ...(array) get_option( "test_told", array() ), implode( "|", array( $name, $string, $context, $multiline ? "lines" : "line" ) ) ) );
      }
      function pll__( $string ) { return "Hi!" === $string ? "Hallo!" : $string; }' );`,
  );
  await send(`${site.url}/wp-admin/profile.php`, { headers: { cookie: owner.cookie } });
  const offered = [...new Set(JSON.parse(site.evaluate(`echo wp_json_encode( get_option( 'test_told' ) );`)))];
  assert.deepEqual(offered, [
    'main: name|Ada|AIGuy|line',
    'main: greeting|Hi!|AIGuy|line',
    'main: consent|Agree?|AIGuy|line',
    'main: question 1|Where is it?|AIGuy|line',
  ]);
  const shown = optionsOf(shortcode('[aiguy_chat]'));
  assert.deepEqual([shown.title, shown.greeting, shown.suggestedQuestions], ['Ada', 'Hallo!', ['Where is it?']]);
  assert.equal((await get()).agents[0]?.greeting, 'Hi!', 'the screen has what was written');
  site.evaluate("unlink( WPMU_PLUGIN_DIR . '/polylang.php' );");
});

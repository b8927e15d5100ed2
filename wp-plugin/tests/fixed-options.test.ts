// Options that wp-config.php decides: they win on every screen, and what the owner had stored is left as it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite } from './site.ts';

const address = 'http://127.0.0.1:1';
const file = "WPMU_PLUGIN_DIR . '/options.php'";
let site: NativeWordPress;
let owner: { cookie: string; headers: Record<string, string> };

before(async () => {
  site = await startSite(address);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => await site?.stop());

const write = (value: string) =>
  site.evaluate(`file_put_contents( ${file}, "<?php define( 'AIGUY_OPTIONS', base64_decode( '${Buffer.from(value).toString('base64')}' ) );" );`);
const admin = async (path: string, json?: object, method = 'POST') =>
  JSON.parse((await callRoute(site, `admin/${path}`, { ...owner, ...(json ? { method, json } : {}) })).text);

test('what wp-config.php says of the options wins on every screen, and only that can’t be changed', async () => {
  const options = { knowledge: { types: ['page'] }, alerts: { emails: ['desk@shop.example'] }, weekly_report_addresses: ['boss@shop.example'] };
  write(JSON.stringify(options));
  assert.deepEqual((await admin('alerts')).emails, ['desk@shop.example']);
  assert.deepEqual((await admin('reports/mail')).addresses, ['boss@shop.example']);
  assert.equal((await admin('alerts', { emails: ['desk@shop.example'] })).code, undefined, 'the same again is no change');
  for (const [path, json] of [
    ['alerts', { emails: [] }],
    ['knowledge/types', { types: ['page', 'post'] }],
  ] as const) {
    const { code, message } = await admin(path, json);
    assert.deepEqual([path, code, message], [path, 'invalid_request', 'This is set by the constant AIGUY_OPTIONS in wp-config.php.']);
  }
  assert.equal(site.evaluate("echo implode( ',', ( new Aiguy\\Knowledge\\Choice() )->types() );"), 'page');
  site.evaluate('( new Aiguy\\Knowledge\\Choice() )->exclude( array( 2 ) );');
  assert.equal(site.evaluate("echo implode( ',', ( new Aiguy\\Knowledge\\Choice() )->excluded() );"), '2');
  write('not JSON');
  assert.deepEqual((await admin('reports/mail')).addresses, []);
  site.evaluate(`unlink( ${file} );`);
});

test('what wp-config.php says of the options is never stored: without it everything is as the owner had left it', async () => {
  const stored = (name: string) => {
    const row = `$wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = 'aiguy_${name}'" )`;
    return JSON.parse(site.evaluate(`echo wp_json_encode( maybe_unserialize( ${row} ) );`));
  };
  site.evaluate(
    `update_option( 'aiguy_knowledge', array( 'types' => array( 'post' ), 'exclude' => array( 1 ) ) );
     update_option( 'aiguy_weekly_report_addresses', array( 'mine@shop.example', 'desk@shop.example' ) ); delete_option( 'aiguy_alerts' );`,
  );
  const secret = 'a secret of wp-config.php';
  const options = {
    settings: { orchestrator_url: 'http://127.0.0.1:2' },
    knowledge: { types: ['page'] },
    alerts: { webhook_url: 'https://hook.shop.example/', webhook_secret: secret },
    weekly_report_addresses: ['boss@shop.example'],
  };
  write(JSON.stringify(options));
  const choice = '( new Aiguy\\Knowledge\\Choice() )';
  site.evaluate(`${choice}->exclude( array( 2 ) );`);
  site.evaluate("update_option( 'aiguy_settings', array( 'suggest_articles' => '0' ) + get_option( 'aiguy_settings' ) );");
  assert.equal((await admin('alerts', { emails: [] })).webhookHost, 'hook.shop.example');
  assert.deepEqual((await admin('reports/mail', { addresses: ['boss@shop.example'] }, 'PUT')).addresses, ['boss@shop.example']);
  assert.deepEqual(stored('knowledge'), { types: ['post'], exclude: [1, 2] });
  assert.deepEqual(stored('settings'), { suggest_articles: '0', orchestrator_url: address });
  assert.deepEqual(stored('weekly_report_addresses'), ['mine@shop.example', 'desk@shop.example']);
  assert.deepEqual(stored('alerts'), { emails: [], slack_url: '' });
  assert.equal(site.evaluate(`echo implode( ',', ${choice}->types() );`), 'page', 'meanwhile the constant counts');
  site.evaluate(`unlink( ${file} );`);
  assert.equal(site.evaluate(`echo implode( ',', ${choice}->types() );`), 'post');
});

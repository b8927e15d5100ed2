// The set-up of a WordPress of ours, on a real one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dataDirectory, projectRoot } from '../data-directory.ts';
import { chatPage, demoUsers, frontPage } from '../demo-site.ts';
import { freePort } from '../free-port.ts';
import { type NativeWordPress, startNativeWordPress } from './native.ts';

let site: NativeWordPress;

before(async () => {
  const port = await freePort();
  site = await startNativeWordPress({
    cacheDir: join(dataDirectory(), 'cache'),
    pluginDir: join(projectRoot, 'wp-plugin'),
    port,
    site: {
      siteUrl: `http://127.0.0.1:${port}`,
      siteTitle: 'Test shop',
      orchestratorUrl: 'http://127.0.0.1:9',
      users: demoUsers(),
      pages: [],
      frontPage,
      chatPage,
    },
    log: () => undefined,
  });
});
after(async () => await site?.stop());

const pagesOf = (slug: string) => site.evaluate(`echo count( get_posts( array( 'post_type' => 'page', 'name' => '${slug}' ) ) );`);

test('a set-up that was cut off is done again by the next request, once', () => {
  const abort = 'unlink( __FILE__ ); exit;';
  site.evaluate(
    // The set-up dies over the chat page, before it comes to the front page.
    `wp_delete_post( get_page_by_path( '${frontPage.slug}' )->ID, true ); delete_option( 'aiguy_site_digest' );
    file_put_contents( WPMU_PLUGIN_DIR . '/abort.php', '<?php add_action( "save_post", static function () { ${abort} } );' );`,
  );
  assert.equal(site.evaluate("echo 'not reached';"), '');
  assert.equal(site.evaluate("echo get_bloginfo( 'name' );"), 'Test shop');
  assert.deepEqual([pagesOf(chatPage.slug), pagesOf(frontPage.slug)], ['1', '1']);
});

test('while one request sets the site up, another one goes on without', () => {
  const held = "$held = fopen( AIGUY_SITE_FILE, 'r' ); flock( $held, LOCK_EX );";
  const other = site.evaluate(
    `delete_option( 'aiguy_site_digest' ); ${held} echo shell_exec( PHP_BINARY . ' -r ' . escapeshellarg( '$_SERVER["HTTP_HOST"] = "127.0.0.1"; require "' . ABSPATH . 'wp-load.php"; var_export( get_option( "aiguy_site_digest" ) );' ) );`,
  );
  assert.equal(other, 'false');
  assert.notEqual(site.evaluate("echo get_option( 'aiguy_site_digest' );"), '');
});

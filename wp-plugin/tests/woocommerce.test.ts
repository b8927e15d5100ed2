// What WooCommerce is told of us, and what its product pages tell the agent. It can't be had here: the class, the post type and the function that we use of it are
// played, as its source says they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, startSite, startUpstream, type Upstream } from './site.ts';

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

/** It refuses what it doesn't know, and everything outside of its hook. */
const played = `<?php namespace Automattic\\WooCommerce\\Utilities;
class FeaturesUtil {
  public static array $told = array();
  public static function declare_compatibility( string $feature_id, string $plugin_file, bool $positive_compatibility = true ): bool {
    $is_known = in_array( $feature_id, array( 'custom_order_tables', 'cart_checkout_blocks', 'product_block_editor' ), true ) && is_file( $plugin_file );
    if ( ! doing_action( 'before_woocommerce_init' ) || ! $is_known ) { return false; }
    self::$told[] = array( $feature_id, plugin_basename( $plugin_file ), $positive_compatibility );
    return true;
  }
}`;

test('HPOS and the blocks of cart and checkout are declared, and nothing is where there is no WooCommerce', () => {
  const told =
    'echo wp_json_encode( class_exists( "Automattic\\\\WooCommerce\\\\Utilities\\\\FeaturesUtil", false ) ? Automattic\\WooCommerce\\Utilities\\FeaturesUtil::$told : null );';
  assert.equal(site.evaluate(`do_action( 'before_woocommerce_init' ); ${told}`), 'null');
  site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/woo.php', base64_decode( '${Buffer.from(played).toString('base64')}' ) );`);
  assert.deepEqual(JSON.parse(site.evaluate(`do_action( 'before_woocommerce_init' ); ${told}`)), [
    ['custom_order_tables', 'aiguy/aiguy.php', true],
    ['cart_checkout_blocks', 'aiguy/aiguy.php', true],
  ]);
});

/** Nothing before woocommerce_init, and nothing for what is no product. */
const products = `<?php add_action( 'init', fn() => register_post_type( 'product', array( 'public' => true, 'rewrite' => array( 'slug' => 'product' ) ) ), 5 );
add_action( 'init', fn() => do_action( 'woocommerce_init' ), 0 );
class WC_Product { public function get_sku( $context = 'view' ) { return 'TENT-3 '; } }
function wc_get_product( $the_product = false, $deprecated = array() ) {
  if ( ! did_action( 'woocommerce_init' ) || 'broken' === get_post_field( 'post_name', $the_product ) ) { return false; }
  return 'product' === get_post_type( $the_product ) ? new WC_Product() : null;
}`;

test('a message from a product’s page names the product to the agent; from any other page, or about what is not public, none', async () => {
  const add = (slug: string, more = '') =>
    `wp_insert_post(array('post_type' => 'product', 'post_name' => '${slug}', 'post_title' => 'Canvas <b>tent</b> &amp; poles', 'post_status' => 'publish' ${more}));`;
  site.evaluate(`file_put_contents( WPMU_PLUGIN_DIR . '/products.php', base64_decode( '${Buffer.from(products).toString('base64')}' ) );`);
  site.evaluate(`${add('tent')} ${add('hidden', ", 'post_password' => 'x'")} ${add('broken')} flush_rewrite_rules();`);
  const { cookie } = await openSession(site);
  const sentFrom = async (referer: string) => {
    await callRoute(site, 'chat', { method: 'POST', cookie, json: { message: 'Is this one in stock?' }, headers: { referer } });
    return JSON.parse(upstream.received.at(-1)?.body ?? '{}') as { message: string; product?: object };
  };
  assert.deepEqual(await sentFrom(`${site.url}/product/tent/?utm_source=mail#reviews`), {
    message: 'Is this one in stock?',
    product: { name: 'Canvas tent & poles', sku: 'TENT-3' },
  });
  assert.deepEqual((await sentFrom(`${site.url}/product/broken/`)).product, { name: 'Canvas tent & poles' }, 'WooCommerce can’t read it');
  for (const page of ['/product/hidden/', '/product/none/', '/support/', '/'])
    assert.equal((await sentFrom(site.url + page)).product, undefined, page);
  assert.equal((await sentFrom('https://evil.example/product/tent/')).product, undefined);
});

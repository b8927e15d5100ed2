// What WooCommerce is told of us. It can't be had here, so its one class that we call is played; that it calls us at this moment is WooCommerce's documentation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { startSite } from './site.ts';

let site: NativeWordPress;

before(async () => {
  site = await startSite('http://127.0.0.1:9');
});
after(async () => await site.stop());

const played = `<?php namespace Automattic\\WooCommerce\\Utilities;
final class FeaturesUtil { public static array $told = array(); public static function declare_compatibility( string $feature, string $file, bool $is ): bool { self::$told[] = array( $feature, plugin_basename( $file ), $is ); return true; } }`;

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

<?php
/**
 * Plugin Name:       AIGuy
 * Description:       A support agent for your site: answers from your own documents with sources, looks up your customers' own orders, and never spends more than you allow.
 * Version:           0.1.0
 * Requires at least: 6.6
 * Requires PHP:      8.1
 * Author:            The AIGuy contributors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       aiguy
 * Domain Path:       /languages
 */

declare(strict_types=1);

namespace Aiguy;

defined( 'ABSPATH' ) || exit;

if ( PHP_VERSION_ID < 80100 || ! is_wp_version_compatible( '6.6' ) || ! function_exists( 'sodium_crypto_sign_detached' ) || ! extension_loaded( 'curl' ) ) {
	add_action(
		'admin_notices',
		static function (): void {
			printf( '<div class="notice notice-error"><p>%s</p></div>', esc_html__( 'AIGuy needs WordPress 6.6 or newer, and PHP 8.1 or newer with its extensions sodium and curl.', 'aiguy' ) );
		}
	);
	return;
}

spl_autoload_register(
	static function ( string $name ): void {
		if ( str_starts_with( $name, __NAMESPACE__ . '\\' ) ) {
			require __DIR__ . '/includes/' . str_replace( '\\', '/', substr( $name, strlen( __NAMESPACE__ ) + 1 ) ) . '.php';
		}
	}
);

( new Plugin( __FILE__ ) )->start();

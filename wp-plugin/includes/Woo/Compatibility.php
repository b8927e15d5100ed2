<?php
/**
 * Tells WooCommerce what this plugin gets on with: its own tables for orders (HPOS), and cart and checkout as blocks. Orders are only reached by the tools API
 * through WooCommerce's REST API, so here is nothing that could get in the way.
 */

declare(strict_types=1);

namespace Aiguy\Woo;

final class Compatibility {

	private const FEATURES = array( 'custom_order_tables', 'cart_checkout_blocks' );

	public function __construct( private readonly string $file ) {}

	public function add_hooks(): void {
		add_action( 'before_woocommerce_init', $this->declare_features( ... ) );
	}

	private function declare_features(): void {
		if ( class_exists( \Automattic\WooCommerce\Utilities\FeaturesUtil::class ) ) {
			foreach ( self::FEATURES as $feature ) {
				\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, $this->file, true );
			}
		}
	}
}

<?php
/**
 * The product on whose page a visitor wrote, by the Referer of his request: so nothing of it stands in a page, and no other product than the shop's own can be named.
 */

declare(strict_types=1);

namespace Aiguy\Woo;

final class Viewed_Product {

	private const NAME_MAX = 120;
	private const SKU_MAX  = 60;

	/** @return array{name: string, sku?: string}|null Null where there is no WooCommerce, and for every page that is no published product's. */
	public static function of( string $referer ): ?array {
		if ( '' === $referer || strlen( $referer ) > 2000 || ! function_exists( 'wc_get_product' ) || ! str_starts_with( $referer, trailingslashit( home_url() ) ) ) {
			return null;
		}
		$post = get_post( url_to_postid( $referer ) );
		if ( ! $post instanceof \WP_Post || 'product' !== $post->post_type || 'publish' !== $post->post_status || '' !== $post->post_password ) {
			return null;
		}
		$name    = self::line( get_the_title( $post ), self::NAME_MAX );
		$product = wc_get_product( $post->ID );
		$sku     = is_object( $product ) ? self::line( (string) $product->get_sku(), self::SKU_MAX ) : '';
		return '' === $name ? null : array( 'name' => $name ) + ( '' === $sku ? array() : array( 'sku' => $sku ) );
	}

	private static function line( string $text, int $max ): string {
		return mb_substr( trim( (string) preg_replace( '/\s+/u', ' ', html_entity_decode( wp_strip_all_tags( $text ), ENT_QUOTES, 'UTF-8' ) ) ), 0, $max );
	}
}

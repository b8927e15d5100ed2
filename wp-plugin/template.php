<?php
/**
 * The template function, for themes that place the chat in PHP.
 */

declare(strict_types=1);

defined( 'ABSPATH' ) || exit;

if ( ! function_exists( 'aiguy_chat' ) ) {
	/**
	 * Prints a chat where it is called; needs wp_footer() further down the page.
	 *
	 * A theme that must work without the plugin calls do_action( 'aiguy_chat', $attributes ) instead, which does the same.
	 *
	 * @since 0.1.0
	 *
	 * @param array<string, string> $attributes As in the shortcode [aiguy_chat]: position, title, greeting, placeholder, theme, agent,
	 *                                          accent, accent_text, background, text, border, radius, font_size, height.
	 */
	function aiguy_chat( array $attributes = array() ): void {
		do_action( 'aiguy_chat', $attributes );
	}
}

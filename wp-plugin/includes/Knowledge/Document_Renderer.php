<?php
/**
 * An item as a visitor who is not signed in reads it: blocks and shortcodes done, without our own chat and without what a shop changes by the hour.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Document_Renderer {

	private const TITLE_LENGTH_MAX = 300;
	/** Prices, stock and carts: tools look them up when somebody asks. */
	private const VOLATILE = '/\A(?:aiguy|woocommerce)(?:[\/_-]|\z)|\A(?:products?|product_[a-z_]+|add_to_cart(?:_url)?|recent_products|sale_products|featured_products|best_selling_products|top_rated_products|related_products|shop_messages)\z/';

	/**
	 * @return array<string, string>|null KnowledgeDocument of manifests/protocol/http.json; null when there is nothing to read.
	 * @throws \Throwable Whatever a plugin throws while it draws.
	 */
	public function document( \WP_Post $post ): ?array {
		$html = $this->as_guest( $post, fn(): string => $this->content( $post ) );
		if ( ! preg_match( '/[\p{L}\p{N}]/u', wp_strip_all_tags( $html ) ) ) {
			return null;
		}
		$title    = trim( self::clean( html_entity_decode( wp_strip_all_tags( get_the_title( $post ) ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) ) );
		$modified = get_post_modified_time( 'Y-m-d\TH:i:s\Z', true, $post );
		$document = array(
			'title'      => mb_substr( '' === $title ? (string) get_bloginfo( 'name' ) : $title, 0, self::TITLE_LENGTH_MAX ),
			'url'        => (string) get_permalink( $post ),
			'html'       => $html,
			'language'   => self::language( $post ),
			'collection' => self::collection( $post->post_type ),
			'modified'   => is_string( $modified ) ? $modified : gmdate( 'Y-m-d\TH:i:s\Z' ),
		);
		/**
		 * Filters what is learnt of an item.
		 *
		 * @since 0.1.0
		 *
		 * @param array<string, string> $document title, url, html, language, collection, modified.
		 * @param \WP_Post              $post     The item.
		 */
		return array_filter( (array) apply_filters( 'aiguy_knowledge_document', $document, $post ), is_string( ... ) );
	}

	/** The part of the knowledge to which items of a type belong, unless a filter says otherwise. */
	public static function collection( string $type ): string {
		return substr( trim( (string) preg_replace( '/[^a-z0-9]+/', '-', $type ), '-' ), 0, 40 );
	}

	private function content( \WP_Post $post ): string {
		// A shop's short description says more than its long one.
		$text = 'product' === $post->post_type ? $post->post_excerpt . "\n\n" . $post->post_content : $post->post_content;
		return self::clean( force_balance_tags( (string) apply_filters( 'the_content', $text ) ) );
	}

	/** @param \Closure(): string $draw */
	private function as_guest( \WP_Post $post, \Closure $draw ): string {
		$user  = get_current_user_id();
		$outer = $GLOBALS['post'] ?? null;
		$block = static fn( ?string $html, array $parsed ): ?string => preg_match( self::VOLATILE, (string) $parsed['blockName'] ) ? '' : $html;
		$code  = static fn( string|false $html, string $tag ): string|false => preg_match( self::VOLATILE, $tag ) ? '' : $html;
		$level = ob_get_level();
		wp_set_current_user( 0 );
		// Last, because core's own filter forgets what was said before it.
		add_filter( 'pre_render_block', $block, PHP_INT_MAX, 2 );
		add_filter( 'pre_do_shortcode_tag', $code, PHP_INT_MAX, 2 );
		$GLOBALS['post'] = $post;
		setup_postdata( $post );
		ob_start();
		try {
			return $draw();
		} finally {
			while ( ob_get_level() > $level ) {
				ob_end_clean();
			}
			remove_filter( 'pre_do_shortcode_tag', $code, PHP_INT_MAX );
			remove_filter( 'pre_render_block', $block, PHP_INT_MAX );
			wp_set_current_user( $user );
			$GLOBALS['post'] = $outer;
			wp_reset_postdata();
		}
	}

	/** Polylang and WPML know the language of each item. */
	private static function language( \WP_Post $post ): string {
		$language = function_exists( 'pll_get_post_language' ) ? pll_get_post_language( $post->ID, 'slug' ) : '';
		$details  = '' === (string) $language ? apply_filters( 'wpml_post_language_details', null, $post->ID ) : null;
		$language = is_array( $details ) ? (string) ( $details['language_code'] ?? '' ) : (string) $language;
		$language = '' === $language ? get_bloginfo( 'language' ) : $language;
		return preg_match( '/\A[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*\z/', $language ) ? $language : 'en';
	}

	/** Valid UTF-8 without control characters. */
	private static function clean( string $text ): string {
		return (string) preg_replace( '/[\x00-\x08\x0B\x0C\x0E-\x1F]/', '', mb_scrub( $text, 'UTF-8' ) );
	}
}

<?php
/**
 * Whether an item may be learnt: only what every visitor may read, of a chosen type, not left out and not hidden from search engines.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Eligibility {

	public function __construct( private readonly Choice $choice ) {}

	public function may_learn( \WP_Post $post ): bool {
		$may = in_array( $post->post_type, $this->choice->types(), true )
			&& 'publish' === $post->post_status
			&& '' === $post->post_password
			&& ! $this->choice->is_excluded( $post->ID )
			&& ! self::is_noindex( $post->ID );
		/**
		 * Filters whether an item is learnt; one that may not be is forgotten.
		 *
		 * @since 0.1.0
		 *
		 * @param bool     $may  Public, of a chosen type, without a password, not left out, not noindex.
		 * @param \WP_Post $post The item.
		 */
		return $may && (bool) apply_filters( 'aiguy_knowledge_may_learn', $may, $post );
	}

	/** What Yoast SEO, Rank Math and SEOPress keep for one item. */
	private static function is_noindex( int $id ): bool {
		return '1' === (string) get_post_meta( $id, '_yoast_wpseo_meta-robots-noindex', true )
			|| in_array( 'noindex', (array) get_post_meta( $id, 'rank_math_robots', true ), true )
			|| 'yes' === (string) get_post_meta( $id, '_seopress_robots_index', true );
	}

	/**
	 * Items that could be learnt, by id; each still has to be asked for.
	 *
	 * @return list<int>
	 */
	public function candidates( int $after, int $limit ): array {
		global $wpdb;
		$types = $this->choice->types();
		if ( array() === $types ) {
			return array();
		}
		$places = implode( ', ', array_fill( 0, count( $types ), '%s' ) );
		$ids    = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE ID > %d AND post_status = 'publish' AND post_password = '' AND post_type IN ($places) ORDER BY ID LIMIT %d", $after, ...$types, ...array( $limit ) ) );
		return array_map( intval( ... ), $ids );
	}
}

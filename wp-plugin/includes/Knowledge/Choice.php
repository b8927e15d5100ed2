<?php
/**
 * What the owner has chosen to have learnt: types of content, and single items that are left out.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Fixed_Options;

final class Choice {

	/** { types: list of post types, exclude: list of post ids }. */
	public const OPTION = 'aiguy_knowledge';

	/** @return list<string> Types that exist here and are meant for visitors. */
	public function types(): array {
		$chosen = $this->option()['types'] ?? null;
		$chosen = is_array( $chosen ) ? $chosen : array( 'page', 'post', ...( class_exists( 'WooCommerce' ) ? array( 'product' ) : array() ) );
		return array_values( array_intersect( array_keys( $this->available() ), $chosen ) );
	}

	/** @return array<string, string> What can be chosen: type => its name in the plural. */
	public function available(): array {
		$types = get_post_types( array( 'public' => true ), 'objects' );
		unset( $types['attachment'] );
		return array_map( static fn( \WP_Post_Type $type ): string => $type->labels->name, $types );
	}

	/** @return list<int> */
	public function excluded(): array {
		$ids = $this->option()['exclude'] ?? array();
		return is_array( $ids ) ? array_values( array_unique( array_filter( array_map( absint( ... ), $ids ) ) ) ) : array();
	}

	public function is_excluded( int $id ): bool {
		return in_array( $id, $this->excluded(), true );
	}

	/**
	 * @param list<string> $types
	 * @throws Api_Exception invalid_request where wp-config.php decides.
	 */
	public function choose( array $types ): void {
		$this->replace( array_values( array_intersect( array_keys( $this->available() ), $types ) ), $this->excluded() );
	}

	/**
	 * @param list<string> $types
	 * @param list<int>    $exclude
	 * @throws Api_Exception invalid_request where wp-config.php decides.
	 */
	public function replace( array $types, array $exclude ): void {
		foreach ( array( 'types' => array( $types, $this->types() ), 'exclude' => array( $exclude, $this->excluded() ) ) as $field => list( $wanted, $now ) ) {
			if ( array() !== array_merge( array_diff( $wanted, $now ), array_diff( $now, $wanted ) ) ) {
				Fixed_Options::assert_free( 'knowledge', $field );
			}
		}
		$this->save( array( 'types' => $types, 'exclude' => $exclude ) );
	}

	/** @param list<int> $ids */
	public function exclude( array $ids ): void {
		$this->save( array( 'exclude' => array_values( array_unique( array( ...$this->excluded(), ...$ids ) ) ) ) );
	}

	/** @param list<int> $ids */
	public function include( array $ids ): void {
		$this->save( array( 'exclude' => array_values( array_diff( $this->excluded(), $ids ) ) ) );
	}

	/** @param array<string, mixed> $change */
	private function save( array $change ): void {
		update_option( self::OPTION, $change + array( 'types' => $this->types(), 'exclude' => $this->excluded() ), true );
	}

	/** @return array<string, mixed> */
	private function option(): array {
		$option = get_option( self::OPTION, array() );
		return is_array( $option ) ? $option : array();
	}
}

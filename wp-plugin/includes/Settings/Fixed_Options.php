<?php
/**
 * Options that wp-config.php decides: the constant AIGUY_OPTIONS is a JSON object of some of them, and its fields win over what is stored. What is not an
 * object is ignored as a whole. What was stored before is there again when the constant is gone.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Rest\Api_Exception;

final class Fixed_Options {

	/** Each stands for the option aiguy_ and its name. */
	private const NAMES = array( 'settings', 'knowledge', 'alerts', 'weekly_report_addresses' );

	public function add_hooks(): void {
		foreach ( array_intersect_key( self::given(), array_flip( self::NAMES ) ) as $name => $value ) {
			$decide = static fn( mixed $stored ): array => array_is_list( $value ) ? $value : $value + ( is_array( $stored ) ? $stored : array() );
			self::listen( "aiguy_$name", $decide );
			// Whoever saves another field has read these, and brings them along.
			add_filter( "pre_update_option_aiguy_$name", static fn( mixed $next, mixed $now ): mixed => self::to_store( array( $next, $now ), $value, self::stored( "aiguy_$name", $decide ) ), 10, 2 );
		}
	}

	private static function listen( string $option, \Closure $decide ): void {
		add_filter( "option_$option", $decide );
		add_filter( "default_option_$option", $decide );
	}

	/** What the constant says nothing of; null where nothing is stored. */
	private static function stored( string $option, \Closure $decide ): mixed {
		remove_filter( "option_$option", $decide );
		remove_filter( "default_option_$option", $decide );
		$stored = get_option( $option, null );
		self::listen( $option, $decide );
		return $stored;
	}

	/**
	 * @param array{mixed, mixed} $change What is to be stored, and what is read now.
	 * @param array<mixed>        $fixed
	 */
	private static function to_store( array $change, array $fixed, mixed $stored ): mixed {
		list( $next, $now ) = $change;
		if ( array_is_list( $fixed ) || ! is_array( $next ) ) {
			return $stored ?? $now;
		}
		return array_intersect_key( is_array( $stored ) ? $stored : array(), $fixed ) + array_diff_key( $next, $fixed );
	}

	/**
	 * For whoever is about to store something else.
	 *
	 * @throws Api_Exception invalid_request when the constant has this field, or, without one, the option.
	 */
	public static function assert_free( string $name, ?string $field = null ): void {
		$value = self::given()[ $name ] ?? null;
		if ( null === $value || ( null !== $field && ! isset( $value[ $field ] ) ) ) {
			return;
		}
		$rule = __( 'This is set by the constant AIGUY_OPTIONS in wp-config.php.', 'aiguy' );
		throw Api_Exception::passed_on( array( 'code' => 'invalid_request', 'message' => $rule, 'requestId' => wp_generate_uuid4(), 'details' => array( array( 'pointer' => '/' . (string) $field, 'rule' => $rule ) ) ), 400 );
	}

	/** @return array<string, array<mixed>> */
	private static function given(): array {
		$given = defined( 'AIGUY_OPTIONS' ) ? json_decode( (string) AIGUY_OPTIONS, true, 8 ) : null;
		return array_filter( is_array( $given ) ? $given : array(), is_array( ... ) );
	}
}

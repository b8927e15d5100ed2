<?php
/**
 * Who gets the weekly mail: people of the site who asked for it themselves, and addresses that a manager has entered. Nobody, until somebody has.
 */

declare(strict_types=1);

namespace Aiguy\Reports;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Fixed_Options;
use Aiguy\Staff\Capabilities;

final class Weekly_Recipients {

	public const META   = 'aiguy_weekly_report';
	public const OPTION = 'aiguy_weekly_report_addresses';

	private const ADDRESSES_MAX = 20;

	public function has( int $user ): bool {
		return (bool) get_user_option( self::META, $user );
	}

	/** Of this site alone, in a network too. */
	public function set( int $user, bool $wanted ): void {
		if ( $wanted ) {
			update_user_option( $user, self::META, '1' );
		} else {
			delete_user_option( $user, self::META );
		}
	}

	/** @return list<string> */
	public function addresses(): array {
		return array_values( array_filter( (array) get_option( self::OPTION, array() ), 'is_string' ) );
	}

	/**
	 * @param list<string> $addresses As are_addresses() allows them.
	 * @throws Api_Exception invalid_request where wp-config.php decides.
	 */
	public function set_addresses( array $addresses ): void {
		if ( array_values( array_unique( $addresses ) ) !== $this->addresses() ) {
			Fixed_Options::assert_free( 'weekly_report_addresses' );
		}
		update_option( self::OPTION, array_values( array_unique( $addresses ) ), false );
	}

	/** @param array<mixed> $values */
	public static function are_addresses( array $values ): bool {
		$valid = array_filter( $values, static fn( mixed $value ): bool => is_string( $value ) && strlen( $value ) <= 254 && (bool) is_email( $value ) );
		return array_is_list( $values ) && count( $values ) <= self::ADDRESSES_MAX && count( $valid ) === count( $values );
	}

	/** @return array<string, string|null> The language for each address, null for the site's; whoever may not see the figures any more gets none. */
	public function all(): array {
		global $wpdb;
		// Once a week; by capability it would miss whom a filter lets see the reports.
		$people = get_users( array( 'meta_key' => $wpdb->get_blog_prefix() . self::META, 'meta_value' => '1' ) );
		$all    = array_fill_keys( $this->addresses(), null );
		foreach ( $people as $person ) {
			if ( user_can( $person, Capabilities::VIEW ) ) {
				$all[ $person->user_email ] = get_user_locale( $person );
			}
		}
		return $all;
	}
}

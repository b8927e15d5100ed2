<?php
/**
 * When the days and months of this site begin: its time zone, as WordPress is set, for limits and figures.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Site_Clock {

	/** @return array{}|array{time_zone: string} The claim of VisitorAssertion and StaffAssertion in manifests/protocol/claims.json. */
	public static function claim(): array {
		$zone = wp_timezone_string();
		return in_array( $zone, array( 'UTC', '+00:00' ), true ) ? array() : array( 'time_zone' => $zone );
	}

	/** YYYY-MM-DD. */
	public static function today(): string {
		return current_datetime()->format( 'Y-m-d' );
	}
}

<?php
/**
 * Whether the money of the day or the month is nearly or wholly used, by what the orchestrator has counted and the limits as they are now.
 */

declare(strict_types=1);

namespace Aiguy\Health;

use Aiguy\Rest\Api_Exception;
use Aiguy\Session\Site_Clock;
use Aiguy\Settings\Agents;
use Aiguy\Staff\Staff_Client;

final class Budget_Check {

	/** From here on the owner should hear of it before his visitors do. */
	private const NEAR = 0.8;

	public function __construct( private readonly Staff_Client $client, private readonly Agents $agents ) {}

	public function result(): Health_Result {
		$today = Site_Clock::today();
		try {
			$report = $this->client->call( 'report:read', 'GET', "/staff/reports?from=$today&to=$today", null, array( 'agent' => $this->agents->claim( '' ) ) );
		} catch ( Api_Exception ) {
			return new Health_Result( 'budget', 'recommended', __( 'What the chat costs could not be read', 'aiguy' ), __( 'See the other tests of AIGuy: the chat service can’t be reached, or does not know this site.', 'aiguy' ) );
		}
		$day   = (array) ( $report['budget']['day'] ?? array() );
		$month = (array) ( $report['budget']['month'] ?? array() );
		return match ( true ) {
			self::is_met( $month )  => new Health_Result( 'budget', 'critical', __( 'The chat has used up its budget of this month', 'aiguy' ), self::spent( $month ) . ' ' . __( 'Until the next month begins, visitors get what you have chosen for this case instead of the usual answers. Raise the limit if you want more.', 'aiguy' ) ),
			self::is_met( $day )    => new Health_Result( 'budget', 'critical', __( 'The chat has used up its budget of today', 'aiguy' ), self::spent( $day ) . ' ' . __( 'Until the next day begins, visitors get what you have chosen for this case instead of the usual answers. Raise the limit if you want more.', 'aiguy' ) ),
			self::is_near( $month ) => new Health_Result( 'budget', 'recommended', __( 'The chat’s budget of this month is nearly used up', 'aiguy' ), self::spent( $month ) . ' ' . __( 'At the limit, visitors get what you have chosen for this case instead of the usual answers. Raise the limit if you want more.', 'aiguy' ) ),
			self::is_near( $day )   => new Health_Result( 'budget', 'recommended', __( 'The chat’s budget of today is nearly used up', 'aiguy' ), self::spent( $day ) . ' ' . __( 'At the limit, visitors get what you have chosen for this case instead of the usual answers. Raise the limit if you want more.', 'aiguy' ) ),
			default                 => new Health_Result( 'budget', 'good', __( 'The chat is within its budget', 'aiguy' ), __( 'Less than four fifths of what a day and a month may cost are used.', 'aiguy' ) ),
		};
	}

	/**
	 * What a call may cost is set aside before it, so that a cap refuses a little before it is reached.
	 *
	 * @param array<string, mixed> $spending Spending of manifests/protocol/http.json.
	 */
	private static function is_met( array $spending ): bool {
		return self::is_near( $spending ) && ( ! empty( $spending['isMet'] ) || $spending['costMicroUsd'] >= $spending['capMicroUsd'] );
	}

	/**
	 * A cap of nothing is its owner's wish.
	 *
	 * @param array<string, mixed> $spending
	 */
	private static function is_near( array $spending ): bool {
		return ( $spending['capMicroUsd'] ?? 0 ) > 0 && ( $spending['costMicroUsd'] ?? 0 ) >= $spending['capMicroUsd'] * self::NEAR;
	}

	/** @param array<string, mixed> $spending */
	private static function spent( array $spending ): string {
		$usd = static fn( int|float $micro_usd ): string => '$' . number_format_i18n( $micro_usd / 1000000, 2 );
		/* translators: 1: an amount such as $4.10, 2: an amount such as $5.00. */
		return sprintf( __( 'It has cost %1$s of %2$s.', 'aiguy' ), $usd( $spending['costMicroUsd'] ), $usd( $spending['capMicroUsd'] ) );
	}
}

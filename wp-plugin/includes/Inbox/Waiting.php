<?php
/**
 * How many visitors wait for a person, as last heard; for the menu, which may wait for nobody.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

final class Waiting {

	private const NAME           = 'aiguy_waiting';
	private const KNOWN_SECONDS  = 600;

	public static function count(): int {
		return max( 0, (int) get_transient( self::NAME ) );
	}

	/** @param array<string, mixed> $answer Of the orchestrator, with counts. */
	public static function remember( array $answer ): void {
		$waiting = $answer['counts']['waiting'] ?? null;
		if ( is_int( $waiting ) && $waiting !== self::count() ) {
			set_transient( self::NAME, $waiting, self::KNOWN_SECONDS );
		}
	}
}

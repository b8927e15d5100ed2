<?php
/**
 * How often something may happen within a time: counted in kept rows, so that requests at once are not counted as one.
 */

declare(strict_types=1);

namespace Aiguy\Storage;

use Aiguy\Rest\Api_Exception;

final class Kept_Counts {

	private const ATTEMPTS = 5;

	public function __construct( private readonly Kept_Rows $rows ) {}

	/**
	 * @param int $seconds Counted from the first time.
	 * @throws Api_Exception rate_limited.
	 */
	public function take( string $name, int $max, int $seconds ): void {
		for ( $attempt = 0; $attempt < self::ATTEMPTS; $attempt++ ) {
			$before = $this->rows->read( $name, time() );
			$times  = null === $before ? 0 : (int) ( Kept_Rows::fields( $before )['times'] ?? 0 );
			if ( $times >= $max ) {
				break;
			}
			$next = array( 'times' => $times + 1 );
			if ( null === $before ? $this->rows->add( $name, $next, time() + $seconds ) : $this->rows->replace( $name, $before, $next ) ) {
				return;
			}
		}
		throw new Api_Exception( 'rate_limited' );
	}
}

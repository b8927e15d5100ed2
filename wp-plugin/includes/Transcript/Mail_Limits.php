<?php
/**
 * How many mails a session, an address, a computer and the site may cause in an hour.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

use Aiguy\Rest\Api_Exception;

final class Mail_Limits {

	private const PER_HOUR   = array( 'session' => 5, 'address' => 5, 'computer' => 20, 'site' => 200 );
	private const ATTEMPTS   = 5;

	/** @param \Closure(): string $computer The address of the one who asks. */
	public function __construct( private readonly Kept_Rows $rows, private readonly \Closure $computer ) {}

	/** @throws Api_Exception rate_limited. */
	public function take( string $session_id, string $address ): void {
		foreach ( array( 'session' => $session_id, 'address' => strtolower( $address ), 'computer' => ( $this->computer )(), 'site' => '' ) as $kind => $name ) {
			$this->count( "mails $kind $name", self::PER_HOUR[ $kind ] );
		}
	}

	private function count( string $name, int $max ): void {
		for ( $attempt = 0; $attempt < self::ATTEMPTS; $attempt++ ) {
			$before = $this->rows->read( $name, time() );
			$mails  = null === $before ? 0 : (int) ( Kept_Rows::fields( $before )['mails'] ?? 0 );
			if ( $mails >= $max ) {
				break;
			}
			$next = array( 'mails' => $mails + 1 );
			if ( null === $before ? $this->rows->add( $name, $next, time() + HOUR_IN_SECONDS ) : $this->rows->replace( $name, $before, $next ) ) {
				return;
			}
		}
		throw new Api_Exception( 'rate_limited' );
	}
}

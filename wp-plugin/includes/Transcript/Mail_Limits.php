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

	public function __construct( private readonly Kept_Rows $rows ) {}

	/** @throws Api_Exception rate_limited. */
	public function take( string $session_id, string $address ): void {
		$computer = (string) ( $_SERVER['REMOTE_ADDR'] ?? '' );
		foreach ( array( 'session' => $session_id, 'address' => strtolower( $address ), 'computer' => $computer, 'site' => '' ) as $kind => $name ) {
			$this->count( "mails $kind $name", self::PER_HOUR[ $kind ] );
		}
	}

	private function count( string $name, int $max ): void {
		for ( $attempt = 0; $attempt < self::ATTEMPTS; $attempt++ ) {
			$before = $this->rows->read( $name, time() );
			if ( null === $before ) {
				$this->rows->put( $name, array( 'mails' => 1 ), time() + HOUR_IN_SECONDS );
				return;
			}
			$mails = (int) ( Kept_Rows::fields( $before )['mails'] ?? 0 );
			if ( $mails >= $max ) {
				break;
			}
			if ( $this->rows->replace( $name, $before, array( 'mails' => $mails + 1 ) ) ) {
				return;
			}
		}
		throw new Api_Exception( 'rate_limited' );
	}
}

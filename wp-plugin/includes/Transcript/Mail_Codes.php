<?php
/**
 * Six-digit codes with which a guest shows that an address is his: one a session, ten minutes, five tries, used once, for that address alone.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

use Aiguy\Rest\Api_Exception;
use Aiguy\Storage\Kept_Rows;

final class Mail_Codes {

	private const LIFETIME_SECONDS = 600;
	private const TRIES_MAX        = 5;

	public function __construct( private readonly Kept_Rows $rows ) {}

	/** A new code; one that was made before for the session no longer counts. */
	public function make( string $session_id, string $address ): string {
		$code = sprintf( '%06d', random_int( 0, 999999 ) );
		$this->rows->put( "code $session_id", array( 'digest' => $this->digest( $session_id, $address, $code ), 'tries' => 0 ), time() + self::LIFETIME_SECONDS );
		return $code;
	}

	/** @throws Api_Exception code_wrong for whatever reason. */
	public function check( string $session_id, string $address, string $code ): void {
		$before = $this->rows->read( "code $session_id", time() );
		$fields = null === $before ? array() : Kept_Rows::fields( $before );
		$tries  = (int) ( $fields['tries'] ?? self::TRIES_MAX );
		// Counted before it is looked at, and of two requests at the same moment one: no try is free.
		if ( null === $before || $tries >= self::TRIES_MAX || ! $this->rows->replace( "code $session_id", $before, array( 'tries' => $tries + 1 ) + $fields ) ) {
			throw new Api_Exception( 'code_wrong' );
		}
		$now = $this->rows->read( "code $session_id", time() );
		if ( ! hash_equals( (string) ( $fields['digest'] ?? '' ), $this->digest( $session_id, $address, $code ) ) || null === $now || ! $this->rows->remove( "code $session_id", $now ) ) {
			throw new Api_Exception( 'code_wrong' );
		}
	}

	private function digest( string $session_id, string $address, string $code ): string {
		return $this->rows->digest( "$session_id " . strtolower( $address ) . " $code" );
	}
}

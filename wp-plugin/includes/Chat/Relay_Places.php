<?php
/**
 * How many requests of this installation may be held open at once, so that PHP workers are left for ordinary pages.
 *
 * A place is a locked file in the folder for temporary files: whatever becomes of its worker, the system gives it back. Workers belong to a
 * server, and so do these files; the sites of a network share them.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

final class Relay_Places {

	private const PLACES     = 4;
	private const PLACES_MAX = 1000;

	/** What a chat without a place may take of a worker's time: fifty of them not even one worker. */
	private const SHARE_OF_WORKER = 1 / 60;
	private const PAUSE_SECONDS   = array( 'min' => 3, 'max' => 15 );

	private ?\SplFileObject $held = null;

	/** Takes a place until release(), or until this request ends. @return bool Whether there was one. */
	public function take(): bool {
		if ( null !== $this->held ) {
			return true;
		}
		$count = $this->count();
		for ( $number = 0; $number < $count; $number++ ) {
			$file = self::open( self::path( (string) $number ) );
			if ( null !== $file && $file->flock( LOCK_EX | LOCK_NB ) ) {
				$this->held = $file;
				return true;
			}
		}
		return false;
	}

	public function release(): void {
		$this->held = null;
	}

	/**
	 * After how long a chat without a place asks again: longer where a request takes longer, so that a slow or busy server has less to do.
	 *
	 * @param float $spent_seconds How long this request has taken until now, which is what WordPress needs to start.
	 */
	public static function pause_seconds( float $spent_seconds ): int {
		return (int) ceil( max( self::PAUSE_SECONDS['min'], min( $spent_seconds / self::SHARE_OF_WORKER, self::PAUSE_SECONDS['max'] ) ) );
	}

	/** Removes the files; who holds a place keeps it. */
	public static function remove(): void {
		array_map( 'wp_delete_file', glob( self::path( '*' ) ) ?: array() );
	}

	/** The constant AIGUY_RELAY_PLACES, or four; under php-fpm with a fixed number of workers at most half of them. */
	private function count(): int {
		$count = defined( 'AIGUY_RELAY_PLACES' ) ? (int) AIGUY_RELAY_PLACES : self::PLACES;
		$pool  = ! defined( 'AIGUY_RELAY_PLACES' ) && function_exists( 'fpm_get_status' ) ? fpm_get_status() : false;
		if ( is_array( $pool ) && 'static' === ( $pool['process-manager'] ?? '' ) ) {
			$count = min( $count, intdiv( (int) $pool['total-processes'], 2 ) );
		}
		/**
		 * Filters how many answers are relayed, or waited for, at once; each holds a PHP worker. Above it chats ask again and again.
		 *
		 * @since 0.1.0
		 *
		 * @param int $count Default: 4. With 0 nothing is ever held.
		 */
		return max( 0, min( (int) apply_filters( 'aiguy_relay_places', $count ), self::PLACES_MAX ) );
	}

	/** WordPress' own file systems know no locks. */
	private static function open( string $path ): ?\SplFileObject {
		try {
			return wp_is_writable( file_exists( $path ) ? $path : dirname( $path ) ) ? new \SplFileObject( $path, 'c' ) : null;
		} catch ( \RuntimeException ) {
			return null;
		}
	}

	/** Others on the same machine can't guess the name. */
	private static function path( string $number ): string {
		return get_temp_dir() . 'aiguy-' . substr( hash_hmac( 'sha256', ABSPATH . 'relay-places', wp_salt( 'auth' ) ), 0, 32 ) . "-$number.lock";
	}
}

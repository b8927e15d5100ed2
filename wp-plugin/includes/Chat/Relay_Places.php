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

	/** @var resource|null */
	private $held = null;

	/** Takes a place until release(), or until this request ends. @return bool Whether there was one. */
	public function take(): bool {
		if ( null !== $this->held ) {
			return true;
		}
		$count = $this->count();
		for ( $number = 0; $number < $count; $number++ ) {
			$file = self::open( self::path( (string) $number ) );
			if ( false !== $file && flock( $file, LOCK_EX | LOCK_NB ) ) {
				$this->held = $file;
				return true;
			}
		}
		return false;
	}

	public function release(): void {
		if ( null !== $this->held ) {
			fclose( $this->held );
			$this->held = null;
		}
	}

	/** Removes the files; who holds a place keeps it. */
	public static function remove(): void {
		array_map( 'unlink', glob( self::path( '*' ) ) ?: array() );
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

	/** @return resource|false */
	private static function open( string $path ) {
		return is_writable( file_exists( $path ) ? $path : dirname( $path ) ) ? fopen( $path, 'c' ) : false;
	}

	/** Others on the same machine can't guess the name. */
	private static function path( string $number ): string {
		return get_temp_dir() . 'aiguy-' . substr( hash_hmac( 'sha256', ABSPATH . 'relay-places', wp_salt( 'auth' ) ), 0, 32 ) . "-$number.lock";
	}
}

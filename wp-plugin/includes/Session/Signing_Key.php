<?php
/**
 * The site's own key: made on activation and kept in the database, or given by the constant AIGUY_SIGNING_KEY (base64 of the 32-byte seed).
 * However it was replaced, the earlier public key stays in the key set until nothing signed with it can be valid any more.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;

final class Signing_Key {

	private const OPTION = 'aiguy_signing_key';

	/** Assertions prove identity for a day after they expired; an old public key must outlive them. */
	private const OVERLAP_SECONDS = 172800;

	/** Makes the key where there is none. The option is not autoloaded: only session and chat requests need it. */
	public function ensure(): void {
		if ( is_array( get_option( self::OPTION ) ) ) {
			return;
		}
		global $wpdb;
		// add_option() would put this one in the place of a key that another request has made meanwhile and has signed with.
		$made = array( 'seed' => Ed25519_Key::new_seed(), 'x' => '', 'retired' => array() );
		$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'off')", self::OPTION, maybe_serialize( $made ) ) );
		wp_cache_delete( self::OPTION, 'options' );
		wp_cache_delete( 'notoptions', 'options' );
	}

	/**
	 * The key that signs now.
	 *
	 * @throws Api_Exception orchestrator_not_configured when what is given or kept is no key.
	 */
	public function current(): Ed25519_Key {
		$this->ensure();
		$stored = (array) get_option( self::OPTION );
		$key    = Ed25519_Key::from_seed( $this->is_constant() ? (string) AIGUY_SIGNING_KEY : (string) ( $stored['seed'] ?? '' ) );
		if ( null === $key ) {
			throw new Api_Exception( 'orchestrator_not_configured' );
		}
		$this->remember( $stored, $key->x() );
		return $key;
	}

	/** Replaces the key of the database; the old public key stays published for the overlap. */
	public function rotate(): void {
		$this->ensure();
		update_option( self::OPTION, array( 'seed' => Ed25519_Key::new_seed() ) + (array) get_option( self::OPTION ), false );
		$this->current();
	}

	/** Whether the key comes from wp-config.php and can only be replaced there. */
	public function is_constant(): bool {
		return defined( 'AIGUY_SIGNING_KEY' );
	}

	/**
	 * @return array{keys: list<array<string, string>>} The public key set, the current key first.
	 * @throws Api_Exception orchestrator_not_configured.
	 */
	public function public_keys(): array {
		$xs = array( $this->current()->x(), ...array_column( self::retired( (array) get_option( self::OPTION ) ), 'x' ) );
		return array( 'keys' => array_map( Ed25519_Key::jwk( ... ), array_values( array_unique( $xs ) ) ) );
	}

	/**
	 * Notices that another key signs than before, be it rotated or changed in wp-config.php, and retires the one before.
	 *
	 * @param array<string, mixed> $stored The option.
	 */
	private function remember( array $stored, string $x ): void {
		$before = (string) ( $stored['x'] ?? '' );
		if ( $x === $before ) {
			return;
		}
		// Two servers whose constants differ take turns here: each key is kept once.
		$retired = array_filter( self::retired( $stored ), static fn( array $key ): bool => ! in_array( $key['x'], array( $x, $before ), true ) );
		if ( '' !== $before ) {
			$retired[] = array( 'x' => $before, 'until' => time() + self::OVERLAP_SECONDS );
		}
		update_option( self::OPTION, array( 'x' => $x, 'retired' => array_values( $retired ) ) + $stored, false );
	}

	/**
	 * @param array<string, mixed> $stored The option.
	 * @return list<array{x: string, until: int}>
	 */
	private static function retired( array $stored ): array {
		return array_values( array_filter( (array) ( $stored['retired'] ?? array() ), static fn( array $key ): bool => $key['until'] > time() ) );
	}
}

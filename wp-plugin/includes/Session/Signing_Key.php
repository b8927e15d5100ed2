<?php
/**
 * The site's own Ed25519 key: made on activation, or given by the constant AIGUY_SIGNING_KEY (base64 of the 32-byte seed).
 * Earlier public keys stay in the key set until nothing signed with them can be valid any more.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Signing_Key {

	private const OPTION = 'aiguy_signing_key';

	/** Assertions prove identity for a day after they expired; an old public key must outlive them. */
	private const OVERLAP_SECONDS = 2 * DAY_IN_SECONDS;

	/** Makes the key where there is none. The option is not autoloaded: only session and chat requests need it. */
	public function ensure(): void {
		if ( ! defined( 'AIGUY_SIGNING_KEY' ) && ! is_array( get_option( self::OPTION ) ) ) {
			add_option( self::OPTION, array( 'seed' => base64_encode( random_bytes( SODIUM_CRYPTO_SIGN_SEEDBYTES ) ), 'retired' => array() ), '', false );
		}
	}

	/** Replaces the key; the old public key stays published for the overlap. */
	public function rotate(): void {
		$this->ensure();
		$stored            = (array) get_option( self::OPTION );
		$retired           = $this->retired( $stored );
		$retired[]         = array( 'x' => Base64_Url::encode( $this->public_key() ), 'until' => time() + self::OVERLAP_SECONDS );
		update_option( self::OPTION, array( 'seed' => base64_encode( random_bytes( SODIUM_CRYPTO_SIGN_SEEDBYTES ) ), 'retired' => $retired ), false );
	}

	public function sign( string $message ): string {
		return sodium_crypto_sign_detached( $message, sodium_crypto_sign_secretkey( $this->pair() ) );
	}

	/** The thumbprint of the public key (RFC 7638), so that a key names itself. */
	public function id(): string {
		return self::thumbprint( Base64_Url::encode( $this->public_key() ) );
	}

	/** @return array{keys: list<array<string, string>>} The public key set (RFC 7517, RFC 8037). */
	public function public_keys(): array {
		$xs = array( Base64_Url::encode( $this->public_key() ), ...array_column( $this->retired( (array) get_option( self::OPTION ) ), 'x' ) );
		return array( 'keys' => array_map( self::jwk( ... ), array_values( array_unique( $xs ) ) ) );
	}

	/** @return array<string, string> */
	private static function jwk( string $x ): array {
		return array( 'kty' => 'OKP', 'crv' => 'Ed25519', 'x' => $x, 'kid' => self::thumbprint( $x ), 'alg' => 'EdDSA', 'use' => 'sig' );
	}

	private static function thumbprint( string $x ): string {
		return Base64_Url::encode( hash( 'sha256', '{"crv":"Ed25519","kty":"OKP","x":"' . $x . '"}', true ) );
	}

	private function public_key(): string {
		return sodium_crypto_sign_publickey( $this->pair() );
	}

	private function pair(): string {
		$this->ensure();
		$encoded = defined( 'AIGUY_SIGNING_KEY' ) ? (string) AIGUY_SIGNING_KEY : (string) ( ( (array) get_option( self::OPTION ) )['seed'] ?? '' );
		$seed    = base64_decode( $encoded, true );
		if ( false === $seed || SODIUM_CRYPTO_SIGN_SEEDBYTES !== strlen( $seed ) ) {
			throw new \RuntimeException( 'The signing key is not the base64 of 32 bytes.' );
		}
		return sodium_crypto_sign_seed_keypair( $seed );
	}

	/** @return list<array{x: string, until: int}> */
	private function retired( array $stored ): array {
		return array_values( array_filter( (array) ( $stored['retired'] ?? array() ), static fn( array $key ): bool => $key['until'] > time() ) );
	}
}

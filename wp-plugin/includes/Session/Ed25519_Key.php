<?php
/**
 * One Ed25519 key pair (RFC 8032), and how its public half is named and published (RFC 7517, RFC 7638, RFC 8037).
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Ed25519_Key {

	private function __construct( private readonly string $pair ) {}

	/** @return string A new seed as it is stored: base64 of 32 random bytes. */
	public static function new_seed(): string {
		return base64_encode( random_bytes( SODIUM_CRYPTO_SIGN_SEEDBYTES ) );
	}

	/** Returns null for anything that is not the base64 of 32 bytes. */
	public static function from_seed( string $encoded ): ?self {
		$seed = base64_decode( $encoded, true );
		return false !== $seed && SODIUM_CRYPTO_SIGN_SEEDBYTES === strlen( $seed ) ? new self( sodium_crypto_sign_seed_keypair( $seed ) ) : null;
	}

	public function sign( string $message ): string {
		return sodium_crypto_sign_detached( $message, sodium_crypto_sign_secretkey( $this->pair ) );
	}

	/** The public key as the member x of its JWK. */
	public function x(): string {
		return Base64_Url::encode( sodium_crypto_sign_publickey( $this->pair ) );
	}

	/** The thumbprint of the public key, so that a key names itself. */
	public function id(): string {
		return self::thumbprint( $this->x() );
	}

	/** @return array<string, string> */
	public static function jwk( string $x ): array {
		return array( 'kty' => 'OKP', 'crv' => 'Ed25519', 'x' => $x, 'kid' => self::thumbprint( $x ), 'alg' => 'EdDSA', 'use' => 'sig' );
	}

	private static function thumbprint( string $x ): string {
		return Base64_Url::encode( hash( 'sha256', '{"crv":"Ed25519","kty":"OKP","x":"' . $x . '"}', true ) );
	}
}

<?php
/**
 * Reads visitor assertions that this site has signed itself, where one comes back with somebody who asks in the visitor's name.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;

final class Assertion_Reader {

	private const LENGTH_MAX = 8192;

	/**
	 * @param \Closure(): array{keys: list<array<string, string>>} $keys   What this site publishes: the key that signs now, and those before it.
	 * @param \Closure(): string                                   $issuer The name of this site.
	 */
	public function __construct( private readonly \Closure $keys, private readonly \Closure $issuer ) {}

	/**
	 * @param string $authorization The header, «Bearer …».
	 * @return array{visitor: Visitor, session: string}
	 * @throws Api_Exception session_required for everything that is not a valid assertion of this site.
	 */
	public function read( string $authorization, int $now ): array {
		if ( strlen( $authorization ) > self::LENGTH_MAX || ! preg_match( '/\ABearer ([\w-]+)\.([\w-]+)\.([\w-]+)\z/', $authorization, $parts ) ) {
			throw new Api_Exception( 'session_required' );
		}
		list( , $head, $payload, $signature ) = $parts;
		$header = self::fields( $head );
		$claims = self::fields( $payload );
		$valid  = 'EdDSA' === ( $header['alg'] ?? '' ) && 'visitor-assertion+jwt' === ( $header['typ'] ?? '' )
			&& $this->is_signed( "$head.$payload", (string) Base64_Url::decode( $signature ), (string) ( $header['kid'] ?? '' ) )
			&& ( $this->issuer )() === ( $claims['iss'] ?? '' ) && (int) ( $claims['exp'] ?? 0 ) > $now && is_string( $claims['sub'] ?? null ) && is_string( $claims['sid'] ?? null );
		if ( ! $valid ) {
			throw new Api_Exception( 'session_required' );
		}
		return array( 'visitor' => Visitor::from_subject( $claims['sub'] ), 'session' => $claims['sid'] );
	}

	private function is_signed( string $text, string $signature, string $kid ): bool {
		foreach ( SODIUM_CRYPTO_SIGN_BYTES === strlen( $signature ) ? ( $this->keys )()['keys'] : array() as $key ) {
			if ( $key['kid'] === $kid && sodium_crypto_sign_verify_detached( $signature, $text, (string) Base64_Url::decode( $key['x'] ) ) ) {
				return true;
			}
		}
		return false;
	}

	/** @return array<string, mixed> */
	private static function fields( string $part ): array {
		$fields = json_decode( (string) Base64_Url::decode( $part ), true, 4 );
		return is_array( $fields ) ? $fields : array();
	}
}

<?php
/**
 * Compact JWTs signed with Ed25519 (RFC 7519, RFC 8037).
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Compact_Jwt {

	/** @param array<string, mixed> $claims */
	public static function sign( Ed25519_Key $key, string $type, array $claims ): string {
		$signed = self::part( array( 'alg' => 'EdDSA', 'kid' => $key->id(), 'typ' => $type ) ) . '.' . self::part( $claims );
		return $signed . '.' . Base64_Url::encode( $key->sign( $signed ) );
	}

	/** @param array<string, mixed> $fields */
	private static function part( array $fields ): string {
		return Base64_Url::encode( json_encode( $fields, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR ) );
	}
}

<?php
/**
 * Base64url without padding (RFC 4648 § 5).
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Base64_Url {

	public static function encode( string $bytes ): string {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}

	/** Returns null for anything that encode() would not have made. */
	public static function decode( string $text ): ?string {
		$bytes = base64_decode( strtr( $text, '-_', '+/' ), true );
		return false !== $bytes && self::encode( $bytes ) === $text ? $bytes : null;
	}
}

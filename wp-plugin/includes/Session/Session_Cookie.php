<?php
/**
 * Keeps a chat session in an HttpOnly cookie that only this site can have made. It is set when the visitor opens the chat, not before.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;

final class Session_Cookie {

	public const NAME = 'aiguy_session';

	public function read( ?string $value = null, ?int $now = null ): ?Chat_Session {
		$value ??= isset( $_COOKIE[ self::NAME ] ) && is_string( $_COOKIE[ self::NAME ] ) ? wp_unslash( $_COOKIE[ self::NAME ] ) : '';
		$parts   = explode( '.', $value );
		if ( 2 !== count( $parts ) || ! hash_equals( $this->mac( $parts[0] ), $parts[1] ) ) {
			return null;
		}
		$fields = json_decode( (string) Base64_Url::decode( $parts[0] ), true );
		if ( ! is_array( $fields ) || ( $fields['exp'] ?? 0 ) < ( $now ?? time() ) ) {
			return null;
		}
		return new Chat_Session( (string) $fields['sid'], Visitor::from_subject( (string) $fields['sub'] ) );
	}

	/**
	 * The session of the cookie; one that belongs to a user counts only for him, signed in and with his nonce.
	 *
	 * @throws Api_Exception session_required.
	 */
	public function own(): Chat_Session {
		$session = $this->read();
		if ( null === $session || ( $session->visitor->is_customer && $session->visitor->subject !== Visitor::current()?->subject ) ) {
			throw new Api_Exception( 'session_required' );
		}
		return $session;
	}

	public function encode( Chat_Session $session, int $expires ): string {
		$fields  = array( 'sid' => $session->id, 'sub' => $session->visitor->subject, 'exp' => $expires );
		$payload = Base64_Url::encode( (string) wp_json_encode( $fields ) );
		return $payload . '.' . $this->mac( $payload );
	}

	/** Sets or renews the cookie. */
	public function write( Chat_Session $session ): void {
		/**
		 * Filters how long an idle chat session is kept, in seconds.
		 *
		 * @since 0.1.0
		 *
		 * @param int $seconds Default: one day.
		 */
		$expires = time() + (int) apply_filters( 'aiguy_session_seconds', DAY_IN_SECONDS );
		setcookie(
			self::NAME,
			$this->encode( $session, $expires ),
			array(
				'expires'  => $expires,
				'path'     => COOKIEPATH ?: '/',
				'domain'   => (string) COOKIE_DOMAIN,
				'secure'   => is_ssl(),
				'httponly' => true,
				'samesite' => 'Strict',
			)
		);
	}

	private function mac( string $payload ): string {
		return Base64_Url::encode( hash_hmac( 'sha256', 'aiguy-session:' . $payload, wp_salt( 'auth' ), true ) );
	}
}

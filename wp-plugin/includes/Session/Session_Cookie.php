<?php
/**
 * Keeps a chat session in an HttpOnly cookie that only this site can have made. It is set when the visitor opens the chat, not before.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;

final class Session_Cookie {

	private const NAME = 'aiguy_session';

	/**
	 * @param \Closure(): string   $secret Known to this site alone.
	 * @param \Closure(): ?Visitor $user   The signed-in user of this request.
	 */
	public function __construct( private readonly \Closure $secret, private readonly \Closure $user ) {}

	/** The id of the agent that this request names by the header X-Aiguy-Agent; empty for the default. Each agent has a session of its own, so that two chats of a page don't end each other's. */
	public static function agent(): string {
		$named = sanitize_text_field( wp_unslash( $_SERVER['HTTP_X_AIGUY_AGENT'] ?? '' ) );
		return preg_match( '/\A[a-z0-9-]{1,40}\z/', $named ) ? $named : '';
	}

	/**
	 * The session of the cookie; one that belongs to a user counts only for him, signed in and with his nonce.
	 * A tab that names the session it shows is not served from another one, which a second tab may have begun.
	 *
	 * @throws Api_Exception session_required.
	 */
	public function own(): Chat_Session {
		$session = $this->read();
		if ( null === $session || ( $session->visitor->is_customer && $session->visitor->subject !== ( $this->user )()?->subject ) ) {
			throw new Api_Exception( 'session_required' );
		}
		if ( isset( $_SERVER['HTTP_X_AIGUY_SESSION'] ) && sanitize_text_field( wp_unslash( $_SERVER['HTTP_X_AIGUY_SESSION'] ) ) !== $session->id ) {
			throw new Api_Exception( 'session_required' );
		}
		return $session;
	}

	public function read(): ?Chat_Session {
		$agent   = self::agent();
		$session = $this->decode( sanitize_text_field( wp_unslash( $_COOKIE[ self::name_of( $agent ) ] ?? '' ) ), time() );
		// The name of a cookie is the visitor's to choose, what it holds is not.
		return $session?->agent === $agent ? $session : null;
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
			self::name_of( $session->agent ),
			$this->encode( $session, $expires ),
			array(
				'expires'  => $expires,
				'path'     => self::path(),
				'domain'   => (string) COOKIE_DOMAIN,
				// Behind a proxy that ends TLS, WordPress may not see that the visitor's side is encrypted.
				'secure'   => is_ssl() || 'https' === wp_parse_url( home_url(), PHP_URL_SCHEME ),
				'httponly' => true,
				'samesite' => 'Strict',
			)
		);
	}

	/** Home, or the whole host where admin-ajax.php lies elsewhere. */
	private static function path(): string {
		$home = COOKIEPATH ?: '/';
		return str_starts_with( (string) wp_parse_url( admin_url(), PHP_URL_PATH ), $home ) ? $home : '/';
	}

	public function encode( Chat_Session $session, int $expires ): string {
		$fields  = array( 'sid' => $session->id, 'sub' => $session->visitor->subject, 'exp' => $expires ) + ( '' === $session->agent ? array() : array( 'agent' => $session->agent ) );
		$payload = Base64_Url::encode( json_encode( $fields, JSON_THROW_ON_ERROR ) );
		return $payload . '.' . $this->mac( $payload );
	}

	/** Returns null for what encode() has not made, or has made for a time that is over. */
	public function decode( string $value, int $now ): ?Chat_Session {
		$parts = explode( '.', $value );
		if ( 2 !== count( $parts ) || ! hash_equals( $this->mac( $parts[0] ), $parts[1] ) ) {
			return null;
		}
		$fields = json_decode( (string) Base64_Url::decode( $parts[0] ), true );
		if ( ! is_array( $fields ) || $fields['exp'] < $now ) {
			return null;
		}
		return new Chat_Session( $fields['sid'], Visitor::from_subject( $fields['sub'] ), $fields['agent'] ?? '' );
	}

	/** The sites of a network share their cookies' path; a visitor has a conversation with each of them, and with each agent. */
	private static function name_of( string $agent ): string {
		$site = is_multisite() && ! is_main_site() ? self::NAME . '_' . get_current_blog_id() : self::NAME;
		return '' === $agent ? $site : $site . '_' . $agent;
	}

	private function mac( string $payload ): string {
		return Base64_Url::encode( hash_hmac( 'sha256', 'aiguy-session:' . $payload, ( $this->secret )(), true ) );
	}
}

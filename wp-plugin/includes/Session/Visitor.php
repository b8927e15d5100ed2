<?php
/**
 * Who is in front of the chat: a signed-in user of this site, or a guest.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Visitor {

	private function __construct( public readonly string $subject, public readonly bool $is_customer ) {}

	public static function user( int $blog, int $user ): self {
		return new self( "wp:$blog:$user", true );
	}

	public static function guest(): self {
		return new self( 'anon:' . Base64_Url::encode( random_bytes( 16 ) ), false );
	}

	public static function from_subject( string $subject ): self {
		return new self( $subject, str_starts_with( $subject, 'wp:' ) );
	}

	/** The user that WordPress has authenticated for this request: in REST that takes the login cookie and its nonce. */
	public static function current(): ?self {
		return is_user_logged_in() ? self::user( get_current_blog_id(), get_current_user_id() ) : null;
	}

	/** @return list<string> What the visitor's session may be used for. */
	public function scopes(): array {
		$scopes = $this->is_customer ? array( 'docs:read', 'order:read' ) : array( 'docs:read' );
		/**
		 * Filters what a visitor's session may be used for. The services keep their own ceiling for this site.
		 *
		 * @since 0.1.0
		 *
		 * @param list<string> $scopes      Scopes such as docs:read.
		 * @param bool         $is_customer Whether the visitor is signed in.
		 */
		return array_values( array_unique( array_map( 'strval', (array) apply_filters( 'aiguy_visitor_scopes', $scopes, $this->is_customer ) ) ) );
	}
}

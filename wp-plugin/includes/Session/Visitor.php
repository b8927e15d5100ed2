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

	/** For a subject that one of the two above has made. */
	public static function from_subject( string $subject ): self {
		return new self( $subject, str_starts_with( $subject, 'wp:' ) );
	}
}

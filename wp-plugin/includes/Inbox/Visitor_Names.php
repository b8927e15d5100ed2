<?php
/**
 * Who a visitor is by the users of this site: the orchestrator knows their numbers only.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

final class Visitor_Names {

	/** @param string $subject As this site has signed it: wp:<blog>:<user>, or a guest's. */
	public static function user( string $subject ): ?\WP_User {
		if ( ! preg_match( '/\Awp:(\d+):(\d+)\z/', $subject, $parts ) || (int) $parts[1] !== get_current_blog_id() ) {
			return null;
		}
		$user = get_userdata( (int) $parts[2] );
		return $user instanceof \WP_User ? $user : null;
	}

	/**
	 * @param array<string, mixed> $about With a visitor.
	 * @return array<string, mixed> With his name, where this site knows it.
	 */
	public static function named( array $about ): array {
		$user = self::user( (string) ( $about['visitor'] ?? '' ) );
		return null === $user ? $about : array( 'visitorName' => $user->display_name ) + $about;
	}
}

<?php
/**
 * Says which visitor WordPress has before it, and what his session may be used for.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Visitor_Resolver {

	/** As in VisitorAssertion: one scope of a wrong shape would make every assertion invalid. */
	private const SCOPE_PATTERN = '/\A[a-z]+:(read|write)\z/';
	private const SCOPES_MAX    = 32;

	/** For guests too: what one must show before he gets at an order, the tools API asks. */
	public const SCOPES = array(
		'ability:read',
		'docs:read',
		'handoff:write',
		'invoice:read',
		'order:read',
		'order:write',
		'page:read',
		'product:read',
		'profile:read',
		'profile:write',
		'ticket:read',
		'ticket:write',
	);

	/** The user that WordPress has authenticated for this request: in REST that takes the login cookie and its nonce. */
	public function current(): ?Visitor {
		return is_user_logged_in() ? Visitor::user( get_current_blog_id(), get_current_user_id() ) : null;
	}

	/**
	 * The nonce of whoever the login cookie names, as core's own renewal gives it, or null for a guest.
	 * Danger: it must only be said to a page of this site; the origin check stands before.
	 */
	public function nonce(): ?string {
		if ( is_user_logged_in() ) {
			return wp_create_nonce( 'wp_rest' );
		}
		$user = wp_validate_auth_cookie( '', 'logged_in' );
		if ( ! $user ) {
			return null;
		}
		wp_set_current_user( $user );
		$nonce = wp_create_nonce( 'wp_rest' );
		wp_set_current_user( 0 );
		return $nonce;
	}

	/** @return list<string> */
	public function scopes( Visitor $visitor ): array {
		/**
		 * Filters what a visitor's session may be used for. The services keep their own ceiling for this site.
		 *
		 * @since 0.1.0
		 *
		 * @param list<string> $scopes      Scopes such as docs:read.
		 * @param bool         $is_customer Whether the visitor is signed in.
		 */
		$scopes = (array) apply_filters( 'aiguy_visitor_scopes', self::SCOPES, $visitor->is_customer );
		$valid  = array_filter( $scopes, static fn( mixed $scope ): bool => is_string( $scope ) && 1 === preg_match( self::SCOPE_PATTERN, $scope ) );
		return array_slice( array_values( array_unique( $valid ) ), 0, self::SCOPES_MAX );
	}
}

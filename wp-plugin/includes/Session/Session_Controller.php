<?php
/**
 * POST aiguy/v1/session: gives the visitor who opens the chat a session and an assertion. Never cached; never needs a nonce, but only a nonce makes a customer of a guest.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Settings\Settings;

final class Session_Controller {

	public function __construct(
		private readonly Settings $settings,
		private readonly Assertion_Signer $signer,
		private readonly Session_Cookie $cookie,
		private readonly Request_Guard $guard,
		private readonly Error_Response $errors,
	) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/session',
			array(
				'methods'             => 'POST',
				'callback'            => $this->open( ... ),
				'permission_callback' => fn( \WP_REST_Request $request ) => $this->errors->attempt( fn() => $this->guard->assert_same_origin( $request ) ),
			)
		);
	}

	private function open( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			$this->guard->read_json( $request, array() );
		} catch ( Api_Exception $exception ) {
			return $this->errors->response( $exception );
		}
		$nonce   = is_user_logged_in() ? wp_create_nonce( 'wp_rest' ) : $this->nonce_of_cookie_user();
		$session = $this->session_for( Visitor::current(), null !== $nonce );
		return new \WP_REST_Response(
			array(
				'sessionId'       => $session->id,
				'visitor'         => $session->visitor->is_customer ? 'customer' : 'guest',
				'assertion'       => $this->signer->sign( $session->visitor, $session->id ),
				'expiresAt'       => time() + Assertion_Signer::LIFETIME_SECONDS,
				'nonce'           => $nonce,
				'transport'       => $this->settings->transport(),
				'orchestratorUrl' => 'direct' === $this->settings->transport() ? $this->settings->public_orchestrator_url() : null,
			)
		);
	}

	/**
	 * The visitor's own session goes on; who signs in or out gets a new one.
	 *
	 * A signed-in user who has not yet sent his nonce gets a session that is not kept: he asks again at once, with the nonce.
	 */
	private function session_for( ?Visitor $user, bool $may_return_with_nonce ): Chat_Session {
		$known = $this->cookie->read();
		if ( null === $user && $may_return_with_nonce ) {
			return Chat_Session::start( Visitor::guest() );
		}
		$is_own  = null !== $known && ( null === $user ? ! $known->visitor->is_customer : $known->visitor->subject === $user->subject );
		$session = $is_own ? $known : Chat_Session::start( $user ?? Visitor::guest() );
		$this->cookie->write( $session );
		return $session;
	}

	/** The nonce of whoever the login cookie names, as core's own renewal gives it; the origin check has kept other sites out. */
	private function nonce_of_cookie_user(): ?string {
		$user = wp_validate_auth_cookie( '', 'logged_in' );
		if ( ! $user ) {
			return null;
		}
		wp_set_current_user( $user );
		$nonce = wp_create_nonce( 'wp_rest' );
		wp_set_current_user( 0 );
		return $nonce;
	}
}

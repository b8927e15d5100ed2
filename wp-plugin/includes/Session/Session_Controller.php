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
		private readonly Visitor_Resolver $visitors,
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
			$nonce = $this->visitors->nonce();
			$user  = $this->visitors->current();
			// A signed-in user who has not yet sent his nonce asks again at once, with the nonce: this session is not kept.
			$is_kept = null !== $user || null === $nonce;
			$session = $is_kept ? $this->session_of( $user ) : Chat_Session::start( Visitor::guest() );
			$answer  = $this->answer( $session, $nonce );
			if ( $is_kept ) {
				$this->cookie->write( $session );
				/**
				 * Fires when a visitor has opened the chat, or has come back to it.
				 *
				 * @since 0.1.0
				 *
				 * @param string $session_id  Names the conversation.
				 * @param bool   $is_customer Whether he is signed in.
				 */
				do_action( 'aiguy_session_opened', $session->id, $session->visitor->is_customer );
			}
			return new \WP_REST_Response( $answer );
		} catch ( Api_Exception $exception ) {
			return $this->errors->response( $exception );
		}
	}

	/** @return array<string, mixed> SiteSession of manifests/protocol/http.json. */
	private function answer( Chat_Session $session, ?string $nonce ): array {
		$now    = time();
		$direct = $this->settings->direct_url();
		return array(
			'sessionId'       => $session->id,
			'visitor'         => $session->visitor->is_customer ? 'customer' : 'guest',
			'assertion'       => $this->signer->sign( $session->visitor, $session->id, $now ),
			'expiresAt'       => $now + Assertion_Signer::LIFETIME_SECONDS,
			'nonce'           => $nonce,
			'transport'       => '' === $direct ? 'relay' : 'direct',
			'orchestratorUrl' => '' === $direct ? null : $direct,
		);
	}

	/** The visitor's own session goes on; who signs in or out gets a new one. */
	private function session_of( ?Visitor $user ): Chat_Session {
		$known  = $this->cookie->read();
		$is_own = null !== $known && ( null === $user ? ! $known->visitor->is_customer : $known->visitor->subject === $user->subject );
		return $is_own ? $known : Chat_Session::start( $user ?? Visitor::guest() );
	}
}

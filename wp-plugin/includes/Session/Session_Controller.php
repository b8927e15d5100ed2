<?php
/**
 * POST aiguy/v1/session: gives the visitor who opens the chat a session and an assertion. Never cached; never needs a nonce, but only a nonce makes a customer of a guest.
 *
 * An empty body goes on with the session of the cookie; {"start": "new"} begins another one, {"open": id} goes on with an earlier one of the signed-in
 * visitor, {"link": token} with the one of his other device.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Chat\Orchestrator_Call;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Settings\Settings;

final class Session_Controller {

	private const BODY_BYTES_MAX = 1024;

	private const WORD = array( 'type' => 'string' );

	public function __construct(
		private readonly Settings $settings,
		private readonly Orchestrator_Call $orchestrator,
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
				'args'                => array( 'start' => self::WORD, 'open' => self::WORD, 'link' => self::WORD ),
			)
		);
	}

	private function open( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			$wish = self::wish( $this->guard->read_json( $request, self::BODY_BYTES_MAX ) );
			// A page cache may still name an agent that is gone: its chats go on with the default one, whose settings are then signed.
			$agent = Session_Cookie::agent();
			$nonce = $this->visitors->nonce();
			$user  = $this->visitors->current();
			// A signed-in user who has not yet sent his nonce asks again at once, with the nonce: this session is not kept.
			$is_kept = null !== $user || null === $nonce;
			$session = $is_kept ? $this->session_of( $user, $agent, $wish ) : Chat_Session::start( Visitor::guest(), $agent );
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
			'assertion'       => $this->signer->sign( $session, $now ),
			'expiresAt'       => $now + Assertion_Signer::LIFETIME_SECONDS,
			'nonce'           => $nonce,
			'transport'       => '' === $direct ? 'relay' : 'direct',
			'orchestratorUrl' => '' === $direct ? null : $direct,
		);
	}

	/**
	 * @param array<string, mixed> $values
	 * @return array{string, string} What is wished, and the word that belongs to it.
	 * @throws Api_Exception invalid_request.
	 */
	private static function wish( array $values ): array {
		if ( array() === $values ) {
			return array( '', '' );
		}
		$kind  = (string) array_key_first( $values );
		$shape = array( 'start' => '/\Anew\z/', 'open' => '/\A[A-Za-z0-9_-]{22,64}\z/', 'link' => '/\A[A-Za-z0-9_-]{1,100}\z/' )[ $kind ];
		if ( 1 !== count( $values ) || ! is_string( $values[ $kind ] ) || ! preg_match( $shape, $values[ $kind ] ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return array( $kind, $values[ $kind ] );
	}

	/**
	 * The visitor's own session goes on; who signs in or out gets a new one, and so does who wishes it.
	 *
	 * @param array{string, string} $wish
	 * @throws Api_Exception insufficient_scope, not_found, session_expired, link_invalid, rate_limited, orchestrator_unavailable.
	 */
	private function session_of( ?Visitor $user, string $agent, array $wish ): Chat_Session {
		list( $kind, $word ) = $wish;
		return match ( $kind ) {
			'open'  => $this->earlier( $user, $agent, $word ),
			'link'  => $this->linked( Chat_Session::start( $user ?? Visitor::guest(), $agent ), $word ),
			'start' => Chat_Session::start( $user ?? Visitor::guest(), $agent ),
			default => $this->known( $user ) ?? Chat_Session::start( $user ?? Visitor::guest(), $agent ),
		};
	}

	private function known( ?Visitor $user ): ?Chat_Session {
		$known  = $this->cookie->read();
		$is_own = null !== $known && ( null === $user ? ! $known->visitor->is_customer : $known->visitor->subject === $user->subject );
		return $is_own ? $known : null;
	}

	/** An earlier session that is his by the orchestrator's own word; asked as him, so that nobody else's can be named. */
	private function earlier( ?Visitor $user, string $agent, string $id ): Chat_Session {
		if ( null === $user ) {
			throw new Api_Exception( 'insufficient_scope' );
		}
		$session = new Chat_Session( $id, $user, $agent );
		$known   = $this->orchestrator->json( $session, 'GET', "/sessions/$id" );
		if ( ( $known['sessionId'] ?? null ) !== $id ) {
			throw new Api_Exception( 'orchestrator_unavailable' );
		}
		return $session;
	}

	/** A new session that begins with what was said on the other device. */
	private function linked( Chat_Session $session, string $token ): Chat_Session {
		$this->orchestrator->json( $session, 'POST', '/continue-links/redeem', array( 'token' => $token ) );
		return $session;
	}
}

<?php
/**
 * POST aiguy/v1/chat/handoff: the visitor wants to talk to a person. Guarded like the chat; whoever is to be told is told at once.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Chat\Orchestrator_Client;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Session_Cookie;

final class Handoff_Controller {

	private const TIMEOUT_SECONDS  = 8;
	private const BODY_BYTES_MAX   = 4096;
	private const ANSWER_BYTES_MAX = 4096;

	public function __construct(
		private readonly Orchestrator_Client $client,
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
			'/chat/handoff',
			array(
				'methods'             => 'POST',
				'callback'            => $this->ask( ... ),
				'permission_callback' => fn( \WP_REST_Request $request ) => $this->errors->attempt(
					function () use ( $request ): void {
						$this->guard->assert_same_origin( $request );
						$this->cookie->own();
					}
				),
			)
		);
	}

	private function ask( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			$values = $this->guard->read_json( $request, array( 'reason', 'leaveMessage' ), self::BODY_BYTES_MAX );
			if ( ! in_array( $values['reason'] ?? null, array( null, 'asked_for_human', 'not_helped' ), true ) || ! self::may_be_left( $values['leaveMessage'] ?? null ) ) {
				throw new Api_Exception( 'invalid_request' );
			}
			$session  = $this->cookie->own();
			$upstream = $this->client->request( $session, 'POST', "/sessions/$session->id/handoff", (string) wp_json_encode( (object) $values ), array( 'Accept' => 'application/json' ) );
			return $this->answer( wp_remote_request( $upstream->url, $upstream->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) ) );
		} catch ( Api_Exception $exception ) {
			return $this->errors->response( $exception );
		}
	}

	/** What it holds is checked where its schema is kept. */
	private static function may_be_left( mixed $message ): bool {
		return null === $message || ( $message instanceof \stdClass && is_string( $message->messageId ?? null ) && is_string( $message->text ?? null ) );
	}

	/**
	 * @param array<string, mixed>|\WP_Error $response
	 * @throws Api_Exception orchestrator_unavailable.
	 */
	private function answer( array|\WP_Error $response ): \WP_REST_Response {
		$status = (int) wp_remote_retrieve_response_code( $response );
		$body   = json_decode( wp_remote_retrieve_body( $response ), true );
		$error  = $status >= 400 ? Error_Response::passed_on( $body ) : null;
		if ( 200 === $status && is_string( $body['status'] ?? null ) ) {
			Alert_Watch::look_now();
			return new \WP_REST_Response( $body );
		}
		throw null === $error ? new Api_Exception( 'orchestrator_unavailable' ) : Api_Exception::passed_on( $error, $status );
	}
}

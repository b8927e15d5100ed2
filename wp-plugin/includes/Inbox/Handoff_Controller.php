<?php
/**
 * POST aiguy/v1/chat/handoff: the visitor wants to talk to a person. Guarded like the chat; whoever is to be told is told at once.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Chat\Orchestrator_Client;
use Aiguy\Chat\Visitor_Route;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;
use Aiguy\Settings\Agents;

final class Handoff_Controller {

	private const TIMEOUT_SECONDS  = 8;
	private const BODY_BYTES_MAX   = 4096;
	private const ANSWER_BYTES_MAX = 4096;

	private const FIELDS = array(
		'reason'       => array( 'type' => array( 'string', 'null' ), 'enum' => array( null, 'asked_for_human', 'not_helped' ) ),
		'leaveMessage' => array( 'type' => array( 'object', 'null' ) ),
	);

	public function __construct(
		private readonly Orchestrator_Client $client,
		private readonly Visitor_Route $route,
		private readonly Request_Guard $guard,
		private readonly Agents $agents,
	) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', fn() => $this->route->register( 'POST', '/chat/handoff', $this->ask( ... ), self::FIELDS ) );
	}

	/** @throws Api_Exception payload_too_large, unsupported_media_type, invalid_request, orchestrator_unavailable. */
	private function ask( \WP_REST_Request $request, Chat_Session $session ): \WP_REST_Response {
		$values = $this->guard->read_json( $request, self::BODY_BYTES_MAX );
		if ( ! in_array( $values['reason'] ?? null, array( null, 'asked_for_human', 'not_helped' ), true ) || ! self::may_be_left( $values['leaveMessage'] ?? null ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$upstream = $this->client->request( $session, 'POST', "/sessions/$session->id/handoff", (string) wp_json_encode( (object) $values ), array( 'Accept' => 'application/json' ) );
		$answer   = $this->answer( wp_remote_request( $upstream->url, $upstream->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) ) );
		if ( ! isset( $values['leaveMessage'] ) ) {
			$this->tell( $session, $values['reason'] ?? '' );
		}
		return $answer;
	}

	private function tell( Chat_Session $session, string $reason ): void {
		/**
		 * Fires when a visitor has asked for a person and the orchestrator has taken it; asked again, it is the same wait.
		 *
		 * @since 0.1.0
		 *
		 * @param string $session_id Names the conversation.
		 * @param string $agent      Id of the agent.
		 * @param string $reason     asked_for_human or not_helped; empty where none was given.
		 */
		do_action( 'aiguy_handoff_requested', $session->id, $this->agents->find( $session->agent )->id, $reason );
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

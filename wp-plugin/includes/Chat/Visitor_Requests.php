<?php
/**
 * Reads what a visitor does beside writing: rates, looks through his conversations, goes on with one on another device.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;

final class Visitor_Requests {

	private const BODY_BYTES_MAX = 8192;

	public function __construct( private readonly Orchestrator_Client $client, private readonly Request_Guard $guard ) {}

	/** What a rating may be is checked where its schema is kept. @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function rate( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values = $this->guard->read_json( $request, self::BODY_BYTES_MAX );
		if ( ! is_int( $values['score'] ?? null ) || array_filter( $values, is_scalar( ... ) ) !== $values ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->request( $request, $session, 'POST', "/sessions/$session->id/feedback", (string) wp_json_encode( (object) $values ) );
	}

	/**
	 * The conversations of a signed-in visitor, on whichever device; with «read», what was said in one of them. It is asked for as him, so that nobody else's can be named.
	 *
	 * @throws Api_Exception insufficient_scope.
	 */
	public function sessions( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$read = $request->get_param( 'read' );
		if ( null === $read ) {
			return $this->request( $request, $session, 'GET', '/sessions' );
		}
		if ( ! $session->visitor->is_customer ) {
			throw new Api_Exception( 'insufficient_scope' );
		}
		return $this->request( $request, new Chat_Session( $read, $session->visitor, $session->agent ), 'GET', "/sessions/" . rawurlencode( $read ) . '/transcript' );
	}

	/** A link with which the conversation goes on on another device. @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function link( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$this->guard->read_json( $request, self::BODY_BYTES_MAX );
		return $this->request( $request, $session, 'POST', "/sessions/$session->id/continue-links", '{}' );
	}

	private function request( \WP_REST_Request $request, Chat_Session $session, string $method, string $path, ?string $body = null ): Upstream_Request {
		$headers = array( 'Accept' => 'application/json' ) + $this->client->passed_headers( $request );
		return $this->client->request( $session, $method, $path, $body, $headers );
	}
}

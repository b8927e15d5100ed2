<?php
/**
 * Reads what a visitor answers to a card or a form, takes back, keeps as a receipt or a file, or shows of his page, and makes the request to the orchestrator of it.
 *
 * Ids travel in the body or the query, never as a part of our own paths; each is checked before it becomes a part of the orchestrator's.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;

final class Interrupt_Requests {

	private const DECISION_BYTES_MAX = 1024;
	private const FORM_BYTES_MAX     = 16384;
	private const FIELDS_MAX         = 20;

	/** @param \Closure(): string $receipt_page Where receipts are checked. */
	public function __construct( private readonly Orchestrator_Client $client, private readonly Request_Guard $guard, private readonly \Closure $receipt_page ) {}

	/** @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function confirm( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values   = $this->guard->read_json( $request, self::DECISION_BYTES_MAX );
		$decision = $values['decision'] ?? null;
		if ( ! in_array( $decision, array( 'approve', 'reject' ), true ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->post( $request, $session, 'confirmations/' . self::id( $values['interruptId'] ?? null ), array( 'decision' => $decision ) );
	}

	/** @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function fill_in( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values = $this->guard->read_json( $request, self::FORM_BYTES_MAX );
		$answer = array_diff_key( $values, array( 'interruptId' => true ) );
		if ( array( 'cancel' => true ) !== $answer && ! ( array( 'values' ) === array_keys( $answer ) && self::are_fields( $answer['values'] ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->post( $request, $session, 'inputs/' . self::id( $values['interruptId'] ?? null ), $answer );
	}

	/** @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function undo( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values = $this->guard->read_json( $request, self::DECISION_BYTES_MAX );
		return $this->post( $request, $session, 'effects/' . self::id( $values['effectId'] ?? null ) . '/undo', array() );
	}

	/** It names the page on this site where it can be checked. @throws Api_Exception invalid_request. */
	public function receipt( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$number  = self::named( $request, 'number' );
		$headers = array( 'Accept' => 'application/json' ) + $this->client->passed_headers( $request );
		$query   = http_build_query( array( 'check_at' => ( $this->receipt_page )() ), '', '&', PHP_QUERY_RFC3986 );
		return $this->client->request( $session, 'GET', "/sessions/$session->id/receipts/$number?$query", null, $headers );
	}

	/** @throws Api_Exception invalid_request. */
	public function file( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$id      = rawurlencode( self::named( $request, 'id' ) );
		$headers = array( 'Accept' => 'application/pdf' ) + $this->client->passed_headers( $request );
		return $this->client->request( $session, 'GET', "/sessions/$session->id/files/$id", null, $headers );
	}

	/** What a page is, is checked where its schema is kept. @throws Api_Exception invalid_request, payload_too_large, unsupported_media_type. */
	public function page( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values = $this->guard->read_json( $request );
		$page   = $values['page'] ?? null;
		$id     = $values['requestId'] ?? null;
		if ( ! $page instanceof \stdClass || ! is_string( $id ) || ! preg_match( '/\A[A-Za-z0-9_-]{24}\z/', $id ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->post( $request, $session, 'page', array( 'requestId' => $id, 'page' => $page ) );
	}

	/** @param array<string, mixed> $body */
	private function post( \WP_REST_Request $request, Chat_Session $session, string $path, array $body ): Upstream_Request {
		return $this->client->request( $session, 'POST', "/sessions/$session->id/$path", (string) wp_json_encode( (object) $body ), $this->client->passed_headers( $request ) );
	}

	/** What has to be named; not required by the route's args, because whoever holds no session is told that first. */
	private static function named( \WP_REST_Request $request, string $name ): string {
		return (string) ( $request[ $name ] ?? throw new Api_Exception( 'invalid_request' ) );
	}

	private static function id( mixed $id ): string {
		if ( ! is_string( $id ) || ! preg_match( '/\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}\z/', $id ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return rawurlencode( $id );
	}

	/** Which fields a form has and what they hold is checked where its schema is kept. */
	private static function are_fields( mixed $values ): bool {
		return $values instanceof \stdClass
			&& count( get_object_vars( $values ) ) <= self::FIELDS_MAX
			&& array_filter( get_object_vars( $values ), static fn( mixed $value ): bool => null !== $value && ! is_scalar( $value ) ) === array();
	}
}

<?php
/**
 * Asks the orchestrator one thing as a visitor and waits for its JSON; what is streamed goes through the relay instead.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Session\Chat_Session;

final class Orchestrator_Call {

	private const TIMEOUT_SECONDS  = 8;
	private const ANSWER_BYTES_MAX = 2097152;

	public function __construct( private readonly Orchestrator_Client $client ) {}

	/**
	 * @param array<string, mixed>|null $body Null for none.
	 * @return array<string, mixed>
	 * @throws Api_Exception What the orchestrator refuses by a code that this plugin knows; orchestrator_unavailable, orchestrator_not_configured.
	 */
	public function json( Chat_Session $session, string $method, string $path, ?array $body = null ): array {
		$sent     = null === $body ? null : (string) wp_json_encode( (object) $body );
		$request  = $this->client->request( $session, $method, $path, $sent, array( 'Accept' => 'application/json' ) );
		$response = wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) );
		$status   = (int) wp_remote_retrieve_response_code( $response );
		$fields   = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( $status >= 200 && $status < 300 && is_array( $fields ) ) {
			return $fields;
		}
		$code = $status >= 400 && is_array( $fields ) && is_string( $fields['code'] ?? null ) ? $fields['code'] : '';
		throw new Api_Exception( isset( Error_Response::STATUS[ $code ] ) ? $code : 'orchestrator_unavailable' );
	}
}

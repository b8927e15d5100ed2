<?php
/**
 * POST aiguy/v1/suggestions: articles for what the visitor is still typing. Guarded like the chat; nothing of it is kept, and nothing of it waits long.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;
use Aiguy\Settings\Settings;

final class Suggestions_Controller {

	private const TIMEOUT_SECONDS  = 3;
	private const BODY_BYTES_MAX   = 4096;
	private const ANSWER_BYTES_MAX = 32768;
	private const CHARACTERS_MIN   = 3;
	private const CHARACTERS_MAX   = 200;

	public function __construct(
		private readonly Orchestrator_Client $client,
		private readonly Settings $settings,
		private readonly Visitor_Route $route,
		private readonly Request_Guard $guard,
	) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', fn() => $this->route->register( 'POST', '/suggestions', $this->suggest( ... ), array( 'text' => array( 'type' => 'string' ), 'language' => array( 'type' => array( 'string', 'null' ) ) ) ) );
	}

	/** @throws Api_Exception not_found where the owner has switched them off; what read() and answer() throw. */
	private function suggest( \WP_REST_Request $request, Chat_Session $session ): \WP_REST_Response {
		if ( ! $this->settings->suggest_articles() ) {
			throw new Api_Exception( 'not_found' );
		}
		$body     = (string) wp_json_encode( $this->read( $request ) );
		$upstream = $this->client->request( $session, 'POST', '/suggestions', $body, array( 'Accept' => 'application/json' ) );
		if ( PHP_SESSION_ACTIVE === session_status() ) {
			// Another plugin's session would lock out the message that is sent meanwhile.
			session_write_close();
		}
		return $this->answer( wp_remote_request( $upstream->url, $upstream->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) ) );
	}

	/**
	 * @return array<string, string>
	 * @throws Api_Exception payload_too_large, unsupported_media_type, invalid_request.
	 */
	private function read( \WP_REST_Request $request ): array {
		$values   = $this->guard->read_json( $request, self::BODY_BYTES_MAX );
		$text     = is_string( $values['text'] ?? null ) ? trim( $values['text'] ) : '';
		$language = $values['language'] ?? null;
		$length   = mb_strlen( $text, 'UTF-8' );
		if ( $length < self::CHARACTERS_MIN || $length > self::CHARACTERS_MAX || ( null !== $language && ! is_string( $language ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return array_filter( array( 'text' => $text, 'language' => $language ), is_string( ... ) );
	}

	/**
	 * @param array<string, mixed>|\WP_Error $response
	 * @throws Api_Exception orchestrator_unavailable for whatever is no answer of ours.
	 */
	private function answer( array|\WP_Error $response ): \WP_REST_Response {
		$status = (int) wp_remote_retrieve_response_code( $response );
		$body   = json_decode( wp_remote_retrieve_body( $response ), true );
		$error  = $status >= 400 ? Error_Response::passed_on( $body ) : null;
		if ( 200 === $status && is_array( $body['articles'] ?? null ) ) {
			return new \WP_REST_Response( array( 'articles' => $body['articles'] ) );
		}
		if ( null !== $error ) {
			$retry = (string) wp_remote_retrieve_header( $response, 'retry-after' );
			return new \WP_REST_Response( $error, $status, ctype_digit( $retry ) ? array( 'Retry-After' => $retry ) : array() );
		}
		throw new Api_Exception( 'orchestrator_unavailable' );
	}
}

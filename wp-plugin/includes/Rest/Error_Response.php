<?php
/**
 * The only place that makes an error answer: { code, message, requestId }, with the codes, statuses and texts of manifests/protocol/errors.json.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Error_Response {

	/** The codes that this plugin answers with itself. */
	public const STATUS = array(
		'invalid_request'             => 400,
		'message_empty'               => 400,
		'message_too_long'            => 400,
		'history_not_accepted'        => 400,
		'invalid_cursor'              => 400,
		'session_required'            => 401,
		'code_wrong'                  => 403,
		'insufficient_scope'          => 403,
		'origin_not_allowed'          => 403,
		'rest_cookie_invalid_nonce'   => 403,
		'link_invalid'                => 404,
		'not_found'                   => 404,
		'session_expired'             => 410,
		'payload_too_large'           => 413,
		'unsupported_media_type'      => 415,
		'rate_limited'                => 429,
		'internal_error'              => 500,
		'mail_failed'                 => 502,
		'orchestrator_unavailable'    => 502,
		'orchestrator_not_configured' => 503,
		'pairing_refused'             => 403,
		'site_configured'             => 409,
	);

	public function response( Api_Exception $exception ): \WP_REST_Response {
		if ( null !== $exception->answer ) {
			return new \WP_REST_Response( $exception->answer['body'], $exception->answer['status'] );
		}
		return new \WP_REST_Response( $this->body( $exception->error_code ), self::STATUS[ $exception->error_code ] ?? 500 );
	}

	/**
	 * For permission callbacks, which answer true or a WP_Error.
	 *
	 * @param \Closure(): void $check Throws Api_Exception to refuse.
	 */
	public function attempt( \Closure $check ): bool|\WP_Error {
		try {
			$check();
			return true;
		} catch ( Api_Exception $exception ) {
			return new \WP_Error( $exception->error_code, self::text( $exception->error_code ), array( 'status' => self::STATUS[ $exception->error_code ] ?? 500 ) );
		}
	}

	/** @return array{code: string, message: string, requestId: string} */
	public function body( string $code ): array {
		return array( 'code' => $code, 'message' => self::text( $code ), 'requestId' => wp_generate_uuid4() );
	}

	/**
	 * An error body of the orchestrator as it may be passed on: the fields of the contract and no others.
	 *
	 * @param mixed $fields The decoded answer.
	 * @return array<string, mixed>|null Null for what is no error body of ours.
	 */
	public static function passed_on( mixed $fields ): ?array {
		$known = is_array( $fields ) ? array_intersect_key( $fields, array_flip( array( 'code', 'message', 'requestId', 'details' ) ) ) : array();
		return isset( $known['code'], $known['message'], $known['requestId'] ) ? $known : null;
	}

	/** An error of WordPress itself, said in our words. */
	public function code_for( string $code, int $status ): string {
		if ( isset( self::STATUS[ $code ] ) ) {
			return $code;
		}
		return match ( true ) {
			401 === $status => 'session_required',
			403 === $status => 'insufficient_scope',
			404 === $status => 'not_found',
			$status < 500   => 'invalid_request',
			default         => 'internal_error',
		};
	}

	public static function text( string $code ): string {
		return match ( $code ) {
			'invalid_request'             => __( 'That request could not be read. Reload the page and try again.', 'aiguy' ),
			'message_empty'               => __( 'Write a message first.', 'aiguy' ),
			'message_too_long'            => __( 'That message is too long. Send at most 4,000 characters.', 'aiguy' ),
			'history_not_accepted'        => __( 'The conversation is kept by the site; only a new message can be sent.', 'aiguy' ),
			'invalid_cursor'              => __( 'The place to continue from is not known. Reload the page.', 'aiguy' ),
			'session_required'            => __( 'The chat session has ended. Open the chat again to go on.', 'aiguy' ),
			'code_wrong'                  => __( "That code isn't right, or not valid any more.", 'aiguy' ),
			'link_invalid'                => __( 'This link is not valid any more. Make a new one on the other device.', 'aiguy' ),
			'session_expired'             => __( 'This conversation was deleted. Write a message to begin a new one.', 'aiguy' ),
			'rate_limited'                => __( 'That was a lot of questions at once. Wait a moment and try again.', 'aiguy' ),
			'mail_failed'                 => __( 'The e-mail could not be sent. Download the conversation instead, or try again later.', 'aiguy' ),
			'insufficient_scope'          => __( "You don't have access to that. Signing in may help.", 'aiguy' ),
			'origin_not_allowed'          => __( 'The chat can only be used from the site it belongs to.', 'aiguy' ),
			'rest_cookie_invalid_nonce'   => __( 'Your sign-in could not be confirmed. Reload the page and try again.', 'aiguy' ),
			'not_found'                   => __( 'That could not be found.', 'aiguy' ),
			'payload_too_large'           => __( 'That is too large to send.', 'aiguy' ),
			'unsupported_media_type'      => __( 'Send the request as application/json.', 'aiguy' ),
			'orchestrator_unavailable'    => __( "The assistant can't be reached at the moment. Try again in a minute.", 'aiguy' ),
			'orchestrator_not_configured' => __( 'The assistant is not set up yet.', 'aiguy' ),
			'pairing_refused'             => __( 'This code is not valid: it is mistyped, used, or older than ten minutes. Have a new one printed.', 'aiguy' ),
			'site_configured'             => __( 'This site is already trusted by configuration. It needs no pairing.', 'aiguy' ),
			default                       => __( 'Something went wrong on our side. Try again in a minute.', 'aiguy' ),
		};
	}
}

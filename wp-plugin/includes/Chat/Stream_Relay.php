<?php
/**
 * Copies the orchestrator's answer to the browser chunk by chunk through the WordPress HTTP API, and understands none of it.
 *
 * The HTTP API keeps proxy settings, certificates and URL filters of the site; its progress hook gives each chunk as it arrives.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Error_Response;

final class Stream_Relay {

	/** What is kept of an answer: enough for an error's body, nothing of a stream. */
	private const KEPT_BYTES_MAX = 16384;

	private ?\CurlHandle $handle = null;
	private bool $streaming      = false;

	public function __construct( private readonly Error_Response $errors ) {}

	public function relay( Upstream_Request $request ): void {
		/**
		 * Filters how long an answer may be relayed, in seconds; a longer one is continued by the chat from where it was.
		 *
		 * @since 0.1.0
		 *
		 * @param int $seconds Default: 90.
		 */
		$timeout = (int) apply_filters( 'aiguy_relay_seconds', 90 );
		$this->prepare( $timeout );
		$take = function ( \CurlHandle $handle, array $arguments, string $url ) use ( $request ): void {
			if ( $url === $request->url ) {
				$this->handle = $handle;
				// Asked at least once a second: a visitor who has left ends the request to the orchestrator.
				curl_setopt( $handle, CURLOPT_NOPROGRESS, false );
				curl_setopt( $handle, CURLOPT_PROGRESSFUNCTION, static fn(): int => connection_aborted() );
			}
		};
		$pass = fn( string $data ) => $this->pass( $data );
		add_action( 'http_api_curl', $take, 10, 3 );
		add_action( 'requests-request.progress', $pass );
		$response = wp_remote_request( $request->url, $request->arguments( $timeout, self::KEPT_BYTES_MAX ) );
		remove_action( 'requests-request.progress', $pass );
		remove_action( 'http_api_curl', $take );
		$this->handle = null;
		if ( ! $this->streaming ) {
			$this->answer_whole( $response );
		}
	}

	/** Nothing may hold the bytes back, and nothing of another plugin's output may stand before them. */
	private function prepare( int $timeout ): void {
		// PHP must not end by itself inside the transfer: it would leave the request to the orchestrator open.
		ignore_user_abort( true );
		set_time_limit( $timeout + 10 );
		if ( PHP_SESSION_ACTIVE === session_status() ) {
			session_write_close();
		}
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		ini_set( 'zlib.output_compression', '0' );
		if ( function_exists( 'apache_setenv' ) ) {
			apache_setenv( 'no-gzip', '1' );
		}
	}

	/** Passes on a chunk of a stream. */
	private function pass( string $data ): void {
		if ( null === $this->handle ) {
			return;
		}
		if ( ! $this->streaming ) {
			$type = (string) curl_getinfo( $this->handle, CURLINFO_CONTENT_TYPE );
			if ( 200 !== curl_getinfo( $this->handle, CURLINFO_RESPONSE_CODE ) || ! str_starts_with( $type, 'text/event-stream' ) ) {
				return;
			}
			$this->begin();
		}
		echo $data; // phpcs:ignore -- a stream of JSON frames, not HTML; its content type says so.
		flush();
	}

	private function begin(): void {
		$this->streaming = true;
		status_header( 200 );
		header( 'Content-Type: text/event-stream; charset=utf-8' );
		header( 'Cache-Control: no-cache, no-store, no-transform' );
		header( 'X-Accel-Buffering: no' );
		header( 'X-Content-Type-Options: nosniff' );
	}

	/** An answer that is no stream: JSON of ours is passed on with its status, anything else becomes a general error. */
	private function answer_whole( array|\WP_Error $response ): void {
		$body   = is_wp_error( $response ) ? null : json_decode( wp_remote_retrieve_body( $response ), true );
		$status = is_wp_error( $response ) ? 502 : (int) wp_remote_retrieve_response_code( $response );
		$is_ours = is_array( $body ) && ( 200 === $status || isset( $body['code'], $body['message'], $body['requestId'] ) );
		if ( ! $is_ours ) {
			$status = 502;
			$body   = $this->errors->body( 'orchestrator_unavailable' );
		}
		status_header( $status );
		header( 'Content-Type: application/json; charset=utf-8' );
		header( 'Cache-Control: no-store, private' );
		$retry = is_wp_error( $response ) ? '' : wp_remote_retrieve_header( $response, 'retry-after' );
		if ( is_string( $retry ) && ctype_digit( $retry ) ) {
			header( "Retry-After: $retry" );
		}
		echo wp_json_encode( $body );
	}
}

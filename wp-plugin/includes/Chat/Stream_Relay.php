<?php
/**
 * Copies the orchestrator's answer to the browser chunk by chunk through the WordPress HTTP API, and understands none of it.
 *
 * The HTTP API keeps proxy settings, certificates and URL filters of the site; its progress hook gives each chunk as it arrives.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Raw_Body;

final class Stream_Relay {

	/** What is kept of an answer: a whole JSON answer, such as a page of a long conversation, and no more than that of a stream. */
	private const KEPT_BYTES_MAX = 1048576;

	/** A file larger than this, or of unknown size, is not passed on. */
	private const FILE_BYTES_MAX = 4194304;

	private const CONNECT_TIMEOUT_SECONDS = 5;

	/** The orchestrator sends a heartbeat every ten seconds; three missed ones mean that it is gone. */
	private const SILENCE_TIMEOUT_SECONDS = 30;

	private ?\CurlHandle $handle = null;
	private bool $streaming      = false;

	private bool $is_handing_over = false;
	private bool $is_sending      = false;

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
		$response = $this->request( $request, $timeout, static fn(): bool => 0 !== connection_aborted() );
		if ( ! $this->streaming ) {
			$this->answer_whole( $response );
		}
	}

	/**
	 * Gives a command to the orchestrator and waits only until it is taken; the answer is fetched by polls. Status 202 says so,
	 * with taken: false where the orchestrator did not say so in time: it may have been taken nevertheless.
	 *
	 * @param int $seconds How long it may take to be taken.
	 */
	public function hand_over( Upstream_Request $request, int $seconds ): void {
		$this->prepare( $seconds );
		$this->is_handing_over = true;
		$end                   = microtime( true ) + $seconds;
		$is_taken              = false;
		$is_late               = false;
		// The orchestrator answers with a stream as soon as it has taken a command.
		$response = $this->request(
			$request->as_stream(),
			$seconds + self::CONNECT_TIMEOUT_SECONDS,
			function () use ( $end, &$is_taken, &$is_late ): bool {
				$is_taken = null !== $this->handle && self::is_stream( $this->handle );
				$is_late  = microtime( true ) > $end;
				return $is_taken || $is_late;
			}
		);
		if ( $is_taken || $is_late ) {
			$this->answer_json( 202, (string) wp_json_encode( array( 'taken' => $is_taken ) ) );
		} else {
			$this->answer_whole( $response );
		}
	}

	/** Gives what has happened so far, without waiting for more; a stream can't be had without waiting: the answer is then 202. */
	public function look( Upstream_Request $request ): void {
		if ( $request->wants_stream() ) {
			$this->prepare( 0 );
			$this->answer_json( 202, '{"taken":true}' );
		} else {
			$this->relay( $request->at_once() );
		}
	}

	/** @param \Closure(): bool $is_over Asked at each byte and at least once a second; true ends the transfer. */
	private function request( Upstream_Request $request, int $timeout, \Closure $is_over ): array|\WP_Error {
		$take = function ( \CurlHandle $handle, array $arguments, string $url ) use ( $request, $is_over ): void {
			if ( $url === $request->url ) {
				$this->take( $handle, $is_over );
			}
		};
		$pass = $this->pass( ... );
		add_action( 'http_api_curl', $take, 10, 3 );
		add_action( 'requests-request.progress', $pass );
		$response = wp_remote_request( $request->url, $request->arguments( $timeout, self::KEPT_BYTES_MAX ) );
		remove_action( 'requests-request.progress', $pass );
		remove_action( 'http_api_curl', $take );
		$this->handle = null;
		return $response;
	}

	/** Nothing may hold the bytes back, and nothing of another plugin's output may stand before or between them. */
	private function prepare( int $timeout ): void {
		// PHP must not end by itself inside the transfer: it would leave the request to the orchestrator open.
		ignore_user_abort( true );
		if ( function_exists( 'set_time_limit' ) ) {
			set_time_limit( $timeout + 10 );
		}
		if ( PHP_SESSION_ACTIVE === session_status() ) {
			session_write_close();
		}
		// PHP's own compressor is one of these.
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		// Of one byte, so that it keeps none of ours; a notice that PHP shows, or what another plugin prints, goes nowhere, to the very end.
		remove_action( 'shutdown', 'wp_ob_end_flush_all', 1 );
		ob_start( fn( string $data ): string => $this->is_sending ? $data : '', 1 );
		if ( function_exists( 'apache_setenv' ) ) {
			apache_setenv( 'no-gzip', '1' );
		}
	}

	/** Limits the waits on our own handle. @param \Closure(): bool $is_over */
	private function take( \CurlHandle $handle, \Closure $is_over ): void {
		$this->handle = $handle;
		curl_setopt_array(
			$handle,
			array(
				CURLOPT_CONNECTTIMEOUT   => self::CONNECT_TIMEOUT_SECONDS,
				CURLOPT_LOW_SPEED_LIMIT  => 1,
				CURLOPT_LOW_SPEED_TIME   => self::SILENCE_TIMEOUT_SECONDS,
				CURLOPT_NOPROGRESS       => false,
				// Other than zero ends the transfer.
				CURLOPT_PROGRESSFUNCTION => static fn(): int => (int) $is_over(),
			)
		);
	}

	private static function is_stream( \CurlHandle $handle ): bool {
		return 200 === curl_getinfo( $handle, CURLINFO_RESPONSE_CODE ) && str_starts_with( (string) curl_getinfo( $handle, CURLINFO_CONTENT_TYPE ), 'text/event-stream' );
	}

	/** Passes on a chunk of a stream or a file. */
	private function pass( string $data ): void {
		if ( null === $this->handle || $this->is_handing_over ) {
			return;
		}
		if ( ! $this->streaming ) {
			$type = (string) curl_getinfo( $this->handle, CURLINFO_CONTENT_TYPE );
			$size = (int) curl_getinfo( $this->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T );
			if ( 200 !== curl_getinfo( $this->handle, CURLINFO_RESPONSE_CODE ) ) {
				return;
			} elseif ( str_starts_with( $type, 'text/event-stream' ) ) {
				$this->begin();
			} elseif ( 'application/pdf' === $type && $size > 0 && $size <= self::FILE_BYTES_MAX ) {
				$this->begin_file( $size );
			} else {
				return;
			}
		}
		$this->send( $data );
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

	/** Only ever saved, never shown on the site's own origin; the chat gives it its name. */
	private function begin_file( int $size ): void {
		$this->streaming = true;
		status_header( 200 );
		header( 'Content-Type: application/pdf' );
		header( "Content-Length: $size" );
		header( 'Content-Disposition: attachment; filename="document.pdf"' );
		header( 'Cache-Control: no-store, private' );
		header( "Content-Security-Policy: default-src 'none'; sandbox" );
		header( 'X-Content-Type-Options: nosniff' );
	}

	/** An answer that is no stream: JSON is passed on as it came, an error of ours with its status; anything else becomes a general error. */
	private function answer_whole( array|\WP_Error $response ): void {
		$status = (int) wp_remote_retrieve_response_code( $response );
		if ( 200 === $status && str_starts_with( (string) wp_remote_retrieve_header( $response, 'content-type' ), 'text/event-stream' ) ) {
			// A conversation in which nothing was said yet.
			$this->begin();
			return;
		}
		$body   = wp_remote_retrieve_body( $response );
		$fields = json_decode( $body, true );
		$error  = $status >= 400 ? Error_Response::passed_on( $fields ) : null;
		if ( null !== $error ) {
			$body = (string) wp_json_encode( $error );
		} elseif ( ! in_array( $status, array( 200, 201 ), true ) || ! is_array( $fields ) ) {
			$status = 502;
			$body   = (string) wp_json_encode( $this->errors->body( 'orchestrator_unavailable' ) );
		}
		$retry = wp_remote_retrieve_header( $response, 'retry-after' );
		if ( is_string( $retry ) && ctype_digit( $retry ) ) {
			header( "Retry-After: $retry" );
		}
		$this->answer_json( $status, $body );
	}

	private function answer_json( int $status, string $body ): void {
		status_header( $status );
		header( 'Content-Type: application/json; charset=utf-8' );
		header( 'Cache-Control: no-store, private' );
		header( 'X-Content-Type-Options: nosniff' );
		$this->send( $body );
	}

	private function send( string $data ): void {
		$this->is_sending = true;
		Raw_Body::print( $data );
		$this->is_sending = false;
	}
}

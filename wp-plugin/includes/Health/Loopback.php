<?php
/**
 * Asks this site over its own address, as a visitor's browser would reach it.
 */

declare(strict_types=1);

namespace Aiguy\Health;

final class Loopback {

	private const TIMEOUT_SECONDS = 15;
	private const BYTES_MAX       = 262144;

	/**
	 * Without a cookie, as a guest.
	 *
	 * @return array<string, mixed>|\WP_Error
	 */
	public function as_guest( string $method, string $path ): array|\WP_Error {
		$headers = array( 'Content-Type' => 'application/json', 'Origin' => self::origin() );
		return wp_remote_request( rest_url( $path ), $this->arguments( $method, $headers ) + array( 'body' => 'POST' === $method ? '{}' : null ) );
	}

	/**
	 * As whoever is asking now, and measured.
	 *
	 * @return float|\WP_Error Seconds between the first byte of the answer and the last.
	 */
	public function time_stream( string $path ): float|\WP_Error {
		$first = null;
		$last  = null;
		$watch = static function () use ( &$first, &$last ): void {
			$last    = microtime( true );
			$first ??= $last;
		};
		add_action( 'requests-request.progress', $watch );
		$headers  = array( 'X-WP-Nonce' => wp_create_nonce( 'wp_rest' ), 'Accept' => 'text/event-stream' );
		$response = wp_remote_request( rest_url( $path ), $this->arguments( 'GET', $headers ) + array( 'cookies' => wp_unslash( $_COOKIE ) ) );
		remove_action( 'requests-request.progress', $watch );
		if ( is_wp_error( $response ) ) {
			return $response;
		}
		$is_stream = 200 === (int) wp_remote_retrieve_response_code( $response ) && str_starts_with( (string) wp_remote_retrieve_header( $response, 'content-type' ), 'text/event-stream' );
		return $is_stream && null !== $first ? $last - $first : new \WP_Error( 'no_stream', (string) wp_remote_retrieve_response_code( $response ) );
	}

	/**
	 * @param array<string, string> $headers
	 * @return array<string, mixed>
	 */
	private function arguments( string $method, array $headers ): array {
		return array(
			'method'              => $method,
			'headers'             => $headers,
			'timeout'             => self::TIMEOUT_SECONDS,
			'redirection'         => 0,
			'limit_response_size' => self::BYTES_MAX,
			// This filter is core's own, documented in wp-includes/class-wp-http-streams.php: many sites can't verify their own certificate from inside.
			'sslverify'           => (bool) apply_filters( 'https_local_ssl_verify', false ),
		);
	}

	private static function origin(): string {
		$parts = (array) wp_parse_url( home_url() );
		return ( $parts['scheme'] ?? 'http' ) . '://' . ( $parts['host'] ?? '' ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
	}
}

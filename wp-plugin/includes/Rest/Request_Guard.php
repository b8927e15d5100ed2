<?php
/**
 * The checks that stand before a visitor's request: it comes from a page of this site, and its body is what the route expects and nothing else.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Request_Guard {

	private const BODY_BYTES_MAX = 65536;

	/** @param \Closure(): list<string> $own_urls Addresses under which this site is visited. */
	public function __construct( private readonly \Closure $own_urls ) {}

	/**
	 * Browsers send Origin with every POST and DELETE; a same-origin GET has Sec-Fetch-Site, and on plain http, where that is not sent, its Referer.
	 *
	 * @throws Api_Exception origin_not_allowed.
	 */
	public function assert_same_origin( \WP_REST_Request $request ): void {
		$origin = $request->get_header( 'origin' );
		if ( null !== $origin ) {
			$allowed = $this->is_own( $origin );
		} elseif ( 'GET' === $request->get_method() ) {
			$site    = $request->get_header( 'sec-fetch-site' );
			$allowed = null !== $site ? 'same-origin' === $site : $this->is_own( (string) $request->get_header( 'referer' ) );
		} else {
			$allowed = false;
		}
		if ( ! $allowed ) {
			throw new Api_Exception( 'origin_not_allowed' );
		}
	}

	/**
	 * The body's fields, of which there may be no others than the route's args. WordPress has checked them against these already, but takes "1" for a number
	 * and "true" for a truth.
	 *
	 * @param int $bytes_max Bytes that it may have.
	 * @return array<string, mixed>
	 * @throws Api_Exception payload_too_large, unsupported_media_type, invalid_request.
	 */
	public function read_json( \WP_REST_Request $request, int $bytes_max = self::BODY_BYTES_MAX ): array {
		$body = $request->get_body();
		if ( strlen( $body ) > $bytes_max ) {
			throw new Api_Exception( 'payload_too_large' );
		}
		if ( 'application/json' !== ( $request->get_content_type()['value'] ?? '' ) ) {
			throw new Api_Exception( 'unsupported_media_type' );
		}
		$decoded = json_decode( $body, false, 8 );
		if ( ! $decoded instanceof \stdClass ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$values  = get_object_vars( $decoded );
		$unknown = array_diff( array_keys( $values ), array_keys( $request->get_attributes()['args'] ?? array() ) );
		if ( array() !== $unknown ) {
			$history = array( 'messages', 'system', 'history', 'role', 'model', 'tools' );
			throw new Api_Exception( array_intersect( $unknown, $history ) ? 'history_not_accepted' : 'invalid_request' );
		}
		return $values;
	}

	/**
	 * For routes that take no body: none, or an object without fields.
	 *
	 * @throws Api_Exception payload_too_large, invalid_request.
	 */
	public static function assert_no_fields( \WP_REST_Request $request ): void {
		$body = $request->get_body();
		if ( strlen( $body ) > self::BODY_BYTES_MAX ) {
			throw new Api_Exception( 'payload_too_large' );
		}
		if ( '' !== $body && array() !== json_decode( $body, true ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
	}

	private function is_own( string $url ): bool {
		$origin = self::origin_of( $url );
		return '' !== $origin && in_array( $origin, array_map( self::origin_of( ... ), ( $this->own_urls )() ), true );
	}

	/** Scheme, host and port (RFC 6454) of an address, written as browsers write them; empty for what is no address. */
	public static function origin_of( string $url ): string {
		$parts = wp_parse_url( $url );
		if ( ! is_array( $parts ) || ! isset( $parts['scheme'], $parts['host'] ) ) {
			return '';
		}
		$origin  = strtolower( $parts['scheme'] . '://' . $parts['host'] );
		$default = array( 'http' => 80, 'https' => 443 )[ strtolower( $parts['scheme'] ) ] ?? null;
		return isset( $parts['port'] ) && $parts['port'] !== $default ? $origin . ':' . $parts['port'] : $origin;
	}
}

<?php
/**
 * The checks that stand before a visitor's request: it comes from a page of this site, and its body is what the route expects and nothing else.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Request_Guard {

	private const BODY_BYTES_MAX = 65536;

	/**
	 * Browsers send Origin with every POST and DELETE; a same-origin GET has Sec-Fetch-Site or at least its Referer.
	 *
	 * @throws Api_Exception origin_not_allowed.
	 */
	public function assert_same_origin( \WP_REST_Request $request ): void {
		$origin = $request->get_header( 'origin' );
		if ( null !== $origin ) {
			$allowed = in_array( $origin, self::own_origins(), true );
		} elseif ( 'GET' === $request->get_method() ) {
			$site    = $request->get_header( 'sec-fetch-site' );
			$allowed = null !== $site ? 'same-origin' === $site : in_array( self::origin_of( (string) $request->get_header( 'referer' ) ), self::own_origins(), true );
		} else {
			$allowed = false;
		}
		if ( ! $allowed ) {
			throw new Api_Exception( 'origin_not_allowed' );
		}
	}

	/**
	 * @param list<string> $fields    Names that the body may have.
	 * @param int          $bytes_max Bytes that it may have.
	 * @return array<string, mixed>
	 * @throws Api_Exception payload_too_large, unsupported_media_type, invalid_request.
	 */
	public function read_json( \WP_REST_Request $request, array $fields, int $bytes_max = self::BODY_BYTES_MAX ): array {
		$body = $request->get_body();
		if ( strlen( $body ) > $bytes_max ) {
			throw new Api_Exception( 'payload_too_large' );
		}
		if ( 'application/json' !== ( $request->get_content_type()['value'] ?? '' ) ) {
			throw new Api_Exception( 'unsupported_media_type' );
		}
		$values = json_decode( $body, true, 8 );
		if ( ! is_array( $values ) || ( array_is_list( $values ) && array() !== $values ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$unknown = array_diff( array_keys( $values ), $fields );
		if ( array() !== $unknown ) {
			$history = array( 'messages', 'system', 'history', 'role', 'model', 'tools' );
			throw new Api_Exception( array_intersect( $unknown, $history ) ? 'history_not_accepted' : 'invalid_request' );
		}
		return $values;
	}

	/** @return list<string> */
	private static function own_origins(): array {
		return array( self::origin_of( home_url() ), self::origin_of( site_url() ) );
	}

	private static function origin_of( string $url ): string {
		$parts = wp_parse_url( $url );
		if ( ! is_array( $parts ) || ! isset( $parts['scheme'], $parts['host'] ) ) {
			return '';
		}
		return $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
	}
}

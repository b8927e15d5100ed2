<?php
/**
 * Where a visitor writes from: the page of this site and what his browser calls itself, for the people who read the conversation. Both are his to make up, so nothing depends on them.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Visitor_Client {

	private const REFERER_MAX = 4000;
	private const PAGE_MAX    = 600;
	private const BROWSER_MAX = 512;

	/** With plain permalinks these say which page it is; every other value of a query may be a secret. */
	private const KEPT_QUERY = array( 'p', 'page_id' );

	/** @param \Closure(): list<string> $own_urls Addresses under which this site is visited. */
	public function __construct( private readonly \Closure $own_urls ) {}

	/** @return array{}|array{client: array{page?: string, browser?: string}} The claim of VisitorAssertion in manifests/protocol/claims.json. */
	public function claim(): array {
		$client = array_filter( array( 'page' => $this->page(), 'browser' => self::browser() ), static fn( string $text ): bool => '' !== $text );
		return array() === $client ? array() : array( 'client' => $client );
	}

	/** Origin and path of the request's Referer, where it is a page of this site; a fragment never gets here. */
	private function page(): string {
		$parts = (array) wp_parse_url( self::printable( sanitize_url( wp_unslash( $_SERVER['HTTP_REFERER'] ?? '' ) ), self::REFERER_MAX ) );
		$page  = self::origin( $parts );
		if ( '' === $page || ! in_array( $page, array_map( static fn( string $url ): string => self::origin( (array) wp_parse_url( $url ) ), ( $this->own_urls )() ), true ) ) {
			return '';
		}
		$query = array();
		wp_parse_str( (string) ( $parts['query'] ?? '' ), $query );
		$query = array_filter( array_intersect_key( $query, array_flip( self::KEPT_QUERY ) ), static fn( mixed $value ): bool => is_string( $value ) && 1 === preg_match( '/\A\d{1,18}\z/', $value ) );
		$page .= (string) ( $parts['path'] ?? '/' ) . ( array() === $query ? '' : '?' . http_build_query( $query ) );
		return (string) preg_replace( '/%[0-9A-Fa-f]?\z/', '', substr( $page, 0, self::PAGE_MAX ) );
	}

	private static function browser(): string {
		return trim( self::printable( sanitize_text_field( wp_unslash( $_SERVER['HTTP_USER_AGENT'] ?? '' ) ), self::BROWSER_MAX ) );
	}

	/** Printable ASCII, which is all that these two may be. */
	private static function printable( string $text, int $max ): string {
		return substr( (string) preg_replace( '/[^\x20-\x7e]/', '', $text ), 0, $max );
	}

	/** @param array<string, mixed> $parts Of an address. */
	private static function origin( array $parts ): string {
		$scheme = strtolower( (string) ( $parts['scheme'] ?? '' ) );
		$host   = strtolower( (string) ( $parts['host'] ?? '' ) );
		return in_array( $scheme, array( 'http', 'https' ), true ) && '' !== $host ? "$scheme://$host" . ( isset( $parts['port'] ) ? ":{$parts['port']}" : '' ) : '';
	}
}

<?php
/**
 * Which network a guest comes from, for the caps of a day: a digest that only this site can make, another one each day, and never the address itself.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Visitor_Network {

	/** Bits that stand for a network: a household or an office has at least so many addresses. */
	private const BITS_V4 = 24;
	private const BITS_V6 = 56;

	/**
	 * @param \Closure(): string       $secret  Known to this site alone.
	 * @param \Closure(): list<string> $proxies Addresses and CIDR ranges whose X-Forwarded-For counts.
	 */
	public function __construct( private readonly \Closure $secret, private readonly \Closure $proxies ) {}

	/** @return array{}|array{network: string} The claim of VisitorAssertion in manifests/protocol/claims.json; a customer is known by his account. */
	public function claim( Visitor $visitor ): array {
		$network = $visitor->is_customer ? '' : self::network_of( $this->address() );
		return '' === $network ? array() : array( 'network' => Base64_Url::encode( hash_hmac( 'sha256', Site_Clock::today() . " $network", ( $this->secret )(), true ) ) );
	}

	/** The visitor's address: of the connection, or what the last trusted proxy says of it. Empty for none. */
	public function address(): string {
		$address   = self::clean( sanitize_text_field( wp_unslash( $_SERVER['REMOTE_ADDR'] ?? '' ) ) );
		$forwarded = sanitize_text_field( wp_unslash( $_SERVER['HTTP_X_FORWARDED_FOR'] ?? '' ) );
		$proxies   = ( $this->proxies )();
		// From the right: each trusted proxy has added whom it was asked by; what stands further left anybody may have written.
		foreach ( array_reverse( explode( ',', substr( $forwarded, -1000 ) ) ) as $hop ) {
			$hop = self::clean( trim( $hop ) );
			if ( '' === $hop || ! self::is_in( $address, $proxies ) ) {
				break;
			}
			$address = $hop;
		}
		return $address;
	}

	/** @param list<string> $ranges */
	private static function is_in( string $address, array $ranges ): bool {
		foreach ( $ranges as $range ) {
			list( $base, $bits ) = explode( '/', $range . '/' );
			$base                = self::clean( $base );
			$length              = strlen( (string) inet_pton( $base ?: '::' ) ) * 8;
			if ( '' !== $base && '' !== $address && self::prefix( $address, '' === $bits ? $length : (int) $bits ) === self::prefix( $base, '' === $bits ? $length : (int) $bits ) ) {
				return true;
			}
		}
		return false;
	}

	private static function network_of( string $address ): string {
		return '' === $address ? '' : bin2hex( self::prefix( $address, str_contains( $address, ':' ) ? self::BITS_V6 : self::BITS_V4 ) );
	}

	/** The first bits of an address, the rest zero; addresses of different kinds are never the same. */
	private static function prefix( string $address, int $bits ): string {
		$bytes = (string) inet_pton( $address );
		$kept  = '';
		foreach ( str_split( $bytes ) as $index => $byte ) {
			$kept .= chr( ord( $byte ) & ( 0xff << ( 8 - max( 0, min( 8, $bits - 8 * $index ) ) ) ) & 0xff );
		}
		return $kept;
	}

	/** An address in its shortest form, IPv4 inside IPv6 as IPv4; empty for what is none. */
	private static function clean( mixed $address ): string {
		$text  = is_string( $address ) ? (string) preg_replace( '/\A\[(.*)\](:\d+)?\z|\A(\d+\.\d+\.\d+\.\d+):\d+\z/', '$1$3', $address ) : '';
		$bytes = filter_var( $text, FILTER_VALIDATE_IP ) ? (string) inet_pton( $text ) : '';
		if ( 16 === strlen( $bytes ) && str_starts_with( $bytes, str_repeat( "\0", 10 ) . "\xff\xff" ) ) {
			$bytes = substr( $bytes, 12 );
		}
		return '' === $bytes ? '' : (string) inet_ntop( $bytes );
	}
}

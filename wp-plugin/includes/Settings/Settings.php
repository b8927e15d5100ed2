<?php
/**
 * The plugin's settings as typed, read-only values. A constant in wp-config.php wins over the option.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Settings {

	public const OPTION = 'aiguy_settings';

	/** Where this server reaches the orchestrator; empty until the owner has said so. */
	public function orchestrator_url(): string {
		return $this->url( 'AIGUY_ORCHESTRATOR_URL', 'orchestrator_url' );
	}

	/** Where browsers reach it, for the direct transport. */
	public function public_orchestrator_url(): string {
		return $this->url( 'AIGUY_PUBLIC_ORCHESTRATOR_URL', 'public_orchestrator_url' );
	}

	/** @return 'relay'|'direct' */
	public function transport(): string {
		return '' !== $this->direct_url() ? 'direct' : 'relay';
	}

	/** Where browsers may reach the orchestrator without this site in between; empty unless the owner allows it, and unless the way there is encrypted or on one computer. */
	public function direct_url(): string {
		$url = 'direct' === $this->text( 'transport' ) ? $this->public_orchestrator_url() : '';
		/**
		 * Filters the address of the direct connection.
		 *
		 * @since 0.1.0
		 *
		 * @param string $url Beginning with https://, or with http:// on the own computer; empty for none.
		 */
		$url   = apply_filters( 'aiguy_direct_url', $url );
		$parts = is_string( $url ) ? (array) wp_parse_url( $url ) : array();
		$host  = strtolower( (string) ( $parts['host'] ?? '' ) );
		$local = in_array( $host, array( 'localhost', '127.0.0.1', '[::1]' ), true );
		$safe  = '' !== $host && ( 'https' === ( $parts['scheme'] ?? '' ) || ( $local && 'http' === ( $parts['scheme'] ?? '' ) ) );
		return $safe ? untrailingslashit( $url ) : '';
	}

	/** The name under which this site signs: its home address, or the constant AIGUY_ISSUER. */
	public function issuer(): string {
		return defined( 'AIGUY_ISSUER' ) ? (string) AIGUY_ISSUER : untrailingslashit( home_url() );
	}

	/** Whether the chat offers articles for what is still being typed; yes, until the owner has said no. */
	public function suggest_articles(): bool {
		return '0' !== $this->text( 'suggest_articles' );
	}

	/** Whether what the plugin has stored outlives it when it is deleted; no, until the owner has said so. */
	public static function keeps_data(): bool {
		return '1' === ( ( (array) get_option( self::OPTION, array() ) )['keep_data'] ?? '' );
	}

	/** @return string|null The address without a slash at its end; null for one that can't be used. */
	public static function clean_url( string $text ): ?string {
		$url   = untrailingslashit( esc_url_raw( $text, array( 'http', 'https' ) ) );
		$parts = (array) wp_parse_url( $url );
		if ( '' === $text ) {
			return '';
		}
		return isset( $parts['host'], $parts['scheme'] ) && ! isset( $parts['user'] ) && ! isset( $parts['query'] ) && ! isset( $parts['fragment'] ) ? $url : null;
	}

	/** @return list<string> Addresses and CIDR ranges of proxies in front of this server whose X-Forwarded-For counts; none, until the owner has said so. */
	public function trusted_proxies(): array {
		$given = defined( 'AIGUY_TRUSTED_PROXIES' ) ? (string) AIGUY_TRUSTED_PROXIES : $this->text( 'trusted_proxies' );
		/**
		 * Filters the proxies whose word for a visitor's address counts.
		 *
		 * @since 0.1.0
		 *
		 * @param list<string> $proxies Such as 10.0.0.0/8 or 2001:db8::1.
		 */
		$proxies = (array) apply_filters( 'aiguy_trusted_proxies', preg_split( '/[\s,]+/', $given, -1, PREG_SPLIT_NO_EMPTY ) );
		return array_values( array_filter( $proxies, 'is_string' ) );
	}

	private function url( string $constant, string $field ): string {
		return untrailingslashit( defined( $constant ) ? (string) constant( $constant ) : $this->text( $field ) );
	}

	private function text( string $field ): string {
		$value = ( (array) get_option( self::OPTION, array() ) )[ $field ] ?? '';
		return is_string( $value ) ? $value : '';
	}
}

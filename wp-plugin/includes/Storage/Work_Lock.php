<?php
/**
 * Lets one worker at a time send items, by a row of the options table. Whoever holds it says so again for each item; who dies with it loses it after a minute.
 */

declare(strict_types=1);

namespace Aiguy\Storage;

final class Work_Lock {

	private const LEASE_SECONDS = 60;

	private string $held = '';

	/** @param string $option Name of the row. */
	public function __construct( private readonly string $option ) {}

	public function acquire(): bool {
		global $wpdb;
		// Past the cache of options, which other processes don't share.
		$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, '0', 'off')", $this->option ) );
		return $this->write( wp_generate_password( 16, false ), 'option_value < %s', (string) time() );
	}

	/** @return bool Whether it is still ours. */
	public function renew(): bool {
		return '' !== $this->held && ( self::value( $this->token() ) === $this->held || $this->write( $this->token(), 'option_value = %s', $this->held ) );
	}

	public function release(): void {
		global $wpdb;
		if ( '' !== $this->held ) {
			$wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = '0' WHERE option_name = %s AND option_value = %s", $this->option, $this->held ) );
			$this->held = '';
		}
	}

	private function write( string $token, string $condition, string $value ): bool {
		global $wpdb;
		$held       = self::value( $token );
		$taken      = 1 === $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND $condition", $held, $this->option, $value ) );
		$this->held = $taken ? $held : '';
		return $taken;
	}

	/** Until when, then by whom: compared as text, because times have the same number of digits until the year 2286. */
	private static function value( string $token ): string {
		return ( time() + self::LEASE_SECONDS ) . "|$token";
	}

	private function token(): string {
		return explode( '|', $this->held, 2 )[1] ?? '';
	}
}

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
		$held = self::value( wp_generate_password( 16, false ) );
		return $this->hold( $held, $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND option_value < %s", $held, $this->option, (string) time() ) ) );
	}

	/** @return bool Whether it is still ours. */
	public function renew(): bool {
		global $wpdb;
		$held = self::value( $this->token() );
		return '' !== $this->held && ( $held === $this->held || $this->hold( $held, $wpdb->update( $wpdb->options, array( 'option_value' => $held ), array( 'option_name' => $this->option, 'option_value' => $this->held ) ) ) );
	}

	public function release(): void {
		global $wpdb;
		if ( '' !== $this->held ) {
			$wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = '0' WHERE option_name = %s AND option_value = %s", $this->option, $this->held ) );
			$this->held = '';
		}
	}

	private function hold( string $held, int|bool $rows ): bool {
		$this->held = 1 === $rows ? $held : '';
		return '' !== $this->held;
	}

	/** Until when, then by whom: compared as text, because times have the same number of digits until the year 2286. */
	private static function value( string $token ): string {
		return ( time() + self::LEASE_SECONDS ) . "|$token";
	}

	private function token(): string {
		return explode( '|', $this->held, 2 )[1] ?? '';
	}
}

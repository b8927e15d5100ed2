<?php
/**
 * Small facts that are kept for minutes and changed by several requests at once: rows of the options table, changed only from what was read.
 *
 * Transients lose counts when two requests meet, and an object cache may forget them early; a code must not get a sixth try by either.
 */

declare(strict_types=1);

namespace Aiguy\Storage;

final class Kept_Rows {

	public const PREFIX = 'aiguy_row_';

	/** @param \Closure(): string $secret Known to this site alone. */
	public function __construct( private readonly \Closure $secret ) {}

	/** What stands in the table for it, to be handed to replace(); null when there is nothing, or nothing that still counts. */
	public function read( string $name, int $now ): ?string {
		global $wpdb;
		$value = $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $this->row( $name ) ) );
		return is_string( $value ) && (int) substr( $value, 0, 10 ) > $now ? $value : null;
	}

	/**
	 * @param string $value What read() gave.
	 * @return array<string, mixed>
	 */
	public static function fields( string $value ): array {
		return (array) json_decode( substr( $value, 11 ), true );
	}

	/** When it stops to count, in seconds since the epoch. */
	public static function until( string $value ): int {
		return (int) substr( $value, 0, 10 );
	}

	/**
	 * All whose names begin with the kind and a slash, the last one first.
	 *
	 * @return list<string> As read() gives one.
	 */
	public function all( string $kind, int $now ): array {
		global $wpdb;
		$values = $wpdb->get_col( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name LIKE %s ORDER BY option_id DESC", $wpdb->esc_like( self::PREFIX . $kind . '_' ) . '%' ) );
		return array_values( array_filter( $values, static fn( string $value ): bool => self::until( $value ) > $now ) );
	}

	/**
	 * @param array<string, mixed> $fields Put in place of whatever is there.
	 * @return bool Of two that put at the same moment one is refused by the table; what the other one put counts.
	 */
	public function put( string $name, array $fields, int $until ): bool {
		$this->forget( $name );
		return $this->add( $name, $fields, $until );
	}

	/**
	 * @param array<string, mixed> $fields Put where there is nothing; rows that no longer count are cleared away before.
	 * @return bool False when another request was first.
	 */
	public function add( string $name, array $fields, int $until ): bool {
		global $wpdb;
		$this->sweep();
		return 1 === $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'off')", $this->row( $name ), self::value( $fields, $until ) ) );
	}

	/**
	 * @param string               $before What read() gave.
	 * @param array<string, mixed> $fields Put in its place.
	 * @return bool False when another request was first.
	 */
	public function replace( string $name, string $before, array $fields ): bool {
		global $wpdb;
		$value = self::value( $fields, self::until( $before ) );
		return 1 === $wpdb->update( $wpdb->options, array( 'option_value' => $value ), array( 'option_name' => $this->row( $name ), 'option_value' => $before ) );
	}

	/** @return bool False when another request was first. */
	public function remove( string $name, string $before ): bool {
		global $wpdb;
		return 1 === $wpdb->delete( $wpdb->options, array( 'option_name' => $this->row( $name ), 'option_value' => $before ) );
	}

	/** Whatever is there. */
	public function forget( string $name ): void {
		global $wpdb;
		$wpdb->delete( $wpdb->options, array( 'option_name' => $this->row( $name ) ) );
	}

	/** Clears away what no longer counts. */
	public function sweep(): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->options WHERE option_name LIKE %s AND option_value < %s", $wpdb->esc_like( self::PREFIX ) . '%', (string) time() ) );
	}

	/** So that neither an address nor a session can be read from the table. */
	public function digest( string $text ): string {
		return hash_hmac( 'sha256', "aiguy-row:$text", ( $this->secret )() );
	}

	private function row( string $name ): string {
		$kind = preg_match( '#\A[a-z]+/#', $name, $match ) ? rtrim( $match[0], '/' ) . '_' : '';
		return self::PREFIX . $kind . $this->digest( $name );
	}

	/** @param array<string, mixed> $fields */
	private static function value( array $fields, int $until ): string {
		return sprintf( '%010d|', $until ) . wp_json_encode( $fields );
	}
}

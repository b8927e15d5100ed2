<?php
/**
 * An answer that the connection test got.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Connection_Answer {

	/** @param int|null $date The server's clock, seconds since the epoch; null where it does not say. */
	public function __construct( public readonly int $status, private readonly string $body, public readonly ?int $date ) {}

	/** A text field of a JSON answer; empty where there is none. */
	public function field( string $name ): string {
		$fields = json_decode( $this->body, true );
		$value  = is_array( $fields ) ? ( $fields[ $name ] ?? '' ) : '';
		return is_string( $value ) ? $value : '';
	}
}

<?php
/**
 * What came of an erasure: rows that are gone, and what was kept, in words that say why.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

final class Erasure {

	/**
	 * @param array<string, int>                                                             $erased   Rows by the table they were in.
	 * @param list<array{kind: string, reason: string, count: int, references?: list<string>}> $retained As the services said it last.
	 */
	public function __construct( public readonly array $erased = array(), public readonly array $retained = array() ) {}

	/** @param array<string, mixed> $answer PrivacyErasure of manifests/protocol/http.json. */
	public function with( array $answer ): self {
		$erased = $this->erased;
		foreach ( (array) ( $answer['erased'] ?? array() ) as $kind => $count ) {
			$erased[ $kind ] = ( $erased[ $kind ] ?? 0 ) + (int) $count;
		}
		return new self( $erased, array_values( array_filter( (array) ( $answer['retained'] ?? array() ), is_array( ... ) ) ) );
	}

	public function count(): int {
		return array_sum( $this->erased );
	}

	/** Whether a later try erases more. */
	public function is_unfinished(): bool {
		return array() !== array_filter( $this->retained, static fn( array $kept ): bool => in_array( $kept['reason'] ?? '', array( 'change_in_doubt', 'answer_under_way' ), true ) );
	}

	/** @return list<string> */
	public function messages(): array {
		return array_map( self::message( ... ), $this->retained );
	}

	/** @param array<string, mixed> $kept */
	private static function message( array $kept ): string {
		$count = (int) ( $kept['count'] ?? 0 );
		return match ( $kept['reason'] ?? '' ) {
			/* translators: %d: number of conversations. */
			'change_in_doubt'     => sprintf( _n( 'AIGuy: %d conversation is kept until it is certain whether a change in it was made. Erase again in a few minutes.', 'AIGuy: %d conversations are kept until it is certain whether a change in them was made. Erase again in a few minutes.', $count, 'aiguy' ), $count ),
			/* translators: %d: number of conversations. */
			'answer_under_way'    => sprintf( _n( 'AIGuy: an answer is being written in %d conversation. Erase again in a few minutes.', 'AIGuy: answers are being written in %d conversations. Erase again in a few minutes.', $count, 'aiguy' ), $count ),
			/* translators: %d: number of entries. */
			'record_names_nobody' => sprintf( _n( 'AIGuy: %d entry of the security record stays. It holds coded numbers instead of names, and nothing that was said; without it the record could not be checked.', 'AIGuy: %d entries of the security record stay. They hold coded numbers instead of names, and nothing that was said; without them the record could not be checked.', $count, 'aiguy' ), $count ),
			/* translators: 1: number of tickets, 2: their references. */
			'help_desk'           => sprintf( _n( 'AIGuy: %1$d ticket was also sent to your help desk and must be erased there: %2$s', 'AIGuy: %1$d tickets were also sent to your help desk and must be erased there: %2$s', $count, 'aiguy' ), $count, implode( ', ', array_map( strval( ... ), (array) ( $kept['references'] ?? array() ) ) ) ),
			default               => __( 'AIGuy: customer, orders, invoices and returns belong to the shop and are erased there.', 'aiguy' ),
		};
	}
}

<?php
/**
 * Compares all of the site with what is known of it, and queues the difference or everything.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Whole_Site {

	/** { at: int, total: int }: the import that goes on, for its progress. */
	public const IMPORT_OPTION = 'aiguy_knowledge_import';
	private const AT_ONCE      = 200;

	public function __construct( private readonly Knowledge_Table $table, private readonly Eligibility $eligibility ) {}

	/** Queues what is new or was changed since it was learnt, and what is to be forgotten. While nothing is known yet, this is the first import. */
	public function compare(): void {
		$this->table->install();
		$is_first = 0 === $this->table->counts()['known'];
		$import   = $this->progress();
		foreach ( $this->gone() as $ids ) {
			$this->table->forget( $ids );
		}
		foreach ( $this->learnable() as $ids ) {
			$this->table->queue( $this->stale( $ids ) );
		}
		if ( $is_first || null !== $import ) {
			$this->remember( $import['done'] ?? 0 );
		}
	}

	/** @return array{learn: int, forget: int} How much comparing would queue. */
	public function difference(): array {
		$this->table->install();
		$difference = array( 'learn' => 0, 'forget' => 0 );
		foreach ( $this->learnable() as $ids ) {
			$difference['learn'] += count( $this->stale( $ids ) );
		}
		foreach ( $this->gone() as $ids ) {
			$difference['forget'] += count( $ids );
		}
		return $difference;
	}

	/** Queues everything, and remembers how much it is. */
	public function import(): void {
		$this->table->install();
		foreach ( $this->gone() as $ids ) {
			$this->table->forget( $ids );
		}
		foreach ( $this->learnable() as $ids ) {
			$this->table->queue( $ids, true );
		}
		$this->remember( 0 );
	}

	public function cancel(): void {
		$this->table->cancel();
		delete_option( self::IMPORT_OPTION );
	}

	/** @return array{total: int, done: int}|null Null while no import goes on. */
	public function progress(): ?array {
		$import = get_option( self::IMPORT_OPTION );
		if ( ! is_array( $import ) ) {
			return null;
		}
		$waiting = $this->waiting();
		if ( 0 === $waiting ) {
			delete_option( self::IMPORT_OPTION );
			return null;
		}
		$total = max( (int) ( $import['total'] ?? 0 ), $waiting );
		return array( 'total' => $total, 'done' => $total - $waiting );
	}

	private function remember( int $done ): void {
		$waiting = $this->waiting();
		if ( $waiting > 0 ) {
			update_option( self::IMPORT_OPTION, array( 'at' => time(), 'total' => $done + $waiting ), false );
		}
	}

	private function waiting(): int {
		$counts = $this->table->counts();
		return $counts['queued'] + $counts['forgetting'];
	}

	/** @return \Generator<list<int>> */
	private function learnable(): \Generator {
		$after = 0;
		do {
			$ids = $this->eligibility->candidates( $after, self::AT_ONCE );
			_prime_post_caches( $ids, false, true );
			yield array_values( array_filter( $ids, $this->may_learn( ... ) ) );
			$after = $ids[ count( $ids ) - 1 ] ?? 0;
		} while ( self::AT_ONCE === count( $ids ) );
	}

	/** @return \Generator<list<int>> What was learnt and may not be any more. */
	private function gone(): \Generator {
		$after = 0;
		do {
			$rows = $this->table->rows( $after, self::AT_ONCE );
			$ids  = array_map( intval( ... ), array_column( $rows, 'post_id' ) );
			_prime_post_caches( $ids, false, true );
			yield array_values( array_filter( $ids, fn( int $id ): bool => ! $this->may_learn( $id ) ) );
			$after = $ids[ count( $ids ) - 1 ] ?? 0;
		} while ( self::AT_ONCE === count( $ids ) );
	}

	private function may_learn( int $id ): bool {
		$post = get_post( $id );
		return $post instanceof \WP_Post && $this->eligibility->may_learn( $post );
	}

	/**
	 * @param list<int> $ids
	 * @return list<int>
	 */
	private function stale( array $ids ): array {
		$known = array();
		if ( array() !== $ids ) {
			foreach ( $this->table->rows( $ids[0] - 1, self::AT_ONCE * 2 ) as $row ) {
				$known[ (int) $row['post_id'] ] = $row;
			}
		}
		$is_stale = static fn( int $id ): bool => ! isset( $known[ $id ] )
			|| 'forgetting' === $known[ $id ]['state']
			|| ( 'known' === $known[ $id ]['state'] && (int) get_post_modified_time( 'U', true, $id ) > (int) $known[ $id ]['updated'] );
		return array_values( array_filter( $ids, $is_stale ) );
	}
}

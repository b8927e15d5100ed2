<?php
/**
 * One row an item: what the agent knows of this site, what it is about to learn or forget, and what went wrong. Nothing here is lost when PHP is killed.
 *
 * queued: to be sent when due. known: sent, as hash. failed: refused, not tried again by itself. empty: without text, until it changes. forgetting: to be removed there, then here.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Knowledge_Table {

	public const SCHEMA_OPTION = 'aiguy_knowledge_schema';
	private const SCHEMA       = '1';
	private const PER_PAGE     = 50;
	private const BACKOFF_MAX  = 3600;

	public static function name(): string {
		global $wpdb;
		return $wpdb->prefix . 'aiguy_knowledge';
	}

	public function install(): void {
		global $wpdb;
		if ( self::SCHEMA === get_option( self::SCHEMA_OPTION ) ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$table   = self::name();
		$charset = $wpdb->get_charset_collate();
		dbDelta(
			"CREATE TABLE $table (
				post_id bigint(20) unsigned NOT NULL,
				state varchar(12) NOT NULL,
				hash varchar(64) NOT NULL DEFAULT '',
				tried int(10) unsigned NOT NULL DEFAULT 0,
				due bigint(20) unsigned NOT NULL DEFAULT 0,
				error varchar(300) NOT NULL DEFAULT '',
				updated bigint(20) unsigned NOT NULL DEFAULT 0,
				PRIMARY KEY  (post_id),
				KEY state_due (state,due)
			) $charset;"
		);
		update_option( self::SCHEMA_OPTION, self::SCHEMA, true );
	}

	/**
	 * @param list<int> $ids
	 * @param bool      $anew Send them even when nothing has changed here: the other side may have lost them.
	 */
	public function queue( array $ids, bool $anew = false ): void {
		global $wpdb;
		$this->install();
		foreach ( array_chunk( $ids, 200 ) as $chunk ) {
			$places = implode( ', ', array_fill( 0, count( $chunk ), "(%d, 'queued')" ) );
			$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO %i (post_id, state) VALUES $places", self::name(), ...$chunk ) );
			$places = implode( ', ', array_fill( 0, count( $chunk ), '%d' ) );
			$wpdb->query( $wpdb->prepare( "UPDATE %i SET state = 'queued', tried = 0, due = %d, error = '', hash = CASE %d WHEN 1 THEN '' ELSE hash END WHERE post_id IN ($places)", self::name(), time(), (int) $anew, ...$chunk ) );
		}
	}

	/** @param list<int> $ids What was never sent is simply dropped. */
	public function forget( array $ids ): void {
		global $wpdb;
		$this->install();
		foreach ( array_chunk( $ids, 200 ) as $chunk ) {
			$places = implode( ', ', array_fill( 0, count( $chunk ), '%d' ) );
			$wpdb->query( $wpdb->prepare( "DELETE FROM %i WHERE state = 'queued' AND tried = 0 AND updated = 0 AND post_id IN ($places)", self::name(), ...$chunk ) );
			$wpdb->query( $wpdb->prepare( "UPDATE %i SET state = 'forgetting', tried = 0, due = %d, error = '' WHERE state <> 'forgetting' AND post_id IN ($places)", self::name(), time(), ...$chunk ) );
		}
	}

	/** The item whose turn it is, unless none is due. */
	public function next(): ?Knowledge_Row {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT post_id, state, hash, tried, error FROM %i WHERE state IN ('queued', 'forgetting') AND due <= %d ORDER BY due, post_id LIMIT 1", self::name(), time() ), ARRAY_A );
		return null === $row ? null : new Knowledge_Row( (int) $row['post_id'], $row['state'], $row['hash'], (int) $row['tried'], $row['error'] );
	}

	/** Counts the attempt before it is made, so that an item that kills PHP comes back later, behind the others. */
	public function begin( Knowledge_Row $row ): Knowledge_Row {
		$tried = $row->tried + 1;
		$this->settle( $row, array( 'tried' => $tried, 'due' => time() + min( self::BACKOFF_MAX, 15 * 2 ** min( 10, $tried ) ) ) );
		return new Knowledge_Row( $row->id, $row->state, $row->hash, $tried, $row->error );
	}

	/**
	 * Writes how an attempt ended, unless the item has changed meanwhile and waits for its turn again.
	 *
	 * @param array<string, string|int> $values
	 */
	public function settle( Knowledge_Row $row, array $values ): void {
		global $wpdb;
		$wpdb->update( self::name(), $values, array( 'post_id' => $row->id, 'state' => $row->state, 'tried' => $row->tried ) );
	}

	/** It is forgotten there; unless it is to be learnt again by now, it is here too. */
	public function remove( Knowledge_Row $row ): void {
		global $wpdb;
		$wpdb->delete( self::name(), array( 'post_id' => $row->id, 'state' => $row->state, 'tried' => $row->tried ) );
	}

	/** Also what had stepped back after a failure. */
	public function hasten(): void {
		global $wpdb;
		$this->install();
		$wpdb->query( $wpdb->prepare( "UPDATE %i SET due = %d WHERE state IN ('queued', 'forgetting')", self::name(), time() ) );
	}

	/** Whoever gives up a first import keeps what is known already. */
	public function cancel(): void {
		global $wpdb;
		$this->install();
		$wpdb->query( $wpdb->prepare( "DELETE FROM %i WHERE state = 'queued' AND updated = 0 AND tried = 0", self::name() ) );
		$wpdb->query( $wpdb->prepare( "UPDATE %i SET state = 'forgetting', tried = 0 WHERE state = 'queued' AND updated = 0", self::name() ) );
		$wpdb->query( $wpdb->prepare( "UPDATE %i SET state = 'known', error = '' WHERE state = 'queued'", self::name() ) );
	}

	/** @return array{queued: int, known: int, failed: int, empty: int, forgetting: int, due: int} due: waiting items whose turn is now. */
	public function counts(): array {
		global $wpdb;
		$this->install();
		$counts = array( 'queued' => 0, 'known' => 0, 'failed' => 0, 'empty' => 0, 'forgetting' => 0 );
		foreach ( $wpdb->get_results( $wpdb->prepare( 'SELECT state, COUNT(*) AS items FROM %i GROUP BY state', self::name() ), ARRAY_A ) as $row ) {
			$counts[ $row['state'] ] = (int) $row['items'];
		}
		return $counts + array( 'due' => (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM %i WHERE state IN ('queued', 'forgetting') AND due <= %d", self::name(), time() ) ) );
	}

	/** What keeps the waiting items waiting, as the last attempt has it. */
	public function last_problem(): string {
		global $wpdb;
		return (string) $wpdb->get_var( $wpdb->prepare( "SELECT error FROM %i WHERE state IN ('queued', 'forgetting') AND error <> '' ORDER BY due DESC LIMIT 1", self::name() ) );
	}

	/** @return int When something was learnt last, in seconds since the epoch; 0 before the first time. */
	public function last_update(): int {
		global $wpdb;
		$this->install();
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT MAX(updated) FROM %i', self::name() ) );
	}

	/** @return int|null When the next waiting item is due. */
	public function next_due(): ?int {
		global $wpdb;
		$due = $wpdb->get_var( $wpdb->prepare( "SELECT MIN(due) FROM %i WHERE state IN ('queued', 'forgetting')", self::name() ) );
		return null === $due ? null : (int) $due;
	}

	/**
	 * @param list<int> $ids
	 * @return array<int, string> id => state
	 */
	public function states( array $ids ): array {
		global $wpdb;
		if ( array() === $ids ) {
			return array();
		}
		$this->install();
		$places = implode( ', ', array_fill( 0, count( $ids ), '%d' ) );
		$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT post_id, state FROM %i WHERE post_id IN ($places)", self::name(), ...$ids ), ARRAY_A );
		return array_column( $rows, 'state', 'post_id' );
	}

	/**
	 * Rows by id, for comparing them with the posts.
	 *
	 * @return list<array{post_id: string, state: string, updated: string}>
	 */
	public function rows( int $after, int $limit ): array {
		global $wpdb;
		return $wpdb->get_results( $wpdb->prepare( 'SELECT post_id, state, updated FROM %i WHERE post_id > %d ORDER BY post_id LIMIT %d', self::name(), $after, $limit ), ARRAY_A );
	}

	/**
	 * A page of the list: those that failed first, then those that wait, then by when they were learnt, and at the end what has no text.
	 *
	 * @return array{items: list<array<string, mixed>>, total: int}
	 */
	public function page( string $state, string $search, int $page ): array {
		global $wpdb;
		$this->install();
		$like = '%' . $wpdb->esc_like( $search ) . '%';
		return array(
			'items' => $wpdb->get_results(
				$wpdb->prepare(
					"SELECT post_id, state, error, updated, due FROM %i LEFT JOIN $wpdb->posts ON ID = post_id WHERE ( %s = '' OR state = %s ) AND ( %s = '' OR post_title LIKE %s ) ORDER BY CASE state WHEN 'failed' THEN 0 WHEN 'known' THEN 2 WHEN 'empty' THEN 3 ELSE 1 END, updated DESC, post_id LIMIT %d OFFSET %d",
					self::name(),
					$state,
					$state,
					$search,
					$like,
					self::PER_PAGE,
					( $page - 1 ) * self::PER_PAGE
				),
				ARRAY_A
			),
			'total' => (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM %i LEFT JOIN $wpdb->posts ON ID = post_id WHERE ( %s = '' OR state = %s ) AND ( %s = '' OR post_title LIKE %s )", self::name(), $state, $state, $search, $like ) ),
		);
	}
}

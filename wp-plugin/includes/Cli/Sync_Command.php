<?php
/**
 * `wp aiguy sync`: has the agent learn the site now, and waits for the end.
 */

declare(strict_types=1);

namespace Aiguy\Cli;

use Aiguy\Knowledge\Knowledge_Schedule;
use Aiguy\Knowledge\Knowledge_Table;
use Aiguy\Knowledge\Knowledge_Worker;
use Aiguy\Knowledge\Whole_Site;

final class Sync_Command {

	private const BATCH_SECONDS = 5;
	/** Another worker has the lock; one that has died loses it after a minute. */
	private const BUSY_SECONDS_MAX = 90;

	public function __construct( private readonly Knowledge_Table $table, private readonly Whole_Site $site, private readonly Knowledge_Worker $worker, private readonly Knowledge_Schedule $schedule ) {}

	/**
	 * Teaches the agent what it does not know yet of this site, has it forget what is gone, and waits until that is done.
	 *
	 * Exit code 1 when something could not be sent or was refused. A page without text has nothing to learn and is no failure.
	 *
	 * ## OPTIONS
	 *
	 * [--all]
	 * : Sends everything again, also what it knows and what was refused before.
	 *
	 * [--dry-run]
	 * : Only says how much it would be.
	 *
	 * ## EXAMPLES
	 *
	 *     wp aiguy sync
	 *
	 * @param list<string>        $arguments
	 * @param array<string, bool> $options
	 */
	public function __invoke( array $arguments, array $options ): void {
		if ( $options['dry-run'] ?? false ) {
			list( 'learn' => $learn, 'forget' => $forget ) = $this->site->difference();
			\WP_CLI::success( "It would learn $learn and forget $forget; {$this->waiting()} wait already." );
			return;
		}
		if ( $options['all'] ?? false ) {
			$this->site->import();
		} else {
			$this->site->compare();
		}
		$this->table->hasten();
		// What this command leaves, WP-Cron goes on with.
		$this->schedule->soon();
		$failed_before = $this->table->counts()['failed'];
		$problem       = $this->work( $this->waiting() );
		$this->report( $failed_before, $problem );
	}

	/** @return string Why it ended early; empty when nothing is left. */
	private function work( int $total ): string {
		$busy_until = time() + self::BUSY_SECONDS_MAX;
		$waiting    = $total;
		while ( $waiting > 0 ) {
			$result = $this->worker->run( self::BATCH_SECONDS );
			$left   = $this->waiting();
			if ( $left !== $waiting ) {
				$busy_until = time() + self::BUSY_SECONDS_MAX;
				\WP_CLI::log( max( 0, $total - $left ) . "/$total" );
			}
			$waiting = $left;
			if ( '' !== $result['problem'] ) {
				return $result['problem'];
			}
			if ( $result['busy'] && time() < $busy_until ) {
				sleep( 1 );
			} elseif ( 0 === $result['done'] ) {
				return $waiting > 0 ? 'Another worker is at it, or they were put off after a failure.' : '';
			}
		}
		return '';
	}

	private function report( int $failed_before, string $problem ): void {
		$counts = $this->table->counts();
		foreach ( $this->table->page( 'failed', '', 1 )['items'] as $item ) {
			\WP_CLI::warning( get_the_title( (int) $item['post_id'] ) . " ({$item['post_id']}): {$item['error']}" );
		}
		$waiting = $counts['queued'] + $counts['forgetting'];
		$summary = "{$counts['known']} known, $waiting waiting, {$counts['failed']} failed, {$counts['empty']} with nothing to learn.";
		if ( '' !== $problem ) {
			\WP_CLI::error( "$summary $problem" );
		}
		if ( $counts['failed'] > $failed_before ) {
			\WP_CLI::error( "$summary The warnings say which could not be learnt." );
		}
		\WP_CLI::success( $summary );
	}

	private function waiting(): int {
		$counts = $this->table->counts();
		return $counts['queued'] + $counts['forgetting'];
	}
}

<?php
/**
 * When items are sent: soon after they changed, by Action Scheduler where a plugin brings it and by WP-Cron otherwise; and a look at everything once a day.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Knowledge_Schedule {

	public const WORK              = 'aiguy_knowledge_work';
	public const TEND              = 'aiguy_knowledge_tend';
	private const BUDGET_SECONDS = 20;
	/** Several items are often changed together. */
	private const SOON_SECONDS = 5;
	private const GROUP        = 'aiguy';

	public function __construct( private readonly Knowledge_Worker $worker, private readonly Knowledge_Table $table, private readonly Whole_Site $site ) {}

	public function add_hooks(): void {
		add_action( self::WORK, $this->work( ... ) );
		add_action( self::TEND, $this->compare( ... ) );
		add_action( 'admin_init', $this->ensure( ... ) );
	}

	/** Something waits. */
	public function soon( int $seconds = self::SOON_SECONDS ): void {
		if ( function_exists( 'as_schedule_single_action' ) && did_action( 'action_scheduler_init' ) ) {
			$next = as_next_scheduled_action( self::WORK, array(), self::GROUP );
			if ( ! is_int( $next ) || $next > time() + $seconds ) {
				// Only what has not begun; the one that is running may be who asks.
				as_unschedule_all_actions( self::WORK, array(), self::GROUP );
				as_schedule_single_action( time() + $seconds, self::WORK, array(), self::GROUP );
			}
			return;
		}
		$next = wp_next_scheduled( self::WORK );
		if ( false === $next || $next > time() + $seconds ) {
			wp_clear_scheduled_hook( self::WORK );
			wp_schedule_single_event( time() + $seconds, self::WORK );
		}
	}

	/** What is planned is given up when the plugin is switched off; the queue stays. */
	public function stop(): void {
		wp_clear_scheduled_hook( self::WORK );
		wp_clear_scheduled_hook( self::TEND );
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( self::WORK, array(), self::GROUP );
		}
	}

	private function work(): void {
		$result = $this->worker->run( self::BUDGET_SECONDS );
		$due    = $this->table->next_due();
		if ( null !== $due ) {
			// After a problem the others wait too: they would fare no better.
			$pause = '' === $result['problem'] && ! $result['busy'] ? 0 : MINUTE_IN_SECONDS;
			$this->soon( max( 1, $pause, $due - time() ) );
		}
	}

	/** Finds what no hook has told of: another choice, changes while the plugin was off, by other programs, of SEO settings. */
	public function compare(): void {
		$this->site->compare();
		if ( null !== $this->table->next_due() ) {
			$this->soon();
		}
	}

	private function ensure(): void {
		$this->table->install();
		if ( false === wp_next_scheduled( self::TEND ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::TEND );
		}
	}
}

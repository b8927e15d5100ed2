<?php
/**
 * Asks the orchestrator every minute, and at once after a visitor has asked for a person, whom to alert; each alert is given out there until this site has kept it, and what could not be sent is tried again here.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Settings;
use Aiguy\Staff\Staff_Client;
use Aiguy\Storage\Work_Lock;

final class Alert_Watch {

	public const HOOK   = 'aiguy_alerts';
	public const NOW    = 'aiguy_alerts_now';
	public const UNSENT = 'aiguy_alerts_unsent';

	private const EVERY      = 'aiguy_minute';
	private const TRIES_MAX  = 5;
	private const UNSENT_MAX = 50;

	public function __construct(
		private readonly string $file,
		private readonly Staff_Client $client,
		private readonly Settings $settings,
		private readonly Alert_Settings $alerts,
		private readonly Alert_Sender $sender,
		private readonly Work_Lock $lock,
	) {}

	public function add_hooks(): void {
		// More often than WordPress' own schedules: somebody is waiting.
		add_filter( 'cron_schedules', static fn( array $schedules ): array => $schedules + array( self::EVERY => array( 'interval' => MINUTE_IN_SECONDS, 'display' => 'AIGuy' ) ) );
		add_action( self::HOOK, $this->look( ... ) );
		add_action( self::NOW, $this->look( ... ) );
		add_action( 'admin_init', $this->schedule( ... ) );
		add_action( 'update_option_' . Alert_Settings::OPTION, $this->schedule( ... ) );
		add_action( 'add_option_' . Alert_Settings::OPTION, $this->schedule( ... ) );
		register_deactivation_hook( $this->file, static fn() => array_map( wp_clear_scheduled_hook( ... ), array( self::HOOK, self::NOW ) ) );
	}

	/** In a request of its own, so that the visitor does not wait for anybody's mail. */
	public static function look_now(): void {
		if ( ! wp_next_scheduled( self::NOW ) ) {
			wp_schedule_single_event( time(), self::NOW );
		}
		spawn_cron();
	}

	/** Has HOOK called every minute, if it is not yet. */
	public static function plan(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time() + MINUTE_IN_SECONDS, self::EVERY, self::HOOK );
		}
	}

	private function schedule(): void {
		if ( '' !== $this->settings->orchestrator_url() ) {
			self::plan();
		} else {
			wp_clear_scheduled_hook( self::HOOK );
		}
	}

	private function look(): void {
		try {
			Waiting::remember( array( 'counts' => $this->client->call( 'conversation:read', 'GET', '/staff/conversations/counts' ) ) );
			// A slow address may take longer than a minute: what is sent there is not sent by the next one too.
			if ( $this->alerts->is_any() && $this->lock->acquire() ) {
				$this->tell( $this->client->call( 'conversation:read', 'POST', '/staff/alerts', array() )['alerts'] ?? array() );
			}
		} catch ( Api_Exception ) {
			// What could not be asked for now is still there in a minute.
			return;
		} finally {
			$this->lock->release();
		}
	}

	/**
	 * They are kept here: whatever happens from here on, they are sent.
	 *
	 * @param list<array<string, string>> $alerts
	 */
	private function acknowledge( array $alerts ): void {
		try {
			$this->client->call( 'conversation:read', 'POST', '/staff/alerts/received', array( 'keys' => array_column( $alerts, 'key' ) ) );
		} catch ( Api_Exception ) {
			// They are given out once more, and told twice rather than never.
			return;
		}
	}

	/** @param list<array<string, string>> $alerts */
	private function tell( array $alerts ): void {
		$unsent = array_filter( (array) get_option( self::UNSENT, array() ), is_array( ... ) );
		$known  = array_column( array_column( $unsent, 'alert' ), 'key' );
		$new    = array_filter( $alerts, static fn( array $alert ): bool => ! in_array( $alert['key'], $known, true ) );
		$due    = array_merge( $unsent, array_map( static fn( array $alert ): array => array( 'alert' => $alert, 'ways' => array( 'email', 'slack', 'webhook' ), 'tries' => 0 ), array_values( $new ) ) );
		if ( array() !== $alerts ) {
			update_option( self::UNSENT, array_slice( $due, -self::UNSENT_MAX ), false );
			$this->acknowledge( $alerts );
		}
		$failed = array();
		foreach ( $due as $one ) {
			if ( ! $this->lock->renew() ) {
				// Another one sends by now what was due, and writes what became of it.
				return;
			}
			$ways = $this->sender->send( $one['alert'], $one['ways'] );
			if ( array() !== $ways && $one['tries'] + 1 < self::TRIES_MAX ) {
				$failed[] = array( 'ways' => $ways, 'tries' => $one['tries'] + 1 ) + $one;
			}
		}
		if ( $failed !== $unsent || array() !== $alerts ) {
			update_option( self::UNSENT, array_slice( $failed, -self::UNSENT_MAX ), false );
		}
	}
}

<?php
/**
 * The figures of the week that has ended, by mail: on Mondays at eight of the site's time, once a week, as plain text and simple HTML. Without visitors' words.
 */

declare(strict_types=1);

namespace Aiguy\Reports;

use Aiguy\Rest\Api_Exception;
use Aiguy\Staff\Staff_Client;

final class Weekly_Mail {

	public const EVENT = 'aiguy_weekly_report';

	/** The week whose mail has gone out, as in 2026-W47. */
	public const SENT = 'aiguy_weekly_report_sent';

	private const RETRY_SECONDS = 3600;

	public function __construct( private readonly Staff_Client $client, private readonly Weekly_Recipients $recipients ) {}

	public function add_hooks(): void {
		add_action( self::EVENT, $this->send( ... ) );
	}

	/** Plans the next mail while somebody wants it; takes it off the plan otherwise. */
	public function plan(): void {
		if ( array() === $this->recipients->all() ) {
			wp_clear_scheduled_hook( self::EVENT );
		} elseif ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_single_event( self::next_monday()->getTimestamp(), self::EVENT );
		}
	}

	/** When the next mail goes out, in ISO 8601; null when nobody wants one. */
	public function next(): ?string {
		$at = wp_next_scheduled( self::EVENT );
		return $at ? gmdate( 'c', $at ) : null;
	}

	private function send(): void {
		$week = current_datetime()->format( 'o-\WW' );
		try {
			if ( get_option( self::SENT ) !== $week && array() !== $this->recipients->all() ) {
				$figures = $this->figures();
				// Before the first mail goes out: a week without one is better than one with two.
				update_option( self::SENT, $week, false );
				foreach ( $this->recipients->all() as $address => $locale ) {
					$this->send_to( (string) $address, $locale, $figures );
				}
			}
		} catch ( Api_Exception ) {
			wp_schedule_single_event( time() + self::RETRY_SECONDS, self::EVENT );
			return;
		}
		$this->plan();
	}

	/**
	 * Of the last whole week, Monday to Sunday.
	 *
	 * @return array<string, mixed> Report of manifests/protocol/http.json.
	 * @throws Api_Exception
	 */
	private function figures(): array {
		$monday = current_datetime()->modify( 'monday this week' );
		$from   = $monday->modify( '-7 days' )->format( 'Y-m-d' );
		$to     = $monday->modify( '-1 day' )->format( 'Y-m-d' );
		return $this->client->call( 'report:read', 'GET', "/staff/reports?from=$from&to=$to" );
	}

	/** @param array<string, mixed> $figures */
	private function send_to( string $address, ?string $locale, array $figures ): void {
		$switched = switch_to_locale( $locale ?? get_locale() );
		$text     = new Report_Text( $figures );
		$plain    = static function ( object $mailer ) use ( $text ): void {
			$mailer->AltBody = $text->plain();
		};
		add_action( 'phpmailer_init', $plain );
		$headers = array( 'Content-Type: text/html; charset=UTF-8', 'List-Unsubscribe: <' . Report_Text::settings_url() . '>' );
		wp_mail( $address, $text->subject(), $text->html(), $headers );
		remove_action( 'phpmailer_init', $plain );
		if ( $switched ) {
			restore_previous_locale();
		}
	}

	private static function next_monday(): \DateTimeImmutable {
		$now   = current_datetime();
		$today = $now->setTime( 8, 0 );
		return '1' === $now->format( 'N' ) && $today > $now ? $today : $now->modify( 'next monday' )->setTime( 8, 0 );
	}
}

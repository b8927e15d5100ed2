<?php
/**
 * The tests themselves. Each produces what a visitor would meet and names what stands in the way.
 */

declare(strict_types=1);

namespace Aiguy\Health;

use Aiguy\Settings\Connection_Controller;
use Aiguy\Transcript\Unsent_Mails;

final class Health_Checks {

	/** The self-test stream pauses for a second and a half between its two parts. */
	private const STREAM_SECONDS_MIN = 0.7;

	private const NAMED_MAX = 10;

	/** A quiet site may have nobody for a while whose visit starts WP-Cron. */
	private const OVERDUE_SECONDS = HOUR_IN_SECONDS;

	public function __construct( private readonly Loopback $loopback, private readonly Connection_Controller $connection, private readonly Unsent_Mails $mails ) {}

	public function rest(): Health_Result {
		$response = $this->loopback->as_guest( 'GET', 'aiguy/v1/jwks' );
		if ( is_wp_error( $response ) ) {
			return new Health_Result( 'rest', 'recommended', __( 'This site can’t reach itself', 'aiguy' ), __( 'The chat could not be tested from here, and a chat service on this server may not reach the site’s key either. Ask your host to allow loopback requests.', 'aiguy' ) . ' ' . $response->get_error_message() );
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		$body   = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( 200 === $status && isset( $body['keys'] ) ) {
			return new Health_Result( 'rest', 'good', __( 'Guests reach the chat', 'aiguy' ), __( 'The REST API answers visitors who are not signed in.', 'aiguy' ) );
		}
		/* translators: %d: a status number such as 401. */
		return new Health_Result( 'rest', 'critical', __( 'Guests can’t reach the chat', 'aiguy' ), sprintf( __( 'The REST API refused a visitor who is not signed in (status %d). A security plugin or the host blocks it: allow addresses that contain «aiguy/v1».', 'aiguy' ), $status ) );
	}

	public function session(): Health_Result {
		$answers  = array( $this->loopback->as_guest( 'POST', 'aiguy/v1/session' ), $this->loopback->as_guest( 'POST', 'aiguy/v1/session' ) );
		$sessions = array_map( static fn( array|\WP_Error $answer ): string => is_wp_error( $answer ) ? '' : (string) ( json_decode( wp_remote_retrieve_body( $answer ), true )['sessionId'] ?? '' ), $answers );
		if ( in_array( '', $sessions, true ) ) {
			return new Health_Result( 'session', 'recommended', __( 'A chat session could not be opened from here', 'aiguy' ), __( 'See the other tests of AIGuy: either this site can’t reach itself, or something blocks the REST API.', 'aiguy' ) );
		}
		$kept = array_filter( $answers, static fn( array $answer ): bool => ! str_contains( (string) wp_remote_retrieve_header( $answer, 'cache-control' ), 'no-store' ) || '' !== wp_remote_retrieve_header( $answer, 'age' ) );
		if ( $sessions[0] === $sessions[1] || array() !== $kept ) {
			return new Health_Result( 'session', 'critical', __( 'Chat sessions are cached', 'aiguy' ), __( 'Two visitors got the same answer, or one that may be kept. Exclude addresses that contain «aiguy/v1» from the page cache and the CDN, and purge them.', 'aiguy' ) );
		}
		return new Health_Result( 'session', 'good', __( 'Each visitor gets a chat session of his own', 'aiguy' ), __( 'No cache keeps what belongs to one visitor.', 'aiguy' ) );
	}

	public function stream(): Health_Result {
		$seconds = $this->loopback->time_stream( 'aiguy/v1/admin/stream' );
		if ( is_wp_error( $seconds ) ) {
			return new Health_Result( 'stream', 'recommended', __( 'Whether answers stream could not be measured', 'aiguy' ), __( 'The self-test stream did not arrive. See the connection and whether this site can reach itself.', 'aiguy' ) . ' ' . $seconds->get_error_message() );
		}
		if ( $seconds < self::STREAM_SECONDS_MIN ) {
			/* translators: %s: a number of seconds. */
			return new Health_Result( 'stream', 'recommended', __( 'Answers arrive all at once', 'aiguy' ), sprintf( __( 'Something between the chat service and the browser holds answers back until they are complete: first and last byte were %s seconds apart instead of one and a half. The chat works all the same, by asking again and again. Switch off buffering and compression for addresses that contain «aiguy/v1» (nginx: proxy_buffering off, fastcgi_buffering off).', 'aiguy' ), number_format_i18n( $seconds, 1 ) ) );
		}
		/* translators: %s: a number of seconds. */
		return new Health_Result( 'stream', 'good', __( 'Answers appear while they are written', 'aiguy' ), sprintf( __( 'Measured through this site: first and last byte of a self-test were %s seconds apart.', 'aiguy' ), number_format_i18n( $seconds, 1 ) ) );
	}

	/** Address, certificate, clock, key and version, as the connection test has it. */
	public function connection(): Health_Result {
		$report = $this->connection->test();
		if ( '' === $report->problem ) {
			return new Health_Result( 'connection', 'good', __( 'The chat service answers and knows this site', 'aiguy' ), $report->message );
		}
		$found = match ( $report->problem ) {
			'not_configured'               => __( 'The chat is not set up yet', 'aiguy' ),
			'clock'                        => __( 'The clocks of this server and of the chat service differ', 'aiguy' ),
			'key_unknown', 'staff_unknown' => __( 'The chat service does not know this site', 'aiguy' ),
			'signing_key'                  => __( 'This site’s key can’t be used', 'aiguy' ),
			'version'                      => __( 'Plugin and chat service don’t fit', 'aiguy' ),
			default                        => __( 'The chat service can’t be reached', 'aiguy' ),
		};
		return new Health_Result( 'connection', 'not_configured' === $report->problem ? 'recommended' : 'critical', $found, $report->message );
	}

	/** Conversations that visitors wanted by mail; who they are is said only in short. */
	public function mails(): Health_Result {
		$lost    = $this->mails->given_up();
		$waiting = count( $this->mails->waiting() );
		/* translators: %d: number of mails. */
		$tried = 0 === $waiting ? '' : ' ' . sprintf( _n( '%d is being tried again.', '%d are being tried again.', $waiting, 'aiguy' ), $waiting );
		if ( array() === $lost ) {
			return new Health_Result( 'mails', 'good', __( 'Conversations reach visitors by e-mail', 'aiguy' ), __( 'Of those that visitors wanted by e-mail in the last seven days, none was given up.', 'aiguy' ) . $tried );
		}
		$count = count( $lost );
		$named = array_map( static fn( array $mail ): string => $mail['shown'] . ', ' . wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $mail['since'] ), array_slice( $lost, 0, self::NAMED_MAX ) );
		/* translators: %d: number of conversations. */
		$found = sprintf( _n( '%d conversation could not be mailed to a visitor', '%d conversations could not be mailed to visitors', $count, 'aiguy' ), $count );
		/* translators: %s: shortened addresses with day and time. */
		return new Health_Result( 'mails', 'recommended', $found, sprintf( __( 'The mail server of this site did not take them in several tries, or WP-Cron did not run; their text is deleted. Check how this site sends mail. The visitors can download the conversation or ask for it again. Newest first: %s.', 'aiguy' ), implode( '; ', $named ) ) . $tried );
	}

	/** Whether what is planned is done: alerts, learning, the weekly mail, erasures, mails that are tried again. */
	public function cron(): Health_Result {
		$by_server = defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON;
		$since     = wp_doing_cron() ? null : self::overdue_since( $by_server );
		if ( null === $since ) {
			return new Health_Result( 'cron', 'good', __( 'Scheduled tasks run', 'aiguy' ), __( 'Alerts, learning and the weekly mail happen when they should.', 'aiguy' ) );
		}
		/* translators: %s: a day with a time. */
		$advice = sprintf( __( 'Something has been due since %s. Until tasks run again nobody is alerted, changed pages are not learnt, and nothing is mailed or erased later.', 'aiguy' ), wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $since ) );
		$remedy = $by_server
			/* translators: %s: an address. */
			? __( 'The constant DISABLE_WP_CRON is set, so the server itself has to call this address every minute: %s. Have your host set that up, or remove the constant.', 'aiguy' )
			/* translators: %s: an address. */
			: __( 'WordPress starts them on visits by calling this address, which does not seem to work: %s. Ask your host to allow loopback requests, or to call it every minute.', 'aiguy' );
		return new Health_Result( 'cron', 'recommended', __( 'Scheduled tasks don’t run', 'aiguy' ), $advice . ' ' . sprintf( $remedy, site_url( 'wp-cron.php' ) ) );
	}

	/** @param bool $any Where the server is to run the tasks, any task shows whether it does; otherwise our own do. */
	private static function overdue_since( bool $any ): ?int {
		foreach ( wp_get_ready_cron_jobs() as $due => $events ) {
			$ours = array_filter( array_keys( $events ), static fn( string $hook ): bool => str_starts_with( $hook, 'aiguy_' ) );
			if ( $due < time() - self::OVERDUE_SECONDS && ( $any || array() !== $ours ) ) {
				return (int) $due;
			}
		}
		return null;
	}

	/** Only with WooCommerce. */
	public function orders(): Health_Result {
		$fast = \Automattic\WooCommerce\Utilities\OrderUtil::custom_orders_table_usage_is_enabled();
		if ( $fast ) {
			return new Health_Result( 'orders', 'good', __( 'Orders are looked up quickly', 'aiguy' ), __( 'WooCommerce keeps orders in tables of their own (high-performance order storage).', 'aiguy' ) );
		}
		return new Health_Result( 'orders', 'recommended', __( 'Orders are kept among the posts', 'aiguy' ), __( 'It works, and gets slow with many orders. WooCommerce → Settings → Advanced → Features has «high-performance order storage».', 'aiguy' ) );
	}
}

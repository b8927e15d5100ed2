<?php
/**
 * Tells an alert by every way that is set up. Addresses of others are asked only where core deems them safe, and never followed elsewhere.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

final class Alert_Sender {

	private const TIMEOUT_SECONDS  = 5;
	private const ANSWER_BYTES_MAX = 1024;

	public function __construct( private readonly Alert_Settings $settings ) {}

	/**
	 * @param array{key: string, kind: string, sessionId: string, at: string, text: string, reference?: string} $alert
	 * @param list<string>                                                                                     $ways  Of email, slack, webhook.
	 * @return list<string> The ways that failed and may be tried again.
	 */
	public function send( array $alert, array $ways = array( 'email', 'slack', 'webhook' ) ): array {
		return array_values( array_filter( $ways, fn( string $way ): bool => ! $this->send_by( $way, $alert ) ) );
	}

	/** @param array<string, string> $alert */
	private function send_by( string $way, array $alert ): bool {
		$all = $this->settings->all();
		return match ( $way ) {
			'email'   => array() === $all['emails'] || $this->mail( $all['emails'], $alert ),
			'slack'   => '' === $all['slack_url'] || $this->post( $all['slack_url'], self::slack( $alert ), array() ),
			'webhook' => '' === $all['webhook_url'] || $this->call_webhook( $all['webhook_url'], $all['webhook_secret'], $alert ),
			default   => true,
		};
	}

	/**
	 * @param list<string>          $to
	 * @param array<string, string> $alert
	 */
	private function mail( array $to, array $alert ): bool {
		return wp_mail( $to, sprintf( self::subject( $alert['kind'] ), wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES ) ), self::words( $alert ) . "\n\n" . self::link( $alert ) . "\n" );
	}

	/** @param array<string, string> $alert */
	private static function slack( array $alert ): string {
		// Slack's own markup needs these three, and no others.
		$text = str_replace( array( '&', '<', '>' ), array( '&amp;', '&lt;', '&gt;' ), self::words( $alert ) );
		return (string) wp_json_encode( array( 'text' => $text . "\n" . self::link( $alert ), 'unfurl_links' => false ) );
	}

	/** @param array<string, string> $alert */
	private function call_webhook( string $url, string $secret, array $alert ): bool {
		$body = (string) wp_json_encode( array( 'site' => home_url(), 'link' => self::link( $alert ) ) + $alert );
		$time = (string) time();
		return $this->post( $url, $body, array( 'X-Aiguy-Signature' => "t=$time,v1=" . hash_hmac( 'sha256', "$time.$body", $secret ) ) );
	}

	/** @param array<string, string> $headers */
	private function post( string $url, string $body, array $headers ): bool {
		$response = wp_safe_remote_post(
			$url,
			array(
				'body'                => $body,
				'headers'             => $headers + array( 'Content-Type' => 'application/json' ),
				'timeout'             => self::TIMEOUT_SECONDS,
				'redirection'         => 0,
				'limit_response_size' => self::ANSWER_BYTES_MAX,
			)
		);
		$status = (int) wp_remote_retrieve_response_code( $response );
		return $status >= 200 && $status < 300;
	}

	/** With a place for the site's name. */
	private static function subject( string $kind ): string {
		return match ( $kind ) {
			/* translators: %s: name of the site. */
			'waiting'      => __( '[%s] A visitor waits for a person', 'aiguy' ),
			/* translators: %s: name of the site. */
			'cap_messages' => __( '[%s] Your chat has reached its messages of the day', 'aiguy' ),
			/* translators: %s: name of the site. */
			'cap_cost'     => __( '[%s] Your chat has reached its budget of the day', 'aiguy' ),
			/* translators: %s: name of the site. */
			'cap_cost_month' => __( '[%s] Your chat has reached its budget of the month', 'aiguy' ),
			/* translators: %s: name of the site. */
			default        => __( '[%s] A visitor has left a ticket', 'aiguy' ),
		};
	}

	/** @param array<string, string> $alert */
	private static function words( array $alert ): string {
		if ( self::is_cap( $alert ) ) {
			return self::cap( $alert );
		}
		$text = trim( (string) preg_replace( '/[\p{Cc}\p{Cf}\s]+/u', ' ', $alert['text'] ) );
		/* translators: %s: what the visitor wrote last, or what a ticket is about. */
		$said = '' === $text ? '' : "\n\n" . sprintf( __( '«%s»', 'aiguy' ), $text );
		return 'waiting' === $alert['kind'] ? __( 'A visitor of your chat would like to talk to a person.', 'aiguy' ) . $said : self::ticket( $alert, $said );
	}

	/**
	 * Without the address of who wrote: wherever alerts are sent, that stays with the ticket.
	 *
	 * @param array<string, string> $alert
	 */
	private static function ticket( array $alert, string $said ): string {
		$reference = self::reference( $alert );
		$start     = '' === $reference
			? __( 'A visitor of your chat has left a ticket.', 'aiguy' )
			/* translators: %s: reference of a ticket, such as T-7K3M9Q. */
			: sprintf( __( 'A visitor of your chat has left the ticket %s.', 'aiguy' ), $reference );
		return $start . $said . "\n\n" . __( 'The visitor waits for an answer by e-mail; the address is with the ticket:', 'aiguy' );
	}

	/** @param array<string, string> $alert */
	private static function reference( array $alert ): string {
		$reference = $alert['reference'] ?? '';
		return 1 === preg_match( '/\A' . Tickets_Controller::REFERENCE . '\z/', $reference ) ? $reference : '';
	}

	/** @param array<string, string> $alert */
	private static function cap( array $alert ): string {
		$on  = static fn( string $format ): string => (string) wp_date( $format, (int) strtotime( $alert['at'] ) );
		$day = $on( get_option( 'date_format' ) );
		if ( 'cap_cost_month' === $alert['kind'] ) {
			/* translators: 1: an amount in US dollars, 2: a month with its year. */
			return sprintf( __( 'Your chat has used up its budget of %1$s US dollars for the month of %2$s.', 'aiguy' ), number_format_i18n( (float) $alert['text'], 2 ), $on( 'F Y' ) )
				. "\n\n" . __( 'Until the next month it does what you have chosen for this case among the limits of your agents.', 'aiguy' );
		}
		$start = 'cap_cost' === $alert['kind']
			/* translators: 1: an amount in US dollars, 2: a day. */
			? sprintf( __( 'Your chat has used up its budget of %1$s US dollars for %2$s.', 'aiguy' ), number_format_i18n( (float) $alert['text'], 2 ), $day )
			/* translators: 1: a number of messages, 2: a day. */
			: sprintf( __( 'Your chat has answered the %1$s messages that you allow for %2$s.', 'aiguy' ), number_format_i18n( (float) $alert['text'] ), $day );
		return $start . "\n\n" . __( 'Until the next day it does what you have chosen for this case among the limits of your agents.', 'aiguy' );
	}

	/** @param array<string, string> $alert */
	private static function is_cap( array $alert ): bool {
		return in_array( $alert['kind'], array( 'cap_messages', 'cap_cost', 'cap_cost_month' ), true );
	}

	/** @param array<string, string> $alert */
	private static function link( array $alert ): string {
		$reference = self::reference( $alert );
		return admin_url( self::is_cap( $alert ) ? 'admin.php?page=aiguy-reports' : 'admin.php?page=aiguy-conversations#' . rawurlencode( '' === $reference ? $alert['sessionId'] : $reference ) );
	}
}

<?php
/**
 * Who is told when a visitor waits for a person or leaves a ticket: e-mail addresses, a Slack incoming webhook, a webhook of one's own. Addresses that are secrets are written, never read back.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Fixed_Options;

final class Alert_Settings {

	public const OPTION = 'aiguy_alerts';

	private const EMAILS_MAX        = 10;
	private const URL_BYTES_MAX     = 500;
	private const SECRET_BYTES_MIN  = 16;
	private const SECRET_BYTES_MAX  = 200;

	/** @return array{emails: list<string>, slack_url: string, webhook_url: string, webhook_secret: string} */
	public function all(): array {
		$stored = get_option( self::OPTION, array() );
		$stored = is_array( $stored ) ? $stored : array();
		$text   = static fn( string $name ): string => is_string( $stored[ $name ] ?? null ) ? $stored[ $name ] : '';
		return array(
			'emails'         => array_values( array_filter( (array) ( $stored['emails'] ?? array() ), static fn( mixed $one ): bool => is_string( $one ) && is_email( $one ) ) ),
			'slack_url'      => $text( 'slack_url' ),
			'webhook_url'    => $text( 'webhook_url' ),
			'webhook_secret' => $text( 'webhook_secret' ),
		);
	}

	public function is_any(): bool {
		return array() !== $this->ways();
	}

	/** @return list<string> Of email, slack, webhook: those that lead somewhere. */
	public function ways(): array {
		$all = $this->all();
		return array_keys( array_filter( array( 'email' => array() !== $all['emails'], 'slack' => '' !== $all['slack_url'], 'webhook' => '' !== $all['webhook_url'] ) ) );
	}

	/** @return list<string> E-mail addresses as set; the site's own while nothing was ever chosen. */
	public function proposed_emails(): array {
		$own = (string) get_option( 'admin_email', '' );
		return false === get_option( self::OPTION ) && is_email( $own ) ? array( $own ) : $this->all()['emails'];
	}

	/** @return array{emails: list<string>, slack: bool, webhookHost: string, secret: bool} What the screen may know. */
	public function shown(): array {
		$all = $this->all();
		return array(
			'emails'      => $all['emails'],
			'slack'       => '' !== $all['slack_url'],
			'webhookHost' => (string) wp_parse_url( $all['webhook_url'], PHP_URL_HOST ),
			'secret'      => '' !== $all['webhook_secret'],
		);
	}

	/**
	 * @param array<string, mixed> $values emails (list), slackUrl, webhookUrl, webhookSecret; what is left out stays, an empty text clears.
	 * @throws Api_Exception invalid_request, naming the field.
	 */
	public function save( array $values ): void {
		$next = $this->all();
		if ( array_key_exists( 'emails', $values ) ) {
			$next['emails'] = self::emails( $values['emails'] );
		}
		if ( array_key_exists( 'slackUrl', $values ) ) {
			$next['slack_url'] = self::url( 'slackUrl', $values['slackUrl'], '#\Ahttps://hooks\.slack\.com/[A-Za-z0-9/_-]+\z#' );
		}
		if ( array_key_exists( 'webhookUrl', $values ) ) {
			$next['webhook_url'] = self::url( 'webhookUrl', $values['webhookUrl'], '#\Ahttps://[^\s@]+\z#' );
		}
		if ( array_key_exists( 'webhookSecret', $values ) ) {
			$next['webhook_secret'] = self::secret( $values['webhookSecret'] );
		}
		if ( '' !== $next['webhook_url'] && '' === $next['webhook_secret'] ) {
			throw self::invalid( 'webhookSecret', __( 'Give a secret of at least 16 characters; each call is signed with it.', 'aiguy' ) );
		}
		if ( $next !== $this->all() ) {
			Fixed_Options::assert_free( 'alerts' );
		}
		update_option( self::OPTION, $next, false );
	}

	/** @return list<string> */
	private static function emails( mixed $values ): array {
		$emails = is_array( $values ) ? array_values( array_unique( array_map( static fn( mixed $one ): string => is_string( $one ) ? trim( $one ) : '', $values ) ) ) : array( '' );
		if ( count( $emails ) > self::EMAILS_MAX || array() !== array_filter( $emails, static fn( string $one ): bool => ! is_email( $one ) ) ) {
			throw self::invalid( 'emails', __( 'Give at most ten e-mail addresses, separated by commas.', 'aiguy' ) );
		}
		return $emails;
	}

	private static function url( string $field, mixed $value, string $pattern ): string {
		if ( '' === $value ) {
			return '';
		}
		if ( ! is_string( $value ) || strlen( $value ) > self::URL_BYTES_MAX || ! preg_match( $pattern, $value ) || ! self::may_be_public( (string) wp_parse_url( $value, PHP_URL_HOST ) ) ) {
			throw self::invalid( $field, __( 'Give an https address that is reachable from the internet.', 'aiguy' ) );
		}
		return $value;
	}

	/** Only what can be told without asking anybody: when something is sent, core looks the name up and asks no address of its own network. */
	private static function may_be_public( string $host ): bool {
		$address = trim( $host, '[]' );
		if ( false !== filter_var( $address, FILTER_VALIDATE_IP ) ) {
			return false !== filter_var( $address, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE );
		}
		return 1 === preg_match( '/\A(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+\z/i', $host ) && ! preg_match( '/\.(?:local|localhost|internal|test)\z/i', $host );
	}

	private static function secret( mixed $value ): string {
		if ( '' !== $value && ( ! is_string( $value ) || strlen( $value ) < self::SECRET_BYTES_MIN || strlen( $value ) > self::SECRET_BYTES_MAX ) ) {
			throw self::invalid( 'webhookSecret', __( 'Give a secret of at least 16 characters; each call is signed with it.', 'aiguy' ) );
		}
		return $value;
	}

	public static function invalid( string $field, string $rule ): Api_Exception {
		return Api_Exception::passed_on( array( 'code' => 'invalid_request', 'message' => $rule, 'requestId' => wp_generate_uuid4(), 'details' => array( array( 'pointer' => "/$field", 'rule' => $rule ) ) ), 400 );
	}
}

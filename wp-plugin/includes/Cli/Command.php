<?php
/**
 * `wp aiguy …`: looks after the support agent from a terminal, in the name of the site itself.
 */

declare(strict_types=1);

namespace Aiguy\Cli;

use Aiguy\Knowledge\Knowledge_Table;
use Aiguy\Privacy\Deleted_Users;
use Aiguy\Privacy\Personal_Data;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Session\Signing_Key;
use Aiguy\Settings\Connection_Controller;
use Aiguy\Settings\Settings;
use Aiguy\Staff\Staff_Client;
use Aiguy\Transcript\Unsent_Mails;

/**
 * Looks after the support agent: its connection, its knowledge, its conversations.
 */
final class Command {

	private const TIMEOUT_SECONDS = 8;

	public function __construct(
		private readonly Settings $settings,
		private readonly Signing_Key $key,
		private readonly Connection_Controller $connection,
		private readonly Staff_Client $staff,
		private readonly Personal_Data $personal,
		private readonly Unsent_Mails $mails,
		private readonly Knowledge_Table $table,
	) {}

	/**
	 * Says whether the agent works, and what is wrong where it does not.
	 *
	 * ## EXAMPLES
	 *
	 *     wp aiguy status
	 */
	public function status(): void {
		$report = $this->connection->test();
		$rest   = wp_remote_get( rest_url( 'aiguy/v1/jwks' ), array( 'timeout' => self::TIMEOUT_SECONDS ) );
		$code   = is_wp_error( $rest ) ? $rest->get_error_message() : (string) wp_remote_retrieve_response_code( $rest );
		$open   = array_filter( array_merge( ...array_map( array_values( ... ), array_column( (array) _get_cron_array(), Deleted_Users::HOOK ) ) ?: array( array() ) ) );
		$lost   = $this->mails->given_up();
		$rows   = array(
			array( 'what' => 'orchestrator', 'is' => $this->settings->orchestrator_url() ?: '–', 'ok' => '' === $report->problem ),
			array( 'what' => 'connection', 'is' => $report->message, 'ok' => '' === $report->problem ),
			array( 'what' => 'signs as', 'is' => $this->settings->issuer(), 'ok' => true ),
			array( 'what' => 'key', 'is' => $this->key_id() . ( $this->key->is_constant() ? ' (AIGUY_SIGNING_KEY)' : '' ), 'ok' => '–' !== $this->key_id() ),
			array( 'what' => 'REST for guests', 'is' => $code, 'ok' => '200' === $code ),
			$this->knowledge(),
			array( 'what' => 'mails to visitors', 'is' => count( $this->mails->waiting() ) . ' tried again, ' . count( $lost ) . ' given up in a week', 'ok' => array() === array_filter( $lost, static fn( array $mail ): bool => $mail['since'] > time() - DAY_IN_SECONDS ) ),
			array( 'what' => 'erasures under way', 'is' => (string) count( $open ), 'ok' => true ),
		);
		foreach ( $rows as $row ) {
			\WP_CLI::log( sprintf( '%s  %-20s %s', $row['ok'] ? '✔' : '✖', $row['what'], $row['is'] ) );
		}
		if ( array() !== array_filter( $rows, static fn( array $row ): bool => ! $row['ok'] ) ) {
			\WP_CLI::error( 'Something is wrong; see above.' );
		}
		\WP_CLI::success( 'The agent works.' );
	}

	/**
	 * Lists conversations, the newest first.
	 *
	 * ## OPTIONS
	 *
	 * [--search=<text>]
	 * : Only those in which it is found.
	 *
	 * [--limit=<number>]
	 * : At most so many, 1 to 100.
	 * ---
	 * default: 20
	 * ---
	 *
	 * @param list<string>          $arguments
	 * @param array<string, string> $options
	 */
	public function conversations( array $arguments, array $options ): void {
		$limit = (int) ( $options['limit'] ?? 20 );
		if ( $limit < 1 || $limit > 100 ) {
			\WP_CLI::error( '--limit is a number from 1 to 100.' );
		}
		$query = array( 'limit' => $limit ) + ( '' === ( $options['search'] ?? '' ) ? array() : array( 'q' => $options['search'] ) );
		try {
			$answer = $this->staff->call( 'conversation:read', 'GET', '/staff/conversations?' . http_build_query( $query ) );
		} catch ( Api_Exception $exception ) {
			$this->stop( $exception, 'not_found' === $exception->error_code ? 'This orchestrator does not list conversations yet; it is older than the plugin.' : '' );
		}
		foreach ( (array) ( $answer['conversations'] ?? array() ) as $conversation ) {
			// What visitors wrote may hold control characters, which a terminal obeys.
			$cells = array_map( static fn( mixed $value ): string => (string) preg_replace( '/[\x00-\x1f\x7f-\x9f]+/u', ' ', is_scalar( $value ) ? (string) $value : (string) wp_json_encode( $value ) ), (array) $conversation );
			\WP_CLI::log( implode( "\t", $cells ) );
		}
	}

	/**
	 * Erases what is kept of a user: conversations, tickets, preferences.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : Number, login or e-mail address. An address that belongs to no user is looked for in guests' tickets.
	 *
	 * [--yes]
	 * : Without asking.
	 *
	 * @param list<string>          $arguments
	 * @param array<string, string> $options
	 */
	public function erase( array $arguments, array $options ): void {
		$named = (string) ( $arguments[0] ?? '' );
		$user  = is_numeric( $named ) ? get_user_by( 'id', (int) $named ) : ( get_user_by( 'login', $named ) ?: get_user_by( 'email', $named ) );
		$email = $user instanceof \WP_User ? $user->user_email : ( is_email( $named ) ? $named : '' );
		// A user that WordPress does not have any more may still have conversations.
		$id = $user instanceof \WP_User ? $user->ID : ( ctype_digit( $named ) ? (int) $named : 0 );
		if ( 0 === $id && '' === $email ) {
			\WP_CLI::error( "There is no user $named." );
		}
		\WP_CLI::confirm( "Erase everything that is kept of $named?", $options );
		try {
			$erasure = $this->personal->erase( $id, $email );
		} catch ( Api_Exception $exception ) {
			$this->stop( $exception, '' );
		}
		foreach ( $erasure->erased as $kind => $count ) {
			\WP_CLI::log( "$kind: $count" );
		}
		foreach ( $erasure->messages() as $message ) {
			\WP_CLI::warning( $message );
		}
		\WP_CLI::success( 'Erased.' );
	}

	/** @return array{what: string, is: string, ok: bool} */
	private function knowledge(): array {
		$counts  = $this->table->counts();
		$last    = $this->table->last_update();
		$waiting = $counts['queued'] + $counts['forgetting'];
		$problem = $waiting > 0 ? $this->table->last_problem() : '';
		$is      = "{$counts['known']} known, $waiting waiting, {$counts['failed']} failed, last update " . ( 0 === $last ? 'never' : gmdate( 'Y-m-d H:i', $last ) . ' UTC' );
		return array( 'what' => 'knowledge', 'is' => $is . ( '' === $problem ? '' : "; $problem" ), 'ok' => '' === $problem );
	}

	private function key_id(): string {
		try {
			return $this->key->current()->id();
		} catch ( Api_Exception ) {
			return '–';
		}
	}

	private function stop( Api_Exception $exception, string $message ): never {
		\WP_CLI::error( $message ?: Error_Response::text( $exception->error_code ) . " ($exception->error_code)" );
		exit( 1 );
	}
}

<?php
/**
 * WordPress' own tools for personal data (Tools → Export, Erase): an exporter, an eraser, and the text for the privacy policy.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;
use Aiguy\Settings\Settings;

final class Privacy_Tools {

	/** A request's pages are fetched one after the other; where the next one begins is kept meanwhile. */
	private const CURSOR_SECONDS = HOUR_IN_SECONDS;

	public function __construct( private readonly Personal_Data $data, private readonly Settings $settings, private readonly Agents $agents ) {}

	public function add_hooks(): void {
		add_filter( 'wp_privacy_personal_data_exporters', fn( array $exporters ): array => $exporters + array( 'aiguy' => array( 'exporter_friendly_name' => __( 'AIGuy conversations', 'aiguy' ), 'callback' => $this->export( ... ) ) ) );
		add_filter( 'wp_privacy_personal_data_erasers', fn( array $erasers ): array => $erasers + array( 'aiguy' => array( 'eraser_friendly_name' => __( 'AIGuy conversations', 'aiguy' ), 'callback' => $this->erase( ... ) ) ) );
		add_action( 'admin_init', fn() => wp_add_privacy_policy_content( __( 'AIGuy', 'aiguy' ), Policy_Text::html( $this->days_kept() ) ) );
	}

	/** With whichever agent a conversation is kept longest. */
	private function days_kept(): int {
		return max( array_map( static fn( Agent $agent ): int => $agent->retention_days, $this->agents->all() ) );
	}

	/** @return array{data: list<array<string, mixed>>, done: bool}|\WP_Error */
	private function export( string $email, int $page = 1 ): array|\WP_Error {
		if ( '' === $this->settings->orchestrator_url() ) {
			return array( 'data' => array_map( self::item( ... ), $this->data->kept_here( self::user_of( $email ), $email ) ), 'done' => true );
		}
		$place  = 'aiguy_export_' . md5( strtolower( $email ) );
		$cursor = 1 === $page ? null : get_transient( $place );
		if ( false === $cursor ) {
			return new \WP_Error( 'aiguy_export', __( 'AIGuy: the export was interrupted. Begin it again.', 'aiguy' ) );
		}
		try {
			$found = $this->data->page( self::user_of( $email ), $email, $cursor );
		} catch ( Api_Exception $exception ) {
			return self::unreached( $exception );
		}
		if ( null === $found['cursor'] ) {
			delete_transient( $place );
		} else {
			set_transient( $place, (string) $found['cursor'], self::CURSOR_SECONDS );
		}
		return array( 'data' => array_map( self::item( ... ), $found['records'] ), 'done' => null === $found['cursor'] );
	}

	/** @return array{items_removed: bool, items_retained: bool, messages: list<string>, done: bool}|\WP_Error */
	private function erase( string $email ): array|\WP_Error {
		if ( '' === $this->settings->orchestrator_url() ) {
			return array( 'items_removed' => $this->data->erase_here( self::user_of( $email ), $email )->count() > 0, 'items_retained' => false, 'messages' => array(), 'done' => true );
		}
		try {
			$erasure = $this->data->erase( self::user_of( $email ), $email );
		} catch ( Api_Exception $exception ) {
			return self::unreached( $exception );
		}
		$messages = $erasure->messages();
		if ( 0 === self::user_of( $email ) ) {
			$messages[] = __( 'AIGuy: nobody here signs in with this address. What guests write is kept under a number that leads to no address, and is deleted by itself after a time without activity; only their tickets name an address, and those were looked for.', 'aiguy' );
		}
		return array( 'items_removed' => $erasure->count() > 0, 'items_retained' => array() !== $erasure->retained, 'messages' => $messages, 'done' => true );
	}

	private static function user_of( string $email ): int {
		$user = get_user_by( 'email', $email );
		return $user instanceof \WP_User ? $user->ID : 0;
	}

	/** The request stays open, so that it is tried again. */
	private static function unreached( Api_Exception $exception ): \WP_Error {
		/* translators: %s: an error message. */
		return new \WP_Error( 'aiguy_' . $exception->error_code, sprintf( __( 'AIGuy: not everything was reached. %s Try again; what is done already is not done twice.', 'aiguy' ), Error_Response::text( $exception->error_code ) ) );
	}

	/**
	 * @param array{kind: string, id: string, fields: list<array{name: string, value: string}>} $record
	 * @return array<string, mixed>
	 */
	private static function item( array $record ): array {
		return array(
			'group_id'          => 'aiguy-' . sanitize_key( (string) $record['kind'] ),
			'group_label'       => self::label( (string) $record['kind'] ),
			'group_description' => __( 'Kept by the support chat of this site.', 'aiguy' ),
			'item_id'           => 'aiguy-' . $record['kind'] . '-' . $record['id'],
			// WordPress lets some HTML through into the report; what was said is text.
			'data'              => array_map( static fn( array $field ): array => array( 'name' => esc_html( (string) $field['name'] ), 'value' => nl2br( esc_html( (string) $field['value'] ) ) ), (array) $record['fields'] ),
		);
	}

	private static function label( string $kind ): string {
		return match ( $kind ) {
			'messages'       => __( 'Support chat: messages', 'aiguy' ),
			'sessions'       => __( 'Support chat: conversations', 'aiguy' ),
			'tickets'        => __( 'Support chat: tickets', 'aiguy' ),
			'preferences'    => __( 'Support chat: preferences', 'aiguy' ),
			'session_memory' => __( 'Support chat: what it remembers', 'aiguy' ),
			'effects'        => __( 'Support chat: changes made', 'aiguy' ),
			'receipts'       => __( 'Support chat: receipts', 'aiguy' ),
			'unsent_mails'   => __( 'Support chat: mails that could not be sent', 'aiguy' ),
			/* translators: %s: name of a kind of data. */
			default          => sprintf( __( 'Support chat: %s', 'aiguy' ), str_replace( '_', ' ', $kind ) ),
		};
	}
}

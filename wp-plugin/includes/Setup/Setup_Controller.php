<?php
/**
 * The routes of the set-up: aiguy/v1/admin/setup says how far it is and keeps what is chosen, below it pairing and publishing.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

use Aiguy\Inbox\Alert_Settings;
use Aiguy\Knowledge\Choice;
use Aiguy\Knowledge\Knowledge_Schedule;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Settings\Agents;
use Aiguy\Settings\Settings;
use Aiguy\Settings\Site_Identity;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Route;

final class Setup_Controller {

	private const EXCLUDED_MAX = 5000;

	/** Addresses are checked, and said what is wrong with them, where they are kept. */
	private const FIELDS = array(
		'step'             => array( 'type' => 'string', 'enum' => Setup_State::STEPS ),
		'finished'         => array( 'type' => 'boolean' ),
		'orchestrator_url' => array(),
		'knowledge'        => array( 'type' => array( 'object', 'null' ) ),
		'alerts'           => array(),
	);

	public function __construct(
		private readonly Setup_State $state,
		private readonly Settings $settings,
		private readonly Site_Identity $identity,
		private readonly Site_Pairing $pairing,
		private readonly Chat_Publisher $publisher,
		private readonly Chat_Preview $preview,
		private readonly Agents $agents,
		private readonly Choice $choice,
		private readonly Knowledge_Schedule $schedule,
		private readonly Alert_Settings $alerts,
		private readonly Request_Guard $guard,
		private readonly Staff_Route $route,
	) {}

	public function add_hooks(): void {
		add_action(
			'rest_api_init',
			function (): void {
				$this->route->register( 'GET', '/setup', Capabilities::MANAGE, $this->answer( ... ) );
				$this->route->register( 'PUT', '/setup', Capabilities::MANAGE, $this->change( ... ), self::FIELDS );
				$this->route->register( 'POST', '/setup/pair', Capabilities::MANAGE, $this->pair( ... ), array( 'code' => array( 'type' => 'string', 'maxLength' => 100 ) ) );
				$this->route->register( 'POST', '/setup/publish', Capabilities::MANAGE, $this->publish( ... ), array( 'how' => array( 'type' => 'string' ), 'on' => array( 'type' => array( 'boolean', 'null' ) ) ) );
			}
		);
	}

	/** @return array<string, mixed> */
	private function answer(): array {
		$page  = $this->state->page();
		$agent = $this->agents->all()[0];
		return array(
			'step'       => $this->state->step(),
			'finished'   => $this->state->is_finished(),
			'connection' => array( 'url' => $this->settings->orchestrator_url(), 'fixed' => defined( 'AIGUY_ORCHESTRATOR_URL' ) ),
			'identity'   => array( 'issuer' => $this->identity->issuer(), 'keyId' => $this->identity->key_id(), 'entry' => $this->identity->entry() ),
			'knowledge'  => $this->knowledge(),
			'preview'    => $this->preview->url(),
			'published'  => array(
				'page'       => null === $page ? null : array( 'title' => get_the_title( $page ), 'url' => (string) get_permalink( $page ), 'edit' => admin_url( "post.php?post=$page->ID&action=edit" ) ),
				'everywhere' => $agent->everywhere['on'],
			),
			'agent'      => $agent->name_text(),
			'alerts'     => $this->alerts->proposed_emails(),
		);
	}

	/** @return array<string, mixed> */
	private function knowledge(): array {
		$chosen = $this->choice->types();
		$types  = array();
		foreach ( $this->choice->available() as $name => $label ) {
			$types[] = array( 'name' => $name, 'label' => $label, 'count' => (int) ( wp_count_posts( $name )->publish ?? 0 ), 'chosen' => in_array( $name, $chosen, true ) );
		}
		// What was deleted since is no longer there to be left out, and could not be kept again.
		$exclude = array_values( array_filter( $this->choice->excluded(), static fn( int $id ): bool => null !== get_post( $id ) ) );
		return array( 'types' => $types, 'exclude' => array_map( static fn( int $id ): array => array( 'id' => $id, 'title' => get_the_title( $id ) ), $exclude ) );
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception invalid_request.
	 */
	private function change( \WP_REST_Request $request ): array {
		$values = $this->guard->read_json( $request );
		if ( array() === $values ) {
			throw new Api_Exception( 'invalid_request' );
		}
		// Everything is checked before anything is kept.
		$progress  = $this->checked_progress( array_intersect_key( $values, array( 'step' => 0, 'finished' => 0 ) ) );
		$url       = $this->checked_url( $values['orchestrator_url'] ?? null );
		$knowledge = isset( $values['knowledge'] ) ? $this->checked_knowledge( $values['knowledge'] ) : null;
		if ( array_key_exists( 'alerts', $values ) ) {
			// Checks before it keeps.
			$this->alerts->save( array( 'emails' => $values['alerts'] ) );
		}
		if ( null !== $url ) {
			update_option( Settings::OPTION, array( 'orchestrator_url' => $url ) + (array) get_option( Settings::OPTION, array() ), true );
		}
		if ( null !== $knowledge ) {
			$this->choice->replace( $knowledge['types'], $knowledge['exclude'] );
			$this->schedule->compare();
		}
		if ( array() !== $progress ) {
			$this->state->change( $progress );
		}
		return $this->answer();
	}

	/**
	 * @param array<string, mixed> $values
	 * @return array<string, mixed>
	 */
	private function checked_progress( array $values ): array {
		if ( ! is_bool( $values['finished'] ?? false ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $values;
	}

	private function checked_url( mixed $value ): ?string {
		if ( null === $value ) {
			return null;
		}
		$url = is_string( $value ) ? Settings::clean_url( trim( $value ) ) : null;
		if ( null === $url || '' === $url ) {
			$body = array( 'code' => 'invalid_request', 'message' => __( 'The address must begin with http:// or https:// and have no user name, question mark or #.', 'aiguy' ), 'requestId' => wp_generate_uuid4() );
			throw Api_Exception::passed_on( $body, 400 );
		}
		return $url;
	}

	/** @return array{types: list<string>, exclude: list<int>} */
	private function checked_knowledge( mixed $value ): array {
		$fields  = $value instanceof \stdClass ? get_object_vars( $value ) : array();
		$types   = $fields['types'] ?? null;
		$exclude = $fields['exclude'] ?? null;
		$fits    = array( 'types', 'exclude' ) === array_keys( $fields ) && is_array( $types ) && is_array( $exclude ) && count( $exclude ) <= self::EXCLUDED_MAX
			&& array() === array_filter( $types, fn( mixed $type ): bool => ! is_string( $type ) || ! isset( $this->choice->available()[ $type ] ) )
			&& array() === array_filter( $exclude, static fn( mixed $id ): bool => ! is_int( $id ) || null === get_post( $id ) );
		if ( ! $fits ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return array( 'types' => array_values( array_unique( $types ) ), 'exclude' => array_values( array_unique( $exclude ) ) );
	}

	/** @return array<string, mixed> */
	private function pair( \WP_REST_Request $request ): array {
		$code = $this->guard->read_json( $request )['code'] ?? null;
		if ( ! is_string( $code ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return array( 'keys' => $this->pairing->pair( $code ) );
	}

	/** @return array<string, mixed> */
	private function publish( \WP_REST_Request $request ): array {
		$values = $this->guard->read_json( $request );
		$how    = $values['how'] ?? null;
		if ( 'page' === $how && ! isset( $values['on'] ) ) {
			$this->publisher->make_page();
		} elseif ( 'everywhere' === $how && is_bool( $values['on'] ?? null ) ) {
			$this->publisher->everywhere( $values['on'] );
		} else {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->answer();
	}
}

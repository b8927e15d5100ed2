<?php
/**
 * Other plugins' abilities (Abilities API, WordPress 6.9) that the owner lets the agent use: read-only ones alone, each approved by hand and pinned to what it
 * said of itself on that day. One that has changed since is off until it is approved again.
 */

declare(strict_types=1);

namespace Aiguy\Abilities;

use Aiguy\Rest\Api_Exception;

final class Pinned_Abilities {

	public const OPTION = 'aiguy_abilities';

	/** A model reads each of them in every request. */
	private const APPROVED_MAX       = 20;
	private const LABEL_CHARACTERS   = 100;
	private const SAID_CHARACTERS    = 1000;

	public function is_available(): bool {
		return function_exists( 'wp_get_abilities' ) && function_exists( 'wp_get_ability' ) && function_exists( 'wp_has_ability' );
	}

	/**
	 * What could be approved, and what was.
	 *
	 * @return list<array{name: string, label: string, description: string, pin: string, state: 'off'|'on'|'changed'|'gone', approvedAt: ?string, questions: list<string>, needsDetails: bool}>
	 */
	public function all(): array {
		$approved = $this->approved();
		$listed   = array();
		foreach ( $this->is_available() ? wp_get_abilities() : array() as $ability ) {
			$name = $ability->get_name();
			if ( ! self::is_offered( $ability ) && ! isset( $approved[ $name ] ) ) {
				continue;
			}
			$pin      = self::pin( $ability );
			$listed[] = array(
				'name'        => $name,
				'label'       => $ability->get_label(),
				'description' => $ability->get_description(),
				'pin'         => $pin,
				'state'       => match ( true ) {
					! isset( $approved[ $name ] )                                             => 'off',
					self::is_offered( $ability ) && $approved[ $name ]['pin'] === $pin => 'on',
					default                                                                   => 'changed',
				},
				'approvedAt'   => isset( $approved[ $name ] ) ? gmdate( 'c', $approved[ $name ]['at'] ) : null,
				'questions'    => $approved[ $name ]['questions'] ?? array(),
				'needsDetails' => self::needs_details( $ability ),
			);
			unset( $approved[ $name ] );
		}
		foreach ( $approved as $name => $pinned ) {
			$listed[] = array( 'name' => $name, 'label' => $name, 'description' => '', 'pin' => $pinned['pin'], 'state' => 'gone', 'approvedAt' => gmdate( 'c', $pinned['at'] ), 'questions' => $pinned['questions'], 'needsDetails' => false );
		}
		return $listed;
	}

	/**
	 * @param string       $pin       As the owner has seen it.
	 * @param list<string> $questions What visitors ask that it answers, in his words.
	 * @throws Api_Exception not_found when there is no such ability to approve, or when it has changed since.
	 */
	public function approve( string $name, string $pin, array $questions = array() ): void {
		$ability = $this->is_available() ? wp_get_ability( $name ) : null;
		if ( null === $ability || ! self::is_offered( $ability ) || self::pin( $ability ) !== $pin ) {
			throw new Api_Exception( 'not_found' );
		}
		$approved = array( $name => array( 'pin' => $pin, 'at' => time(), 'by' => get_current_user_id(), 'questions' => $questions ) ) + $this->approved();
		if ( count( $approved ) > self::APPROVED_MAX ) {
			throw new Api_Exception( 'payload_too_large' );
		}
		update_option( self::OPTION, $approved, false );
	}

	/** What is not approved stays so. */
	public function withdraw( string $name ): void {
		update_option( self::OPTION, array_diff_key( $this->approved(), array( $name => true ) ), false );
	}

	/** The ability, if it is approved, still says the same of itself and is still read-only. */
	public function runnable( string $name ): ?\WP_Ability {
		$pinned  = $this->approved()[ $name ] ?? null;
		$ability = null !== $pinned && $this->is_available() && wp_has_ability( $name ) ? wp_get_ability( $name ) : null;
		return null !== $ability && self::is_offered( $ability ) && hash_equals( $pinned['pin'], self::pin( $ability ) ) ? $ability : null;
	}

	/** @return array{abilities?: string} The part of AgentSettings (manifests/protocol/claims.json) that says where they are listed and run. */
	public function claim(): array {
		return array() === $this->approved() || ! $this->is_available() ? array() : array( 'abilities' => rest_url( 'aiguy/v1' . Run_Controller::PATH ) );
	}

	/**
	 * What a visitor's agent is offered: approved, and still as it was then.
	 *
	 * @return list<array{name: string, pin: string, label: string, description: string, questions: list<string>, input_schema: ?array<string, mixed>}>
	 */
	public function offered(): array {
		$offered = array();
		foreach ( $this->approved() as $name => $pinned ) {
			$ability = $this->runnable( $name );
			if ( null === $ability ) {
				continue;
			}
			$schema    = $ability->get_input_schema();
			$offered[] = array(
				'name'         => $name,
				'pin'          => $pinned['pin'],
				'label'        => mb_substr( $ability->get_label(), 0, self::LABEL_CHARACTERS ),
				'description'  => mb_substr( $ability->get_description(), 0, self::SAID_CHARACTERS ),
				'questions'    => $pinned['questions'],
				'input_schema' => array() === $schema ? null : $schema,
			);
		}
		return $offered;
	}

	/** SHA-256 of everything by which an owner, and a model, judges what it does. */
	public static function pin( \WP_Ability $ability ): string {
		$said = array(
			'annotations'   => (array) $ability->get_meta_item( 'annotations', array() ),
			'category'      => $ability->get_category(),
			'description'   => $ability->get_description(),
			'input_schema'  => $ability->get_input_schema(),
			'label'         => $ability->get_label(),
			'name'          => $ability->get_name(),
			'output_schema' => $ability->get_output_schema(),
		);
		return hash( 'sha256', (string) wp_json_encode( self::sorted( $said ), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
	}

	/** Says of itself that it only reads. Ours are for people and other agents, not for the chat, which has its own tools. */
	private static function is_offered( \WP_Ability $ability ): bool {
		$said = (array) $ability->get_meta_item( 'annotations', array() );
		return true === ( $said['readonly'] ?? null ) && true !== ( $said['destructive'] ?? null ) && ! str_starts_with( $ability->get_name(), 'aiguy/' );
	}

	/** Without a language model nothing can be filled in. */
	private static function needs_details( \WP_Ability $ability ): bool {
		$schema   = $ability->get_input_schema();
		$required = is_array( $schema['required'] ?? null ) ? $schema['required'] : array_filter( (array) ( $schema['properties'] ?? array() ), static fn( mixed $property ): bool => true === ( $property['required'] ?? null ) );
		return array() !== $schema && ( 'object' !== ( $schema['type'] ?? null ) || array() !== $required );
	}

	/** @return array<string, array{pin: string, at: int, by: int, questions: list<string>}> */
	private function approved(): array {
		$stored = get_option( self::OPTION, array() );
		$valid  = array_filter( is_array( $stored ) ? $stored : array(), static fn( mixed $pinned ): bool => is_array( $pinned ) && is_string( $pinned['pin'] ?? null ) && is_int( $pinned['at'] ?? null ) );
		return array_map( static fn( array $pinned ): array => array( 'questions' => array_values( array_filter( (array) ( $pinned['questions'] ?? array() ), is_string( ... ) ) ) ) + $pinned, $valid );
	}

	private static function sorted( mixed $value ): mixed {
		if ( ! is_array( $value ) ) {
			return $value;
		}
		if ( ! array_is_list( $value ) ) {
			ksort( $value );
		}
		return array_map( self::sorted( ... ), $value );
	}
}

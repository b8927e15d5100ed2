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

	private const APPROVED_MAX = 40;

	public function is_available(): bool {
		return function_exists( 'wp_get_abilities' );
	}

	/**
	 * What could be approved, and what was.
	 *
	 * @return list<array{name: string, label: string, description: string, pin: string, state: 'off'|'on'|'changed'|'gone', approvedAt: ?string}>
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
				'approvedAt'  => isset( $approved[ $name ] ) ? gmdate( 'c', $approved[ $name ]['at'] ) : null,
			);
			unset( $approved[ $name ] );
		}
		foreach ( $approved as $name => $pinned ) {
			$listed[] = array( 'name' => $name, 'label' => $name, 'description' => '', 'pin' => $pinned['pin'], 'state' => 'gone', 'approvedAt' => gmdate( 'c', $pinned['at'] ) );
		}
		return $listed;
	}

	/**
	 * @param string $pin As the owner has seen it.
	 * @throws Api_Exception not_found when there is no such ability to approve, or when it has changed since.
	 */
	public function approve( string $name, string $pin ): void {
		$ability = $this->is_available() ? wp_get_ability( $name ) : null;
		if ( null === $ability || ! self::is_offered( $ability ) || self::pin( $ability ) !== $pin ) {
			throw new Api_Exception( 'not_found' );
		}
		$approved = array( $name => array( 'pin' => $pin, 'at' => time(), 'by' => get_current_user_id() ) ) + $this->approved();
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

	/** @return array<string, array{pin: string, at: int, by: int}> */
	private function approved(): array {
		$stored = get_option( self::OPTION, array() );
		return array_filter( is_array( $stored ) ? $stored : array(), static fn( mixed $pinned ): bool => is_array( $pinned ) && is_string( $pinned['pin'] ?? null ) && is_int( $pinned['at'] ?? null ) );
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

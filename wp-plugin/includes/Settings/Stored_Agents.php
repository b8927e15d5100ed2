<?php
/**
 * What an earlier version has stored, or a constant still says, in today's shape: texts that nobody had changed, limits that stood at each agent, a list of
 * languages of which the first counted.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Stored_Agents {

	/** As they were when they were stored, in the languages that the plugin brought. */
	private const USUAL = array(
		'name'     => array( 'Support' ),
		'greeting' => array( 'Hello! How can we help?', 'Guten Tag! Wie können wir helfen?', 'Bonjour ! Comment pouvons-nous vous aider ?' ),
	);

	/**
	 * @param array<string, mixed> $stored
	 * @return array<string, mixed>
	 */
	public static function current( array $stored ): array {
		$agents = array_values( array_filter( is_array( $stored['agents'] ?? null ) ? $stored['agents'] : array(), is_array( ... ) ) );
		$limits = is_array( $stored['limits'] ?? null ) ? $stored['limits'] : array();
		return array(
			'limits' => $limits + self::limits( $agents ),
			'agents' => array_map( static fn( array $agent ): array => self::without_usual_texts( self::agent( $agent ) ), $agents ),
		) + $stored;
	}

	/**
	 * @param array<string, mixed> $fields
	 * @return array<string, mixed>
	 */
	public static function agent( array $fields ): array {
		if ( is_array( $fields['languages'] ?? null ) ) {
			$fields['language'] ??= $fields['languages'][0] ?? '';
		}
		if ( is_array( $fields['caps'] ?? null ) ) {
			$fields['caps'] = array_diff_key( $fields['caps'], Agents::LIMITS ) + Agent::defaults()['caps'];
		}
		return array_diff_key( $fields, array( 'languages' => 0 ) );
	}

	/**
	 * They stood at each agent and were counted for all together: the smallest that an owner had set counts.
	 *
	 * @param list<array<string, mixed>> $agents
	 * @return array<string, int|float>
	 */
	private static function limits( array $agents ): array {
		$limits = array();
		foreach ( Agents::LIMITS as $name => $usual ) {
			$set = array_filter( array_map( static fn( array $agent ): mixed => $agent['caps'][ $name ] ?? null, $agents ), static fn( mixed $value ): bool => ( is_int( $value ) || is_float( $value ) ) && (float) $usual !== (float) $value );
			if ( array() !== $set ) {
				$limits[ $name ] = min( $set );
			}
		}
		return $limits;
	}

	/**
	 * Once, saving anything stored the usual texts in the language of whoever saved.
	 *
	 * @param array<string, mixed> $fields
	 * @return array<string, mixed>
	 */
	private static function without_usual_texts( array $fields ): array {
		foreach ( self::USUAL as $field => $texts ) {
			if ( in_array( $fields[ $field ] ?? '', $texts, true ) ) {
				$fields[ $field ] = '';
			}
		}
		return $fields;
	}
}

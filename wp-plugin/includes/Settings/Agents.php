<?php
/**
 * The site's agents, of which one is the default. The constant AIGUY_AGENTS (JSON of the same shape as the route's) wins over the option.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;

final class Agents {

	public const OPTION = 'aiguy_agents';
	public const FIRST  = 'main';
	/**
	 * What all agents together may use: at about a tenth of a US cent a message, 1,000 are a dollar; the five dollars stop what costs more than that. The month
	 * has no limit but those of its days.
	 */
	public const LIMITS = array( 'site_messages_day' => 1000, 'site_cost_day_usd' => 5, 'site_cost_month_usd' => null );

	/** Of the option's shape; a later one is brought up to date where it is read. */
	private const VERSION    = 2;
	private const AGENTS_MAX = 20;
	/** Ids of agents that are gone and are given to no other: blocks and conversations still name them. */
	private const RETIRED_MAX = 200;

	/** @return non-empty-list<Agent> The default first. */
	public function all(): array {
		$stored  = $this->stored();
		$list    = array_filter( is_array( $stored['agents'] ?? null ) ? $stored['agents'] : array(), is_array( ... ) );
		$default = $stored['default'] ?? self::FIRST;
		/**
		 * Filters the fields of the site's agents before they are used; a field that breaks its rule gets its default.
		 *
		 * @since 0.1.0
		 *
		 * @param list<array<string, mixed>> $list    One entry an agent, with the fields of Agent::defaults().
		 * @param string                     $default Id of the default agent.
		 */
		$list   = array_filter( (array) apply_filters( 'aiguy_agents', array_values( $list ), $default ), is_array( ... ) );
		$agents = array_map( Agent::of( ... ), array() === $list ? array( array() ) : array_values( $list ) );
		usort( $agents, static fn( Agent $one, Agent $other ): int => ( $other->id === $default ) <=> ( $one->id === $default ) );
		return $agents;
	}

	/** The agent of that id, or the default. */
	public function find( string $id ): Agent {
		$agents = $this->all();
		foreach ( $agents as $agent ) {
			if ( $agent->id === $id ) {
				return $agent;
			}
		}
		return $agents[0];
	}

	/** @return array{site_messages_day: int, site_cost_day_usd: float|int, site_cost_month_usd: float|int|null} For all agents together. */
	public function limits(): array {
		$limits = $this->stored()['limits'] ?? array();
		$limits = is_array( $limits ) ? array_intersect_key( $limits, self::LIMITS ) : array();
		return array_diff_key( $limits, Agent_Rules::broken_limits( $limits ) ) + self::LIMITS;
	}

	/** @return list<string> */
	public function retired(): array {
		$retired = $this->stored()['retired'] ?? array();
		return is_array( $retired ) ? array_values( array_filter( $retired, is_string( ... ) ) ) : array();
	}

	/** @return array<string, mixed> Agent::claim() of the agent of that id, or of the default. */
	public function claim( string $id ): array {
		return $this->find( $id )->claim( $this->limits() );
	}

	public function is_constant(): bool {
		return defined( 'AIGUY_AGENTS' );
	}

	/**
	 * @param mixed $list    Agents with some or all fields, decoded from JSON as arrays; what is left out has its default.
	 * @param mixed $default Id of the default agent.
	 * @param mixed $limits  Of the whole site, some or all of LIMITS; the others stay as they are.
	 * @throws Api_Exception invalid_request, whose details name each field and the rule it breaks.
	 */
	public function save( mixed $list, mixed $default, mixed $limits = array() ): void {
		$fixed = array( array( 'pointer' => '/agents', 'rule' => __( 'The agents are set by the constant AIGUY_AGENTS.', 'aiguy' ) ) );
		$wrong = $this->is_constant() ? $fixed : array( ...self::problems( $list, $default ), ...self::problems_of_limits( $limits ) );
		if ( array() !== $wrong ) {
			$body = array( 'message' => __( 'Some settings can’t be used. They are marked.', 'aiguy' ), 'details' => $wrong ) + ( new Error_Response() )->body( 'invalid_request' );
			throw new Api_Exception( 'invalid_request', null, array( 'status' => 400, 'body' => $body ) );
		}
		$fields  = array_map( static fn( array $agent ): array => Agent::of( $agent )->fields(), $list );
		$ids     = array_map( static fn( Agent $agent ): string => $agent->id, $this->all() );
		$retired = array_values( array_diff( array_unique( array( ...$this->retired(), ...$ids ) ), array_column( $fields, 'id' ) ) );
		update_option( self::OPTION, array( 'version' => self::VERSION, 'default' => $default, 'limits' => $limits + $this->limits(), 'retired' => array_slice( $retired, -self::RETIRED_MAX ), 'agents' => $fields ), true );
	}

	/** @return list<array{pointer: string, rule: string}> */
	private static function problems_of_limits( mixed $limits ): array {
		$broken = is_array( $limits ) ? Agent_Rules::broken_limits( $limits ) : array( '' => __( 'An object.', 'aiguy' ) );
		return array_map( static fn( string $field, string $rule ): array => array( 'pointer' => "/limits/$field", 'rule' => $rule ), array_keys( $broken ), $broken );
	}

	/** @return list<array{pointer: string, rule: string}> */
	private static function problems( mixed $list, mixed $default ): array {
		if ( ! is_array( $list ) || ! array_is_list( $list ) || array() === $list || count( $list ) > self::AGENTS_MAX ) {
			/* translators: %d: a number. */
			return array( array( 'pointer' => '/agents', 'rule' => sprintf( __( 'Between one and %d agents.', 'aiguy' ), self::AGENTS_MAX ) ) );
		}
		$wrong = array();
		foreach ( $list as $index => $agent ) {
			$broken = is_array( $agent ) ? Agent_Rules::broken( $agent ) : array( '' => __( 'An object.', 'aiguy' ) );
			if ( is_array( $agent ) && ! isset( $agent['id'] ) ) {
				$broken['id'] = __( 'Is missing.', 'aiguy' );
			}
			foreach ( $broken as $field => $rule ) {
				$wrong[] = array( 'pointer' => "/agents/$index/$field", 'rule' => $rule );
			}
		}
		$ids = array_map( static fn( mixed $agent ): mixed => is_array( $agent ) ? ( $agent['id'] ?? null ) : null, $list );
		if ( count( array_unique( $ids, SORT_REGULAR ) ) !== count( $ids ) ) {
			$wrong[] = array( 'pointer' => '/agents', 'rule' => __( 'Each id is there once.', 'aiguy' ) );
		}
		if ( ! is_string( $default ) || ! in_array( $default, $ids, true ) ) {
			$wrong[] = array( 'pointer' => '/default', 'rule' => __( 'The id of one of the agents.', 'aiguy' ) );
		}
		return $wrong;
	}

	/** @return array<string, mixed> */
	private function stored(): array {
		if ( $this->is_constant() ) {
			return Stored_Agents::current( (array) json_decode( (string) AIGUY_AGENTS, true ) );
		}
		$stored = get_option( self::OPTION );
		if ( ! is_array( $stored ) ) {
			return $this->from_settings();
		}
		return self::VERSION === ( $stored['version'] ?? 1 ) ? $stored : Stored_Agents::current( $stored );
	}

	/**
	 * Before there were agents, title and greeting stood among the settings: they become the first agent's, once.
	 *
	 * @return array<string, mixed>
	 */
	private function from_settings(): array {
		$settings = (array) get_option( Settings::OPTION, array() );
		$fields   = array_filter( array( 'name' => $settings['title'] ?? '', 'greeting' => $settings['greeting'] ?? '' ), static fn( mixed $text ): bool => is_string( $text ) && '' !== $text );
		if ( array() === $fields ) {
			return array();
		}
		$stored = array( 'version' => self::VERSION, 'default' => self::FIRST, 'agents' => array( Agent::of( array( 'id' => self::FIRST ) + $fields )->fields() ) );
		update_option( self::OPTION, $stored, true );
		update_option( Settings::OPTION, array_diff_key( $settings, array( 'title' => 0, 'greeting' => 0 ) ), true );
		return $stored;
	}
}

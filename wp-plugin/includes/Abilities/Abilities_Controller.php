<?php
/**
 * GET aiguy/v1/admin/abilities, POST …/abilities/approve and …/abilities/withdraw: which abilities of other plugins the agent may use.
 */

declare(strict_types=1);

namespace Aiguy\Abilities;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Route;

final class Abilities_Controller {

	private const QUESTIONS_MAX           = 10;
	private const QUESTION_CHARACTERS_MAX = 200;

	private const NAME = '/\A[a-z0-9-]+(\/[a-z0-9-]+)+\z/';

	public function __construct( private readonly Pinned_Abilities $pins, private readonly Request_Guard $guard, private readonly Staff_Route $route ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$text = array( 'type' => 'string' );
		$this->route->register( 'GET', '/abilities', Capabilities::MANAGE, fn(): array => $this->listed() );
		$this->route->register(
			'POST',
			'/abilities/approve',
			Capabilities::MANAGE,
			function ( \WP_REST_Request $request ): array {
				$values = $this->guard->read_json( $request );
				if ( ! is_string( $values['pin'] ?? null ) || ! preg_match( '/\A[0-9a-f]{64}\z/', $values['pin'] ) ) {
					throw new Api_Exception( 'invalid_request' );
				}
				$this->pins->approve( self::name_in( $values ), $values['pin'], self::questions_in( $values ) );
				return $this->listed();
			},
			array( 'name' => $text, 'pin' => $text, 'questions' => array( 'type' => 'array', 'maxItems' => self::QUESTIONS_MAX, 'items' => $text ) )
		);
		$this->route->register(
			'POST',
			'/abilities/withdraw',
			Capabilities::MANAGE,
			function ( \WP_REST_Request $request ): array {
				$this->pins->withdraw( self::name_in( $this->guard->read_json( $request ) ) );
				return $this->listed();
			},
			array( 'name' => $text )
		);
	}

	/** @return array{available: bool, abilities: list<array<string, mixed>>} */
	private function listed(): array {
		return array( 'available' => $this->pins->is_available(), 'abilities' => $this->pins->all() );
	}

	/**
	 * @param array<string, mixed> $values
	 * @return list<string>
	 */
	private static function questions_in( array $values ): array {
		$given = $values['questions'] ?? array();
		if ( ! is_array( $given ) || count( $given ) > self::QUESTIONS_MAX || $given !== array_filter( $given, is_string( ... ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$questions = array_values( array_unique( array_map( sanitize_text_field( ... ), $given ) ) );
		foreach ( $questions as $question ) {
			if ( mb_strlen( $question ) < 3 || mb_strlen( $question ) > self::QUESTION_CHARACTERS_MAX ) {
				throw new Api_Exception( 'invalid_request' );
			}
		}
		return $questions;
	}

	/** @param array<string, mixed> $values */
	private static function name_in( array $values ): string {
		$name = $values['name'] ?? null;
		if ( ! is_string( $name ) || strlen( $name ) > 200 || ! preg_match( self::NAME, $name ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $name;
	}
}

<?php
/**
 * GET aiguy/v1/abilities lists the approved abilities, POST runs one for a visitor, as the visitor. Who asks brings the assertion that this site has signed
 * for him; the ability's own permission check sees his account, and for a guest nobody's.
 */

declare(strict_types=1);

namespace Aiguy\Abilities;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Assertion_Reader;
use Aiguy\Session\Visitor;
use Aiguy\Storage\Kept_Counts;

final class Run_Controller {

	public const PATH = '/abilities';

	private const INPUT_BYTES_MAX  = 16384;
	/** More of it than a model should read for one answer. */
	private const OUTPUT_BYTES_MAX = 16384;
	private const RUNS_PER_MINUTE  = 20;

	public function __construct( private readonly Pinned_Abilities $pins, private readonly Assertion_Reader $assertions, private readonly Request_Guard $guard, private readonly Kept_Counts $counts, private readonly Error_Response $errors ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			self::PATH,
			array(
				$this->endpoint( 'GET', fn(): array => array( 'abilities' => $this->pins->offered() ) ),
				$this->endpoint( 'POST', $this->run( ... ), array( 'name' => array( 'type' => 'string' ), 'pin' => array( 'type' => 'string' ), 'input' => array() ) ),
			)
		);
	}

	/**
	 * @param \Closure(\WP_REST_Request): array<string, mixed> $answer
	 * @param array<string, array<string, mixed>>                $args   JSON Schema of what the body may hold, by name.
	 * @return array<string, mixed>
	 */
	private function endpoint( string $method, \Closure $answer, array $args = array() ): array {
		return array(
			'methods'             => $method,
			'callback'            => function ( \WP_REST_Request $request ) use ( $answer ): \WP_REST_Response {
				try {
					return new \WP_REST_Response( $answer( $request ), 200, array( 'Cache-Control' => 'no-store' ) );
				} catch ( Api_Exception $exception ) {
					return $this->errors->response( $exception );
				}
			},
			'permission_callback' => fn( \WP_REST_Request $request ) => $this->errors->attempt( fn() => $this->assertions->read( (string) $request->get_header( 'authorization' ), time() ) ),
			'args'                => $args,
		);
	}

	/**
	 * @return array{name: string, output: mixed}
	 * @throws Api_Exception
	 */
	private function run( \WP_REST_Request $request ): array {
		$asking = $this->assertions->read( (string) $request->get_header( 'authorization' ), time() );
		$values = $this->guard->read_json( $request, self::INPUT_BYTES_MAX );
		if ( ! is_string( $values['name'] ?? null ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$this->counts->take( "abilities {$asking['session']}", self::RUNS_PER_MINUTE, MINUTE_IN_SECONDS );
		$ability = $this->pins->runnable( $values['name'] );
		// The agent has read what it said at the pin: approved anew in between, it is another one.
		if ( null === $ability || Pinned_Abilities::pin( $ability ) !== ( $values['pin'] ?? '' ) ) {
			throw new Api_Exception( 'not_found' );
		}
		$input = isset( $values['input'] ) ? json_decode( (string) wp_json_encode( $values['input'] ), true ) : null;
		wp_set_current_user( self::account_of( $asking['visitor'] ) );
		$output = $ability->execute( $input );
		if ( is_wp_error( $output ) ) {
			throw new Api_Exception( self::code_of( (string) $output->get_error_code() ) );
		}
		if ( strlen( (string) wp_json_encode( $output ) ) > self::OUTPUT_BYTES_MAX ) {
			throw new Api_Exception( 'payload_too_large' );
		}
		return array( 'name' => $ability->get_name(), 'output' => $output );
	}

	/** A guest is nobody, and so is somebody who is no member of this site any more. */
	private static function account_of( Visitor $visitor ): int {
		$named = preg_match( '/\Awp:(\d+):(\d+)\z/', $visitor->subject, $match ) && get_current_blog_id() === (int) $match[1] ? (int) $match[2] : 0;
		return $named > 0 && is_user_member_of_blog( $named ) ? $named : 0;
	}

	private static function code_of( string $error ): string {
		return match ( $error ) {
			'ability_invalid_input', 'ability_missing_input_schema' => 'invalid_request',
			'ability_invalid_permissions'                           => 'insufficient_scope',
			default                                                 => 'internal_error',
		};
	}
}

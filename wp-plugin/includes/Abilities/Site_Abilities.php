<?php
/**
 * What AIGuy itself offers by the Abilities API (WordPress 6.9): looking, never changing. Where there is no such API, nothing.
 */

declare(strict_types=1);

namespace Aiguy\Abilities;

use Aiguy\Chat\Orchestrator_Client;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Session\Chat_Session;
use Aiguy\Session\Visitor;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;

final class Site_Abilities {

	private const CATEGORY         = 'aiguy';
	private const TIMEOUT_SECONDS  = 8;
	private const ANSWER_BYTES_MAX = 65536;
	private const READS            = array( 'readonly' => true, 'destructive' => false, 'idempotent' => true );

	public function __construct( private readonly Staff_Client $staff, private readonly Orchestrator_Client $visitors ) {}

	public function add_hooks(): void {
		add_action( 'wp_abilities_api_categories_init', static fn() => function_exists( 'wp_register_ability_category' ) && wp_register_ability_category( self::CATEGORY, array( 'label' => __( 'AIGuy', 'aiguy' ), 'description' => __( 'The support agent of this site.', 'aiguy' ) ) ) );
		add_action( 'wp_abilities_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$this->add(
			'aiguy/connection-status',
			array(
				'label'               => __( 'Support agent: is it connected?', 'aiguy' ),
				'description'         => __( 'Says whether the support agent can be reached, its version, what it answers with and which tools it has.', 'aiguy' ),
				'output_schema'       => self::object( array( 'connected' => array( 'type' => 'boolean' ), 'problem' => array( 'type' => 'string' ), 'version' => array( 'type' => 'string' ), 'model' => array( 'type' => 'string' ), 'tools' => array( 'type' => 'array', 'items' => array( 'type' => 'string' ) ) ), array( 'connected' ) ),
				'execute_callback'    => $this->connection( ... ),
				'permission_callback' => static fn(): bool => current_user_can( Capabilities::VIEW ),
			)
		);
		$this->add(
			'aiguy/list-conversations',
			array(
				'label'               => __( 'Support agent: list conversations', 'aiguy' ),
				'description'         => __( 'Lists the newest conversations of the support chat, or those that a text is found in.', 'aiguy' ),
				'input_schema'        => self::object( array( 'search' => array( 'type' => 'string', 'maxLength' => 100 ), 'limit' => array( 'type' => 'integer', 'minimum' => 1, 'maximum' => 50, 'default' => 20 ) ) ) + array( 'default' => array() ),
				'output_schema'       => array( 'type' => 'object' ),
				'execute_callback'    => fn( mixed $input ): array|\WP_Error => self::attempt( fn(): array => $this->staff->call( 'conversation:read', 'GET', '/staff/conversations?' . http_build_query( array( 'limit' => (int) ( $input['limit'] ?? 20 ) ) + ( empty( $input['search'] ) ? array() : array( 'q' => (string) $input['search'] ) ) ) ) ),
				'permission_callback' => static fn(): bool => current_user_can( Capabilities::VIEW ),
			)
		);
		$this->add(
			'aiguy/search-knowledge',
			array(
				'label'               => __( 'Support agent: search the help articles', 'aiguy' ),
				'description'         => __( 'Finds at most three articles that answer a question, as a guest of the chat would be offered them.', 'aiguy' ),
				'input_schema'        => self::object( array( 'question' => array( 'type' => 'string', 'minLength' => 3, 'maxLength' => 200 ) ), array( 'question' ) ),
				'output_schema'       => self::object( array( 'articles' => array( 'type' => 'array', 'items' => array( 'type' => 'object' ) ) ), array( 'articles' ) ),
				'execute_callback'    => fn( mixed $input ): array|\WP_Error => self::attempt( fn(): array => $this->search( (string) ( $input['question'] ?? '' ) ) ),
				'permission_callback' => static fn(): bool => current_user_can( 'read' ),
			)
		);
	}

	/** @param array<string, mixed> $ability */
	private function add( string $name, array $ability ): void {
		if ( function_exists( 'wp_register_ability' ) ) {
			wp_register_ability( $name, $ability + array( 'category' => self::CATEGORY, 'meta' => array( 'annotations' => self::READS, 'show_in_rest' => true ) ) );
		}
	}

	/** @return array<string, mixed> */
	private function connection(): array {
		try {
			$info = $this->staff->call( 'site:read', 'GET', '/staff/site' );
		} catch ( Api_Exception $exception ) {
			return array( 'connected' => false, 'problem' => $exception->error_code );
		}
		return array(
			'connected' => true,
			'version'   => (string) ( $info['version'] ?? '' ),
			'model'     => (string) ( $info['model']['answer'] ?? '' ),
			'tools'     => array_map( strval( ... ), array_column( (array) ( $info['tools'] ?? array() ), 'name' ) ),
		);
	}

	/**
	 * @return array{articles: list<array<string, mixed>>}
	 * @throws Api_Exception
	 */
	private function search( string $question ): array {
		$request  = $this->visitors->request( Chat_Session::start( Visitor::guest() ), 'POST', '/suggestions', (string) wp_json_encode( array( 'text' => $question ) ), array( 'Accept' => 'application/json' ) );
		$response = wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) );
		$answer   = is_wp_error( $response ) ? null : json_decode( wp_remote_retrieve_body( $response ), true );
		if ( ! is_array( $answer['articles'] ?? null ) ) {
			throw new Api_Exception( 'orchestrator_unavailable' );
		}
		return array( 'articles' => array_values( array_filter( $answer['articles'], is_array( ... ) ) ) );
	}

	/** @param \Closure(): array<string, mixed> $ask */
	private static function attempt( \Closure $ask ): array|\WP_Error {
		try {
			return $ask();
		} catch ( Api_Exception $exception ) {
			return new \WP_Error( 'aiguy_' . $exception->error_code, Error_Response::text( $exception->error_code ) );
		}
	}

	/**
	 * @param array<string, mixed> $properties
	 * @param list<string>         $required
	 * @return array<string, mixed>
	 */
	private static function object( array $properties, array $required = array() ): array {
		return array( 'type' => 'object', 'properties' => $properties, 'additionalProperties' => false ) + ( array() === $required ? array() : array( 'required' => $required ) );
	}
}

<?php
/**
 * aiguy/v1/admin/conversations: the inbox of this site's people. Everything in it that is a visitor's is hostile text, and is sent as text in JSON only.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Conversations_Controller {

	private const ONE             = '/conversations/(?P<id>[A-Za-z0-9_-]{22,64})';
	private const BODY_BYTES_MAX  = 32768;
	private const TEXT_BYTES_MAX  = 16384;
	private const DELETED_MAX     = 100;

	private const FIND = array(
		'q'      => array( 'type' => 'string', 'maxLength' => 200, 'default' => '' ),
		'filter' => array( 'type' => 'string', 'enum' => array( 'all', 'unanswered', 'low_rating', 'escalated', 'tool_errors', 'waiting', 'with_person', 'running' ), 'default' => 'all' ),
		'before' => array( 'type' => 'string', 'pattern' => '^[A-Za-z0-9_-]{0,300}$', 'default' => '' ),
	);

	public function __construct( private readonly Staff_Client $client, private readonly Staff_Route $route, private readonly Request_Guard $guard ) {}

	/** @return array<string, mixed> What the screen knows before it asks anything. */
	public static function screen_data(): array {
		return array( 'me' => 'wp:' . get_current_blog_id() . ':' . get_current_user_id() );
	}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$this->route->register( 'GET', '/conversations', Capabilities::VIEW, $this->find( ... ), self::FIND );
		$this->route->register( 'DELETE', '/conversations', Capabilities::MANAGE, $this->delete( ... ), array( 'ids' => array( 'type' => 'array', 'minItems' => 1, 'maxItems' => self::DELETED_MAX, 'items' => array( 'type' => 'string' ) ) ) );
		$this->route->register( 'GET', self::ONE, Capabilities::VIEW, fn( \WP_REST_Request $request ): array => $this->with_names( $this->read( self::path( $request ) ) ) );
		$this->route->register( 'GET', self::ONE . '/export', Capabilities::VIEW, fn( \WP_REST_Request $request ): array => $this->with_names( $this->read( self::path( $request ) . '/export' ) ) );
		$this->route->register( 'DELETE', self::ONE, Capabilities::MANAGE, fn( \WP_REST_Request $request ): array => $this->client->call( 'conversation:write', 'DELETE', self::path( $request ) ) );
		foreach ( array( 'take-over' => array(), 'hand-back' => array(), 'close' => array(), 'notes' => array( 'text' ), 'messages' => array( 'messageId', 'text' ) ) as $name => $fields ) {
			$this->route->register( 'POST', self::ONE . "/$name", Capabilities::REPLY, fn( \WP_REST_Request $request ): array => $this->act( $request, $name, $fields ), array_fill_keys( $fields, array( 'type' => 'string' ) ) );
		}
	}

	private function find( \WP_REST_Request $request ): array {
		$query  = array( 'q' => $request['q'], 'filter' => $request['filter'] ) + ( '' === $request['before'] ? array() : array( 'before' => $request['before'] ) );
		$query += current_user_can( Capabilities::REPLY ) ? array( 'present' => '1' ) : array();
		$answer = $this->read( '/staff/conversations?' . http_build_query( $query, '', '&', PHP_QUERY_RFC3986 ) );
		Waiting::remember( $answer );
		return $this->with_names( $answer );
	}

	/**
	 * @return array<string, mixed> StaffConversationsDeleted of manifests/protocol/http.json.
	 * @throws Api_Exception invalid_request, and what the guard and the orchestrator refuse.
	 */
	private function delete( \WP_REST_Request $request ): array {
		$ids  = $this->guard->read_json( $request, self::BODY_BYTES_MAX )['ids'] ?? null;
		$fits = static fn( mixed $id ): bool => is_string( $id ) && 1 === preg_match( '/\A[A-Za-z0-9_-]{22,64}\z/', $id );
		if ( ! is_array( $ids ) || array() === $ids || count( $ids ) > self::DELETED_MAX || array_filter( $ids, $fits ) !== array_unique( $ids, SORT_REGULAR ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $this->client->call( 'conversation:write', 'DELETE', '/staff/conversations', array( 'ids' => $ids ) );
	}

	/**
	 * @param list<string> $fields That the body must have, each a text.
	 * @return array<string, mixed>
	 * @throws Api_Exception invalid_request, message_empty, and what the guard and the orchestrator refuse.
	 */
	private function act( \WP_REST_Request $request, string $name, array $fields ): array {
		$values = $this->guard->read_json( $request, self::BODY_BYTES_MAX );
		foreach ( $fields as $field ) {
			if ( ! is_string( $values[ $field ] ?? null ) || strlen( $values[ $field ] ) > self::TEXT_BYTES_MAX ) {
				throw new Api_Exception( 'invalid_request' );
			}
		}
		if ( isset( $values['text'] ) && '' === trim( $values['text'] ) ) {
			throw new Api_Exception( 'message_empty' );
		}
		return $this->with_names( array( 'conversation' => $this->client->call( 'conversation:write', 'POST', self::path( $request ) . "/$name", $values ) ) );
	}

	/** @return array<string, mixed> */
	private function read( string $path ): array {
		return $this->client->call( 'conversation:read', 'GET', $path );
	}

	private static function path( \WP_REST_Request $request ): string {
		return '/staff/conversations/' . rawurlencode( (string) $request->get_url_params()['id'] );
	}

	/**
	 * The orchestrator knows numbers of users only; their names are this site's.
	 *
	 * @param array<string, mixed> $answer
	 * @return array<string, mixed>
	 */
	private function with_names( array $answer ): array {
		foreach ( array( 'conversation', 'transcript' ) as $part ) {
			if ( is_array( $answer[ $part ] ?? null ) ) {
				$answer[ $part ] = 'transcript' === $part ? $this->with_names( $answer[ $part ] ) : Visitor_Names::named( $answer[ $part ] );
			}
		}
		if ( is_array( $answer['conversations'] ?? null ) ) {
			$answer['conversations'] = array_map( Visitor_Names::named( ... ), $answer['conversations'] );
		}
		return $answer;
	}
}

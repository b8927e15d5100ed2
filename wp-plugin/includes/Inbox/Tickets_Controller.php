<?php
/**
 * aiguy/v1/admin/tickets: what visitors have left, and how far it is. Everything in it that is a visitor's is hostile text, and is sent as text in JSON only.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Tickets_Controller {

	public const REFERENCE = 'T-[2-9A-HJKMNP-TV-Z]{6}';

	private const STATUSES       = array( 'open', 'waiting_for_customer', 'resolved', 'closed' );
	private const BODY_BYTES_MAX = 1024;

	private const FIND = array(
		'filter' => array( 'type' => 'string', 'enum' => array( 'open', 'all' ), 'default' => 'open' ),
		'before' => array( 'type' => 'string', 'pattern' => '^(' . self::REFERENCE . ')?$', 'default' => '' ),
	);

	public function __construct( private readonly Staff_Client $client, private readonly Staff_Route $route, private readonly Request_Guard $guard ) {}

	public function add_hooks(): void {
		add_action(
			'rest_api_init',
			function (): void {
				$this->route->register( 'GET', '/tickets', Capabilities::VIEW, $this->find( ... ), self::FIND );
				$this->route->register( 'PUT', '/tickets/(?P<reference>' . self::REFERENCE . ')', Capabilities::REPLY, $this->change( ... ), array( 'status' => array( 'type' => 'string', 'enum' => self::STATUSES ) ) );
			}
		);
	}

	/** @return array<string, mixed> */
	private function find( \WP_REST_Request $request ): array {
		$query  = array( 'filter' => $request['filter'] ) + ( '' === $request['before'] ? array() : array( 'before' => $request['before'] ) );
		$answer = $this->client->call( 'conversation:read', 'GET', '/staff/tickets?' . http_build_query( $query, '', '&', PHP_QUERY_RFC3986 ) );
		$answer['tickets'] = array_map( self::shown( ... ), is_array( $answer['tickets'] ?? null ) ? $answer['tickets'] : array() );
		return $answer;
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception invalid_request, and what the guard and the orchestrator refuse.
	 */
	private function change( \WP_REST_Request $request ): array {
		$status = $this->guard->read_json( $request, self::BODY_BYTES_MAX )['status'] ?? null;
		if ( ! in_array( $status, self::STATUSES, true ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$reference = rawurlencode( (string) $request->get_url_params()['reference'] );
		return self::shown( $this->client->call( 'conversation:write', 'PUT', "/staff/tickets/$reference", array( 'status' => $status ) ) );
	}

	/**
	 * A user of this site has the name and the address that he has here. Addresses are for those who may answer.
	 *
	 * @param array<string, mixed> $ticket
	 * @return array<string, mixed>
	 */
	private static function shown( array $ticket ): array {
		$user  = Visitor_Names::user( (string) ( $ticket['visitor'] ?? '' ) );
		$known = null === $user || '' === $user->user_email ? array() : array( 'email' => $user->user_email );
		$shown = Visitor_Names::named( $known + $ticket );
		return current_user_can( Capabilities::REPLY ) ? $shown : array_diff_key( $shown, array( 'email' => 0 ) );
	}
}

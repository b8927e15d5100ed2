<?php
/**
 * GET aiguy/v1/admin/reports: the site's figures from the orchestrator. GET and PUT aiguy/v1/admin/reports/mail: who gets them each week.
 */

declare(strict_types=1);

namespace Aiguy\Reports;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Settings\Agents;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Reports_Controller {

	private const DAY  = array( 'type' => 'string', 'pattern' => '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' );
	private const MAIL = array(
		'mine'      => array( 'type' => array( 'boolean', 'null' ) ),
		'addresses' => array( 'type' => array( 'array', 'null' ), 'items' => array( 'type' => 'string' ) ),
	);

	public function __construct(
		private readonly Staff_Client $client,
		private readonly Weekly_Recipients $recipients,
		private readonly Weekly_Mail $mail,
		private readonly Request_Guard $guard,
		private readonly Agents $agents,
		private readonly Staff_Route $route,
	) {}

	public function add_hooks(): void {
		add_action(
			'rest_api_init',
			function (): void {
				$this->route->register( 'GET', '/reports', Capabilities::VIEW, $this->report( ... ), array( 'from' => self::DAY, 'to' => self::DAY ) );
				$this->route->register( 'GET', '/reports/mail', Capabilities::VIEW, $this->mail( ... ) );
				$this->route->register( 'PUT', '/reports/mail', Capabilities::VIEW, $this->change( ... ), self::MAIL );
			}
		);
	}

	/** @return array<string, mixed> Report of manifests/protocol/http.json. */
	private function report( \WP_REST_Request $request ): array {
		if ( ! isset( $request['from'], $request['to'] ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$query = http_build_query( array( 'from' => $request['from'], 'to' => $request['to'] ) );
		return $this->client->call( 'report:read', 'GET', "/staff/reports?$query", null, array( 'agent' => $this->agents->claim( '' ) ) );
	}

	/** @return array{mine: bool, addresses: list<string>|null, next: string|null} Addresses for those alone who may change them; the next mail in ISO 8601. */
	private function mail(): array {
		return array(
			'mine'      => $this->recipients->has( get_current_user_id() ),
			'addresses' => current_user_can( Capabilities::MANAGE ) ? $this->recipients->addresses() : null,
			'next'      => $this->mail->next(),
		);
	}

	/**
	 * Changes what is named: whether the person who asks gets the mail, and to which addresses it goes besides.
	 *
	 * @return array<string, mixed>
	 */
	private function change( \WP_REST_Request $request ): array {
		$values    = $this->guard->read_json( $request );
		$mine      = $values['mine'] ?? null;
		$addresses = $values['addresses'] ?? null;
		if ( ! in_array( $mine, array( true, false, null ), true ) || ! ( null === $addresses || ( is_array( $addresses ) && Weekly_Recipients::are_addresses( $addresses ) ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		if ( null !== $addresses && ! current_user_can( Capabilities::MANAGE ) ) {
			throw new Api_Exception( 'insufficient_scope' );
		}
		if ( null !== $mine ) {
			$this->recipients->set( get_current_user_id(), $mine );
		}
		if ( null !== $addresses ) {
			$this->recipients->set_addresses( $addresses );
		}
		$this->mail->plan();
		return $this->mail();
	}
}

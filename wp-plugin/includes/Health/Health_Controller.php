<?php
/**
 * GET aiguy/v1/admin/health runs one of the tests; GET aiguy/v1/admin/stream is the self-test stream, through the relay that visitors' answers take.
 */

declare(strict_types=1);

namespace Aiguy\Health;

use Aiguy\Chat\Stream_Relay;
use Aiguy\Chat\Upstream_Request;
use Aiguy\Rest\Api_Exception;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Health_Controller {

	/** @var \WeakMap<\WP_REST_Request, Upstream_Request> What the relay serves, for exactly that request. */
	private readonly \WeakMap $accepted;

	public function __construct( private readonly Site_Health $health, private readonly Staff_Client $client, private readonly Stream_Relay $relay, private readonly Staff_Route $route ) {
		$this->accepted = new \WeakMap();
	}

	public function add_hooks(): void {
		add_action(
			'rest_api_init',
			function (): void {
				$this->route->register( 'GET', '/health', Capabilities::MANAGE, $this->run( ... ), array( 'test' => array( 'type' => 'string' ) ) );
				$this->route->register( 'GET', '/stream', Capabilities::MANAGE, $this->stream( ... ) );
			}
		);
		// After Response_Filter, so that its headers are already right.
		add_filter( 'rest_pre_serve_request', $this->serve( ... ), 12, 3 );
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception not_found.
	 */
	private function run( \WP_REST_Request $request ): array {
		$test = $request->get_param( 'test' );
		if ( ! in_array( $test, Site_Health::TESTS, true ) ) {
			throw new Api_Exception( 'not_found' );
		}
		return $this->health->run( $test );
	}

	/** @return array<string, mixed> */
	private function stream( \WP_REST_Request $request ): array {
		$this->accepted[ $request ] = $this->client->request( 'site:read', 'GET', '/staff/stream' );
		return array();
	}

	private function serve( mixed $served, \WP_HTTP_Response $response, \WP_REST_Request $request ): mixed {
		if ( $served || ! isset( $this->accepted[ $request ] ) ) {
			return $served;
		}
		$this->relay->relay( $this->accepted[ $request ] );
		return true;
	}
}

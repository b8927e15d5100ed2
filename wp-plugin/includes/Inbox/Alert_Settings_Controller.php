<?php
/**
 * aiguy/v1/admin/alerts: who is told of visitors who wait, and a message to try it.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Route;

final class Alert_Settings_Controller {

	private const BODY_BYTES_MAX = 8192;

	public function __construct( private readonly Alert_Settings $settings, private readonly Alert_Sender $sender, private readonly Staff_Route $route, private readonly Request_Guard $guard ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$this->route->register( 'GET', '/alerts', Capabilities::MANAGE, fn(): array => $this->settings->shown() );
		$this->route->register( 'POST', '/alerts', Capabilities::MANAGE, $this->save( ... ) );
		$this->route->register( 'POST', '/alerts/test', Capabilities::MANAGE, $this->test( ... ) );
	}

	/** @return array<string, mixed> */
	private function save( \WP_REST_Request $request ): array {
		$this->settings->save( $this->guard->read_json( $request, array( 'emails', 'slackUrl', 'webhookUrl', 'webhookSecret' ), self::BODY_BYTES_MAX ) );
		return $this->settings->shown();
	}

	/** @return array{failed: list<string>} The ways that did not work. */
	private function test( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request, array(), self::BODY_BYTES_MAX );
		$alert = array( 'key' => 'test', 'kind' => 'waiting', 'sessionId' => '', 'at' => gmdate( 'c' ), 'text' => __( 'This is a test; nobody waits.', 'aiguy' ) );
		return array( 'failed' => $this->sender->send( $alert ) );
	}
}

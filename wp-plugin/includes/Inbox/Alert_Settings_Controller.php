<?php
/**
 * aiguy/v1/admin/alerts: who is told of visitors who wait, and a message to try it.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Route;

final class Alert_Settings_Controller {

	private const BODY_BYTES_MAX = 8192;

	/** What they hold is checked, and said at the field, by Alert_Settings. */
	private const FIELDS = array(
		'emails'        => array(),
		'slackUrl'      => array(),
		'webhookUrl'    => array(),
		'webhookSecret' => array(),
	);

	public function __construct( private readonly Alert_Settings $settings, private readonly Alert_Sender $sender, private readonly Staff_Route $route, private readonly Request_Guard $guard ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$this->route->register( 'GET', '/alerts', Capabilities::MANAGE, fn(): array => $this->settings->shown() );
		$this->route->register( 'POST', '/alerts', Capabilities::MANAGE, $this->save( ... ), self::FIELDS );
		$this->route->register( 'POST', '/alerts/test', Capabilities::MANAGE, $this->test( ... ) );
	}

	/** @return array<string, mixed> */
	private function save( \WP_REST_Request $request ): array {
		$this->settings->save( $this->guard->read_json( $request, self::BODY_BYTES_MAX ) );
		return $this->settings->shown();
	}

	/**
	 * @return array{sent: list<string>, failed: list<string>} The ways that worked, and those that did not.
	 * @throws Api_Exception invalid_request when no way is set up.
	 */
	private function test( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request, self::BODY_BYTES_MAX );
		$ways = $this->settings->ways();
		if ( array() === $ways ) {
			throw Alert_Settings::invalid( 'emails', __( 'Nobody would get it: enter an e-mail address, Slack or a webhook first.', 'aiguy' ) );
		}
		$alert = array( 'key' => 'test', 'kind' => 'waiting', 'sessionId' => '', 'at' => gmdate( 'c' ), 'text' => __( 'This is a test; nobody waits.', 'aiguy' ) );
		$failed = $this->sender->send( $alert, $ways );
		return array( 'sent' => array_values( array_diff( $ways, $failed ) ), 'failed' => $failed );
	}
}

<?php
/**
 * POST aiguy/v1/admin/connection: tries the orchestrator the way a visitor's request would, and names what is wrong.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Chat\Orchestrator_Client;
use Aiguy\Chat\Upstream_Request;
use Aiguy\Plugin;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;
use Aiguy\Session\Signing_Key;
use Aiguy\Session\Visitor;
use Aiguy\Staff\Staff_Client;

final class Connection_Controller {

	private const TIMEOUT_SECONDS = 8;
	private const BODY_BYTES_MAX  = 16384;

	public function __construct( private readonly Orchestrator_Client $client, private readonly Signing_Key $key, private readonly Staff_Client $staff ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/admin/connection',
			array(
				'methods'             => 'POST',
				'callback'            => $this->answer( ... ),
				'permission_callback' => static fn(): bool => current_user_can( 'manage_options' ),
			)
		);
	}

	private function answer( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			Request_Guard::assert_no_fields( $request );
		} catch ( Api_Exception $exception ) {
			return ( new Error_Response() )->response( $exception );
		}
		$report = $this->test();
		return new \WP_REST_Response( array( 'ok' => '' === $report->problem, 'problem' => $report->problem, 'message' => $report->message ) );
	}

	public function test(): Connection_Report {
		try {
			$this->key->current();
		} catch ( Api_Exception ) {
			return Connection_Report::no_key();
		}
		try {
			$session = Chat_Session::start( Visitor::guest() );
			$ready   = $this->fetch( $this->client->request( $session, 'GET', '/readyz' ) );
			$known   = is_wp_error( $ready ) ? $ready : $this->fetch( $this->client->request( $session, 'GET', "/sessions/$session->id" ) );
		} catch ( Api_Exception ) {
			return Connection_Report::not_configured();
		}
		if ( is_wp_error( $known ) ) {
			return Connection_Report::unreachable( $known->get_error_message() );
		}
		$report = Connection_Report::judge( self::read( $ready ), self::read( $known ), time() );
		if ( '' !== $report->problem ) {
			return $report;
		}
		$site = $this->staff->send( 'site:read', 'GET', '/staff/site' );
		return is_wp_error( $site ) ? Connection_Report::unreachable( $site->get_error_message() ) : Connection_Report::judge_version( self::read( $site ), Plugin::VERSION );
	}

	/** @return array<string, mixed>|\WP_Error */
	private function fetch( Upstream_Request $request ): array|\WP_Error {
		return wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::BODY_BYTES_MAX ) );
	}

	/** @param array<string, mixed> $response Of the WordPress HTTP API. */
	private static function read( array $response ): Connection_Answer {
		$date = strtotime( (string) wp_remote_retrieve_header( $response, 'date' ) );
		return new Connection_Answer( (int) wp_remote_retrieve_response_code( $response ), wp_remote_retrieve_body( $response ), false === $date ? null : $date );
	}
}

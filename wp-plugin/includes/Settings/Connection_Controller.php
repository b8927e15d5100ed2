<?php
/**
 * POST aiguy/v1/admin/connection: tries the orchestrator the way a visitor's request would, and names what is wrong.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Chat\Orchestrator_Client;
use Aiguy\Chat\Upstream_Request;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Session\Chat_Session;
use Aiguy\Session\Visitor;

final class Connection_Controller {

	private const TIMEOUT_SECONDS      = 8;
	private const BODY_BYTES_MAX       = 16384;
	private const CLOCK_SKEW_SECONDS_MAX = 30;

	public function __construct( private readonly Orchestrator_Client $client ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/admin/connection',
			array(
				'methods'             => 'POST',
				'callback'            => fn(): \WP_REST_Response => new \WP_REST_Response( $this->test() ),
				'permission_callback' => static fn(): bool => current_user_can( 'manage_options' ),
			)
		);
	}

	/** @return array{ok: bool, problem: string, message: string} */
	private function test(): array {
		try {
			$session = Chat_Session::start( Visitor::guest() );
			$ready   = $this->fetch( $this->client->request( $session, 'GET', '/readyz' ) );
			$known   = $this->fetch( $this->client->request( $session, 'GET', "/sessions/$session->id" ) );
		} catch ( Api_Exception $exception ) {
			return $this->problem( 'not_configured', Error_Response::text( $exception->error_code ) );
		}
		if ( is_wp_error( $ready ) || is_wp_error( $known ) ) {
			return $this->unreachable( is_wp_error( $ready ) ? $ready : $known );
		}
		return $this->judge( $ready, $known );
	}

	/**
	 * @param array<string, mixed> $ready Answer of /readyz.
	 * @param array<string, mixed> $known Answer of a request with this site's signature.
	 * @return array{ok: bool, problem: string, message: string}
	 */
	private function judge( array $ready, array $known ): array {
		$health = json_decode( wp_remote_retrieve_body( $ready ), true );
		$code   = json_decode( wp_remote_retrieve_body( $known ), true )['code'] ?? '';
		if ( 'orchestrator' !== ( $health['service'] ?? '' ) ) {
			return 'database_unavailable' === ( $health['code'] ?? '' )
				? $this->problem( 'database', __( 'The orchestrator answers, but its database does not.', 'aiguy' ) )
				: $this->problem( 'not_an_orchestrator', __( 'Something answers at this address, but it is not an AIGuy orchestrator.', 'aiguy' ) );
		}
		$skew = abs( time() - (int) strtotime( (string) wp_remote_retrieve_header( $ready, 'date' ) ) );
		if ( $skew > self::CLOCK_SKEW_SECONDS_MAX ) {
			/* translators: %d: number of seconds. */
			return $this->problem( 'clock', sprintf( __( 'The clocks of this server and of the orchestrator differ by %d seconds; signatures are refused beyond 30. Set both by NTP.', 'aiguy' ), $skew ) );
		}
		if ( 'not_found' === $code || 200 === wp_remote_retrieve_response_code( $known ) ) {
			return array( 'ok' => true, 'problem' => '', 'message' => __( 'Connected: the orchestrator answers and knows this site’s key.', 'aiguy' ) );
		}
		return $this->problem( 'key_unknown', __( 'The orchestrator answers, but does not know this site’s key. Add the issuer and the key address shown below to its TRUSTED_ISSUERS.', 'aiguy' ) );
	}

	/** @return array{ok: bool, problem: string, message: string} */
	private function unreachable( \WP_Error $error ): array {
		$reason = $error->get_error_message();
		return match ( true ) {
			str_contains( $reason, 'Could not resolve' ) || str_contains( $reason, 'cURL error 6' ) => $this->problem( 'dns', __( 'The name in the address could not be resolved. Check its spelling and this server’s DNS.', 'aiguy' ) ),
			str_contains( $reason, 'cURL error 7' )                                                 => $this->problem( 'refused', __( 'Nothing accepts connections at this address. Is the orchestrator running, and is the port right?', 'aiguy' ) ),
			str_contains( $reason, 'cURL error 28' )                                                => $this->problem( 'timeout', __( 'The orchestrator did not answer in time. A firewall between the servers is a common cause.', 'aiguy' ) ),
			str_contains( $reason, 'cURL error 35' ) || str_contains( $reason, 'cURL error 60' )    => $this->problem( 'tls', __( 'The encrypted connection failed: the certificate is not valid for this address or not trusted here.', 'aiguy' ) ),
			str_contains( $reason, 'valid URL' )                                                    => $this->problem( 'not_a_url', __( 'This is not a complete address; it begins with https:// or http://.', 'aiguy' ) ),
			default                                                                                 => $this->problem( 'unreachable', __( 'The orchestrator could not be reached.', 'aiguy' ) . ' ' . $reason ),
		};
	}

	/** @return array{ok: false, problem: string, message: string} */
	private function problem( string $problem, string $message ): array {
		return array( 'ok' => false, 'problem' => $problem, 'message' => $message );
	}

	/** @return array<string, mixed>|\WP_Error */
	private function fetch( Upstream_Request $request ): array|\WP_Error {
		return wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::BODY_BYTES_MAX ) );
	}
}

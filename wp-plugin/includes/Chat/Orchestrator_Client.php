<?php
/**
 * Builds the requests to the orchestrator: its address, the visitor's assertion, the trace.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Session\Assertion_Signer;
use Aiguy\Session\Chat_Session;
use Aiguy\Settings\Settings;

final class Orchestrator_Client {

	/** W3C Trace Context, version 00; ids of zeros only are invalid there. */
	private const TRACE_PATTERN = '/\A00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\z/';

	public function __construct( private readonly Settings $settings, private readonly Assertion_Signer $signer ) {}

	/**
	 * @param array<string, string> $headers Further headers.
	 * @throws Api_Exception orchestrator_not_configured.
	 */
	public function request( Chat_Session $session, string $method, string $path, ?string $body = null, array $headers = array() ): Upstream_Request {
		$base = $this->settings->orchestrator_url();
		if ( '' === $base ) {
			throw new Api_Exception( 'orchestrator_not_configured' );
		}
		$headers['Authorization'] = 'Bearer ' . $this->signer->sign( $session );
		$headers['traceparent'] ??= self::new_trace();
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
		}
		return new Upstream_Request( $method, $base . $path, $headers, $body );
	}

	/**
	 * What of a visitor's request is passed on: the form of the answer and the trace.
	 *
	 * @return array<string, string>
	 */
	public function passed_headers( \WP_REST_Request $request ): array {
		$accept  = (string) $request->get_header( 'accept' );
		$trace   = (string) $request->get_header( 'traceparent' );
		$is_json = str_contains( $accept, 'application/json' ) && ! str_contains( $accept, 'text/event-stream' );
		$headers = array( 'Accept' => $is_json ? 'application/json' : 'text/event-stream' );
		return preg_match( self::TRACE_PATTERN, $trace ) ? $headers + array( 'traceparent' => $trace ) : $headers;
	}

	/** A trace of its own for each visitor's request (W3C Trace Context). */
	private static function new_trace(): string {
		return sprintf( '00-%s-%s-01', bin2hex( random_bytes( 16 ) ), bin2hex( random_bytes( 8 ) ) );
	}
}

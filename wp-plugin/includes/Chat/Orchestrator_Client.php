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
		$headers['Authorization'] = 'Bearer ' . $this->signer->sign( $session->visitor, $session->id );
		$headers['traceparent'] ??= self::new_trace();
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
		}
		return new Upstream_Request( $method, $base . $path, $headers, $body );
	}

	/** A trace of its own for each visitor's request (W3C Trace Context). */
	private static function new_trace(): string {
		return sprintf( '00-%s-%s-01', bin2hex( random_bytes( 16 ) ), bin2hex( random_bytes( 8 ) ) );
	}
}

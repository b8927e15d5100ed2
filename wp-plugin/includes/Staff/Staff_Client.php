<?php
/**
 * Asks the orchestrator in the name of somebody who works at this site, or of the site itself. The capability is checked by the route that calls; the scope is the one that this call needs.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

use Aiguy\Chat\Upstream_Request;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Session\Base64_Url;
use Aiguy\Session\Compact_Jwt;
use Aiguy\Session\Ed25519_Key;
use Aiguy\Session\Site_Clock;
use Aiguy\Settings\Settings;

final class Staff_Client {

	private const TIMEOUT_SECONDS  = 10;
	private const ANSWER_BYTES_MAX = 2097152;
	private const LIFETIME_SECONDS = 60;

	/** Scopes of staff assertions; the services keep their own ceiling for this site. */
	public const SCOPES = array( 'conversation:read', 'conversation:write', 'knowledge:read', 'knowledge:write', 'privacy:write', 'report:read', 'site:read' );

	/** @param \Closure(): Ed25519_Key $key The key that signs now. */
	public function __construct( private readonly \Closure $key, private readonly Settings $settings ) {}

	/**
	 * @param string                    $scope One of SCOPES.
	 * @param string                    $path  Beginning with a slash; its variable parts are encoded by the caller.
	 * @param array<string, mixed>|null $body  Sent as JSON.
	 * @param array<string, mixed>      $also  Further claims that the site signs.
	 * @return array<string, mixed> The decoded answer; empty for 204.
	 * @throws Api_Exception orchestrator_not_configured, orchestrator_unavailable, or the orchestrator's own error.
	 */
	public function call( string $scope, string $method, string $path, ?array $body = null, array $also = array() ): array {
		$response = $this->send( $scope, $method, $path, $body, $also );
		if ( is_wp_error( $response ) ) {
			throw new Api_Exception( 'orchestrator_unavailable' );
		}
		$status = (int) wp_remote_retrieve_response_code( $response );
		$answer = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( 204 === $status || ( $status >= 200 && $status < 300 && is_array( $answer ) ) ) {
			return $answer ?? array();
		}
		$error = $status >= 400 ? Error_Response::passed_on( $answer ) : null;
		throw null === $error ? new Api_Exception( 'orchestrator_unavailable' ) : Api_Exception::passed_on( $error, $status );
	}

	/**
	 * The answer as it came, for whoever judges it himself.
	 *
	 * @param array<string, mixed>|null $body
	 * @param array<string, mixed>      $also
	 * @return array<string, mixed>|\WP_Error
	 * @throws Api_Exception orchestrator_not_configured.
	 */
	public function send( string $scope, string $method, string $path, ?array $body = null, array $also = array() ): array|\WP_Error {
		$request = $this->request( $scope, $method, $path, $body, $also );
		return wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) );
	}

	/**
	 * The request, for whoever sends it himself.
	 *
	 * @param array<string, mixed>|null $body
	 * @param array<string, mixed>      $also
	 * @throws Api_Exception orchestrator_not_configured.
	 */
	public function request( string $scope, string $method, string $path, ?array $body = null, array $also = array() ): Upstream_Request {
		$base = $this->settings->orchestrator_url();
		if ( '' === $base ) {
			throw new Api_Exception( 'orchestrator_not_configured' );
		}
		$headers = array( 'Authorization' => 'Bearer ' . $this->assertion( $scope, $also ), 'Accept' => 'application/json' );
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
		}
		$text = null === $body ? null : json_encode( (object) $body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR );
		return new Upstream_Request( $method, $base . $path, $headers, $text );
	}

	/**
	 * StaffAssertion of manifests/protocol/claims.json; without a signed-in user (WP-Cron, WP-CLI) it is the site that asks.
	 *
	 * @param array<string, mixed> $also
	 */
	private function assertion( string $scope, array $also ): string {
		$user   = wp_get_current_user();
		$now    = time();
		$name   = mb_substr( trim( (string) $user->display_name ), 0, 80 );
		$claims = array(
			'iss'    => $this->settings->issuer(),
			'aud'    => 'orchestrator',
			'sub'    => $user->exists() ? 'wp:' . get_current_blog_id() . ':' . $user->ID : 'site',
			'scopes' => array( $scope ),
			'jti'    => Base64_Url::encode( random_bytes( 16 ) ),
			'iat'    => $now,
			'exp'    => $now + self::LIFETIME_SECONDS,
		);
		return Compact_Jwt::sign( ( $this->key )(), 'staff-assertion+jwt', $claims + ( '' === $name ? array() : array( 'name' => $name ) ) + Site_Clock::claim() + $also );
	}
}

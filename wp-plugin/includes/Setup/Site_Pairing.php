<?php
/**
 * Has the services trust this site, with a code that their operator printed: signs a request with the site's key and proves, without sending it, that it has the code.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

use Aiguy\Chat\Upstream_Request;
use Aiguy\Rest\Api_Exception;
use Aiguy\Session\Base64_Url;
use Aiguy\Session\Compact_Jwt;
use Aiguy\Session\Signing_Key;
use Aiguy\Settings\Settings;
use Aiguy\Settings\Site_Identity;

final class Site_Pairing {

	private const TIMEOUT_SECONDS  = 15;
	private const ANSWER_BYTES_MAX = 16384;
	private const LIFETIME_SECONDS = 120;

	public function __construct( private readonly Settings $settings, private readonly Site_Identity $identity, private readonly Signing_Key $key ) {}

	/**
	 * @param string $code As it was typed.
	 * @return 'fetched'|'pinned' Whether the services fetch this site's keys, or know only the one of now.
	 * @throws Api_Exception pairing_refused, site_configured, rate_limited, orchestrator_not_configured, orchestrator_unavailable.
	 */
	public function pair( string $code ): string {
		$base = $this->settings->orchestrator_url();
		if ( '' === $base ) {
			throw new Api_Exception( 'orchestrator_not_configured' );
		}
		$request  = new Upstream_Request( 'POST', "$base/sites/pair", array( 'Content-Type' => 'application/json', 'Accept' => 'application/json' ), (string) wp_json_encode( $this->body( $code ) ) );
		$response = wp_remote_request( $request->url, $request->arguments( self::TIMEOUT_SECONDS, self::ANSWER_BYTES_MAX ) );
		$answer   = is_wp_error( $response ) ? null : json_decode( wp_remote_retrieve_body( $response ), true );
		if ( in_array( $answer['keys'] ?? null, array( 'fetched', 'pinned' ), true ) ) {
			return $answer['keys'];
		}
		$error = $answer['code'] ?? '';
		throw new Api_Exception( in_array( $error, array( 'pairing_refused', 'site_configured', 'rate_limited' ), true ) ? $error : 'orchestrator_unavailable' );
	}

	/** @return array<string, mixed> PairSite of manifests/protocol/http.json. */
	private function body( string $code ): array {
		$secret  = (string) preg_replace( '/[^0-9A-Z]/', '', strtoupper( $code ) );
		$id      = self::hmac( $secret, 'aiguy-pairing id' );
		$now     = time();
		$request = Compact_Jwt::sign(
			$this->key->current(),
			'pairing-request+jwt',
			array(
				'iss'      => $this->identity->issuer(),
				'aud'      => 'pairing',
				'code'     => $id,
				'jwks_uri' => $this->identity->jwks_uri(),
				'jwks'     => $this->key->public_keys(),
				'iat'      => $now,
				'exp'      => $now + self::LIFETIME_SECONDS,
			)
		);
		$proof   = static fn( string $service ): string => self::hmac( self::hmac( $secret, "aiguy-pairing proof $service" ), $request );
		return array( 'code' => $id, 'request' => $request, 'proofs' => array( 'orchestrator' => $proof( 'orchestrator' ), 'tools-api' => $proof( 'tools-api' ) ) );
	}

	private static function hmac( string $key, string $text ): string {
		return Base64_Url::encode( hash_hmac( 'sha256', $text, $key, true ) );
	}
}

<?php
/**
 * GET aiguy/v1/jwks: the public keys with which the services check this site's signatures.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Jwks_Controller {

	public function __construct( private readonly Signing_Key $key ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/jwks',
			array(
				'methods'             => 'GET',
				'callback'            => fn(): \WP_REST_Response => new \WP_REST_Response( $this->key->public_keys(), 200, array( 'Cache-Control' => 'public, max-age=300' ) ),
				// Public keys are for everybody.
				'permission_callback' => '__return_true',
			)
		);
	}
}

<?php
/**
 * GET aiguy/v1/jwks: the public keys with which the services check this site's signatures.
 */

declare(strict_types=1);

namespace Aiguy\Session;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;

final class Jwks_Controller {

	public function __construct( private readonly Signing_Key $key, private readonly Error_Response $errors ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/jwks',
			array(
				'methods'             => 'GET',
				'callback'            => $this->publish( ... ),
				// Public keys are for everybody.
				'permission_callback' => '__return_true',
			)
		);
	}

	private function publish(): \WP_REST_Response {
		try {
			return new \WP_REST_Response( $this->key->public_keys(), 200, array( 'Cache-Control' => 'public, max-age=300' ) );
		} catch ( Api_Exception $exception ) {
			return $this->errors->response( $exception );
		}
	}
}
